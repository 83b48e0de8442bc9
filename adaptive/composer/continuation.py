"""Continues a layer for a bar that its generator owes: the last good bar again, over the chords of now."""

from __future__ import annotations

from dataclasses import replace

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.writing import chord_at, in_range
from adaptive.music.note import Note


def continued(
    good: tuple[WrittenBar, BarContext] | None, context: BarContext, *, is_percussive: bool
) -> tuple[Note, ...]:
    """Return the notes of the last good bar as they fit another bar.

    Rhythm and velocities stay.  A tone of the old chord becomes the nearest tone of the new one, another
    tone the nearest tone of the key; drums stay as they are.  Notes beyond a shorter bar are left out.

    Parameters
    ----------
    good : (WrittenBar, BarContext) or None
        The last bar that the generator wrote, and what it was told then; None: there is none, so it rests.
    context : BarContext
        The bar to fill.
    is_percussive : bool
        Whether the notes name pieces of a drum kit.
    """
    if good is None:
        return ()
    bar, before = good
    notes = tuple(note for note in bar.notes if note.onset < context.beats)
    if is_percussive or before.harmony == context.harmony:
        return notes
    return tuple(
        _over(note, before, context) for note in notes if not chord_at(context, note.onset).is_silent
    )


def _over(note: Note, before: BarContext, context: BarContext) -> Note:
    """The note as it fits the chord that sounds at its onset."""
    old, new = chord_at(before, note.onset), chord_at(context, note.onset)
    if old == new and before.harmony.key == context.harmony.key:
        return note
    key = context.harmony.key
    midi = _nearest(note.midi, new.pitch_classes if old.tone_of(note.midi) else key.pitch_classes)
    tone = new.tone_of(midi)
    pitch = key.spell(midi) if tone is None else tone.nearest(midi)
    return replace(note, midi=midi, pitch=str(pitch))


def _nearest(midi: int, classes: frozenset[int]) -> int:
    """The nearest MIDI number of these pitch classes; of two equally near the lower."""
    for distance in range(7):
        for candidate in (midi - distance, midi + distance):
            if candidate % 12 in classes:
                return in_range(candidate)
    return midi
