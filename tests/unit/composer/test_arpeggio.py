from __future__ import annotations

import itertools

import pytest

from adaptive.composer.arpeggio import HIGH, LOW, STYLES, arpeggio, broken, sparse, up, updown
from tests.unit.composer.composing import compose, contexts

every_style = pytest.mark.parametrize("style", list(STYLES))


def test_orders_are_what_they_are_called() -> None:
    assert [up(n, 3) for n in range(5)] == [0, 1, 2, 0, 1]
    assert [updown(n, 4) for n in range(8)] == [0, 1, 2, 3, 2, 1, 0, 1]
    assert [broken(n, 4) for n in range(4)] == [0, 3, 2, 3]


@pytest.mark.parametrize("order", [up, updown, broken, sparse])
@pytest.mark.parametrize("count", range(1, 7))
def test_an_order_never_leaves_the_chord(order: object, count: int) -> None:
    assert all(0 <= order(place, count) < count for place in range(64))  # type: ignore[operator]


@every_style
def test_one_note_at_a_time_between_c4_and_c6(style: str) -> None:
    for bar in compose(arpeggio, contexts(style=style, density=1.0)):
        assert all(LOW <= note.midi <= HIGH for note in bar)
        for one, other in itertools.pairwise(bar):
            assert one.onset + one.duration <= other.onset


@every_style
def test_every_note_is_of_its_chord(style: str) -> None:
    asked = contexts(style=style, density=0.9, chords=["Am7 D7", "Gmaj7", "F#m7b5", "B7"])
    for context, bar in zip(asked, compose(arpeggio, asked), strict=True):
        for note in bar:
            chord = [c for start, c in context.harmony.chords if start <= note.onset][-1]
            assert note.midi % 12 in chord.pitch_classes


def test_the_last_pulse_of_a_phrase_is_silent() -> None:
    for bar in compose(arpeggio, contexts(density=1.0))[3::4]:
        assert max(note.onset for note in bar) < 3


def test_behind_the_beat_it_is_denser_than_on_it_when_thin() -> None:
    offbeat = total = 0
    for seed in range(40):
        for bar in compose(arpeggio, contexts(density=0.3, seed=seed)):
            offbeat += sum(note.onset.denominator == 2 for note in bar)
            total += sum(note.onset > 0 for note in bar)

    assert offbeat / total > 0.5
