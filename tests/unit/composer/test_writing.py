from __future__ import annotations

from fractions import Fraction

import pytest

from adaptive.composer.registry import GENERATORS
from adaptive.composer.writing import chord_at, chord_spans, in_range, ms_in_beats, step_randoms
from adaptive.errors import InputError
from tests.unit.composer.composing import contexts


def test_an_unknown_style_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no style `shakr`; the nearest is `shaker`"):
        GENERATORS["drums"].function(contexts(style="shakr")[0])


def test_the_spans_of_a_bar_join_and_a_repeated_chord_is_one() -> None:
    spans = chord_spans(contexts(chords=["Am Am F G", "C"])[0])

    assert [(start, end, str(chord), str(after)) for start, end, chord, after in spans] == [
        (0, 2, "Am", "F"), (2, 3, "F", "G"), (3, 4, "G", "C"),
    ]  # fmt: skip


def test_the_chord_at_an_onset_is_the_last_that_has_begun() -> None:
    context = contexts(chords=["Am F"])[0]

    assert [str(chord_at(context, Fraction(n, 2))) for n in (0, 3, 4, 7)] == ["Am", "Am", "F", "F"]


def test_a_beat_of_time_is_one_beat_of_the_denominator() -> None:
    assert ms_in_beats(contexts(tempo_bpm=120.0)[0], 500.0) == pytest.approx(1.0)
    assert ms_in_beats(contexts(tempo_bpm=120.0, beats=6, unit=8)[0], 500.0) == pytest.approx(2.0)


@pytest.mark.parametrize(("midi", "folded"), [(-1, 11), (0, 0), (127, 127), (128, 116), (150, 126)])
def test_a_pitch_out_of_range_moves_by_octaves(midi: int, folded: int) -> None:
    assert folded == in_range(midi)


def test_the_random_numbers_of_a_bar_return_every_second_bar_of_a_phrase() -> None:
    bars = [step_randoms(context) for context in contexts(bars=8)]

    assert bars[0] == bars[2] == bars[4] == bars[6]
    assert bars[0] != bars[1] == bars[3]
    assert len(bars[0]) == 16
