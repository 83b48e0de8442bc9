"""Leaves room for recordings: no notes beside their pitches, fewer where they are busy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from adaptive.composer.context import BarContext
from adaptive.composer.meter import PULSE, Meter
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.writing import chord_at, meter_of
from adaptive.music.note import Note

THINNING = 0.25
"""Share of its density that a layer loses in a bar where recordings begin sounds at every sixteenth."""

FULL = 0.75
"""In a busier bar than this, nothing is left out for covering a sound: there is no other place."""

COVERED_NEED = 0.3
"""Density that a note needs more if it covers a sound."""

GIVES_WAY = frozenset({"arpeggio", "ostinato", "texture", "comping", "countermelody"})
"""Generators whose notes between the pulses are left out where a recording begins a sound."""

KEEPS_ROOT = frozenset({"bass", "drone"})
"""Generators that change the octave, but not the name, of a note."""

CLASH_SHARE = 0.25
"""A note clashes if it lies beside a recorded pitch for this share of its length."""

FARTHEST = 5
"""Semitones by which a note may be moved."""


def need_beside(context: BarContext, onset: Fraction, need: float) -> float:
    """Return the density from which a note sounds that could sound from `need` on.

    It rises where a recording begins a sound at the same time.
    """
    bar = context.plan.recorded
    if bar is None or bar.busy > FULL or not bar.covers(onset, meter_of(context).step):
        return need
    return need + COVERED_NEED


def density_beside(context: BarContext, density: float) -> float:
    """Return the density at which a pitched layer plays beside the recordings of a bar."""
    bar = context.plan.recorded
    if bar is None or _generator(context) == "drums" or not 0.0 < density < 1.0:
        return density
    return density * (1.0 - THINNING * bar.busy)


def with_room(notes: tuple[Note, ...], context: BarContext) -> tuple[Note, ...]:
    """Return the notes of a bar without those that cover or rub against what is recorded.

    A note that clashes is moved to the nearest tone of the chord that does not (without declared chords: of
    the key), else it ends before it clashes, else it is left out.  A bass note whose chord is declared is
    moved by octaves only, and stays where that does not help.
    """
    bar = context.plan.recorded
    generator = _generator(context)
    if bar is None or not notes or generator == "drums":
        return notes
    meter = meter_of(context)
    if generator in GIVES_WAY and bar.busy <= FULL:
        notes = tuple(note for note in notes if not _is_covered(note, meter, bar))
    if not bar.is_pitched:
        return notes
    cleared: list[Note] = []
    for note in notes:
        clear = _cleared(note, context, bar, generator, [*cleared, *notes])
        if clear is not None:
            cleared.append(clear)
    return tuple(cleared)


def _generator(context: BarContext) -> str:
    layers = context.plan.part.brief.layers
    return next((layer.generator for layer in layers if layer.name == context.layer), "")


def _is_covered(note: Note, meter: Meter, bar: StemBar) -> bool:
    return meter.weight(note.onset) < PULSE and bar.covers(note.onset, meter.step)


def _cleared(
    note: Note, context: BarContext, bar: StemBar, generator: str, others: Iterable[Note]
) -> Note | None:
    """Return a note that does not clash; None: it is left out."""
    if bar.clash_share(note.midi, note.onset, note.duration) < CLASH_SHARE:
        return note
    taken = {other.midi for other in others if other.onset == note.onset}
    for midi in _instead(note, context, generator):
        if midi not in taken and not bar.clash_share(midi, note.onset, note.duration):
            return _at(note, midi, context)
    length = bar.clear_until(note.midi, note.onset, note.duration)
    if length >= min(Fraction(1), note.duration / 2):
        return replace(note, duration=length)
    is_declared = bool(context.plan.part.brief.chords)
    return note if is_declared and generator in KEEPS_ROOT else None


def _instead(note: Note, context: BarContext, generator: str) -> list[int]:
    """Return the pitches that a note may be moved to, the nearest first."""
    octaves = [midi for midi in (note.midi + 12, note.midi - 12) if 24 <= midi <= 108]
    if generator in KEEPS_ROOT:
        return octaves
    chord, key = chord_at(context, note.onset), context.harmony.key
    is_declared = bool(context.plan.part.brief.chords)
    classes = chord.pitch_classes if is_declared else key.pitch_classes
    high = _highest(note, context, generator)
    near = [
        midi
        for midi in range(note.midi - FARTHEST, min(high, note.midi + FARTHEST) + 1)
        if midi % 12 in classes and midi != note.midi and 0 <= midi <= 127
    ]
    return [*sorted(near, key=lambda midi: (abs(midi - note.midi), midi)), *[m for m in octaves if m <= high]]


def _highest(note: Note, context: BarContext, generator: str) -> int:
    """Return the highest pitch: accompaniment that lies below the tune stays there."""
    ceiling = context.plan.ceiling
    return 127 if generator == "melody" or note.midi > ceiling else ceiling


def _at(note: Note, midi: int, context: BarContext) -> Note:
    tone = chord_at(context, note.onset).tone_of(midi)
    pitch = context.harmony.key.spell(midi) if tone is None else tone.nearest(midi)
    return replace(note, midi=midi, pitch=str(pitch))
