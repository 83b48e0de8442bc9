"""Ostinato generator: a short figure that goes on through the theme and bends to its chords."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.euclid import euclid
from adaptive.composer.writing import MOTIF, chord_spans, meter_of, pitch_in, plain_note, style_of
from adaptive.music.note import Note
from adaptive.music.voicing import voice

LOW, HIGH = 52, 71
"""Range, E3 to B4; it ends below the tune."""

FIGURE = 8
"""Most notes of the figure before it repeats."""


def ostinato(context: BarContext) -> WrittenBar:
    """Write a bar of the figure.

    Parameters
    ----------
    context : BarContext
        `density` is the number of notes in a bar; the rhythm is Euclidean.

    Returns
    -------
    WrittenBar
        One voice.
    """
    grid, ranks = STYLES[style_of(context, STYLES, "ostinato")](context)
    meter = meter_of(context)
    high = max(LOW + 12, min(HIGH, min(context.plan.part.ceilings)))
    places = _places(grid, max(1, round(context.density * len(grid))))
    ends = [*places[1:], meter.length]
    notes: list[Note] = []
    for start, end, chord, _ in chord_spans(context):
        tones = voice(chord, (), low=LOW, high=high, voices=3)
        for index, (place, until) in enumerate(zip(places, ends, strict=True)):
            if not start <= place < end:
                continue
            midi = tones[ranks[index % len(ranks)] % len(tones)]
            length = min(min(until, end) - place, 4 * meter.step)
            loudness = (0.48 + 0.18 * meter.weight(place)) * (0.7 + 0.3 * context.energy)
            notes.append(plain_note(place, length, pitch_in(context, chord, midi), loudness))
    return WrittenBar(tuple(notes))


def _places(grid: list[Fraction], count: int) -> list[Fraction]:
    """Return the onsets of all Euclidean rhythms of up to `count` notes: a denser one keeps every onset."""
    kept = {
        place
        for notes in range(1, count + 1)
        for place, hit in zip(grid, euclid(notes, len(grid)), strict=True)
        if hit
    }
    return sorted(kept)


def pulse(context: BarContext) -> tuple[list[Fraction], list[int]]:
    """Play eighths."""
    meter = meter_of(context)
    return sorted((*meter.pulses, *meter.halves)), _ranks(context)


def motor(context: BarContext) -> tuple[list[Fraction], list[int]]:
    """Play sixteenths."""
    return list(meter_of(context).steps), _ranks(context)


def _ranks(context: BarContext) -> list[int]:
    """Return the figure: the rank of each note among the tones of the chord."""
    rng = context.rng(MOTIF, 5)
    count = int(rng.integers(3, FIGURE + 1))
    return [0, *(int(rank) for rank in rng.integers(0, 3, size=count - 1))]


STYLES: dict[str, Callable[[BarContext], tuple[list[Fraction], list[int]]]] = {"pulse": pulse, "motor": motor}
