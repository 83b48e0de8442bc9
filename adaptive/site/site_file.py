"""The site file, key by key, as typed and frozen structs.

The field names are the keys of the file; ``docs/space.md`` describes them.  A table is one file of this
package and one field here; what must hold beyond types and ranges is one of `adaptive.site.load.CHECKS`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from adaptive.preset.placed_table import PlacedTable
from adaptive.preset.schema import InputTable
from adaptive.preset.table import Name, Table
from adaptive.site.hours_table import HoursTable
from adaptive.site.network_tables import OscOutTable, OscQueryTable, OscTable, TrustTable
from adaptive.site.speaker_table import Channel, SpeakerTable


class SiteFile(Table, frozen=True, kw_only=True):
    """A site file: the whole of it.

    Without `device` the system's default device plays, without `channels` as many as the speakers need.  No
    sample of any channel is louder than `max_level_db`, whatever is asked for.  With `seed = "day"` chance is
    that of the date on which the music begins.  `inputs` act beside those of the preset.  `[places.NAME]` is
    where a layer, stinger, bridge, fill or bus of that name is heard, whatever its preset says.
    """

    schema: Literal[1] = 1
    device: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    channels: Channel | None = None
    max_level_db: Annotated[float, Meta(ge=-60.0, le=0.0)] | None = None
    output_latency_ms: Annotated[float, Meta(ge=0.0, le=2000.0)] = 0.0
    seed: Annotated[int, Meta(ge=0, le=2**53 - 1)] | Literal["day"] | None = None
    osc: OscTable = msgspec.field(default_factory=OscTable)
    oscquery: OscQueryTable = msgspec.field(default_factory=OscQueryTable)
    osc_out: Annotated[tuple[OscOutTable, ...], Meta(max_length=32)] = ()
    inputs: Annotated[tuple[InputTable, ...], Meta(max_length=1000)] = ()
    hours: HoursTable | None = None
    trust: TrustTable = msgspec.field(default_factory=TrustTable)
    speakers: tuple[SpeakerTable, ...] = ()
    places: dict[Name, PlacedTable] = msgspec.field(default_factory=dict)

    @property
    def channels_needed(self) -> int:
        """Channels that the engine renders for this place: those it asks for, at least two."""
        named = max((one.channel for one in self.speakers), default=2)
        return max(2, self.channels or named)
