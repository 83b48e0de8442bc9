from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.arrays import address
from adaptive.engine.engine import SOURCE_LOCAL, Engine, TableFullError, signed, slot_word
from adaptive.engine.spec import BusSpec, EngineSpec, ParameterSpec
from adaptive.kernel import layout as k


@pytest.mark.parametrize("word", [0, 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_signed_word_has_the_same_bits(word: int) -> None:
    assert np.uint64(word) == np.int64(signed(word)).view(np.uint64)


def test_a_slot_holds_the_value_below_and_the_number_above() -> None:
    word = np.array([slot_word(0.75, 0xABCD)], np.uint64)

    assert word.view(np.float32)[0] == 0.75
    assert int(word[0]) >> 32 == 0xABCD


def test_an_engine_keeps_the_sounds_it_points_to_alive() -> None:
    engine = Engine(EngineSpec())
    number = engine.add_sound(engine.bank.add(np.ones((1, 100), np.float32)))
    record = engine.memory["sounds"][number]

    assert int(record["left"]) == address(engine._sounds[number].left)
    assert tuple(int(record[name]) for name in ("frames", "origin", "loop_frames")) == (100, 0, 0)


def test_a_table_of_sounds_that_is_full_refuses_another_and_knows_those_it_has() -> None:
    engine = Engine(EngineSpec(sounds=2))
    sounds = [engine.bank.add(np.zeros((1, 10), np.float32)) for _ in range(3)]
    numbers = [engine.add_sound(sound) for sound in (sounds[0], sounds[1], sounds[0])]

    assert numbers == [0, 1, 0]
    with pytest.raises(TableFullError, match="laid out for 2 sounds"):
        engine.add_sound(sounds[2])


def test_a_dropped_sound_frees_its_row_unless_it_is_kept_or_a_clip_plays_it() -> None:
    engine = Engine(EngineSpec(sounds=3))
    playing, kept, unused, later = (engine.bank.add(np.ones((1, 1000), np.float32)) for _ in range(4))
    rows = [engine.add_sound(sound) for sound in (playing, kept, unused)]
    engine.post([c.start_clip(0, 0, rows[0], 0)])
    engine.pull(64)

    assert engine.drop_sounds({id(kept)}) == [unused]
    assert engine.sounds == [playing, kept]
    assert engine.add_sound(later) == rows[2]


@pytest.mark.parametrize(
    ("arrivals", "winner"), [((10, 9), 10), ((9, 10), 10), ((0xFFFFFFFE, 2), 2), ((2, 0xFFFFFFFE), 2)]
)
def test_the_value_that_arrived_last_wins_also_when_the_numbers_wrap(
    arrivals: tuple[int, int], winner: int
) -> None:
    engine = Engine(EngineSpec(parameters=[ParameterSpec("a")]))
    for arrival in arrivals:
        engine.set_parameter(0, 0.5, arrival=arrival)

    assert engine.memory["slots"][SOURCE_LOCAL, 0] == slot_word(0.5, winner)


def test_the_timeline_counts_rendered_frames_and_control_steps() -> None:
    engine = Engine(EngineSpec())
    engine.pull(3 * k.CONTROL_STEP_FRAMES)

    assert (engine.frame, engine.control_steps) == (3 * k.CONTROL_STEP_FRAMES, 3)


def test_a_parameter_starts_where_it_is_set_and_goes_to_its_target() -> None:
    engine = Engine(EngineSpec(parameters=[ParameterSpec("a", rise_s=0.1)]))
    engine.set_at_start(0, target=1.0, value=0.5)
    start = engine.targets({"a": 0})
    engine.pull(48000)

    assert start == {"a": (1.0, 0.5)}
    assert engine.value(0) == pytest.approx(1.0, abs=1e-3)


def test_buses_are_recorded_once_and_only_when_asked() -> None:
    engine = Engine(EngineSpec(buses=[BusSpec("a"), BusSpec("b")]))
    before = engine.take_buses().shape
    engine.listen_to_buses(256)
    engine.pull(128)

    assert before == (2, 2, 0)
    assert [engine.take_buses().shape for _ in range(2)] == [(2, 2, 128), (2, 2, 0)]


def test_engines_that_hand_over_share_their_arrival_numbers() -> None:
    first = Engine(EngineSpec())
    second = Engine(EngineSpec(), first.bank, first)

    assert [engine.numbers.next_arrival() for engine in (first, second, first)] == [1, 2, 3]
