"""Arpeggio generator: one chord tone at a time, around C5, with offbeats preferred over beats."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.writing import Humanizer, chord_spans, meter_of, pitch_in, step_randoms, style_of
from adaptive.music.note import Note
from adaptive.music.voicing import voice

LOW, HIGH = 60, 84
"""Range, C4 to C6: the upper half of the pad's range and the octave above it."""

FINE_DENSITY = 0.6
"""Above this density the arpeggio plays sixteenths; at or below it, eighths."""

Order = Callable[[int, int], int]
"""A note order: maps the position in the run and the number of chord notes to a note index."""


def arpeggio(context: BarContext) -> WrittenBar:
    """Write a bar of arpeggio.

    Parameters
    ----------
    context : BarContext
        `density` selects the grid positions that sound (sixteenths only above `FINE_DENSITY`; a higher
        density never removes a position).  `energy` above 0.6 uses five chord notes instead of four.

    Returns
    -------
    WrittenBar
        Notes that never overlap; its memory holds the last voicing.
    """
    style = style_of(context, STYLES)
    previous = tuple(int(midi) for midi in context.memory.get("notes", ()))
    randoms, humanizer = step_randoms(context), Humanizer(context)
    notes: list[Note] = []
    for start, end, chord, _ in chord_spans(context):
        count = 4 + int(context.energy > 0.6)
        previous = voice(chord, previous, low=LOW, high=HIGH, voices=count, max_gap=7)
        places = _places(context, style, start, end, randoms)
        ends = [*places[1:], end][: len(places)]
        for index, (onset, until) in enumerate(zip(places, ends, strict=True)):
            midi = previous[STYLES[style](_rank(context, onset - start, index), len(previous))]
            pitch = pitch_in(context, chord, midi)
            length = min(until - onset, 4 * meter_of(context).step)
            loudness = _loudness(context, onset) * (0.7 + 0.3 * context.energy)
            notes.append(humanizer.play(onset, length, pitch, loudness))
    return WrittenBar(tuple(notes), {"notes": previous})


def _rank(context: BarContext, place: Fraction, index: int) -> int:
    """Return the position in the run.  On the eighth grid, rests count as positions."""
    step = meter_of(context).step
    return index if context.density > FINE_DENSITY else int(place / (2 * step))


def _places(
    context: BarContext, style: str, start: Fraction, end: Fraction, randoms: tuple[float, ...]
) -> list[Fraction]:
    meter = meter_of(context)
    # The last pulse of a phrase stays silent, so that the phrase has an audible end.
    until = min(end, meter.pulses[-1]) if context.is_phrase_end and len(meter.pulses) > 1 else end
    places = []
    for step in meter.steps:
        if not start <= step < max(until, start + meter.step):
            continue
        liked = randoms[int(step / meter.step)]
        need = _need(meter.weight(step), liked)
        if style == "sparse":
            need = 0.25 + 0.9 * liked if meter.weight(step) > 0.2 else 2.0
        if need <= context.density or (step == start and style != "sparse"):
            places.append(step)
    return places


def _need(weight: float, liked: float) -> float:
    """Return the density from which a position sounds: eighths first, then sixteenths."""
    if weight < 0.2:
        return FINE_DENSITY + 0.35 * liked
    # Offbeats need less density than beats, because melody and kick already play on the beats.
    return 0.05 + 0.55 * liked if weight < 0.5 else 0.1 + 0.5 * liked


def _loudness(context: BarContext, onset: Fraction) -> float:
    meter = meter_of(context)
    accent = 0.06 if meter.pulse_at(onset) % 2 else 0.0
    return 0.5 + 0.18 * meter.weight(onset) + accent


def up(place: int, count: int) -> int:
    """Ascend, then start again from the bottom."""
    return place % count


def updown(place: int, count: int) -> int:
    """Ascend and descend; the lowest and highest notes are not repeated."""
    period = max(1, 2 * count - 2)
    return min(place % period, (period - place % period) % period) if count > 1 else 0


def broken(place: int, count: int) -> int:
    """Play an Alberti-like figure: low, high, middle, high."""
    figure = (0, count - 1, count // 2, count - 1)
    return figure[place % 4] if place % 8 < 4 else (1 % count, count - 1, count // 2, 0)[place % 4]


def sparse(place: int, count: int) -> int:
    """Play wide intervals: the top note, then the second, then the middle one."""
    return (count - 1, 1 % count, count // 2)[place % 3]


STYLES: dict[str, Order] = {"up": up, "updown": updown, "broken": broken, "sparse": sparse}
