"""Writes a bar with a generator as the plan wants it: who rests, how dense, where all are silent."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.context import BarContext, Generator, WrittenBar
from adaptive.music.note import Note


def write_bar(generator: Generator, context: BarContext) -> WrittenBar:
    """Write one bar.

    Parameters
    ----------
    generator : Generator
        Writes the notes.
    context : BarContext
        Its `density` and `energy` are those asked for; the generator gets those of the plan.

    Returns
    -------
    WrittenBar
        Without notes if the plan lets the layer rest in this bar.
    """
    plan = context.plan
    if not plan.plays(context.layer):
        return WrittenBar(())
    energy = min(1.0, max(0.0, context.energy + plan.energy - plan.part.brief.energy))
    planned = replace(context, density=plan.density(context.density), energy=energy)
    written = generator(planned)
    if plan.rests_from is None or context.is_leaving:
        return written
    kept = {(note.onset, note.pitch.midi + 12 * context.octave) for note in plan.upbeat}
    return WrittenBar(_silenced(written.notes, plan.rests_from, kept), {})


def _silenced(notes: tuple[Note, ...], begins: Fraction, kept: set[tuple[Fraction, int]]) -> tuple[Note, ...]:
    """End all notes where the rest begins; only an upbeat sounds in it."""
    return tuple(
        note if (note.onset, note.midi) in kept else _cut(note, begins)
        for note in notes
        if note.onset < begins or (note.onset, note.midi) in kept
    )


def _cut(note: Note, end: Fraction) -> Note:
    return replace(note, duration=min(note.duration, end - note.onset))
