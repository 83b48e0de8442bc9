"""Channel orders of Apple's formats: the `chan` chunk of CAF and the `CHAN` chunk of AIFF."""

from __future__ import annotations

import struct

from adaptive.engine.decoding.fold import BITS

_USE_BITMAP = 1 << 16
# The number of the layout, without the count of channels in its lower 16 bits, and the order it means.
_ORDERS: dict[int, tuple[str, ...]] = {
    108: ("L", "R", "Lb", "Rb"),
    113: ("L", "R", "C"),
    114: ("C", "L", "R"),
    115: ("L", "R", "C", "Cb"),
    116: ("C", "L", "R", "Cb"),
    117: ("L", "R", "C", "Ls", "Rs"),
    118: ("L", "R", "Ls", "Rs", "C"),
    119: ("L", "C", "R", "Ls", "Rs"),
    120: ("C", "L", "R", "Ls", "Rs"),
    121: ("L", "R", "C", "LFE", "Ls", "Rs"),
    122: ("L", "R", "Ls", "Rs", "C", "LFE"),
    123: ("L", "C", "R", "Ls", "Rs", "LFE"),
    124: ("C", "L", "R", "Ls", "Rs", "LFE"),
    125: ("L", "R", "C", "LFE", "Ls", "Rs", "Cb"),
    126: ("L", "R", "C", "LFE", "Ls", "Rs", "Lc", "Rc"),
    127: ("C", "Lc", "Rc", "L", "R", "Ls", "Rs", "LFE"),
    128: ("L", "R", "C", "LFE", "Ls", "Rs", "Lb", "Rb"),
}


def caf_order(body: bytes) -> tuple[str, ...]:
    """Return the positions that the content of the chunk names; empty if it names none that we know."""
    if len(body) < 12:
        return ()
    tag, bitmap, described = struct.unpack_from(">3I", body)
    if tag == _USE_BITMAP:
        return tuple(position for bit, position in enumerate(BITS) if bitmap >> bit & 1)
    if tag == 0 and len(body) >= 12 + 20 * described:
        labels = [struct.unpack_from(">I", body, 12 + 20 * index)[0] for index in range(described)]
        return tuple(BITS[label - 1] for label in labels) if all(0 < n <= 18 for n in labels) else ()
    return _ORDERS.get(tag >> 16, ())
