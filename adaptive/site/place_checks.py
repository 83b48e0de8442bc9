"""What must hold of `[places]`: where this site has the layers and buses of whatever preset plays."""

from __future__ import annotations

from adaptive.preset.curves import check_range
from adaptive.preset.faults import FaultList, KeyPath
from adaptive.preset.placed import AXES, POLAR, RANGES, numbers_of
from adaptive.preset.table import Curve
from adaptive.site.site_file import SiteFile


def check_places(file: SiteFile, faults: FaultList) -> None:
    """Add faults of places: two statements of one thing, numbers out of range, curves."""
    for name, placed in file.places.items():
        at: KeyPath = ("places", name)
        if placed.at_m is not None:
            for key in POLAR:
                if getattr(placed, key) is not None:
                    faults.add((*at, key), "`at_m` says where it is already; leave one out")
        for number, control in numbers_of(placed).items():
            where: KeyPath = (*at, "at_m", AXES.index(number)) if number in AXES else (*at, number)
            if isinstance(control, Curve):
                faults.add(where, "must be a number: a curve over a parameter belongs into the preset")
            else:
                check_range(control, where, number, RANGES[number], faults)
