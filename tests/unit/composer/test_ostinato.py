from __future__ import annotations

from adaptive.composer.ostinato import ostinato
from tests.unit.composer.composing import compose, contexts


def test_the_figure_goes_on_through_the_theme() -> None:
    bars = compose(ostinato, contexts(chords=["Am"], density=0.7))

    assert len({tuple((note.onset, note.pitch) for note in bar) for bar in bars}) == 1


def test_it_bends_to_the_chords() -> None:
    asked = contexts(chords=["Am", "F", "Dm7 G7"], density=0.8, style="motor")
    for context, bar in zip(asked, compose(ostinato, asked), strict=True):
        for note in bar:
            chord = [c for start, c in context.harmony.chords if start <= note.onset][-1]
            assert note.midi % 12 in chord.pitch_classes
