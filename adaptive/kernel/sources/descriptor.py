"""What a kind of sound source tells about itself: settings, memory, and its unit.

A sound source plays the notes of an instrument.  Its descriptor is the only place that names its settings:
the keys of a preset, the JSON Schema, the table in the documentation and live edits follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from adaptive.kernel.processors.descriptor import Option, Parameter

DEFAULT_VOICES = 16


class InstrumentSpec(Protocol):
    """An instrument of an engine: a kind of source, the bus it plays on, and its settings."""

    @property
    def kind(self) -> str:
        """Name of its source: a key of `registry.SOURCES`."""

    @property
    def bus(self) -> int:
        """Row of the bus that it plays on."""

    @property
    def voices(self) -> int:
        """Notes that sound at a time."""

    @property
    def fixed(self) -> tuple[object, ...]:
        """What cannot change while it plays; where it differs, an edit gives the instrument another row."""


@dataclass(frozen=True, slots=True)
class NumbersSpec:
    """An instrument that is described by the numbers of its descriptor.

    Parameters
    ----------
    kind : str
        Name of its source.
    bus : int
        Row of the bus that it plays on.
    voices : int
        Notes that sound at a time.
    values : Mapping
        Numbers by name; one that is left out has its default.
    options : tuple of str
        Names of those that cannot change while it plays.
    """

    kind: str
    bus: int
    voices: int = DEFAULT_VOICES
    values: Mapping[str, float] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    @property
    def fixed(self) -> tuple[object, ...]:
        """Kind, voices and options."""
        return (self.kind, self.voices, *(self.values.get(name) for name in self.options))


@dataclass(frozen=True, slots=True)
class FileSpec:
    """An instrument with numbers and with what was read from a file.

    Parameters
    ----------
    kind, bus, voices, values, options
        See `NumbersSpec`.
    material : object
        What its source makes sound of; kept as long as the specification.
    source : tuple
        What tells two files apart.
    """

    kind: str
    bus: int
    voices: int
    values: Mapping[str, float]
    options: tuple[str, ...]
    material: object
    source: tuple[object, ...]

    @property
    def fixed(self) -> tuple[object, ...]:
        """Kind, voices, file and options."""
        return (self.kind, self.voices, *self.source, *(self.values.get(name) for name in self.options))


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text of a sound source, such as the name of a file, that is fixed when the preset is loaded.

    Parameters
    ----------
    name : str
        Key in a preset.
    doc : str
        One sentence for the documentation and for editors.
    is_required : bool
        Whether a preset has to give it.
    may_be_number : bool
        Whether a whole number may stand for it.
    """

    name: str
    doc: str
    is_required: bool = False
    may_be_number: bool = False


@dataclass(frozen=True, slots=True)
class SourceFlag:
    """A choice of a sound source between no, the default, and yes, fixed when the preset is loaded.

    Parameters
    ----------
    name : str
        Key in a preset.
    doc : str
        One sentence for the documentation and for editors.
    """

    name: str
    doc: str


def no_settings(_instrument: Any, _spec: Any, _sample_rate: int) -> None:
    """Write nothing: a source without settings."""


@dataclass(frozen=True, slots=True)
class SoundSource:
    """A kind of sound source.

    Parameters
    ----------
    kind : str
        Its name in a preset.
    doc : str
        What it plays, in one sentence.
    unit : callable
        ``(header_address, instrument_address, 0, 0) -> int32``: renders an instrument for one quantum and
        adds it to its bus.  Compiled for the audio thread.
    instrument : numpy.dtype
        Record of an instrument, made by `source_record.instrument_record`; if that was given the parameters,
        curves and messages may set them.
    voices : numpy.dtype
        Record of sixteen voices, made by `source_record.voice_record`.
    fill : callable
        ``(instrument, spec, sample_rate)``: writes the settings of a `NumbersSpec`, or of a specification of
        its own, into the record; before the first frame, and for live edits while the kernel reads it (single
        words).  Runs in the control thread.
    prepare : callable or None
        ``(voices, spec)``: writes what the unit expects of new voices, apart from zeros and the fields of
        `source_record`.
    parameters, options : tuple
        Numbers that may change while it plays, and that may not.
    texts, flags : tuple
        Texts that an instrument of this kind is made of, and choices between yes and no.
    spare_voices : int
        Voices beyond those that a preset asks for, in which notes fade out whose voice another needs.
    has_patches : bool
        Whether an instrument of this kind may begin with a factory patch.
    plays_drums : bool
        Whether its notes are pieces of a drum kit, which ring out, and not pitches.
    usual_voices : int
        Notes that sound at a time, where a preset does not say it.
    begin : callable or None
        ``(instrument, spec, sample_rate) -> object``: makes what belongs to an instrument, such as memory
        that it shares with others, and writes its addresses; kept as long as the instrument.
    is_instrument : bool
        Whether a preset can name it as an instrument.
    """

    kind: str
    doc: str
    unit: Callable[[int, int, int, int], int]
    instrument: np.dtype[Any]
    voices: np.dtype[Any]
    fill: Callable[[Any, Any, int], None] = no_settings
    prepare: Callable[[Any, Any], None] | None = None
    parameters: tuple[Parameter, ...] = ()
    options: tuple[Option, ...] = ()
    texts: tuple[SourceText, ...] = ()
    flags: tuple[SourceFlag, ...] = ()
    usual_voices: int = DEFAULT_VOICES
    spare_voices: int = 0
    begin: Callable[[Any, Any, int], object] | None = None
    is_instrument: bool = True
    plays_drums: bool = False
    has_patches: bool = True

    @property
    def has_controls(self) -> bool:
        """Whether curves and messages may set its parameters."""
        return "wanted" in (self.instrument.names or ())

    def row_of(self, name: str) -> int:
        """Row of a parameter in the record of an instrument."""
        return [one.name for one in self.parameters].index(name)

    @property
    def settings(self) -> tuple[Option, ...]:
        """Parameters and options."""
        return (*self.parameters, *self.options)

    def numbers(self, spec: NumbersSpec | FileSpec) -> dict[str, float]:
        """The value of every parameter and option of a specification."""
        return {one.name: one.default for one in self.settings} | dict(spec.values)
