"""Laws that every generator keeps, in every style and meter."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.composer.learned_drums import PLAYS_AS
from adaptive.composer.registry import GENERATORS
from adaptive.music.pitch import Pitch
from tests.helpers.amounts import amount
from tests.unit.composer.composing import METERS, compose, contexts, likeness, shape

ALL = [(name, style) for name, spec in GENERATORS.items() for style in spec.styles]

every = pytest.mark.parametrize(("name", "style"), ALL)
unit_interval = st.floats(0.0, 1.0)


@every
def test_notes_lie_in_their_bar_whatever_the_meter(name: str, style: str) -> None:
    for beats, unit in METERS:
        asked = contexts(style=style, beats=beats, unit=unit, density=0.9, energy=0.9, leaving=(7,))
        for bar in compose(GENERATORS[name].function, asked):
            for note in bar:
                assert 0 <= note.onset < beats, (beats, unit)
                assert 0 < note.duration <= 2 * beats, (beats, unit)
                assert 0.0 < note.velocity <= 1.0
                assert 0 <= note.midi <= 127
                assert abs(note.offset_beats) < 0.15 or note.pitch == "swell", (beats, unit)


@every
@given(
    seed=st.integers(-(2**40), 2**40), density=unit_interval, energy=unit_interval,
    key=st.sampled_from(["A minor", "Eb major", "F# dorian", "C phrygian", "G mixolydian"]),
    octave=st.integers(-3, 3), phrase_bars=st.integers(1, 9),
)  # fmt: skip
@settings(max_examples=amount(2, 5), deadline=None)
def test_the_same_question_has_the_same_answer(
    name: str, style: str, seed: int, density: float, energy: float, key: str, octave: int,
    phrase_bars: int,
) -> None:  # fmt: skip
    asked = contexts(
        bars=5, style=style, seed=seed, density=density, energy=energy, key=key, octave=octave,
        phrase_bars=phrase_bars,
    )  # fmt: skip
    function = GENERATORS[name].function

    assert compose(function, asked) == compose(function, asked)


@every
def test_a_denser_layer_has_more_onsets_and_never_fewer(name: str, style: str) -> None:
    counts = []
    for density in (0.0, 0.25, 0.5, 0.75, 1.0):
        bars = compose(GENERATORS[name].function, contexts(style=style, density=density))
        counts.append(sum(len(bar) for bar in bars))

    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize(("name", "style"), [pair for pair in ALL if pair[1] not in PLAYS_AS])
def test_denser_keeps_every_onset_of_thinner(name: str, style: str) -> None:
    function = GENERATORS[name].function
    bars = [compose(function, contexts(style=style, density=n / 10)) for n in range(11)]
    for thin, dense in pairwise(bars):
        for one, other in zip(thin, dense, strict=True):
            if name != "pad":  # another number of voices may enter elsewhere
                assert {note.onset for note in one} <= {note.onset for note in other}


@every
def test_more_energy_is_louder(name: str, style: str) -> None:
    def loudness(energy: float) -> float:
        bars = compose(GENERATORS[name].function, contexts(style=style, energy=energy))
        return sum(note.velocity for bar in bars for note in bar) / sum(map(len, bars))

    assert loudness(0.1) < loudness(0.55)


@every
def test_a_phrase_repeats_most_onsets_of_the_one_before(name: str, style: str) -> None:
    if name == "texture":  # never twice the same
        return
    alike = 0.0
    for seed in range(4):
        asked = contexts(style=style, bars=8, density=0.7, seed=seed, chords=["Am", "F", "Dm", "E"])
        bars = compose(GENERATORS[name].function, asked)
        alike += sum(likeness(*pair) for pair in zip(bars[:4], bars[4:], strict=True)) / 4

    assert alike / 4 > (0.45 if name == "drums" else 0.3 if name == "countermelody" else 0.55)


@pytest.mark.parametrize(("name", "style"), [pair for pair in ALL if pair[0] != "drone"])
def test_seeds_differ(name: str, style: str) -> None:
    shapes = {
        tuple(
            frozenset(shape(bar))
            for bar in compose(GENERATORS[name].function, contexts(style=style, seed=seed, density=0.7))
        )
        for seed in range(12)
    }

    assert len(shapes) >= 4


def test_the_spelling_is_that_of_the_number() -> None:
    for spec in GENERATORS.values():
        for style in () if spec.is_percussive else spec.styles:
            for bar in compose(spec.function, contexts(style=style, key="Eb minor", octave=1)):
                assert all(note.midi == Pitch.parse(note.pitch).midi for note in bar)


@every
def test_pitches_fit_the_chord(name: str, style: str) -> None:
    if GENERATORS[name].is_percussive:
        return
    asked = contexts(style=style, density=0.8, bars=16)
    fitting = total = 0.0
    for context, bar in zip(asked, compose(GENERATORS[name].function, asked), strict=True):
        for note in bar:
            chord = [c for start, c in context.harmony.chords if start <= note.onset][-1]
            length = float(min(note.duration, 4))
            total += length
            fitting += length * (note.midi % 12 in chord.pitch_classes)

    assert fitting / total > ({"melody": 0.55, "drone": 0.62}.get(name, 0.78))


def test_layers_have_registers_of_their_own() -> None:
    def middle(name: str) -> float:
        bars = compose(GENERATORS[name].function, contexts(density=0.6, bars=16))
        return median(note.midi for bar in bars for note in bar)

    assert middle("bass") + 12 < middle("pad") < middle("melody")
    assert middle("pad") <= middle("arpeggio") < middle("melody")


def test_the_first_style_is_the_default() -> None:
    for spec in GENERATORS.values():
        assert compose(spec.function, contexts()) == compose(spec.function, contexts(style=spec.styles[0]))


def test_every_generator_names_an_instrument_for_every_style() -> None:
    assert GENERATORS["drums"].instrument_for(None) == "kit_night"
    assert GENERATORS["drums"].instrument_for("shaker") == "kit_light"
    assert GENERATORS["pad"].instrument_for("sustain") == "pad_warm"
