from __future__ import annotations

import gc
import weakref

import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.engine.stream_gate import StreamGate
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build


class Owner:
    """Something that a gate may keep alive."""


def gate_of(channels: int = 2, extra_bytes: int = 0) -> StreamGate:
    return StreamGate(channels, build.addresses()["word"], extra_bytes)


def test_a_new_gate_is_shut_and_has_seen_nothing() -> None:
    gate = gate_of(6)

    assert int(gate._root[0]["gate"]) & k.GATE_SHUT
    assert (gate.channels, gate.blocks, gate.frames, gate.last_s, gate.header_seen) == (6, 0, 0, 0.0, 0)


def test_a_gate_can_be_opened_and_shut_again() -> None:
    gate = gate_of()
    gate.open()
    opened = int(gate._root[0]["gate"]) & k.GATE_SHUT

    assert opened == 0
    assert gate.shut()
    assert int(gate._root[0]["gate"]) & k.GATE_SHUT


def test_shutting_fails_while_a_callback_stays_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptive.engine.stream_gate.LEAVING_S", 0.01)
    gate = gate_of()
    gate._root[0]["gate"] = k.GATE_INSIDE

    assert not gate.shut()


def test_a_gate_keeps_the_present_owner_and_the_one_before_alive_until_it_is_released() -> None:
    gate, owners = gate_of(), [Owner() for _ in range(3)]
    for owner in owners:
        gate.publish(64, owner)
    seen = [weakref.ref(owner) for owner in owners]
    del owners, owner
    gc.collect()
    alive = [ref() is not None for ref in seen]
    gate.release()
    gc.collect()

    assert alive == [False, True, True]
    assert [ref() for ref in seen] == [None] * 3


def test_the_bytes_after_the_root_belong_to_the_caller() -> None:
    gate = gate_of(extra_bytes=4096)

    assert gate.extra_address - gate.address == k.ROOT.itemsize
    assert gate._memory.size == k.ROOT.itemsize + 4096


def test_an_engine_passes_its_gates_on_when_it_hands_over() -> None:
    first = Engine(EngineSpec())
    second = Engine(EngineSpec(), first.bank, first)
    gate = first.stream_gate(2)
    first.hand_over_to(second)

    assert int(gate._root[0]["header"]) == second.memory.header_address
    second.forget_stream_gate(gate)
    assert second._stream_gates == []
