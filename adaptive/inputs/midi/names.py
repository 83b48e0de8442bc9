"""Names of MIDI ports, by which a device is found again after it was unplugged.

ALSA adds the numbers of client and port to a name (``nanoKONTROL2 MIDI 1 20:0``), which change when a device
is plugged in again.  They are left out; two ports of one name are told apart by their order, as ``#2``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ALSA_NUMBERS = re.compile(r"\s+\d+:\d+$")

LONGEST_NAME = 200


def plain_names(names: Sequence[str]) -> list[str]:
    """Names without ALSA's numbers, in the same order; the second of two equal ones ends in ``#2``.

    Examples
    --------
    >>> plain_names(["keys 20:0", "pads 24:0", "keys 28:0"])
    ['keys', 'pads', 'keys#2']
    """
    counts: dict[str, int] = {}
    found = []
    for name in names:
        short = _ALSA_NUMBERS.sub("", "".join(c for c in name if c.isprintable())).strip()[:LONGEST_NAME]
        counts[short] = counts.get(short, 0) + 1
        found.append(short if counts[short] == 1 else f"{short}#{counts[short]}")
    return found


def find_name(wanted: str, names: Sequence[str]) -> str | None:
    """The plain name that is meant: an equal one, else the first that contains it, without regard to case.

    Examples
    --------
    >>> find_name("kontrol", ["Keys", "nanoKONTROL2"])
    'nanoKONTROL2'
    >>> find_name("keys", ["Keys 88", "keys"])
    'keys'
    """
    plain = plain_names([wanted])[0]
    folded = plain.casefold()
    for one in names:
        if one == plain:
            return one
    for one in names:
        if one.casefold() == folded:
            return one
    return next((one for one in names if folded and folded in one.casefold()), None)
