"""Arpeggios: the chord one note at a time, around C5, leaning on what lies between the beats."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.writing import Hand, likings, meter_of, pitch_in, stretches, style_of
from adaptive.music.note import Note
from adaptive.music.voicing import voice

LOW, HIGH = 60, 84
"""C4 to C6: the pad's upper half, and the octave over it."""

FINE_DENSITY = 0.6
"""Above it the arpeggio runs in sixteenths."""

Order = Callable[[int, int], int]
"""From a place in the run and the number of notes to the note."""


def arpeggio(context: BarContext) -> WrittenBar:
    """Write a bar of arpeggio.

    Parameters
    ----------
    context : BarContext
        `density` decides which places of the grid sound (sixteenths above `FINE_DENSITY`, and more
        never removes a place), `energy` whether four or five notes are broken.

    Returns
    -------
    WrittenBar
        Notes, one at a time; remembers the voicing that was broken.
    """
    style = style_of(context, STYLES)
    previous = tuple(int(midi) for midi in context.memory.get("notes", ()))
    choice, hand = likings(context), Hand(context)
    notes: list[Note] = []
    for start, end, chord, _ in stretches(context):
        count = 4 + int(context.energy > 0.6)
        previous = voice(chord, previous, low=LOW, high=HIGH, voices=count, max_gap=7)
        places = _places(context, style, start, end, choice)
        ends = [*places[1:], end][: len(places)]
        for index, (onset, until) in enumerate(zip(places, ends, strict=True)):
            midi = previous[STYLES[style](_rank(context, onset - start, index), len(previous))]
            pitch = pitch_in(context, chord, midi)
            length = min(until - onset, 4 * meter_of(context).step)
            loudness = _loudness(context, onset) * (0.7 + 0.3 * context.energy)
            notes.append(hand.play(onset, length, pitch, loudness))
    return WrittenBar(tuple(notes), {"notes": previous})


def _rank(context: BarContext, place: Fraction, index: int) -> int:
    """Return the place in the run; while the grid is coarse a rest does not shift it."""
    step = meter_of(context).step
    return index if context.density > FINE_DENSITY else int(place / (2 * step))


def _places(
    context: BarContext, style: str, start: Fraction, end: Fraction, choice: tuple[float, ...]
) -> list[Fraction]:
    meter = meter_of(context)
    # The last pulse of a phrase is silent: a run without an end has no form.
    until = min(end, meter.pulses[-1]) if context.is_phrase_end and len(meter.pulses) > 1 else end
    places = []
    for step in meter.steps:
        if not start <= step < max(until, start + meter.step):
            continue
        liked = choice[int(step / meter.step)]
        need = _need(meter.weight(step), liked)
        if style == "sparse":
            need = 0.25 + 0.9 * liked if meter.weight(step) > 0.2 else 2.0
        if need <= context.density or (step == start and style != "sparse"):
            places.append(step)
    return places


def _need(weight: float, liked: float) -> float:
    """Return the density at which a place sounds: eighths first, then sixteenths."""
    if weight < 0.2:
        return FINE_DENSITY + 0.35 * liked
    # Behind the beat first: melody and kick are on it.
    return 0.05 + 0.55 * liked if weight < 0.5 else 0.1 + 0.5 * liked


def _loudness(context: BarContext, onset: Fraction) -> float:
    meter = meter_of(context)
    sway = 0.06 if meter.pulse_at(onset) % 2 else 0.0
    return 0.5 + 0.18 * meter.weight(onset) + sway


def up(place: int, count: int) -> int:
    """Rise, and begin again."""
    return place % count


def updown(place: int, count: int) -> int:
    """Rise and fall without striking the ends twice."""
    turn = max(1, 2 * count - 2)
    return min(place % turn, (turn - place % turn) % turn) if count > 1 else 0


def broken(place: int, count: int) -> int:
    """Low, high, middle, high: the figure of a keyboard's left hand."""
    figure = (0, count - 1, count // 2, count - 1)
    return figure[place % 4] if place % 8 < 4 else (1 % count, count - 1, count // 2, 0)[place % 4]


def sparse(place: int, count: int) -> int:
    """Wide and rare: from the top, then across."""
    return (count - 1, 1 % count, count // 2)[place % 3]


STYLES: dict[str, Order] = {"up": up, "updown": updown, "broken": broken, "sparse": sparse}
