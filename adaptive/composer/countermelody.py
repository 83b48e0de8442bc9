"""Countermelody generator: a slower line below the tune, which moves while the tune holds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.plan.counterline import CounterNote
from adaptive.composer.writing import bar_randoms, in_range, meter_of, plain_note, style_of
from adaptive.music.note import Note


def countermelody(context: BarContext) -> WrittenBar:
    """Write a bar of countermelody.

    Parameters
    ----------
    context : BarContext
        A low `density` keeps the notes on chord changes; the higher it is, the more the line moves.

    Returns
    -------
    WrittenBar
        One voice.
    """
    line = STYLES[style_of(context, STYLES, "countermelody")](context)
    randoms = bar_randoms(context, len(line))
    kept = [
        note
        for note, random in zip(line, randoms, strict=True)
        if note.density * (0.3 + 1.7 * random) <= context.density
    ]
    meter = meter_of(context)
    notes: list[Note] = []
    ends = [*(after.onset for after in kept[1:]), meter.length]
    for note, end in zip(kept, ends, strict=False):
        pitch = note.pitch.raised(context.octave)
        pitch = pitch.raised((in_range(pitch.midi) - pitch.midi) // 12)
        loudness = (0.46 + 0.1 * meter.weight(note.onset)) * (0.75 + 0.25 * context.energy)
        notes.append(plain_note(note.onset, min(note.length, end - note.onset), pitch, loudness))
    return WrittenBar(tuple(notes))


def line(context: BarContext) -> list[CounterNote]:
    """Play the line of the plan."""
    return list(context.plan.counterline)


def echo(context: BarContext) -> list[CounterNote]:
    """Play only the second half of each bar of the line: answers to the tune."""
    middle = meter_of(context).middle
    return [note for note in context.plan.counterline if note.onset >= max(middle, Fraction(1, 4))]


STYLES: dict[str, Callable[[BarContext], list[CounterNote]]] = {"line": line, "echo": echo}
