"""The tables of instruments: that of the synthesiser, and those made from the descriptors of sound sources.

A table that is made has a key for each text, number and flag of its source.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, cast

import msgspec
from msgspec import Meta

from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter
from adaptive.kernel.sources.descriptor import SoundSource, SourceText
from adaptive.kernel.sources.registry import SOURCES
from adaptive.preset.table import Curve, Level, Name, NonNegative, Table

DRUM_BANK = 128
"""Bank of a SoundFont in which the programs are drum kits."""

Voices = Annotated[int, Meta(gt=0, le=256)]


class AnyInstrumentTable(Protocol):
    """An instrument of any kind."""

    @property
    def kind(self) -> str:
        """Name of its sound source."""

    @property
    def voices(self) -> int:
        """Notes that sound at a time."""

    @property
    def plays_drums(self) -> bool:
        """Whether its keys are pieces of a drum kit, and not pitches."""


class Envelope(Table, frozen=True):
    """An envelope: attack, decay and release in milliseconds, sustain as a level from 0 to 1."""

    attack_ms: NonNegative = 5.0
    decay_ms: NonNegative = 100.0
    sustain: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0
    release_ms: NonNegative = 100.0


class OscillatorTable(Table, frozen=True):
    """One of the two oscillators of a voice."""

    shape: Literal["saw", "pulse", "triangle", "sine", "noise"] = "saw"
    level: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0
    semitones: Annotated[float, Meta(ge=-36.0, le=36.0)] = 0.0
    detune_cents: Annotated[float, Meta(ge=-100.0, le=100.0)] = 0.0
    width: Annotated[float, Meta(ge=0.05, le=0.95)] = 0.5


class LfoTable(Table, frozen=True):
    """The low-frequency oscillator of a voice, and how far it moves pitch, cutoff and level."""

    rate_hz: Annotated[float, Meta(gt=0.0, le=40.0)] = 5.0
    pitch_cents: Annotated[float, Meta(ge=0.0, le=1200.0)] = 0.0
    cutoff_octaves: Annotated[float, Meta(ge=0.0, le=4.0)] = 0.0
    level: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    delay_ms: NonNegative = 0.0


class InstrumentTable(Table, frozen=True, tag_field="kind", tag="synth"):
    """`[instruments.NAME]`: a synthesiser patch; `base` names a built-in patch to start from."""

    base: Name | None = None
    oscillator_1: OscillatorTable = msgspec.field(default_factory=OscillatorTable)
    oscillator_2: OscillatorTable = msgspec.field(default_factory=lambda: OscillatorTable(level=0.0))
    cutoff_hz: Annotated[float, Meta(ge=20.0, le=20000.0)] = 8000.0
    resonance: Annotated[float, Meta(ge=0.0, le=0.98)] = 0.1
    filter: Literal["low_pass", "band_pass", "high_pass"] = "low_pass"
    key_track: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.3
    filter_octaves: Annotated[float, Meta(ge=-8.0, le=8.0)] = 0.0
    velocity_octaves: Annotated[float, Meta(ge=0.0, le=4.0)] = 1.0
    amplitude: Envelope = msgspec.field(default_factory=Envelope)
    modulation: Envelope = msgspec.field(default_factory=Envelope)
    lfo: LfoTable = msgspec.field(default_factory=LfoTable)
    level_db: Level = 0.0
    spread: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.3
    voices: Annotated[int, Meta(gt=0, le=256)] = 16

    @property
    def kind(self) -> str:
        """Name of its sound source."""
        return "synth"

    @property
    def plays_drums(self) -> bool:
        """False."""
        return False


class SourceTable(Table, frozen=True):
    """An instrument that is played by a sound source: what all kinds have in common."""

    if TYPE_CHECKING:
        voices: int  # a field of each table that is made

    @property
    def kind(self) -> str:
        """Name of its sound source."""
        return str(self.__struct_config__.tag)

    @property
    def plays_drums(self) -> bool:
        """Whether its source plays drums, or it names the bank of drum kits."""
        return SOURCES[self.kind].plays_drums or bool(getattr(self, "bank", 0.0) == DRUM_BANK)

    def numbers(self) -> dict[str, float]:
        """Its numbers, by name: of a choice its index, of a curve the value of its first point."""
        return {one.name: _plain(one, getattr(self, one.name)) for one in SOURCES[self.kind].settings}

    def controls(self) -> dict[str, float | Curve]:
        """The number or the curve of each parameter that curves and messages may set."""
        source = SOURCES[self.kind]
        return {one.name: getattr(self, one.name) for one in source.parameters if source.has_controls}

    def curves(self) -> dict[str, Curve]:
        """The curves among its parameters."""
        return {name: value for name, value in self.controls().items() if isinstance(value, Curve)}


def _plain(option: Option, value: Any) -> float:
    if isinstance(option, NamedOption):
        return float(option.choices.index(value))
    return float(value.points[0][1] if isinstance(value, Curve) else value)


def _number(option: Option, has_controls: bool) -> tuple[str, Any, float | str]:
    if isinstance(option, NamedOption):
        return option.name, Literal[option.choices], option.choices[round(option.default)]
    number: Any = Annotated[float, Meta(ge=option.low, le=option.high)]
    is_control = has_controls and isinstance(option, Parameter)
    return option.name, number | Curve if is_control else number, option.default


def _text(text: SourceText) -> tuple[Any, ...]:
    kind: Any = Annotated[str, Meta(min_length=1, max_length=1024)]
    if text.may_be_number:
        kind = kind | Annotated[int, Meta(ge=0, le=65535)]
    return (text.name, kind) if text.is_required else (text.name, kind | None, None)


def source_table(source: SoundSource) -> type[SourceTable]:
    """The table of a kind, made from its descriptor."""
    needed = "".join(f', {one.name} = "…"' for one in source.texts if one.is_required)
    made: Any = msgspec.defstruct(
        f"{source.kind.title().replace('_', '')}Instrument",
        [
            *map(_text, source.texts),
            *(_number(one, source.has_controls) for one in source.settings),
            *((one.name, bool, False) for one in source.flags),
            ("voices", Voices, source.usual_voices),
            *([("base", Name | None, None)] if source.has_controls and source.has_patches else []),
        ],
        bases=(SourceTable,),
        tag_field="kind",
        tag=source.kind,
        frozen=True,
        namespace={
            "__doc__": f'`{{ kind = "{source.kind}"{needed} }}`: {source.doc[0].lower()}{source.doc[1:]}'
        },
        module=__name__,
    )
    return cast("type[SourceTable]", made)


SOURCE_TABLES: dict[str, type[SourceTable]] = {
    kind: source_table(source) for kind, source in SOURCES.items() if kind != "synth" and source.is_instrument
}
"""The tables that are made, by kind."""

Instrument: Any = functools.reduce(operator.or_, SOURCE_TABLES.values(), InstrumentTable)
"""An instrument of any kind; `kind` says which.  Left out, it is the kind that has most of the keys."""
