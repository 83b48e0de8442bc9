"""Generators that behave, and some that do not; another process can import them."""

from __future__ import annotations

import math
import os
import time
from fractions import Fraction
from typing import Any

import numpy as np

from adaptive.composer import registry
from adaptive.composer.context import BarContext, Generator, WrittenBar
from adaptive.composer.registry import GeneratorSpec
from adaptive.music.note import Note


def add(name: str, function: Generator, **options: Any) -> GeneratorSpec:
    """Register a generator, as often as a test likes."""
    registry.register(GeneratorSpec(name, function, ("plain",), "pad_warm", **options), replace=True)
    return registry.GENERATORS[name]


def note(midi: int = 60, onset: Fraction = Fraction(0), duration: Fraction = Fraction(1)) -> Note:
    return Note(onset, duration, "C4", midi, 0.8)


def counts(context: BarContext) -> WrittenBar:
    """A note whose pitch counts the bars that the generator remembers."""
    count = int(context.memory.get("count", 0))
    return WrittenBar((note(60 + count % 12),), {"count": count + 1})


def dice(context: BarContext) -> WrittenBar:
    """Another note each time it is asked."""
    return WrittenBar((note(48 + os.urandom(1)[0] % 24),), {"bar": context.bar})


def raises(context: BarContext) -> WrittenBar:
    if context.bar == 2:
        message = "no idea"
        raise ValueError(message)
    return counts(context)


def hangs(context: BarContext) -> WrittenBar:
    while context.bar == 2:
        pass
    return counts(context)


def greedy(context: BarContext) -> WrittenBar:
    if context.bar == 2:
        np.ones(20_000_000_000)
    return counts(context)


def dies(context: BarContext) -> WrittenBar:
    if context.bar == 2:
        os._exit(3)
    return counts(context)


def prints(context: BarContext) -> WrittenBar:
    print("x" * 100_000)  # must not be taken for a reply
    return counts(context)


def endless(_context: BarContext) -> WrittenBar:
    return WrittenBar((note(),) * 1_000_000)


def beyond(_context: BarContext) -> WrittenBar:
    return WrittenBar((note(onset=Fraction(9)),))


def not_a_number(_context: BarContext) -> WrittenBar:
    return WrittenBar((Note(Fraction(0), Fraction(1), "C4", 60, math.nan),))


def nothing(_context: BarContext) -> WrittenBar:
    return None  # type: ignore[return-value]


def slow(context: BarContext) -> WrittenBar:
    time.sleep(0.2)  # it stands for a model that takes its time
    return counts(context)
