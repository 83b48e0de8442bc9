"""Texture generator: quiet single notes of the chord, rarely, high above or in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.markov import walk
from adaptive.composer.room import need_beside
from adaptive.composer.seeding import seeded
from adaptive.composer.writing import chord_spans, meter_of, pitch_in, plain_note, style_of
from adaptive.music.note import Note

# Where a note goes after another: tones of the chord counted from the lowest of the range.
_STEPS: Mapping[int, Mapping[int, float]] = {
    rank: {other: 1.0 / (1 + abs(rank - other)) for other in range(6) if other != rank} for rank in range(6)
}


def texture(context: BarContext) -> WrittenBar:
    """Write a bar of texture.

    Parameters
    ----------
    context : BarContext
        `density` is the chance of a note on each pulse, or between pulses.

    Returns
    -------
    WrittenBar
        Soft notes that end with their chord; they never come on the notes of the tune.
    """
    low, length, places = STYLES[style_of(context, STYLES, "texture")](context)
    meter = meter_of(context)
    rng = seeded(context.plan.change_seed(context.layer))
    chances = rng.random(len(places)).tolist()
    ranks = walk(_STEPS, int(rng.integers(6)), len(places), rng)
    taken = {note.onset for note in context.plan.tune}
    spans = chord_spans(context)
    notes: list[Note] = []
    for place, chance, rank in zip(places, chances, ranks, strict=True):
        span = next((span for span in spans if span[0] <= place < span[1]), None)
        if span is None or place in taken or need_beside(context, place, chance) > 0.8 * context.density:
            continue
        tones = [midi for midi in range(low, low + 25) if midi % 12 in span[2].pitch_classes]
        pitch = pitch_in(context, span[2], tones[rank % len(tones)])
        loudness = (0.3 + 0.1 * meter.weight(place)) * (0.7 + 0.3 * context.energy)
        notes.append(plain_note(place, min(length, span[1] - place), pitch, loudness))
    return WrittenBar(tuple(notes))


def glints(context: BarContext) -> tuple[int, Fraction, list[Fraction]]:
    """Play short high notes between the pulses."""
    meter = meter_of(context)
    return 79, 4 * meter.step, [*meter.halves]


def breaths(context: BarContext) -> tuple[int, Fraction, list[Fraction]]:
    """Play long notes of the middle register on the pulses."""
    meter = meter_of(context)
    return 55, meter.length, [*meter.pulses]


STYLES: dict[str, Callable[[BarContext], tuple[int, Fraction, list[Fraction]]]] = {
    "glints": glints,
    "breaths": breaths,
}
