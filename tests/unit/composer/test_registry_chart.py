"""A chart of a preset is obeyed: every change, slash basses, and bars without a chord."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from adaptive.composer.bar import write_bar
from adaptive.composer.context import BarContext
from adaptive.composer.registry import GENERATORS
from adaptive.music.chord import Chord
from adaptive.music.note import Note
from tests.unit.composer.composing import contexts

CHART = ["C Db7", "Cm7/G", "Gm7", "Cmaj7", "N.C.", "F#m7b5 B7", "Em7", "Bb/C"]
LAYERS = ("melody", "pad", "comping", "bass", "arpeggio", "ostinato", "countermelody", "drone", "texture")

Sounding = list[tuple[Fraction, Fraction, Note]]
"""Onset and end in beats from the start of the piece, and note."""


def chart(seed: int, density: float = 0.6) -> list[BarContext]:
    return contexts(chords=CHART, key="C major", bars=16, seed=seed, density=density, layers=LAYERS)


def played(asked: list[BarContext], layer: str, style: str) -> Sounding:
    found: Sounding = []
    memory = asked[0].memory
    for context in asked:
        bar = write_bar(GENERATORS[layer].function, replace(context, layer=layer, style=style, memory=memory))
        memory = bar.memory
        found += [
            (context.bar * 4 + note.onset, context.bar * 4 + note.onset + note.duration, note)
            for note in bar.notes
        ]
    return found


def classes(notes: Sounding, begins: float, ends: float) -> set[int]:
    """Pitch classes that sound within a stretch of beats."""
    return {note.midi % 12 for onset, end, note in notes if onset < ends and end > begins}


@pytest.mark.parametrize("style", GENERATORS["bass"].styles)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bass_has_every_root_and_every_slash(style: str, seed: int) -> None:
    asked = chart(seed)
    notes = played(asked, "bass", style)
    wanted = {0: 0, 2: 1, 4: 7, 8: 7, 12: 0, 20: 6, 22: 11, 24: 4, 28: 0}
    at = {onset: note.midi % 12 for onset, _, note in notes}

    assert {beat: at.get(Fraction(beat)) for beat in wanted} == wanted


@pytest.mark.parametrize("layer", LAYERS[1:])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_of_the_old_chord_rings_on_and_no_chord_is_silence(layer: str, seed: int) -> None:
    for style in GENERATORS[layer].styles:
        notes = played(chart(seed, 0.8), layer, style)

        assert not any(16 <= onset < 20 for onset, _, _ in notes)
        assert all(end <= 16.5 for onset, end, _ in notes if onset < 16)
        if layer != "bass":  # it may lead into the next root
            assert 4 not in classes(notes, 4, 8), style
            assert not {10, 5} & classes(notes, 13, 16), style
        for onset, end, note in notes:
            bar = int(onset // 4)
            if end > 4 * bar + 4:
                following = Chord.parse(CHART[(bar + 1) % 8].split()[0])
                assert following.tone_of(note.midi) is not None


def test_the_tune_has_no_note_in_a_bar_without_a_chord() -> None:
    for seed in range(4):
        notes = played(chart(seed), "melody", "motif")
        assert not any(16 <= onset < 18 for onset, _, _ in notes)
        assert all(end <= 16.5 for onset, end, _ in notes if onset < 16)
