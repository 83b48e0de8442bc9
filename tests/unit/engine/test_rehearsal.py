from __future__ import annotations

import numpy as np

from adaptive.engine import commands
from adaptive.engine.bank import Bank
from adaptive.engine.engine import Engine
from adaptive.engine.rehearsal import rehearsal_of
from adaptive.engine.spec import BusSpec, EngineSpec, MappingSpec
from adaptive.kernel import layout as k
from tests.helpers.fake_card import BLOCK, FakeCard

NOISE = np.random.default_rng(3).uniform(-0.5, 0.5, (48000, 2)).astype(np.float32)


def engine_with_a_clip(bank: Bank) -> Engine:
    """An engine that will play noise at half level, from its first frame on."""
    engine = Engine(EngineSpec(clips=1, sounds=1, buses=(BusSpec("a"),)), bank)
    number = engine.add_sound(bank.add(NOISE, loop_frames=len(NOISE)))
    cell = engine.cell(MappingSpec(0, k.MAP_GAIN_DB, 0, ()))
    engine.post([commands.start_clip(0, 0, number, 0), commands.hold_cell(0, cell, 0.5, 1)])
    return engine


def test_a_rehearsal_plays_what_will_be_played_and_changes_nothing_of_it() -> None:
    bank = Bank(48000)
    engine, other = engine_with_a_clip(bank), engine_with_a_clip(bank)
    rehearsed = rehearsal_of(engine).pull(1024)

    assert np.abs(rehearsed[:, 0]).max() > 0.1
    assert engine.frame == 0
    np.testing.assert_array_equal(engine.pull(1024), other.pull(1024))


def test_a_stream_rehearses_in_silence_while_its_gate_is_shut() -> None:
    engine = engine_with_a_clip(Bank(48000))
    card = FakeCard(engine, "card")
    copy = rehearsal_of(engine)
    card.stream_gate._root[0]["rehearsal"] = copy.memory.header_address
    out = np.ones((BLOCK, 2), np.float32)
    for _ in range(2):
        card._callback(None, out.ctypes.data, BLOCK, None, 0, card.stream_gate.address)

    assert copy.frame == BLOCK
    assert (engine.frame, card.stream_gate.frames) == (0, 0)
    assert not out.any()


def test_a_stream_that_asks_for_no_block_is_not_waited_for() -> None:
    card = FakeCard(engine_with_a_clip(Bank(48000)), "card")
    card.rehearse()

    assert int(card.stream_gate._root[0]["rehearsal"]) == 0
