"""Arpeggio generator: one chord tone at a time, below the tune, where the tune leaves room."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.room import need_beside
from adaptive.composer.seeding import seeded
from adaptive.composer.writing import (
    MOTIF,
    chord_spans,
    meter_of,
    pitch_in,
    plain_note,
    step_randoms,
    style_of,
)
from adaptive.music.note import Note
from adaptive.music.voicing import voice

HIGH, SPAN = 84, 15
"""Highest note where no tune sounds, C6, and semitones from the lowest note to the highest."""

LEAST_HIGH = 67
"""The range never ends below G4, however low the tune lies."""

ANSWERED = 0.2
"""By how much a position where the tune has a note is liked less."""

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
        Notes that never overlap.
    """
    style = style_of(context, STYLES, "arpeggio")
    randoms = _liked(context)
    high = _highest(context)
    turn = context.rng(MOTIF, 2).integers(3) if context.bar_in_phrase % 4 == 2 else 0
    notes: list[Note] = []
    tune = [
        (float(note.onset), float(note.onset + note.length), note.pitch.midi) for note in context.plan.tune
    ]
    for start, end, chord, _ in chord_spans(context):
        count = 4 + int(context.energy > 0.6)
        chosen = voice(chord, (), low=high - SPAN, high=high, voices=count, max_gap=7)
        places = _places(context, style, start, end, randoms)
        ends = [*places[1:], end][: len(places)]
        for index, (onset, until) in enumerate(zip(places, ends, strict=True)):
            rank = STYLES[style](_rank(context, onset - start, index) + int(turn), len(chosen))
            midi = _without_rub(tune, chosen, rank, float(onset), float(until))
            pitch = pitch_in(context, chord, midi)
            length = min(until - onset, 4 * meter_of(context).step)
            loudness = _loudness(context, onset) * (0.7 + 0.3 * context.energy)
            notes.append(plain_note(onset, length, pitch, loudness))
    return WrittenBar(tuple(notes))


def _without_rub(
    tune: list[tuple[float, float, int]], chosen: tuple[int, ...], rank: int, onset: float, until: float
) -> int:
    """Return the chord note nearest to that of a rank which neither doubles the tune nor rubs against it.

    `tune` has onset, end and MIDI pitch of its notes.
    """
    sounding = [midi for begins, ends, midi in tune if begins < until and ends > onset]
    free = [midi for midi in chosen if not any(abs(note - midi) in {0, 1, 13} for note in sounding)]
    return min(free or chosen, key=lambda midi: (abs(midi - chosen[rank]), midi))


AROUND, AROUND_SHARE, AROUND_STEPS = 151, 0.55, 10
"""Share of contrasting themes in which the arpeggio goes so many semitones above the tune's lowest note."""


def _highest(context: BarContext) -> int:
    """Return the highest note: below the tune of the part, unless the layer is moved above it.

    In some contrasting themes it goes around the tune.
    """
    part = context.plan.part
    if context.octave > 0 or not part.has_tune:
        return HIGH
    if part.form.place == 1 and seeded(part.seed, AROUND).random() < AROUND_SHARE:
        return min(HIGH, max(LEAST_HIGH, min(part.ceilings)) + AROUND_STEPS)
    return min(HIGH, max(LEAST_HIGH, min(context.plan.part.ceilings)))


def _liked(context: BarContext) -> tuple[float, ...]:
    """Return a number for each sixteenth, low where the arpeggio prefers to play."""
    meter, taken = meter_of(context), {note.onset for note in context.plan.tune}
    return tuple(
        min(1.0, liked * (1.0 - ANSWERED) + (ANSWERED if onset in taken else 0.0))
        for onset, liked in zip(meter.steps, step_randoms(context), strict=True)
    )


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
        liked = randoms[meter.place(step)]
        need = _need(meter.weight(step), liked)
        if style == "sparse":
            need = 0.08 + 0.9 * liked if meter.weight(step) > 0.2 else 2.0
        if need_beside(context, step, need) <= context.density or (step == start and style != "sparse"):
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
