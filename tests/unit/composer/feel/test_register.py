from __future__ import annotations

from dataclasses import replace
from statistics import mean

import numpy as np

from adaptive.composer.feel.register import articulated, moved
from adaptive.composer.registry import GENERATORS
from adaptive.composer.steer import Steer
from adaptive.music.pitch import Pitch
from tests.unit.composer.composing import contexts

LAYERS = ("melody", "arpeggio", "pad", "bass")


def mean_pitch(register: float) -> float:
    pitches = []
    for name in LAYERS:
        for context in contexts(bars=8, layers=LAYERS, layer=name):
            context = replace(context, steer=Steer(register=register))
            pitches += [note.midi for note in moved(GENERATORS[name].function(context).notes, context)]
    return mean(pitches)


def test_the_mean_pitch_follows_the_register_in_rank() -> None:
    asked = np.linspace(-1.0, 1.0, 11)
    ranks = np.argsort(np.argsort([mean_pitch(float(register)) for register in asked]))

    assert np.corrcoef(ranks, np.arange(11))[0, 1] > 0.95
    assert mean_pitch(1.0) > mean_pitch(0.0) + 9.0
    assert mean_pitch(-1.0) < mean_pitch(0.0) - 9.0


def test_names_and_numbers_move_together_and_nothing_moves_where_nothing_is_asked() -> None:
    context = contexts(layers=LAYERS, layer="melody")[0]
    notes = GENERATORS["melody"].function(context).notes
    high = moved(notes, replace(context, steer=Steer(register=1.0)))

    assert moved(notes, context) is notes
    assert [note.midi for note in high] == [note.midi + 12 for note in notes]
    assert all(Pitch.parse(note.pitch).midi == note.midi for note in high)


def test_the_tune_stays_on_top_of_a_rising_register() -> None:
    for register in np.linspace(0.0, 1.0, 11):
        lowest = []
        for name in ("melody", "pad"):
            context = contexts(layers=LAYERS, layer=name)[0]
            context = replace(context, steer=Steer(register=float(register)))
            lowest.append([n.midi for n in moved(GENERATORS[name].function(context).notes, context)])
        assert min(lowest[0]) > max(lowest[1]) - 1


def test_articulation_shortens_and_lengthens_notes_but_not_drums() -> None:
    notes = GENERATORS["melody"].function(contexts(layer="melody")[0]).notes
    strokes = GENERATORS["drums"].function(contexts(layer="drums")[0]).notes
    lengths = [
        sum(note.duration for note in articulated(notes, value)) for value in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]

    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2] / 2
    assert articulated(notes, 0.5) is notes
    assert articulated(strokes, 0.0) == strokes
