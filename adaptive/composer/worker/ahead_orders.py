"""What goes between the engine and the process that composes ahead for built-in generators.

Both sides are code of this package, so orders and replies are pickled.  A brief is sent once and then named
by a number: with 64 layers it is longer than all the rest of an order.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from adaptive.composer.context import BarContext
from adaptive.composer.harmony import Harmony
from adaptive.composer.plan.brief import SectionBrief
from adaptive.music.note import Note

MOST_BRIEFS = 128
"""Briefs that both sides know by a number."""

PackedNote = tuple[int, int, int, int, str, int, float, float]
"""Onset and duration as numerator and denominator, pitch, MIDI number, velocity, offset in beats."""

NO_HARMONY = cast("Harmony", None)
"""In an order: the harmony follows from the plan."""


@dataclass(frozen=True, slots=True)
class PartOrder:
    """A part of a plan that is to be worked out: the one that a bar of a section lies in."""

    brief: SectionBrief
    bar: int


@dataclass(frozen=True, slots=True)
class BarOrder:
    """A bar that is to be composed by a built-in generator.

    Parameters
    ----------
    generator : str
        Its name.
    context : BarContext
        What it is told.
    ratio : Fraction
        Beats of the segment for each beat in which it counts.
    """

    generator: str
    context: BarContext
    ratio: Fraction


Order = PartOrder | BarOrder


@dataclass(frozen=True, slots=True)
class AheadReply:
    """The answer to an order.

    Parameters
    ----------
    made : Mapping or None
        Of a part: its stages.  Of a bar: the memory of the generator.  None: it could not be made.
    notes : tuple of PackedNote
        Of a bar: its notes as they are played, in beats of the segment.
    took_s : float
        Processor time of the thread that made it.
    """

    made: Mapping[str, Any] | None
    notes: tuple[PackedNote, ...] = ()
    took_s: float = 0.0


def packed(notes: tuple[Note, ...]) -> tuple[PackedNote, ...]:
    """Return notes as plain values: fractions are slow to pickle."""
    return tuple(
        (
            note.onset.numerator, note.onset.denominator, note.duration.numerator, note.duration.denominator,
            note.pitch, note.midi, note.velocity, note.offset_beats,
        )
        for note in notes
    )  # fmt: skip


def unpacked(notes: tuple[PackedNote, ...]) -> tuple[Note, ...]:
    """Return the notes of plain values."""
    return tuple(
        Note(fraction(over, under), fraction(long, part), pitch, midi, velocity, offset)
        for over, under, long, part, pitch, midi, velocity, offset in notes
    )


@lru_cache(maxsize=4096)
def fraction(numerator: int, denominator: int) -> Fraction:
    """Return a fraction; a few hundred different ones are shared by all notes."""
    return Fraction(numerator, denominator)


PackedOrder = tuple[int, SectionBrief | None, bytes]
"""Number of the brief, the brief if it is new, and the order without it."""


class OrderWriter:
    """Encodes orders for one process."""

    def __init__(self) -> None:
        self._numbers: dict[int, tuple[int, SectionBrief]] = {}

    def encoded(self, orders: Sequence[Order]) -> bytes:
        """Encode orders, each with its brief if the process does not know it."""
        return pickle.dumps([self._packed(order) for order in orders], protocol=5)

    def _packed(self, order: Order) -> PackedOrder:
        brief = order.brief if isinstance(order, PartOrder) else order.context.plan.part.brief
        number, is_new = self._number(brief)
        if isinstance(order, BarOrder):
            order = replace(order, context=replace(order.context, harmony=NO_HARMONY))
        out = io.BytesIO()
        _Pickler(out, brief, number).dump(order)
        return number, brief if is_new else None, out.getvalue()

    def _number(self, brief: SectionBrief) -> tuple[int, bool]:
        known = self._numbers.get(id(brief))
        if known is not None:
            return known[0], False
        if len(self._numbers) == MOST_BRIEFS:
            self._numbers.clear()
        number = len(self._numbers)
        self._numbers[id(brief)] = (number, brief)
        return number, True


class OrderReader:
    """Decodes orders, in the process that composes."""

    def __init__(self) -> None:
        self._briefs: dict[int, SectionBrief] = {}

    def decoded(self, message: bytes) -> Iterator[Order]:
        """Decode orders, one after another."""
        packed_orders: list[PackedOrder] = pickle.loads(message)
        return map(self._unpacked, packed_orders)

    def _unpacked(self, packed_order: PackedOrder) -> Order:
        number, brief, body = packed_order
        if brief is not None:
            self._briefs[number] = brief
        order: Order = _Unpickler(io.BytesIO(body), self._briefs[number]).load()
        if isinstance(order, BarOrder):
            context = order.context
            return replace(order, context=replace(context, harmony=context.plan.harmony))
        return order


class _Pickler(pickle.Pickler):
    """Writes a number in place of the brief."""

    def __init__(self, out: io.BytesIO, brief: SectionBrief, number: int) -> None:
        super().__init__(out, protocol=5)
        self._brief, self._number = brief, number

    def persistent_id(self, obj: object) -> int | None:
        """The number of the brief; None for anything else."""
        return self._number if obj is self._brief else None


class _Unpickler(pickle.Unpickler):
    """Reads the brief by its number."""

    def __init__(self, body: io.BytesIO, brief: SectionBrief) -> None:
        super().__init__(body)
        self._brief = brief

    def persistent_load(self, pid: Any) -> SectionBrief:
        """The brief of the order."""
        return self._brief
