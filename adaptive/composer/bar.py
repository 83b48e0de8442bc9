"""What the plan does to a bar of a layer: who rests, how dense it is, where all are silent or leave room."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.blend import drawn_style
from adaptive.composer.context import BarContext, Generator, WrittenBar
from adaptive.composer.feel.performance import performed
from adaptive.composer.plan.section_plan import BarPlan
from adaptive.composer.room import density_beside, with_room
from adaptive.music.note import Note


def planned(context: BarContext) -> BarContext:
    """Return the context that a generator gets: with the density and the energy of the plan.

    Of weighted styles, the theme has one.  Beside busy recordings the density is lower.
    """
    energy, density, style = planned_values(context.plan, context.energy, context.density, context.style)
    return beside_recordings(replace(context, density=density, energy=energy, style=style))


def planned_values(plan: BarPlan, energy: float, density: float, style: str) -> tuple[float, float, str]:
    """Return energy, density and style of a layer as the plan of a bar has them."""
    planned_energy = min(1.0, max(0.0, energy + plan.energy - plan.part.brief.energy))
    return planned_energy, plan.density(density), drawn_style(style, plan.part.seed)


def beside_recordings(context: BarContext) -> BarContext:
    """Return a context with the density that recordings of the bar leave."""
    if context.plan.recorded is None:
        return context
    return replace(context, density=density_beside(context, context.density))


def placed(notes: tuple[Note, ...], context: BarContext) -> tuple[Note, ...]:
    """Return the notes of a built-in generator where plan and recordings leave room for them."""
    return rested(with_room(notes, context), context)


def rested(notes: tuple[Note, ...], context: BarContext) -> tuple[Note, ...]:
    """Return the notes of a bar, ended where all layers rest; only an upbeat sounds there.

    Before a transition nobody rests.
    """
    begins = context.plan.rests_from
    if begins is None or context.is_leaving:
        return notes
    kept = {(note.onset, note.pitch.midi + 12 * context.octave) for note in context.plan.upbeat}
    return tuple(
        note if (note.onset, note.midi) in kept else _cut(note, begins)
        for note in notes
        if note.onset < begins or (note.onset, note.midi) in kept
    )


def as_played(notes: tuple[Note, ...], context: BarContext, ratio: Fraction) -> tuple[Note, ...]:
    """Return the notes of a built-in generator as they are played, in beats of the section.

    `ratio` of them are a beat of the meter.
    """
    return in_beats(performed(placed(notes, context), context), ratio)


def in_beats(notes: tuple[Note, ...], ratio: Fraction) -> tuple[Note, ...]:
    """Return notes counted in the segment's beats: `ratio` of them are a beat of the meter."""
    if ratio == 1:
        return notes
    return tuple(
        replace(
            note,
            onset=note.onset * ratio,
            duration=note.duration * ratio,
            offset_beats=note.offset_beats * float(ratio),
        )
        for note in notes
    )


def _cut(note: Note, end: Fraction) -> Note:
    return replace(note, duration=min(note.duration, end - note.onset))


def write_bar(generator: Generator, context: BarContext) -> WrittenBar:
    """Write one bar as the plan wants it; without notes if the layer rests."""
    if not context.plan.plays(context.layer):
        return WrittenBar(())
    written = generator(planned(context))
    return replace(written, notes=performed(placed(written.notes, context), context))
