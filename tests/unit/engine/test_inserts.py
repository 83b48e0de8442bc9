from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.inserts import Inserts, Slot, waves
from adaptive.engine.live_edit import stores
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel import layout as k
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add

EQ = InsertSpec("eq", "tone", {"low_db": 6.0})
ECHO = InsertSpec("delay", "echo", {"beats": 0.25})
HALL = InsertSpec("reverb", "hall", {"mix": 0.5})


def chain_of(inserts: Inserts, bus: int = 0) -> list[str]:
    return [slot.kind for slot in inserts.chains[bus]]


def test_inserts_of_one_kind_share_a_group_and_those_of_one_bus_do_not() -> None:
    inserts = Inserts(48000)
    inserts.begin(0, [EQ, InsertSpec("eq", "more")])
    inserts.begin(1, [EQ])

    assert inserts.slot_of(0, "tone") == Slot("eq", 0, 0)
    assert inserts.slot_of(0, "more") == Slot("eq", 1, 0)
    assert inserts.slot_of(1, "tone") == Slot("eq", 0, 1)


def test_nine_inserts_take_two_groups() -> None:
    inserts = Inserts(48000)
    for bus in range(9):
        inserts.begin(bus, [EQ])

    assert inserts.slot_of(8, "tone") == Slot("eq", 1, 0)


def test_what_stays_keeps_its_place_and_what_goes_fades_where_it_was() -> None:
    inserts = Inserts(48000)
    inserts.begin(0, [EQ, ECHO])
    tone = inserts.slot_of(0, "tone")
    inserts.change(0, [EQ, HALL], ())

    assert inserts.slot_of(0, "tone") == tone
    assert chain_of(inserts) == ["eq", "reverb", "delay"]
    assert inserts.group_of(inserts.chains[0][2])["wet_wanted"][0] == 0.0
    assert inserts.group_of(inserts.slot_of(0, "hall"))["wet_now"][0] == 0.0
    inserts.drop_faded(0)
    assert chain_of(inserts) == ["eq", "reverb"]


def test_an_insert_that_changes_its_kind_its_memory_or_its_place_is_a_new_one() -> None:
    inserts = Inserts(48000)
    inserts.begin(0, [EQ, ECHO])
    before = inserts.slot_of(0, "tone"), inserts.slot_of(0, "echo")
    inserts.change(0, [InsertSpec("delay", "tone"), InsertSpec("delay", "echo", {"longest_s": 8.0})], ())

    assert {inserts.slot_of(0, "tone"), inserts.slot_of(0, "echo")}.isdisjoint(before)
    inserts = Inserts(48000)
    inserts.begin(0, [EQ, ECHO])
    echo = inserts.slot_of(0, "echo")
    inserts.change(0, [ECHO, EQ], ())
    assert inserts.slot_of(0, "echo") == echo
    assert chain_of(inserts) == ["eq", "delay", "eq"]


def test_dropped_columns_are_used_again_only_when_they_were_freed() -> None:
    inserts = Inserts(48000)
    inserts.begin(0, [EQ])
    inserts.change(0, [], ())
    inserts.drop_faded(0)
    inserts.begin(1, [EQ])
    assert inserts.slot_of(1, "tone") == Slot("eq", 0, 1)
    inserts.free_dropped()
    inserts.begin(2, [EQ])
    assert inserts.slot_of(2, "tone") == Slot("eq", 0, 0)


def test_waves_run_like_inserts_together_and_each_chain_in_order() -> None:
    a, b, c_ = (Slot("eq", 0, column) for column in range(3))
    echo = Slot("delay", 0, 0)

    assert list(waves({0: [a], 1: [b], 2: [echo, c_]})) == [(a, 0b11), (echo, 1), (c_, 0b100)]


@pytest.mark.parametrize(
    ("before", "after"),
    [((), (EQ, ECHO, HALL)), ((EQ, ECHO, HALL), ()), ((EQ, ECHO), (HALL, EQ)), ((HALL,), (ECHO,))],
)
def test_inserts_change_while_it_plays_without_a_click(
    before: tuple[InsertSpec, ...], after: tuple[InsertSpec, ...]
) -> None:
    owners = {("bus", 0): "a"}
    old = EngineSpec(buses=(BusSpec("a", inserts=before),), owners=owners)
    new = EngineSpec(buses=(BusSpec("a", inserts=after),), owners=owners)
    engine = Engine(old)
    engine.pull(LEAD)
    engine.post([c.start_clip(LEAD, 0, add(engine, signals.sine(100.0, 96000, 0.3)), 0)])
    heard = [engine.pull(24000)[:, 0]]
    waiting = stores(engine, old, new, engine.frame)
    while waiting:
        due = [store for frame, store in waiting if frame <= engine.frame]
        waiting = [(frame, store) for frame, store in waiting if frame > engine.frame]
        for store in due:
            store()
        heard.append(engine.pull(k.CONTROL_STEP_FRAMES)[:, 0])
    heard.append(engine.pull(24000)[:, 0])
    audio = np.concatenate(heard)

    assert len(engine.memory.inserts.chains[0]) == len(after)
    for at in range(9600, len(audio) - 2400, 1200):
        assert measure.band_db(audio[at : at + 2400] * np.hanning(2400), 2000.0, 24000.0) < -60.0
