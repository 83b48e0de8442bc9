"""Pad generator: the three voices of the plan; a repeated chord is held, not struck again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.meter import Meter
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
from adaptive.music.chord import Chord
from adaptive.music.note import Note

TWO_VOICES, MIDDLE, PULSES = (0.02, 0.4), (0.45, 0.75), (0.72, 0.99)
"""Range of densities, spread over the bars, from which the middle voice sounds, and a held chord is struck
again in the middle of the bar and on every pulse."""


@dataclass(frozen=True, slots=True)
class VoicedChord:
    """A voiced chord: onset and end in beats, its symbol, and its MIDI pitches in ascending order."""

    start: Fraction
    end: Fraction
    chord: Chord
    notes: tuple[int, ...]


def pad(context: BarContext) -> WrittenBar:
    """Write a bar of chords.

    Parameters
    ----------
    context : BarContext
        `density` sets the number of voices, two or three, and how often they are struck.
        ``memory["held"]`` are the beats of this bar for which the previous chord still sounds.

    Returns
    -------
    WrittenBar
        Notes; a tied note lasts beyond the bar.

    Notes
    -----
    If the next bar begins with the same chord, the notes last until about the middle of that bar, and no
    longer because the bar may contain two chords.  The chord is then struck again in the middle of that
    bar and not on its bar line.
    """
    style = style_of(context, STYLES, "pad")
    held = Fraction(context.memory.get("held", 0))
    chords = _layout(context)
    if not chords:
        return WrittenBar(())
    tie = _tie(context) if style != "pulse" else Fraction(0)
    notes = STYLES[style](context, _cut(chords, held, tie))
    return WrittenBar(tuple(notes), {"held": tie})


def _layout(context: BarContext) -> list[VoicedChord]:
    chords = []
    for start, end, chord, _ in chord_spans(context):
        notes = context.plan.voicings[chord_index(context, start)]
        if context.density < _threshold(context, TWO_VOICES) and len(notes) > 2:
            notes = (notes[0], notes[-1])
        chords.append(VoicedChord(start, end, chord, notes))
    return chords


def _threshold(context: BarContext, spread: tuple[float, float]) -> float:
    """Return the density of a range that counts in this bar."""
    low, high = spread
    return low + (high - low) * bar_randoms(context, 1)[0]


def _tie(context: BarContext) -> Fraction:
    """Return the beats of the next bar for which the last chord is held."""
    is_repeated = chord_spans(context)[-1][2] == context.harmony.next_chord
    is_same_voicing = context.plan.next_voicing == context.plan.voicings[-1]
    if not is_repeated or not is_same_voicing or context.is_leaving or context.is_phrase_end:
        return Fraction(0)
    meter = meter_of(context)
    return max(pulse for pulse in meter.pulses if pulse * 2 <= meter.length)


def _cut(chords: list[VoicedChord], held: Fraction, tie: Fraction) -> list[VoicedChord]:
    """Remove what the previous bar still holds, and lengthen the last chord by the tie."""
    first, last = chords[0], chords[-1]
    if held >= first.end:
        chords = chords[1:]
    elif held:
        chords = [VoicedChord(held, first.end, first.chord, first.notes), *chords[1:]]
    if chords and tie:
        chords = [*chords[:-1], VoicedChord(chords[-1].start, last.end + tie, last.chord, last.notes)]
    return chords


def sustain(context: BarContext, chords: list[VoicedChord]) -> list[Note]:
    """Hold every chord; a high density strikes it again within the bar."""
    return [
        _note(context, voiced, place, onset, end - onset, 0.62 if onset == voiced.start else 0.5)
        for voiced in chords
        for onset, end in _struck(context, voiced)
        for place in range(len(voiced.notes))
    ]


def _struck(context: BarContext, voiced: VoicedChord) -> list[tuple[Fraction, Fraction]]:
    """Return onset and end of each stroke of a held chord."""
    meter = meter_of(context)
    places = {meter.middle} if context.density >= _threshold(context, MIDDLE) else set()
    places |= set(meter.pulses) if context.density >= _threshold(context, PULSES) else set()
    inside = sorted(place for place in places if voiced.start < place < min(voiced.end, meter.length))
    onsets = [voiced.start, *inside]
    return list(zip(onsets, [*inside, voiced.end], strict=True))


def swell(context: BarContext, chords: list[VoicedChord]) -> list[Note]:
    """Let the voices enter one after another, lowest first; the velocity rises through the phrase."""
    meter = meter_of(context)
    rise = context.bar_in_phrase / max(1, context.phrase_bars - 1)
    notes = []
    for voiced in chords:
        half = (voiced.end - voiced.start) / 2
        delay = min(2 * meter.step, half / max(1, len(voiced.notes)))
        for place in range(len(voiced.notes)):
            onset = voiced.start + delay * place
            velocity = 0.48 + 0.25 * rise + 0.02 * place
            notes.append(_note(context, voiced, place, onset, voiced.end - onset, velocity))
    return notes


def pulse(context: BarContext, chords: list[VoicedChord]) -> list[Note]:
    """Repeat the chord on the pulses, and on the offbeats that the seed selects, as short notes."""
    meter = meter_of(context)
    randoms = step_randoms(context)
    notes = []
    for voiced in chords:
        for onset in _pulse_places(meter, voiced):
            weight = meter.weight(onset)
            liked = randoms[meter.place(onset)]
            need = 0.0 if onset == voiced.start else (1.0 - weight) * (0.3 + 0.9 * liked)
            if need > context.density:
                continue
            length = min(voiced.end - onset, meter.step * (3 if weight > 0.5 else 2))
            notes += [
                _note(context, voiced, place, onset, length, 0.42 + 0.25 * weight)
                for place in range(len(voiced.notes))
            ]
    return notes


def _pulse_places(meter: Meter, voiced: VoicedChord) -> list[Fraction]:
    places = sorted((*meter.pulses, *meter.halves))
    return [voiced.start, *(place for place in places if voiced.start < place < voiced.end)]


def _note(
    context: BarContext, voiced: VoicedChord, place: int, onset: Fraction, length: Fraction, velocity: float
) -> Note:
    is_outer = place in (0, len(voiced.notes) - 1)
    loudness = velocity * (1.0 if is_outer else 0.9) * (0.7 + 0.3 * context.energy)
    pitch = pitch_in(context, voiced.chord, voiced.notes[place])
    return plain_note(onset, length, pitch, loudness)


STYLES: dict[str, Callable[[BarContext, list[VoicedChord]], list[Note]]] = {
    "sustain": sustain,
    "swell": swell,
    "pulse": pulse,
}
