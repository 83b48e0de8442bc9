"""What plays a strip, as its layout sees it: how many rows it needs, and of which instrument.

The builder asks every player the same; a new kind of player is a class here and a line in `strip_players`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from adaptive.composer.blend import blend_text
from adaptive.composer.registry import GENERATORS
from adaptive.engine.spec import InstrumentSpec
from adaptive.instruments import kits, patches
from adaptive.preset.schema import InstrumentTable, LayerTable, PresetFile

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
    def voices(self) -> int:
        """Voices that it needs; 0: no row of an instrument."""

    @property
    def reads_files(self) -> bool:
        """Whether it plays recorded files, which say level and pan when a clip starts, and not notes."""

    @property
    def kit(self) -> str | None:
        """Its drum kit."""

    def instruments(self, bus: int) -> Iterator[InstrumentSpec]:
        """Its instrument, if it has one, on the strip with this row."""


@dataclass(frozen=True, slots=True)
class FileStrip:
    """Plays recorded files."""

    clips: int
    voices: int = 0
    reads_files: bool = True
    kit: str | None = None

    def instruments(self, bus: int) -> Iterator[InstrumentSpec]:
        """None."""
        yield from ()


@dataclass(frozen=True, slots=True)
class KitStrip:
    """Plays the strokes of a drum kit."""

    kit: str
    clips: int = CLIPS_A_KIT
    voices: int = 0
    reads_files: bool = False

    def instruments(self, bus: int) -> Iterator[InstrumentSpec]:
        """None."""
        yield from ()


@dataclass(frozen=True, slots=True)
class SynthStrip:
    """Plays notes by a synthesiser."""

    patch: InstrumentTable
    clips: int = 0
    reads_files: bool = False
    kit: str | None = None

    @property
    def voices(self) -> int:
        """Voices of its patch."""
        return patches.instrument_spec(self.patch, 0).voices

    def instruments(self, bus: int) -> Iterator[InstrumentSpec]:
        """The patch."""
        yield patches.instrument_spec(self.patch, bus)


def strip_players(file: PresetFile) -> dict[str, StripPlayer]:
    """What plays each strip of a preset, by the key path of its table."""
    made: dict[str, StripPlayer] = {}
    for name, layer in file.layers.items():
        made[f"layers.{name}"] = _of_instrument(_instrument_of(layer), CLIPS_A_STEM, file)
    for name, stinger in file.stingers.items():
        made[f"stingers.{name}"] = _of_instrument(stinger.instrument, CLIPS_A_STINGER, file)
    for name, bridge in file.bridges.items():
        made[f"bridges.{name}"] = FileStrip(0 if bridge.stem is None else CLIPS_A_BRIDGE)
    for name in file.fills:
        made[f"fills.{name}"] = FileStrip(CLIPS_A_FILL)
    return made


def _instrument_of(table: LayerTable) -> str | None:
    """The instrument or kit of a generated layer; None for a recorded one."""
    if table.generator is None:
        return None
    return table.instrument or GENERATORS[table.generator].instrument_for(blend_text(table.style))


def _of_instrument(name: str | None, clips: int, file: PresetFile) -> StripPlayer:
    """What plays an instrument or a kit; None: files, in so many clips."""
    if name is None:
        return FileStrip(clips)
    if name in kits.KITS:
        return KitStrip(name)
    return SynthStrip(patches.resolve(name, file.instruments))
