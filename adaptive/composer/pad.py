"""Pads: voice-led chords between C3 and C5 that stay where the harmony stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.meter import Meter
from adaptive.composer.writing import Hand, likings, meter_of, pitch_in, stretches, style_of
from adaptive.music.chord import Chord
from adaptive.music.note import Note
from adaptive.music.voicing import voice

LOW, HIGH = 48, 72
"""C3 to C5: above the bass, below the melody."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A chord laid out: from where to where it sounds, its symbol and its pitches."""

    start: Fraction
    end: Fraction
    chord: Chord
    notes: tuple[int, ...]


def pad(context: BarContext) -> WrittenBar:
    """Write a bar of chords.

    Parameters
    ----------
    context : BarContext
        `density` is the number of voices, three to five (and of strokes, for ``"pulse"``).
        ``memory["notes"]`` is the voicing before, ``memory["held"]`` how many beats of this bar it
        still sounds.

    Returns
    -------
    WrittenBar
        Notes; one that is tied lasts longer than the bar.

    Notes
    -----
    Where the next bar begins with the same chord, the notes last until the middle of that bar: half
    of it is all that is certain, because a bar may hold two chords.  The new bar then breathes in
    its middle and not on the seam.
    """
    style = style_of(context, STYLES)
    held = Fraction(context.memory.get("held", 0))
    previous = tuple(int(midi) for midi in context.memory.get("notes", ()))
    laid = _layout(context, previous)
    tie = _tie(context) if style != "pulse" else Fraction(0)
    notes = STYLES[style](context, _cut(laid, held, tie))
    return WrittenBar(tuple(notes), {"notes": laid[-1].notes, "held": tie})


def _layout(context: BarContext, previous: tuple[int, ...]) -> list[Laid]:
    voices = 3 + int(context.density > 0.4) + int(context.density > 0.8)
    laid = []
    for start, end, chord, _ in stretches(context):
        previous = voice(chord, previous, low=LOW, high=HIGH, voices=voices)
        laid.append(Laid(start, end, chord, previous))
    return laid


def _tie(context: BarContext) -> Fraction:
    """Return for how many beats of the next bar the last chord goes on."""
    stays = stretches(context)[-1][2] == context.harmony.next_chord
    if not stays or context.is_leaving or context.is_phrase_end:
        return Fraction(0)
    meter = meter_of(context)
    return max(pulse for pulse in meter.pulses if pulse * 2 <= meter.length)


def _cut(laid: list[Laid], held: Fraction, tie: Fraction) -> list[Laid]:
    """Leave out what still sounds from the bar before, and lengthen what goes on."""
    first, last = laid[0], laid[-1]
    if held >= first.end:
        laid = laid[1:]
    elif held:
        laid = [Laid(held, first.end, first.chord, first.notes), *laid[1:]]
    if laid and tie:
        laid = [*laid[:-1], Laid(laid[-1].start, last.end + tie, last.chord, last.notes)]
    return laid


def sustain(context: BarContext, laid: list[Laid]) -> list[Note]:
    """Hold every chord; the outer voices a little louder than the inner ones."""
    return [
        _note(context, one, place, one.start, one.end - one.start, 0.62)
        for one in laid
        for place in range(len(one.notes))
    ]


def swell(context: BarContext, laid: list[Laid]) -> list[Note]:
    """Let the voices enter one after another from below; louder towards the end of the phrase."""
    meter = meter_of(context)
    rise = context.bar_in_phrase / max(1, context.phrase_bars - 1)
    notes = []
    for one in laid:
        room = (one.end - one.start) / 2
        delay = min(2 * meter.step, room / max(1, len(one.notes)))
        for place in range(len(one.notes)):
            onset = one.start + delay * place
            velocity = 0.48 + 0.25 * rise + 0.02 * place
            notes.append(_note(context, one, place, onset, one.end - onset, velocity))
    return notes


def pulse(context: BarContext, laid: list[Laid]) -> list[Note]:
    """Repeat the chord on the pulses, and between them where the motif says; short, with room."""
    meter = meter_of(context)
    choice = likings(context)
    notes = []
    for one in laid:
        for onset in _pulse_places(meter, one):
            weight = meter.weight(onset)
            liked = choice[int(onset / meter.step)]
            need = 0.0 if onset == one.start else (1.0 - weight) * (0.3 + 0.9 * liked)
            if need > context.density:
                continue
            length = min(one.end - onset, meter.step * (3 if weight > 0.5 else 2))
            notes += [
                _note(context, one, place, onset, length, 0.42 + 0.25 * weight)
                for place in range(len(one.notes))
            ]
    return notes


def _pulse_places(meter: Meter, one: Laid) -> list[Fraction]:
    places = sorted((*meter.pulses, *meter.halves))
    return [one.start, *(place for place in places if one.start < place < one.end)]


def _note(
    context: BarContext, one: Laid, place: int, onset: Fraction, length: Fraction, velocity: float
) -> Note:
    is_outer = place in (0, len(one.notes) - 1)
    loudness = velocity * (1.0 if is_outer else 0.9) * (0.7 + 0.3 * context.energy)
    pitch = pitch_in(context, one.chord, one.notes[place])
    return Hand(context, place).play(onset, length, pitch, loudness, 0.8)


STYLES: dict[str, Callable[[BarContext, list[Laid]], list[Note]]] = {
    "sustain": sustain,
    "swell": swell,
    "pulse": pulse,
}
