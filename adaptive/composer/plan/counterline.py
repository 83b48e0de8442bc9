"""A second line below the tune: tones of the chord, moving against the tune while it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from adaptive.composer.meter import Meter
from adaptive.composer.plan.brief import BarChords
from adaptive.composer.plan.tune import TuneNote, chord_in
from adaptive.composer.plan.voicings import parallels
from adaptive.music.pitch import Pitch

LOW, HIGH = 55, 74
"""Range, G3 to D5."""

MOVING_DENSITY = 0.5
"""Density from which the line moves between changes of the chord."""

_LEAP, _STAY, _SIMILAR, _PARALLEL, _SAME, _RUB = 0.5, 1.5, 1.0, 8.0, 6.0, 4.0


@dataclass(frozen=True, slots=True)
class CounterNote:
    """A note of the line, and the density from which it sounds."""

    onset: Fraction
    length: Fraction
    pitch: Pitch
    density: float


def counterline(
    meter: Meter,
    chords: Sequence[BarChords],
    tune: Sequence[tuple[TuneNote, ...]],
    basses: Sequence[tuple[int, ...]],
    ceilings: Sequence[int],
) -> list[tuple[CounterNote, ...]]:
    """Return the line of each bar.

    Parameters
    ----------
    meter : Meter
        Meter.
    chords, tune, basses, ceilings : sequence
        One for each bar: chords, notes of the tune, bass notes, highest pitch below the tune.
    """
    last: KnownChord = (LOW + 9, None, 0)
    bars = []
    for bar, harmony in enumerate(chords):
        notes = []
        places = _places(meter, harmony, tune[bar])
        for (onset, density), end in zip(places, [*(p for p, _ in places[1:]), meter.length], strict=True):
            chord = chord_in(harmony, onset)
            if chord.is_silent:
                continue
            index = sum(start <= onset for start, _ in harmony) - 1
            above = _tune_at(tune[bar], onset)
            top = max(LOW + 7, min(HIGH, ceilings[bar]))
            choices = [m for m in range(LOW, top + 1) if m % 12 in {t.pitch_class for t in chord.tones}]
            bass = basses[bar][index]
            sounding = [n.pitch.midi for n in tune[bar] if n.onset < end and n.onset + n.length > onset]
            midi = min(choices, key=lambda m: (_cost(last, (m, above, bass)) + _rubs(m, sounding), m))
            last = (midi, above, bass)
            tone = chord.tone_of(midi)
            assert tone is not None  # the choices are tones of the chord
            notes.append(CounterNote(onset, end - onset, tone.nearest(midi), density))
        bars.append(tuple(notes))
    return bars


KnownChord = tuple[int, int | None, int]
"""The line, the tune and the bass at one time, as MIDI pitches."""


def _places(meter: Meter, harmony: BarChords, tune: tuple[TuneNote, ...]) -> list[tuple[Fraction, float]]:
    """Return the onsets: every change of the chord, and pulses at which the tune holds or rests."""
    taken = {note.onset for note in tune}
    places = {onset: 0.0 for onset, _ in harmony}
    for number, pulse in enumerate(meter.pulses[1:]):
        if pulse not in taken:
            places.setdefault(pulse, MOVING_DENSITY if number == 0 else MOVING_DENSITY - 0.15 + 0.1 * number)
    return sorted(places.items())


def _tune_at(tune: tuple[TuneNote, ...], onset: Fraction) -> int | None:
    for note in tune:
        if note.onset <= onset < note.onset + note.length:
            return note.pitch.midi
    return None


def _rubs(midi: int, sounding: Sequence[int]) -> float:
    return _RUB * sum(abs(note - midi) in {1, 13} for note in sounding)


def _cost(last: KnownChord, now: KnownChord) -> float:
    move = now[0] - last[0]
    cost = _STAY if move == 0 else _LEAP * max(0, abs(move) - 2)
    if now[1] is not None and now[0] % 12 == now[1] % 12:
        cost += _SAME
    if now[1] is not None and last[1] is not None:
        cost += _SIMILAR if (now[1] - last[1]) * move > 0 else 0.0
        cost += _PARALLEL * parallels((last[2], last[0], last[1]), (now[2], now[0], now[1]))
    return cost
