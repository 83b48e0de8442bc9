"""Drone generator: the tonic and its fifth, held through a phrase as far as the chords allow it."""

from __future__ import annotations

from collections.abc import Callable

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.writing import chord_spans, in_range, plain_note, style_of
from adaptive.music.chord import Chord
from adaptive.music.note import Note
from adaptive.music.pitch import Tone

LOW = 45
"""A2: the drone lies in the octave above it."""


def drone(context: BarContext) -> WrittenBar:
    """Write a bar of drone.

    Parameters
    ----------
    context : BarContext
        From a density of 0.3 on two notes sound, from 0.7 on an octave as well.

    Returns
    -------
    WrittenBar
        Notes of a bar's length, at most; a tone that rubs against the chord gives way to one of the chord.
    """
    tones = STYLES[style_of(context, STYLES, "drone")](context)
    wanted = 1 + int(context.density >= 0.3) + int(context.density >= 0.7)
    notes: list[Note] = []
    for start, end, chord, _ in chord_spans(context):
        for place, tone in enumerate(_carried(chord, tones)[:wanted]):
            midi = LOW + (tone.pitch_class - LOW) % 12 + (12 if place == 2 else 0)
            pitch = tone.nearest(in_range(midi + 12 * context.octave))
            loudness = (0.5 if start == 0 else 0.42) * (0.75 + 0.25 * context.energy)
            notes.append(plain_note(start, end - start, pitch, loudness))
    return WrittenBar(tuple(notes))


def _carried(chord: Chord, tones: list[Tone]) -> list[Tone]:
    """Return the tones that do not lie a semitone beside a tone of the chord; else the chord's root."""
    classes = chord.pitch_classes
    steady = [
        tone
        for tone in tones
        if tone.pitch_class in classes
        or not {(tone.pitch_class + 1) % 12, (tone.pitch_class - 1) % 12} & classes
    ]
    return steady or [chord.root]


def fifth(context: BarContext) -> list[Tone]:
    """Hold tonic and fifth."""
    key = context.harmony.key
    return [key.degree(1), key.degree(5), key.degree(1)]


def tonic(context: BarContext) -> list[Tone]:
    """Hold the tonic alone."""
    return [context.harmony.key.degree(1)] * 3


def pedal(context: BarContext) -> list[Tone]:
    """Hold the fifth of the key under all chords that carry it, and come home where the phrase closes."""
    key = context.harmony.key
    is_home = context.is_phrase_end and context.plan.close == "authentic"
    return [key.degree(1), key.degree(5)] if is_home else [key.degree(5), key.degree(5)]


STYLES: dict[str, Callable[[BarContext], list[Tone]]] = {"fifth": fifth, "tonic": tonic, "pedal": pedal}
