"""`[[speakers]]` of a site file."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from adaptive.preset.table import Name, Table

MAX_CHANNELS = 64
"""Output channels that the engine can have."""

Metres = Annotated[float, Meta(ge=-1000.0, le=1000.0)]
Channel = Annotated[int, Meta(ge=1, le=MAX_CHANNELS)]


class SpeakerTable(Table, frozen=True):
    """`[[speakers]]`: a speaker, the channel that feeds it, and where it stands.

    `at_m` is x to the right, y forward, z up, from the place where one listens.  A `full` speaker takes part
    in panning.  A `sub` gets what lies below `crossover_hz`.  A `direct` one gets the bus, layer or stinger
    that `bus` names, and nothing else.
    """

    channel: Channel
    at_m: tuple[Metres, Metres, Metres] | None = None
    trim_db: Annotated[float, Meta(ge=-60.0, le=12.0)] = 0.0
    delay_ms: Annotated[float, Meta(ge=0.0, le=500.0)] = 0.0
    kind: Literal["full", "sub", "direct"] = "full"
    crossover_hz: Annotated[float, Meta(ge=30.0, le=500.0)] | None = None
    bus: Name | None = None
