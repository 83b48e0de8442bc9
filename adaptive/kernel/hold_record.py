"""Memory of a cell that is held: a number of the mixer that a message has set in place of the preset's."""

from __future__ import annotations

from adaptive.kernel.layout import record


def _ramp(name: str) -> list[tuple[str, str]]:
    return [
        (f"{name}_from", "f4"), (f"{name}_to", "f4"), (f"{name}_start", "i8"), (f"{name}_frames", "i8"),
    ]  # fmt: skip


HOLD = record(
    [
        ("cell", "i8"),  # address of the float32 that is held
        ("next", "i4"),  # row of the next cell that is held, or of the next free row; -1: none
        ("has_curve", "i4"),  # 1: a curve writes the cell in every quantum
        ("is_ratio", "i4"),  # 1: it moves along ratios, as frequencies and times do
        ("is_angle", "i4"),  # 1: it moves the short way round a circle of 360 degrees
        ("own", "f4"),  # what the preset says: its number, or the curve at the end of this quantum
        *_ramp("held"),
        *_ramp("factor"),  # what is its own is multiplied by it: levels that snapshots add, as a gain
        *_ramp("share"),  # of the held value: 0 the preset's alone, 1 the held one alone
    ]
)
