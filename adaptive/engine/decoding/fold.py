"""Folds surround channels down to two, by ITU-R BS.775: centre and surrounds at -3 dB, no LFE.

Which channel is which is told by the file's channel mask (the bits of WAVE_FORMAT_EXTENSIBLE), else by the
order that its format defines for its number of channels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Audio = np.ndarray[Any, np.dtype[np.float32]]

_HALF = math.sqrt(0.5)
_NEAR, _FAR = math.cos(math.pi / 8), math.sin(math.pi / 8)
# Position: name in sentences, gain in the left and in the right channel, in the order of the mask's bits.
# A single channel behind is shared by both sides at -6 dB, as BS.775 has it for 3/1.
_POSITIONS: dict[str, tuple[str, float, float]] = {
    "L": ("left", 1.0, 0.0),
    "R": ("right", 0.0, 1.0),
    "C": ("centre", _HALF, _HALF),
    "LFE": ("LFE", 0.0, 0.0),
    "Lb": ("back left", _HALF, 0.0),
    "Rb": ("back right", 0.0, _HALF),
    "Lc": ("left of centre", _NEAR, _FAR),
    "Rc": ("right of centre", _FAR, _NEAR),
    "Cb": ("back centre", 0.5, 0.5),
    "Ls": ("side left", _HALF, 0.0),
    "Rs": ("side right", 0.0, _HALF),
    "T": ("top", 0.5, 0.5),
    "TL": ("top left", _HALF, 0.0),
    "TC": ("top centre", 0.5, 0.5),
    "TR": ("top right", 0.0, _HALF),
    "TLb": ("top back left", _HALF, 0.0),
    "TCb": ("top back centre", 0.5, 0.5),
    "TRb": ("top back right", 0.0, _HALF),
}
BITS = tuple(_POSITIONS)
"""Position of each bit of a channel mask, lowest bit first."""

WAVE_ORDER: dict[int, tuple[str, ...]] = {
    3: ("L", "R", "C"),
    4: ("L", "R", "Lb", "Rb"),
    5: ("L", "R", "C", "Lb", "Rb"),
    6: ("L", "R", "C", "LFE", "Lb", "Rb"),
    7: ("L", "R", "C", "LFE", "Cb", "Ls", "Rs"),
    8: ("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs"),
}
"""Order of WAV and FLAC by the number of channels; also taken for formats that define none."""

VORBIS_ORDER: dict[int, tuple[str, ...]] = {
    3: ("L", "C", "R"),
    4: ("L", "R", "Lb", "Rb"),
    5: ("L", "C", "R", "Lb", "Rb"),
    6: ("L", "C", "R", "Lb", "Rb", "LFE"),
    7: ("L", "C", "R", "Ls", "Rs", "Cb", "LFE"),
    8: ("L", "C", "R", "Ls", "Rs", "Lb", "Rb", "LFE"),
}
"""Order of Vorbis and Opus."""


def of_mask(mask: int, channels: int) -> tuple[str, ...]:
    """Return the positions of a mask; empty if it does not name as many as there are channels."""
    named = tuple(position for bit, position in enumerate(BITS) if mask >> bit & 1)
    return named if len(named) == channels else ()


def positions(
    channels: int, mask: int = 0, order: Sequence[str] = (), is_vorbis: bool = False
) -> tuple[str, ...]:
    """Return the position of each channel, in the file's order; empty if nobody defines them."""
    if len(order) == channels:
        return tuple(order)
    standard = VORBIS_ORDER if is_vorbis else WAVE_ORDER
    return of_mask(mask, channels) or standard.get(channels, ())


def gains(channels: int, at: Sequence[str]) -> Audio:
    """Return the gains of a fold, shape (2, channels).

    Channels without a position go in turn to the left and to the right, with a gain that keeps the power of
    uncorrelated channels.
    """
    if at:
        return np.array([_POSITIONS[position][1:] for position in at], np.float32).T
    found = np.zeros((2, channels), np.float32)
    found[0, 0::2] = found[1, 1::2] = 1.0 / math.sqrt(channels / 2)
    return found


PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "front": (("L", "R"),),
    "centre": (("C", "C"),),
    "lfe": (("LFE", "LFE"),),
    "surround": (("Ls", "Rs"), ("Lb", "Rb")),
    "back": (("Lb", "Rb"),),
}
"""Channels that are read as the left and the right side, by name; the first pair that a file has counts."""


def picked(at: Sequence[str], pair: str) -> Audio | None:
    """Return the gains, shape (2, channels), that pick a pair of channels; None: the file has no such pair.

    Of a file with one pair at the sides or behind, that pair is its surround, and it has no back.
    """
    has_sides = "Ls" in at
    if pair == "back" and not has_sides:
        return None
    for left, right in PAIRS[pair]:
        if left in at and right in at:
            found = np.zeros((2, len(at)), np.float32)
            found[0, at.index(left)] = found[1, at.index(right)] = 1.0
            return found
    return None


def fold(block: Audio, gain: Audio) -> Audio:
    """Fold a block of shape (frames, channels) to shape (2, frames)."""
    folded: Audio = gain @ block.T
    return folded


def told(channels: int, at: Sequence[str]) -> str:
    """Return the sentence about a fold."""
    if not at:
        return (
            f"has {channels} channels and does not say where they belong: folded down to two, "
            "in turn left and right; bounce it to stereo if that is wrong"
        )
    names = ", ".join(_POSITIONS[position][0] for position in at)
    without = "; the LFE is left out" if "LFE" in at else ""
    return f"has {channels} channels ({names}): folded down to two by ITU-R BS.775{without}"
