"""Melody generator: plays the tune of the plan, thinner or fuller, or answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.line import TargetNote, fit, nearest_consonance
from adaptive.composer.meter import PULSE
from adaptive.composer.plan import cells
from adaptive.composer.plan.tune import HIGH, HOME, LOW, TuneNote
from adaptive.composer.room import need_beside
from adaptive.composer.writing import bar_randoms, chord_at, in_range, meter_of, plain_note, style_of
from adaptive.music.note import Note
from adaptive.music.pitch import Pitch

AS_WRITTEN = 0.5
"""Density at which the tune sounds as it is written; above it, notes are added between its notes."""

ECHO_BELOW = 5
"""Staff steps by which an answer lies below the tune it answers."""


def melody(context: BarContext) -> WrittenBar:
    """Write a bar of melody.

    Parameters
    ----------
    context : BarContext
        A low `density` keeps the accented notes of the tune, a high one fills its thirds.

    Returns
    -------
    WrittenBar
        One voice with rests.
    """
    line = STYLES[style_of(context, STYLES, "melody")](context)
    if not line:
        return WrittenBar(())
    return WrittenBar(tuple(_performed(context, _thinned(context, _passing(context, line)))))


def motif(context: BarContext) -> list[TuneNote]:
    """Play the tune of the plan; before a transition it lands on a long note of the chord."""
    line = [note for note in context.plan.tune if not chord_at(context, note.onset).is_silent]
    return _landed(context, line) if context.is_leaving else line


def _landed(context: BarContext, line: list[TuneNote]) -> list[TuneNote]:
    meter = meter_of(context)
    before = [note for note in line if note.onset < meter.middle] or line[:1]
    if not before or not meter.middle:
        return before
    chord = chord_at(context, meter.middle)
    if chord.is_silent:
        return before
    place = nearest_consonance(before[-1].pitch.step, chord)
    tone = next(tone for tone in chord.tones if tone.letter == place % 7)
    length = (meter.length - meter.middle) * Fraction(3, 4)
    before[-1] = replace(before[-1], length=min(before[-1].length, meter.middle - before[-1].onset))
    return [*before, TuneNote(meter.middle, length, tone.at(place // 7), True)]


def answer(context: BarContext) -> list[TuneNote]:
    """Stay silent, then answer in the second half of every other bar with the theme's second idea."""
    plan, meter = context.plan, meter_of(context)
    is_reply = context.is_phrase_end or (context.bar_in_phrase % 2 == 1 and context.density > 0.35)
    if not is_reply or chord_at(context, meter.middle).is_silent:
        return []
    idea = cells.head(plan.part.ideas.b, meter.length - meter.middle)
    idea = cells.inverted(idea) if context.is_phrase_end else idea
    below = ECHO_BELOW if plan.part.has_tune else -1
    base = nearest_consonance(HOME + plan.part.character.register - below, chord_at(context, meter.middle))
    notes = [replace(note, onset=note.onset + meter.middle) for note in idea]
    targets = [
        TargetNote(base + note.height, chord_at(context, note.onset), is_strong=note.length >= 4 * meter.step)
        for note in notes
        if not chord_at(context, note.onset).is_silent
    ]
    pitches = fit(targets, context.harmony.key, LOW - 5, HIGH, None) if targets else []
    return [TuneNote(note.onset, note.length, pitch) for note, pitch in zip(notes, pitches, strict=False)]


def _passing(context: BarContext, line: list[TuneNote]) -> list[tuple[TuneNote, float]]:
    """Give each note the density from which it sounds; add notes between those that are joined."""
    meter = meter_of(context)
    randoms = bar_randoms(context, 2 * len(line))
    filled: list[tuple[TuneNote, float]] = []
    for place, note in enumerate(line):
        weight = 1.0 if place == 0 or note.is_strong else meter.weight(note.onset)
        need = AS_WRITTEN * (1.0 - weight) * (0.4 + 0.6 * randoms[2 * place])
        need = need_beside(context, note.onset, need) if weight < PULSE else need
        filled.append((note, need if place else 0.0))
        after = line[place + 1] if place + 1 < len(line) else note
        half = note.length / 2
        if after.onset == note.onset + note.length and half >= 2 * meter.step:
            added = TuneNote(note.onset + half, half, _between(context, note, after))
            need = AS_WRITTEN + 0.02 + 0.46 * randoms[2 * place + 1]
            filled.append((added, need_beside(context, added.onset, need)))
    return filled


def _between(context: BarContext, note: TuneNote, after: TuneNote) -> Pitch:
    """Return a pitch between two notes: a passing one if they are a third apart, else the first again."""
    if abs(after.pitch.step - note.pitch.step) != 2:
        return note.pitch
    middle = (after.pitch.step + note.pitch.step) // 2
    key = context.harmony.key
    return key.tones[(middle - key.tonic.letter) % 7].at(middle // 7)


def _thinned(context: BarContext, line: list[tuple[TuneNote, float]]) -> list[TuneNote]:
    """Drop notes whose density is not reached; a note lasts as written, but not into the next."""
    kept = [note for note, need in line if need <= context.density]
    ends = [*(note.onset for note in kept[1:]), kept[-1].onset + kept[-1].length]
    return [
        replace(note, length=min(note.length, end - note.onset)) for note, end in zip(kept, ends, strict=True)
    ]


def _performed(context: BarContext, line: list[TuneNote]) -> list[Note]:
    """Perform the line: higher and more accented notes are louder."""
    meter = meter_of(context)
    notes = []
    for note in line:
        loudness = 0.55 + 0.12 * meter.weight(note.onset) + 0.015 * (note.pitch.step - HOME)
        loudness *= 0.75 + 0.25 * context.energy
        pitch = _octave(context, note.pitch)
        notes.append(plain_note(note.onset, note.length, pitch, loudness))
    return notes


def _octave(context: BarContext, pitch: Pitch) -> Pitch:
    shifted = pitch.raised(context.octave)
    return shifted.raised((in_range(shifted.midi) - shifted.midi) // 12)


STYLES: dict[str, Callable[[BarContext], list[TuneNote]]] = {"motif": motif, "answer": answer}
