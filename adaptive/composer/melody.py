"""Melody generator: states a motif, varies it through the phrase, and ends the phrase on a long note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import pi, sin

from adaptive.composer import motif as motifs
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.line import TargetNote, fit, nearest_consonance
from adaptive.composer.meter import Meter
from adaptive.composer.motif import Cell, MotifNote
from adaptive.composer.writing import (
    ANSWER,
    MOTIF,
    Humanizer,
    chord_at,
    in_range,
    meter_of,
    style_of,
)
from adaptive.music.note import Note
from adaptive.music.pitch import Pitch

LOW, HOME, HIGH = 31, 34, 41
"""F4, B4 and B5 as staff positions: lowest, central and highest note.  The range lies above the pad."""

PASSING_DENSITY = 0.7
"""From this density on, passing notes fill the thirds."""


@dataclass(frozen=True, slots=True)
class Idea:
    """The form a bar gives the motif: its notes, and the height of the first one in steps above `HOME`."""

    cell: Cell
    height: int


def melody(context: BarContext) -> WrittenBar:
    """Write a bar of melody.

    Parameters
    ----------
    context : BarContext
        A low `density` keeps only the accented notes of the motif, a high one fills its thirds; `energy`
        raises it.  ``memory["position"]`` is the last staff position of the phrase so far.

    Returns
    -------
    WrittenBar
        One voice with rests.  The first bar of a phrase is the same whenever its chord is the same.
    """
    idea = STYLES[style_of(context, STYLES)](context, meter_of(context))
    if not idea.cell:
        return WrittenBar((), context.memory)
    known = context.memory.get("position") if context.bar_in_phrase else None
    pitches = _pitches(context, idea, None if known is None else int(known))
    line = list(zip(idea.cell, pitches, strict=True))
    notes = _performed(context, _thinned(context, _passing(context, line)))
    return WrittenBar(tuple(notes), {"position": pitches[-1].step})


def statement(context: BarContext, meter: Meter) -> Idea:
    """State the motif, vary it higher, and close the phrase with one long note."""
    cell = motifs.motif(meter, context.seed, MOTIF)
    rise = context.bar_in_phrase / max(1, context.phrase_bars - 1)
    height = round(2 * sin(pi * min(1.0, rise * 1.1))) + round(2 * context.energy)
    is_second = (context.bar // context.phrase_bars) % 2 == 1
    is_closing = context.is_leaving or (context.is_phrase_end and context.phrase_bars > 1)
    if is_closing and meter.middle:
        landing = meter.middle
        end = landing + (meter.length - landing) * Fraction(3, 4 if is_second else 6)
        return Idea(motifs.closed(cell, landing, end), height if not is_second else height - 1)
    if context.bar_in_phrase == 0 or not meter.middle:
        return Idea(_with_breath(cell, meter), height)
    return Idea(_with_breath(_developed(context, cell, meter, is_second), meter), height)


def _developed(context: BarContext, cell: Cell, meter: Meter, is_second: bool) -> Cell:
    """Return the motif for an inner bar of a phrase: unchanged, or varied in one way."""
    changes: list[Callable[[], Cell]] = [
        lambda: cell,
        lambda: motifs.fragmented(cell, meter.middle, meter.length),
        lambda: cell,
        lambda: motifs.inverted(cell),
        lambda: motifs.recast(cell),
    ]
    others: list[Callable[[], Cell]] = [
        lambda: motifs.recast(cell),
        lambda: motifs.inverted(cell),
        lambda: cell,
        lambda: motifs.fragmented(cell, meter.middle, meter.length),
    ]
    plan = others if is_second else changes
    return plan[(context.bar_in_phrase - 1) % len(plan)]()


def answer(context: BarContext, meter: Meter) -> Idea:
    """Stay silent, then answer in the second half of every other bar."""
    is_reply = context.is_phrase_end or (context.bar_in_phrase % 2 == 1 and context.density > 0.35)
    if not is_reply:
        return Idea((), 0)
    cell = motifs.motif(meter, context.seed, ANSWER)
    short = motifs.head(cell, meter.length - meter.middle)
    varied = short if context.is_phrase_end else motifs.inverted(short)
    reply = motifs.moved(varied, meter.middle, 0)
    return Idea(reply, 1 + round(2 * context.energy))


def _with_breath(cell: Cell, meter: Meter) -> Cell:
    """Shorten the last note by a sixteenth if it is at least a quarter long, so that a rest follows."""
    last = cell[-1]
    if last.length < 4 * meter.step:
        return cell
    return (*cell[:-1], MotifNote(last.onset, last.length - meter.step, last.height))


def _pitches(context: BarContext, idea: Idea, before: int | None) -> list[Pitch]:
    first = chord_at(context, idea.cell[0].onset)
    anchor = nearest_consonance(HOME + idea.height, first)
    targets = [
        TargetNote(anchor + note.height, chord_at(context, note.onset), _is_strong(context, note))
        for note in idea.cell
    ]
    return fit(targets, context.harmony.key, LOW, HIGH, before)


def _is_strong(context: BarContext, note: MotifNote) -> bool:
    meter = meter_of(context)
    changes = {onset for onset, _ in context.harmony.chords}
    return meter.weight(note.onset) >= 0.8 or note.length >= 6 * meter.step or note.onset in changes


def _passing(
    context: BarContext, line: list[tuple[MotifNote, Pitch]]
) -> list[tuple[MotifNote, Pitch, float]]:
    """Give each note the density from which it sounds; add passing notes between notes a third apart."""
    meter = meter_of(context)
    filled: list[tuple[MotifNote, Pitch, float]] = []
    for place, (note, pitch) in enumerate(line):
        is_essential = place in (0, len(line) - 1) or meter.weight(note.onset) >= 0.8
        filled.append((note, pitch, 0.0 if is_essential else 0.6 * (1.0 - meter.weight(note.onset))))
        after = line[place + 1][1] if place + 1 < len(line) else pitch
        half = note.length / 2
        if abs(after.step - pitch.step) == 2 and half >= 2 * meter.step:
            middle = (after.step + pitch.step) // 2
            tone = context.harmony.key.tones[
                (middle - context.harmony.key.tonic.letter) % 7
            ].at(middle // 7)  # fmt: skip
            filled.append((MotifNote(note.onset + half, half, 0), tone, PASSING_DENSITY))
    return filled


def _thinned(
    context: BarContext, line: list[tuple[MotifNote, Pitch, float]]
) -> list[tuple[MotifNote, Pitch]]:
    """Drop notes whose density is not reached; hold the others to the next note, for 8 sixteenths at most."""
    kept = [(note, pitch) for note, pitch, need in line if need <= context.density]
    ends = [*(note.onset for note, _ in kept[1:]), kept[-1][0].onset + kept[-1][0].length]
    longest = 8 * meter_of(context).step
    return [
        (MotifNote(note.onset, min(end - note.onset, max(note.length, longest)), 0), pitch)
        for (note, pitch), end in zip(kept, ends, strict=True)
    ]


def _performed(context: BarContext, line: list[tuple[MotifNote, Pitch]]) -> list[Note]:
    """Perform the line: higher and more accented notes are louder."""
    humanizer, meter = Humanizer(context), meter_of(context)
    notes = []
    for note, pitch in line:
        loudness = 0.55 + 0.12 * meter.weight(note.onset) + 0.015 * (pitch.step - HOME)
        loudness *= 0.75 + 0.25 * context.energy
        notes.append(humanizer.play(note.onset, note.length, _octave(context, pitch), loudness))
    return notes


def _octave(context: BarContext, pitch: Pitch) -> Pitch:
    shifted = pitch.raised(context.octave)
    return shifted.raised((in_range(shifted.midi) - shifted.midi) // 12)


STYLES: dict[str, Callable[[BarContext, Meter], Idea]] = {"motif": statement, "answer": answer}
