"""`placed`: where a layer, a stinger or a bus is heard."""

from __future__ import annotations

from typing import Literal

from adaptive.preset.table import Control, Table

ChannelPair = Literal["front", "centre", "lfe", "surround", "back"]
"""The channels of a surround file that a layer plays."""


class PlacedTable(Table, frozen=True):
    """`placed = { … }`: where a strip or a bus is heard, in numbers or curves; `docs/space.md` defines each.

    Give a direction (`azimuth_deg`, to the right positive, `elevation_deg`, `distance_m`), or `at_m`: metres
    right, forward and up from where one listens.
    """

    azimuth_deg: Control | None = None
    elevation_deg: Control | None = None
    distance_m: Control | None = None
    at_m: tuple[Control, Control, Control] | None = None
    width_deg: Control | None = None
    panning: Literal["direction", "distance"] = "direction"
