from __future__ import annotations

import itertools

import pytest

from adaptive.composer.arpeggio import HIGH, LEAST_HIGH, SPAN, STYLES, arpeggio, broken, sparse, up, updown
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
def test_one_note_at_a_time_up_to_c6(style: str) -> None:
    for bar in compose(arpeggio, contexts(style=style, density=1.0, layers=["arpeggio"])):
        assert all(HIGH - SPAN <= note.midi <= HIGH for note in bar)
        for one, other in itertools.pairwise(bar):
            assert one.onset + one.duration <= other.onset


def test_it_lies_below_the_tune() -> None:
    for seed in range(10):
        asked = contexts(density=1.0, seed=seed)
        for context, bar in zip(asked, compose(arpeggio, asked), strict=True):
            ceiling = max(LEAST_HIGH, context.plan.ceiling)
            assert all(note.midi <= ceiling for note in bar)


def test_it_prefers_to_play_where_the_tune_does_not() -> None:
    on_tune = [0, 0]
    for seed in range(40):
        asked = contexts(density=0.4, seed=seed, chords=["Am"])
        for context, bar in zip(asked, compose(arpeggio, asked), strict=True):
            tune = {note.onset for note in context.plan.tune if note.onset}
            eighths = [onset for onset in (n * context.plan.part.brief.meter.step * 2 for n in range(1, 8))]
            played = {note.onset for note in bar}
            on_tune[0] += len(tune & played & set(eighths)) * (8 - len(tune & set(eighths)))
            on_tune[1] += len((played & set(eighths)) - tune) * len(tune & set(eighths))

    assert on_tune[0] < on_tune[1]


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
