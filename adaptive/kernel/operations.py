"""What each operation of a command is for: the kind of object that its target is a row of.

The dispatch in the kernel and the check of a commit both follow from this table.
"""

from __future__ import annotations

from adaptive.kernel import layout as k

NOBODY, CLIP, INSTRUMENT, BUS, PARAMETER = range(5)
"""Kinds of targets; `NOBODY`: there is only one, such as the master, or none."""

OPERATIONS = {
    k.CLIP_START: CLIP, k.CLIP_GAIN: CLIP, k.CLIP_STOP: CLIP, k.CLIP_RELEASE: CLIP, k.CLIP_PAN: CLIP,
    k.CLIP_TEMPO: CLIP, k.CLIP_CUTOFF: CLIP,
    k.NOTE_ON: INSTRUMENT, k.NOTE_OFF: INSTRUMENT, k.INSTRUMENT_FADE: INSTRUMENT,
    k.INSTRUMENT_RELEASE: INSTRUMENT, k.INSTRUMENT_CONTROL: INSTRUMENT,
    k.BUS_GAIN: BUS, k.BUS_DUCK: BUS, k.BUS_PAN: BUS, k.BUS_CUTOFF: BUS,
    k.MASTER_GAIN: NOBODY, k.CELL_HOLD: NOBODY, k.SET_PARAMETER: PARAMETER, k.SET_TEMPO: NOBODY,
    k.SET_CADENCE: PARAMETER, k.WITHDRAW: NOBODY,
}  # fmt: skip
"""Every operation, with the kind of its target."""

TARGETS = (NOBODY, *(OPERATIONS[number] for number in range(1, k.WITHDRAW + 1)))
"""The same by number; there is no operation 0."""


def _bits(kind: int) -> int:
    return sum(1 << number for number, target in OPERATIONS.items() if target == kind)


OF_CLIPS, OF_INSTRUMENTS, OF_BUSES = _bits(CLIP), _bits(INSTRUMENT), _bits(BUS)
"""Bit n is set if operation n has a target of the kind: compiled code that indexes a tuple could raise."""
