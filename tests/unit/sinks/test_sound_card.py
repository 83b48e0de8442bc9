from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from tests.helpers.fake_card import BLOCK, FakeCard


@pytest.fixture
def engine() -> Engine:
    return Engine(EngineSpec())


def ask(card: FakeCard) -> None:
    """Ask for a block, as the device's callback does."""
    out = np.zeros((BLOCK, card.channels), np.float32)
    card._callback(None, out.ctypes.data, BLOCK, None, 0, card.stream_gate.address)


def test_a_stream_drives_its_engine_only_between_begin_and_halt(engine: Engine) -> None:
    card = FakeCard(engine, "card")
    frames = []
    ask(card)
    frames.append(engine.frame)
    card.begin()
    ask(card)
    frames.append(engine.frame)
    is_out = card.halt()
    ask(card)
    frames.append(engine.frame)

    assert frames == [0, BLOCK, BLOCK]
    assert is_out
    assert (card.stream_gate.blocks, card.stream_gate.frames) == (3, BLOCK)


def test_a_stream_can_begin_with_another_engine(engine: Engine) -> None:
    card, other = FakeCard(engine, "card"), Engine(EngineSpec())
    card.begin(other)
    ask(card)

    assert (engine.frame, other.frame) == (0, BLOCK)


def test_a_released_stream_does_not_keep_its_engine(engine: Engine) -> None:
    mine = Engine(EngineSpec())
    card, kept = FakeCard(mine, "card"), weakref.ref(mine)
    card.begin()
    card.halt()
    card.release()
    del mine
    gc.collect()

    assert kept() is None
