"""Checks the points of curves: they rise from left to right, and their values lie in a range."""

from __future__ import annotations

from adaptive.preset.faults import FaultList, KeyPath
from adaptive.preset.table import Curve

Range = tuple[float, float]


def check_points(curve: Curve, at: KeyPath, control: str, limits: Range | None, faults: FaultList) -> None:
    """Add a fault for each point that does not lie to the right of the one before, or out of range.

    Parameters
    ----------
    curve : Curve
        The curve.
    at : KeyPath
        Place of its `points`.
    control : str
        Name of what it controls, for the message.
    limits : (float, float) or None
        Range of its values; None: any.
    faults : FaultList
        Receives the faults.
    """
    for i, (x, y) in enumerate(curve.points):
        if i and x <= curve.points[i - 1][0]:
            before = curve.points[i - 1][0]
            faults.add((*at, i), f"must lie to the right of the point before, got {x:g} after {before:g}")
        check_range(y, (*at, i), control, limits, faults)


def check_range(value: float, at: KeyPath, control: str, limits: Range | None, faults: FaultList) -> None:
    """Add a fault for a value out of range."""
    if limits is not None and not limits[0] <= value <= limits[1]:
        faults.add(at, f"`{control}` must be between {limits[0]:g} and {limits[1]:g}, got {value:g}")
