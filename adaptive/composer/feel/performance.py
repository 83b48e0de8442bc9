"""Plays written notes as people would: swung, pushed, by a clock of the ensemble and a hand of their own."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from adaptive.composer.context import BarContext
from adaptive.composer.feel.ensemble_clock import level, wander
from adaptive.composer.feel.register import articulated, moved
from adaptive.composer.genres.mixing import genres_of, mean_of, swing_of
from adaptive.composer.seeding import named_seed, seeded
from adaptive.composer.swing import STRAIGHT, Swing, ratio_at, shift_quarters
from adaptive.composer.writing import HUMANIZE, meter_of, ms_in_beats
from adaptive.music.note import Note

WANDER_MS, MOST_WANDER_MS = 14.0, 28.0
"""Standard deviation of the clock at `wander` 0.5, and the most that it deviates."""

OWN_MS, MOST_OWN_MS = 10.0, 9.5
"""Standard deviation of each player's own hand at `humanise` 0.5, and the most.

Two players are then at most 19 ms apart, so that they are heard together.
"""

LOOSE_STEP_MS = 110.0
"""Sixteenths shorter than this are played more tightly, so that their order and their strokes stay apart."""

VOICE_MS = 5.0
"""Standard deviation of the constant lead or lag of each voice of a layer: who pushes, and who drags."""

PUSH_MS = 20.0
"""By how much `push` of 1 is late."""

DRUM_SPREAD, PITCHED_SPREAD, LEVEL_SPREAD = 0.2, 0.08, 0.02
"""Relative standard deviation of velocity at `humanise` 0.5: of strokes, of other notes, of whole bars."""

EXACT = frozenset({"swell"})
"""Pieces that are placed by their end, and not by a hand."""

TICKS = 960


def performed(notes: tuple[Note, ...], context: BarContext) -> tuple[Note, ...]:
    """Return the notes of a bar as they are played, in the order in which they were written.

    Parameters
    ----------
    notes : tuple of Note
        As written: on the grid, or off it by what the generator wants.
    context : BarContext
        The bar; `steer` says how loosely it is played.
    """
    steer, meter = context.steer, meter_of(context)
    brief = context.plan.part.brief
    clock = wander(brief.seed, max(0, context.bar), len(meter.steps))
    loudness = 1.0 + 2.0 * steer.humanise * LEVEL_SPREAD * level(brief.seed, max(0, context.bar))
    swing, ratio = _swing(context)
    tight = min(1.0, float(meter.step) / ms_in_beats(context, 1.0) / LOOSE_STEP_MS)
    genres = genres_of(tuple(layer.style for layer in context.plan.part.brief.layers))
    tight *= mean_of(genres, lambda genre: genre.looseness, 1.0)
    played = []
    for note in articulated(moved(notes, context), steer.articulation):
        place = meter.place(note.onset) % len(clock)
        if note.pitch in EXACT:
            played.append(note)
            continue
        late_ms = 2.0 * steer.wander * WANDER_MS * clock[place]
        late_ms = min(max(late_ms, -MOST_WANDER_MS), MOST_WANDER_MS)
        own_ms, loud = _hand(context, note, place)
        shift = _shift(context, note.onset, swing, ratio)
        offset = shift + ms_in_beats(context, tight * (late_ms + own_ms) + PUSH_MS * steer.push)
        velocity = round(min(max(note.velocity * loudness * loud, 0.05), 1.0), 3)
        length = _duration(context, note, swing, ratio, shift)
        played.append(Note(note.onset, length, note.pitch, note.midi, velocity, round(offset, 4)))
    return tuple(played)


def swung(notes: tuple[Note, ...], context: BarContext) -> tuple[Note, ...]:
    """Return the notes of a generator that plays them itself: swung with the others, else as they are."""
    swing, ratio = _swing(context)
    if ratio <= 1.0:
        return notes
    shifted = []
    for note in notes:
        shift = _shift(context, note.onset, swing, ratio)
        duration = _duration(context, note, swing, ratio, shift)
        shifted.append(replace(note, duration=duration, offset_beats=round(note.offset_beats + shift, 4)))
    return tuple(shifted)


def swing_ratio(context: BarContext) -> float:
    """Return the ratio of long to short at which a bar is played, 1 or more."""
    return _swing(context)[1]


def _swing(context: BarContext) -> tuple[Swing, float]:
    """Return what is swung, and by which ratio: nothing where a beat is no quarter."""
    if context.beat_unit != 4:
        return STRAIGHT, 1.0
    swing = swing_of(tuple(layer.style for layer in context.plan.part.brief.layers))
    return swing, ratio_at(swing, context.steer.swing, context.tempo_bpm)


def _shift(context: BarContext, onset: Fraction, swing: Swing, ratio: float) -> float:
    if ratio <= 1.0:
        return 0.0
    quarter = Fraction(context.beat_unit, 4)
    return shift_quarters(onset / quarter, swing, ratio) * float(quarter)


def _duration(context: BarContext, note: Note, swing: Swing, ratio: float, shift: float) -> Fraction:
    """Return the length of a note whose end is swung, too."""
    if ratio <= 1.0:
        return note.duration
    longer = _shift(context, note.onset + note.duration, swing, ratio) - shift
    return max(note.duration + Fraction(round(longer * TICKS), TICKS), Fraction(1, TICKS))


def _hand(context: BarContext, note: Note, place: int) -> tuple[float, float]:
    """Return how late the player's own hand is in milliseconds, and the factor of the velocity."""
    is_drum = not note.pitch[-1].isdigit()
    voice = note.midi if is_drum else 0
    steps = len(meter_of(context).steps)
    time, _ = _deviations(context.seed, voice, context.bar, steps)
    _, loudness = _deviations(context.seed, note.midi, context.bar, steps)
    looseness = 2.0 * context.steer.humanise
    meant_ms = note.offset_beats / ms_in_beats(context, 1.0)
    own_ms = min(1.0, looseness) * (
        meant_ms + VOICE_MS * _lag(context.plan.part.brief.seed, context.layer, voice)
    )
    own_ms += looseness * OWN_MS * time[place]
    spread = DRUM_SPREAD if is_drum else PITCHED_SPREAD
    return min(max(own_ms, -MOST_OWN_MS), MOST_OWN_MS), 1.0 + looseness * spread * loudness[place]


@lru_cache(maxsize=256)
def _lag(seed: int, layer: str, voice: int) -> float:
    """Return how late a voice of a layer always is, in standard deviations."""
    return float(seeded(named_seed(seed, layer), HUMANIZE, voice).standard_normal())


@lru_cache(maxsize=256)
def _deviations(seed: int, voice: int, bar: int, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return deviations of time and velocity at each sixteenth of a bar, in standard deviations."""
    time, loudness = seeded(seed, HUMANIZE, voice, bar).standard_normal((2, count)).tolist()
    return tuple(time), tuple(loudness)
