"""What a kind of processor tells about itself: parameters, memory, latency, tail, and its unit.

A processor is an insert effect of a strip or a bus.  Its descriptor is the only place that names its
parameters: the keys of a preset, the JSON Schema, the table in the documentation, curves, live edits and
saving follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Values = Mapping[str, float]
"""A value for each parameter and each option of a processor, in their units."""

Law = Literal["linear", "logarithmic"]


@dataclass(frozen=True, slots=True)
class Option:
    """A number of a processor that is fixed when the preset is loaded, because its memory depends on it.

    Parameters
    ----------
    name : str
        Key in a preset; ends with its unit where it has one (``low_db``).
    low, high, default : float
        Range and default, in its unit.
    doc : str
        One sentence for the documentation and for editors.
    """

    name: str
    low: float
    high: float
    default: float
    doc: str


@dataclass(frozen=True, slots=True)
class Parameter(Option):
    """A number of a processor that may change while it plays.

    It has what an `Option` has, and the law along which a change moves.
    """

    law: Law = "linear"
    """``"linear"``, or ``"logarithmic"`` for frequencies and times."""


class NamedOption(Option):
    """An option with names: its number is the index of one.

    Parameters
    ----------
    name : str
        Key in a preset.
    choices : tuple of str
        The names.
    default : str
        One of them.
    doc : str
        One sentence for the documentation and for editors.
    """

    __slots__ = ("choices",)

    def __init__(self, name: str, choices: tuple[str, ...], default: str, doc: str) -> None:
        super().__init__(name, 0.0, len(choices) - 1.0, float(choices.index(default)), doc)
        object.__setattr__(self, "choices", choices)

    choices: tuple[str, ...]


def _nothing(_rate: int, _values: Values) -> int:
    return 0


def _at_once(_values: Values) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Processor:
    """A kind of processor.

    Parameters
    ----------
    kind : str
        Its name in a preset.
    doc : str
        What it does, in one sentence.
    unit : callable
        ``(header_address, group_address, columns, 0) -> int32``: processes, for one quantum, the columns of
        a group whose bits are set in `columns`.  Compiled for the audio thread.
    group : numpy.dtype
        Record of a group of eight columns, made by `insert_record.insert_group`.
    parameters, options : tuple
        What can be set while it plays, and what cannot.
    memory_frames : callable
        ``(sample_rate, values) -> int``: float32 numbers that one column needs beside its record.
    latency_frames : callable
        ``(sample_rate, values) -> int``: frames by which its output is late, bypassed or not.  It may depend
        on options only: the paths beside it are delayed to match when the preset is loaded.
    tail_s : callable
        ``(values) -> float``: time in which its output falls by 60 dB after its input has ended.
    gap_s : callable
        ``(values) -> float``: longest silence within its output; it rests after a longer one.
    prepare : callable or None
        ``(group, column, sample_rate, values)``: writes what the unit expects of a new column, apart from
        the fields of `insert_record` and zeros.  Runs in the control thread.
    fill_memory : callable or None
        ``(memory, sample_rate, values)``: writes tables to the numbers of a new column, a float32 array of
        ``memory_frames``, which is zero otherwise.  Runs in the control thread.
    memory_of : callable or None
        ``(response) -> array``: the memory of a column that convolves with a recording, float32, shape
        (2, frames), in place of `memory_frames`.  Its table in a preset then has the key ``file``, and
        `values` have ``response_frames`` and ``response_s``.
    needs_tempo : bool
        Whether it reads the tempo from the header.
    has_key : bool
        Whether it can listen to another bus (a side-chain): its group then has the fields of
        `side_chain.KEY_FIELDS`, and its table in a preset the key ``key``.
    """

    kind: str
    doc: str
    unit: Callable[[int, int, int, int], int]
    group: np.dtype[Any]
    parameters: tuple[Parameter, ...]
    options: tuple[Option, ...] = ()
    memory_frames: Callable[[int, Values], int] = _nothing
    latency_frames: Callable[[int, Values], int] = _nothing
    tail_s: Callable[[Values], float] = _at_once
    gap_s: Callable[[Values], float] = _at_once
    prepare: Callable[[Any, int, int, Values], None] | None = None
    fill_memory: Callable[[Any, int, Values], None] | None = None
    memory_of: Callable[[Any], Any] | None = None
    needs_tempo: bool = False
    has_key: bool = False

    @property
    def settings(self) -> tuple[Option, ...]:
        """Parameters and options."""
        return (*self.parameters, *self.options)

    def defaults(self) -> dict[str, float]:
        """The default of every parameter and option."""
        return {one.name: one.default for one in self.settings}

    def index_of(self, name: str) -> int:
        """Row of a parameter in the records of a group."""
        return [parameter.name for parameter in self.parameters].index(name)
