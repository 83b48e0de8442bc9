"""What plays a strip, as its layout sees it: how many rows it needs, and which instrument.

The builder asks every player the same; it never asks for the kind of an instrument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adaptive.composer.blend import blend_text
from adaptive.composer.registry import GENERATORS
from adaptive.instruments import kits
from adaptive.instruments.incoming import StreamTable, stream_of
from adaptive.instruments.kinds import instrument_spec, table_of
from adaptive.instruments.songs import plays_programs, song_spec
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.preset.instrument_tables import AnyInstrumentTable
from adaptive.preset.mixer import kinds
from adaptive.preset.placed import places
from adaptive.preset.schema import LayerTable, PresetFile
from adaptive.preset.song import read_song
from adaptive.preset.song_layers import channels_of

CLIPS_A_STEM = 6
"""The pass that plays, one that fades out, two tails, and two planned entries (after and before a bridge)."""

CLIPS_A_KIT = 16
CLIPS_A_STINGER = 8
CLIPS_A_FILL = 2
CLIPS_A_BRIDGE = 3


class StripPlayer(Protocol):
    """What plays a strip."""

    @property
    def clips(self) -> int:
        """Rows of clips that it needs."""

    @property
    def reads_files(self) -> bool:
        """Whether it plays recorded files, which say level and pan when a clip starts, and not notes."""

    @property
    def player(self) -> str:
        """What plays its notes, see `LayerPlace.player`; empty: it plays none."""

    @property
    def kit(self) -> str | None:
        """Its drum kit."""

    @property
    def units(self) -> set[str]:
        """Units of the kernel that it needs."""

    def instrument(self, bus: int) -> InstrumentSpec | None:
        """Its instrument, if it has one, on the strip with this row."""


@dataclass(frozen=True, slots=True)
class ClipStrip:
    """Plays clips: recorded files, or the strokes of a drum kit."""

    clips: int
    reads_files: bool = True
    player: str = ""
    kit: str | None = None

    @property
    def units(self) -> set[str]:
        """That of clips."""
        return {"clips"} if self.clips else set()

    def instrument(self, bus: int) -> None:
        """None."""


@dataclass(frozen=True, slots=True)
class InstrumentStrip:
    """Plays the notes of an instrument; its files are found from the folder of the preset."""

    table: AnyInstrumentTable
    folder: Path
    clips: int = 0
    reads_files: bool = False
    kit: str | None = None

    @property
    def player(self) -> str:
        """The kind of its source."""
        return self.table.kind

    @property
    def units(self) -> set[str]:
        """That of its source."""
        return self.table.units if isinstance(self.table, StreamTable) else {self.table.kind}

    def instrument(self, bus: int) -> InstrumentSpec:
        """Its instrument."""
        return instrument_spec(self.table, bus, self.folder)


@dataclass(frozen=True, slots=True)
class SongStrip(InstrumentStrip):
    """Plays all channels of a MIDI file by a SoundFont."""

    song: str = ""
    channels: frozenset[int] = frozenset()

    @property
    def player(self) -> str:
        """The player of songs, where the programs of the file are played, and else the kind of its source."""
        return "song" if plays_programs(self.table) else self.table.kind

    def instrument(self, bus: int) -> InstrumentSpec:
        """Its instrument, with the programs of the file."""
        return song_spec(self.table, bus, self.folder, read_song(self.folder / self.song), self.channels)


def strip_players(file: PresetFile, folder: Path = Path()) -> dict[str, StripPlayer]:
    """What plays each strip of a preset, by the key path of its table."""
    made: dict[str, StripPlayer] = {}
    for name, layer in file.layers.items():
        strip = _of_instrument(instrument_of(layer), CLIPS_A_STEM, file, folder)
        if layer.midi is not None and isinstance(strip, InstrumentStrip):
            strip = SongStrip(strip.table, folder, song=layer.midi, channels=channels_of(layer))
        made[f"layers.{name}"] = strip
    for name, stinger in file.stingers.items():
        made[f"stingers.{name}"] = _of_instrument(stinger.instrument, CLIPS_A_STINGER, file, folder)
    for name, bridge in file.bridges.items():
        made[f"bridges.{name}"] = ClipStrip(0 if bridge.stem is None else CLIPS_A_BRIDGE)
    for name in file.fills:
        made[f"fills.{name}"] = ClipStrip(CLIPS_A_FILL)
    return made


def samplers_of(players: Mapping[str, StripPlayer]) -> dict[str, InstrumentSpec | None]:
    """The sampler of each strip that has one."""
    return {
        strip: player.instrument(0)
        for strip, player in players.items()
        if isinstance(player, InstrumentStrip) and player.table.kind == "sampler"
    }


def kinds_used(file: PresetFile) -> set[str]:
    """The optional units of the kernel that a preset uses: of processors, places, what plays its strips."""
    panner = set() if next(places(file), None) is None else {"panner"}
    return kinds(file) | panner | {unit for player in strip_players(file).values() for unit in player.units}


def instrument_of(table: LayerTable) -> str | AnyInstrumentTable | None:
    """The instrument or kit of a generated layer, or the stream of one that comes in; None: recorded."""
    if table.input is not None or table.pyo is not None:
        return stream_of(table)
    if table.generator is None:
        return None
    return table.instrument or GENERATORS[table.generator].instrument_for(blend_text(table.style))


def _of_instrument(
    instrument: str | AnyInstrumentTable | None, clips: int, file: PresetFile, folder: Path
) -> StripPlayer:
    """What plays an instrument or a kit; None: files, in so many clips."""
    if instrument is None:
        return ClipStrip(clips)
    if isinstance(instrument, str) and instrument in kits.KITS:
        return ClipStrip(CLIPS_A_KIT, reads_files=False, player="kit", kit=instrument)
    return InstrumentStrip(table_of(instrument, file.instruments), folder)
