"""Comping generator: short chords in a rhythm of the theme, the voices of the plan."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.euclid import euclid
from adaptive.composer.meter import Meter
from adaptive.composer.room import need_beside
from adaptive.composer.writing import (
    bar_randoms,
    chord_index,
    chord_spans,
    meter_of,
    pitch_in,
    plain_note,
    step_randoms,
    style_of,
)
from adaptive.music.note import Note

Place = tuple[Fraction, float]
"""An onset, and the density from which it sounds."""


def comping(context: BarContext) -> WrittenBar:
    """Write a bar of short chords.

    Parameters
    ----------
    context : BarContext
        `density` is the number of strokes.

    Returns
    -------
    WrittenBar
        Chords of three notes; a stroke an eighth before a change plays the coming chord's bar as written.
    """
    style = style_of(context, STYLES)
    meter = meter_of(context)
    possible = STYLES[style](context, meter)
    places = sorted(place for place, need in possible if need_beside(context, place, need) <= context.density)
    notes: list[Note] = []
    for start, end, chord, _ in chord_spans(context):
        voicing = context.plan.voicings[chord_index(context, start)]
        inside = [place for place in places if start <= place < end]
        for place, following in zip(inside, [*inside[1:], end], strict=False):
            length = min(following - place, meter.step * (3 if style == "charleston" else 2))
            loudness = (0.45 + 0.2 * meter.weight(place)) * (0.7 + 0.3 * context.energy)
            notes += [plain_note(place, length, pitch_in(context, chord, midi), loudness) for midi in voicing]
    return WrittenBar(tuple(notes))


def stabs(context: BarContext, meter: Meter) -> list[Place]:
    """Spread strokes as evenly as a Euclidean rhythm does, turned by the theme."""
    eighths = sorted((*meter.pulses, *meter.halves))
    turn = int(step_randoms(context)[0] * len(eighths))
    shift = 0.1 * bar_randoms(context, 1)[0]
    places: dict[Fraction, float] = {}
    for count in range(1, len(eighths) + 1):
        need = shift + 0.9 * (count - 1) / len(eighths)
        for place, hit in zip(eighths, euclid(count, len(eighths), turn), strict=True):
            if hit:
                places.setdefault(place, need)
    return list(places.items())


def offbeat(context: BarContext, meter: Meter) -> list[Place]:
    """Play between the pulses, a high density on the pulses too."""
    randoms = step_randoms(context)
    between = [(place, 0.05 + 0.5 * randoms[int(place / meter.step)]) for place in meter.halves]
    more = bar_randoms(context, len(meter.pulses))
    return [
        *between,
        *((pulse, 0.6 + 0.38 * random) for pulse, random in zip(meter.pulses, more, strict=True)),
    ]


def charleston(context: BarContext, meter: Meter) -> list[Place]:
    """Play the first pulse and the offbeat after the second, and answers that the theme chooses."""
    randoms = step_randoms(context)
    halves = [place for place in meter.halves if place > meter.step]
    second = meter.pulses[min(1, len(meter.pulses) - 1)]
    after = [place for place in halves if place > second][:1] or [second]
    more = [(place, 0.2 + 0.75 * randoms[int(place / meter.step)]) for place in halves if place not in after]
    first: list[Place] = [(Fraction(0), 0.0), (after[0], 0.15)]
    return [*first, *more]


STYLES: dict[str, Callable[[BarContext, Meter], list[Place]]] = {
    "stabs": stabs,
    "offbeat": offbeat,
    "charleston": charleston,
}
