"""Checks the bar that a generator returned, so that what is wrong with it costs a bar and not the music."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.errors import AdaptiveError
from adaptive.music.note import Note

MOST_NOTES = 1024
"""Notes of a bar.  The kernel files 256 commands in a quantum of 1.3 ms; no music needs a thousand a bar."""

LONGEST_BARS = 16
"""Bars that a note may last."""

LONGEST_PITCH = 40
LARGEST_DENOMINATOR = 1_000_000


class BarError(AdaptiveError):
    """A generator returned something that is no bar; the message says what, as part of a sentence."""


def checked_bar(context: BarContext, returned: object) -> WrittenBar:
    """Return the bar that a generator has returned, if every note of it can be played.

    Parameters
    ----------
    context : BarContext
        The bar that was asked for.
    returned : object
        What the generator returned.

    Raises
    ------
    BarError
        It is no `WrittenBar`, has more than `MOST_NOTES` notes, or one of its notes cannot be played.
    """
    if not isinstance(returned, WrittenBar):
        message = f"returned {_named(returned)} instead of a WrittenBar"
        raise BarError(message)
    if not isinstance(returned.memory, Mapping):
        message = f"returned {_named(returned.memory)} as its memory instead of a mapping"
        raise BarError(message)
    try:
        notes = tuple(islice(returned.notes, MOST_NOTES + 1))
    except TypeError:
        message = f"returned {_named(returned.notes)} as notes instead of a tuple"
        raise BarError(message) from None
    if len(notes) > MOST_NOTES:
        message = f"wrote more than {MOST_NOTES} notes in a bar"
        raise BarError(message)
    for number, note in enumerate(notes, 1):
        wrong = _wrong_with(note, context.beats)
        if wrong:
            message = f"wrote a note that cannot be played (number {number}): {wrong}"
            raise BarError(message)
    return replace(returned, notes=notes)


def _named(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__[:40]}"


def _wrong_with(note: Any, beats: int) -> str:
    """What is wrong with a note of a bar of so many beats; empty: nothing."""
    if not isinstance(note, Note):
        return f"it is {_named(note)}"
    return _no_numbers(note) or _out_of_range(note, beats)


def _no_numbers(note: Any) -> str:
    """Which value of a note has no number or no name in it; empty: none."""
    for name, value in (("onset", note.onset), ("duration", note.duration)):
        if not isinstance(value, Fraction | int) or isinstance(value, bool):
            return f"its {name} is {_named(value)} and must be a Fraction"
        if Fraction(value).denominator > LARGEST_DENOMINATOR:
            return f"its {name} is finer than a millionth of a beat"
    for name, number in (("velocity", note.velocity), ("offset_beats", note.offset_beats)):
        if not isinstance(number, float | int) or not math.isfinite(number):
            return f"its {name} is no finite number"
    if not isinstance(note.pitch, str) or not 0 < len(note.pitch) <= LONGEST_PITCH:
        return "its pitch is no name"
    return ""


def _out_of_range(note: Note, beats: int) -> str:
    if not 0 <= note.onset < beats:
        return f"it begins at beat {_short(note.onset)} of a bar that has 0 to {beats}"
    if not 0 < note.duration <= LONGEST_BARS * beats:
        return f"it lasts {_short(note.duration)} beats"
    if not isinstance(note.midi, int) or not 0 <= note.midi <= 127:
        return "its midi number is not from 0 to 127"
    if not 0.0 <= note.velocity <= 1.0:
        return f"its velocity is {note.velocity:.4g}, and must be from 0 to 1"
    if abs(note.offset_beats) > 1.0:
        return "it is played more than a beat off its onset"
    return ""


def _short(value: Fraction | int) -> str:
    return f"{float(value):.6g}" if -(10**12) < value < 10**12 else "too many"
