"""Register and articulation: octaves up or down, shorter or longer notes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.context import BarContext
from adaptive.composer.seeding import named_seed, seeded
from adaptive.composer.writing import in_range
from adaptive.music.note import Note
from adaptive.music.pitch import Pitch

ORDER = ("melody", "countermelody", "texture", "arpeggio", "ostinato", "comping", "pad", "drone", "bass")
"""Generators in the order in which a rising register moves them; a falling one begins with the last.

So the tune stays above its accompaniment.
"""

FIRST, LAST = 0.08, 0.92
"""Register from which the first phrase moves, and the last one."""

SHORTEST, LONGEST = 0.3, 1.15
"""Factor of the length of notes at articulation 0 and 1."""

TICKS = 960

SALT_REGISTER = 121


def moved(notes: tuple[Note, ...], context: BarContext) -> tuple[Note, ...]:
    """Return the notes of a bar an octave higher or lower, if the register asks for it in this phrase."""
    register = context.steer.register
    if not register or not notes or not notes[0].pitch[-1].isdigit():
        return notes
    if abs(register) < _threshold(context, is_rising=register > 0):
        return notes
    octaves = 1 if register > 0 else -1
    if any(note.midi + 12 * octaves != in_range(note.midi + 12 * octaves) for note in notes):
        return notes
    return tuple(
        replace(note, midi=note.midi + 12 * octaves, pitch=str(Pitch.parse(note.pitch).raised(octaves)))
        for note in notes
    )


def _threshold(context: BarContext, *, is_rising: bool) -> float:
    """Return the register from which a layer moves in a phrase: its place among them, and some chance."""
    layers = [layer for layer in context.plan.part.brief.layers if layer.generator in ORDER]
    layers.sort(key=lambda layer: ORDER.index(layer.generator), reverse=not is_rising)
    names = [layer.name for layer in layers]
    place = names.index(context.layer) if context.layer in names else 0
    phrase = context.bar // context.phrase_bars
    chance = float(seeded(named_seed(context.seed, "register"), SALT_REGISTER, max(0, phrase)).random())
    return FIRST + (LAST - FIRST) * (place + chance) / max(1, len(names))


def articulated(notes: tuple[Note, ...], articulation: float) -> tuple[Note, ...]:
    """Return notes that are shorter or longer than written; drums stay as they are."""
    if articulation == 0.5:
        return notes
    if articulation < 0.5:
        factor = SHORTEST + (1.0 - SHORTEST) * 2.0 * articulation
    else:
        factor = 1.0 + (LONGEST - 1.0) * (2.0 * articulation - 1.0)
    return tuple(
        replace(
            note, duration=max(Fraction(round(float(note.duration) * factor * TICKS), TICKS), Fraction(1, 32))
        )
        if note.pitch[-1].isdigit()
        else note
        for note in notes
    )
