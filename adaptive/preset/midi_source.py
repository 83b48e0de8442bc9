"""What an input listens to on a MIDI port: the key `midi` of `[[inputs]]`, such as ``cc 7``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adaptive.errors import InputError
from adaptive.preset.faults import nearest

Kind = Literal[
    "cc", "cc14", "nrpn", "rpn", "bend", "pressure", "key_pressure", "program", "note", "notes", "clock"
]

HIGHEST: dict[str, int] = {
    "cc": 127, "cc14": 31, "nrpn": 16383, "rpn": 16382, "key_pressure": 127, "note": 127,
}  # fmt: skip
"""Highest number of each kind that needs one; a coarse controller of 14 bits is one of 0 to 31."""

ALONE = ("bend", "pressure", "program", "notes", "clock")
"""Kinds that have no number."""

FULL_RANGE: dict[str, tuple[float, float]] = {
    "cc": (0.0, 127.0), "cc14": (0.0, 16383.0), "nrpn": (0.0, 16383.0), "rpn": (0.0, 16383.0),
    "bend": (-8192.0, 8191.0), "pressure": (0.0, 127.0), "key_pressure": (0.0, 127.0),
    "program": (0.0, 127.0), "note": (0.0, 127.0),
}  # fmt: skip
"""What each kind sends at most, as numbers of the MIDI message."""


@dataclass(frozen=True, slots=True)
class MidiSource:
    """A control of a MIDI device.

    Parameters
    ----------
    kind : str
        ``cc``, ``cc14`` (a pair of 14 bits), ``nrpn``, ``rpn``, ``bend``, ``pressure`` (of a channel),
        ``key_pressure``, ``program``, ``note``, ``notes`` (all keys) or ``clock``.
    number : int or None
        Number of the controller, parameter or key.
    """

    kind: Kind
    number: int | None = None

    def __str__(self) -> str:
        """As it is written in a preset."""
        return self.kind if self.number is None else f"{self.kind} {self.number}"

    @classmethod
    def parse(cls, text: str) -> MidiSource:
        """Read what is written in a preset.

        Raises
        ------
        InputError
            It names no control.

        Examples
        --------
        >>> MidiSource.parse("cc 7")
        MidiSource(kind='cc', number=7)
        >>> str(MidiSource.parse("bend"))
        'bend'
        """
        kind, _, number = text.strip().partition(" ")
        if kind in ALONE:
            if number.strip():
                message = f"`{kind}` has no number"
                raise InputError(message)
            return cls(kind)  # type: ignore[arg-type]
        if kind not in HIGHEST:
            known = [*HIGHEST, *ALONE]
            near = nearest(kind, known)
            meant = f" (did you mean `{near}`?)" if near else ""
            message = f"`{text}` names no control: the first word is one of {', '.join(known)}{meant}"
            raise InputError(message)
        digits = number.strip()
        highest = HIGHEST[kind]
        if not digits.isascii() or not digits.isdigit() or len(digits) > 5 or int(digits) > highest:
            message = f"`{kind}` needs a number from 0 to {highest}, such as `{kind} 1`"
            raise InputError(message)
        return cls(kind, int(digits))  # type: ignore[arg-type]
