"""Exactly one sink drives the engine at any time, and devices return in phase."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.errors import DeviceError
from adaptive.session.device import search
from adaptive.session.device.supervisor import Supervisor
from tests.helpers import scene
from tests.helpers.fake_card import World
from tests.helpers.playing import until

RATE = 48000
OFF_S = 0.04
"""Delay that is allowed for a thread to wake up on this machine."""


class Watched:
    """A supervisor, and its reports."""

    def __init__(self, world: World, device: str | None, engine: Engine) -> None:
        self.engine, self.world = engine, world
        self.supervisor = Supervisor(engine, ["portaudio"], device, world.open_card)
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.supervisor.report_to(lambda *told: self.told.append(told))
        self.supervisor.start()
        self.began_s = time.monotonic()

    def off_s(self) -> float:
        """How far the engine is ahead of the clock: the median over a tenth of a second."""
        found = []
        for _ in range(9):
            found.append(self.engine.frame / RATE - (time.monotonic() - self.began_s))
            time.sleep(0.01)
        return statistics.median(found)

    def is_in_phase(self) -> bool:
        """Whether the engine keeps up with the clock; a busy machine may wake a thread late for a while."""
        return bool(until(lambda: abs(self.off_s()) < OFF_S))

    def play(self, seconds: float) -> None:
        """Wait until so much more music is rendered, whichever sink drives the engine."""
        end = self.engine.frame + seconds * RATE
        assert until(lambda: self.engine.frame >= end, seconds + 5.0)

    def plays_on(self, name: str, seconds: float = 5.0) -> bool:
        """Wait for the report that the music plays on a device."""
        return bool(until(lambda: any(f"plays on {name}" in sentence for sentence, _ in self.told), seconds))


Watch = Callable[..., Watched]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    made: list[Watched] = []

    def watch(world: World, device: str | None = None, engine: Engine | None = None) -> Watched:
        monkeypatch.setattr(search, "DeviceProbe", lambda _sinks: world)
        made.append(Watched(world, device, engine or Engine(EngineSpec())))
        return made[-1]

    yield watch
    for watched in made:
        watched.supervisor.stop()


def test_while_the_device_asks_nothing_changes(watch: Watch) -> None:
    watched = watch(World("card"))
    watched.play(0.5)

    assert (watched.supervisor.name, watched.told) == ("portaudio", [])
    assert watched.is_in_phase()


def test_a_clock_takes_over_and_the_device_is_returned_to_in_phase(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    watched.play(0.2)
    counted = watched.engine.telemetry().callbacks
    world.lose("card")
    lost_s = time.monotonic()
    assert until(lambda: watched.supervisor.name == "null")
    trouble = until(lambda: watched.supervisor.trouble)  # said once the clock runs
    watched.play(0.3)
    assert watched.is_in_phase()
    away_s = time.monotonic() - lost_s
    world.there.append("card")
    assert watched.plays_on("card")

    assert trouble == "no sound from card"
    assert watched.is_in_phase()
    telemetry = watched.engine.telemetry()
    assert telemetry.callbacks > counted > 0
    assert telemetry.longest_gap_ms < 1000.0 * away_s  # the time away is no gap between two callbacks
    assert [more["sink"] for _, more in watched.told] == ["null", "portaudio"]
    assert abs(watched.told[1][1]["phase_ms"]) < 5000 * OFF_S  # away for longer


def test_a_device_that_only_slept_is_taken_back_without_opening_it_again(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    world.opened[0].is_asking.clear()
    world.there.clear()  # a server that hangs is not seen
    assert until(lambda: watched.supervisor.name == "null")
    world.opened[0].is_asking.set()
    assert watched.plays_on("card")

    assert len(world.opened) == 1
    assert watched.is_in_phase()


def test_another_device_takes_over_until_the_first_is_back(watch: Watch) -> None:
    world = World("card", "other")
    watched = watch(world)
    watched.play(0.1)
    world.lose("card")
    assert watched.plays_on("other")
    trouble = watched.supervisor.trouble
    world.there.append("card")
    assert watched.plays_on("card")

    assert trouble == "card is missing"
    assert watched.supervisor.trouble == ""
    assert until(world.opened[1].is_closed.is_set)
    assert watched.is_in_phase()
    assert watched.engine._stream_gates == [
        world.opened[2].stream_gate
    ]  # those that were given up keep no engine


def test_a_device_that_was_asked_for_is_never_replaced_by_another(watch: Watch) -> None:
    world = World("card", "other")
    watched = watch(world, device="card")
    world.lose("card")
    assert until(lambda: len(world.answers) >= 4)

    assert watched.supervisor.name == "null"
    assert [card.device.name for card in world.opened] == ["card"]


def test_a_device_that_appears_while_nothing_plays_has_to_be_seen_twice(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    assert until(lambda: [] in world.answers)
    world.there = ["other"]
    assert watched.plays_on("other")

    assert world.answers.count(["other"]) >= 2


def test_it_returns_with_fewer_channels_folded_and_says_so_once(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    world.lose("card")
    world.channels = 1
    world.there.append("card")
    assert watched.plays_on("card")
    watched.play(0.2)

    folded = [sentence for sentence, _ in watched.told if "folded" in sentence]
    (sentence,) = folded
    assert re.fullmatch(
        r"the music plays on card \(portaudio\), after \d+\.\d s of silence, 2 channels are folded into 1",
        sentence,
    )


def test_a_device_of_another_latency_is_heard_in_phase(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    watched.play(0.1)
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    world.latency_frames = 4800
    world.there.append("card")
    assert watched.plays_on("card")

    # what it is given now is heard a tenth of a second later
    assert abs(watched.off_s() - 0.1) < OFF_S
    assert abs(watched.told[-1][1]["phase_ms"]) < 5000 * OFF_S  # away for longer


def test_what_was_played_has_no_frame_twice_and_none_torn(watch: Watch) -> None:
    engine = scene.prepared()
    world = World("card", "other")
    watched = watch(world, engine=engine)
    watched.play(0.1)
    world.lose("card")
    assert watched.plays_on("other")
    watched.supervisor.stop()
    whole = scene.prepared().pull(scene.FRAMES)
    first = np.concatenate(world.opened[0].heard)
    played = world.opened[0].stream_gate.frames

    assert np.array_equal(first[:played], whole[:played])
    assert engine.frame >= played + world.opened[1].stream_gate.frames


def test_the_listeners_volume_is_as_it_was_or_as_it_was_set_meanwhile(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    watched.engine.set_volume(0.25)
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    world.there.append("card")
    assert watched.plays_on("card")
    kept = float(watched.engine.memory.head["volume_wanted"])
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    watched.engine.set_volume(0.0)
    watched.told.clear()
    world.there.append("card")
    assert watched.plays_on("card", 8.0)

    assert kept == 0.25
    assert float(watched.engine.memory.head["volume_wanted"]) == 0.0


def test_another_engine_is_driven_by_whoever_drives(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    engines = [watched.engine, *(Engine(EngineSpec()) for _ in range(2))]

    def hand_over(before: Engine, after: Engine) -> None:
        before.hand_over_to(after)
        watched.supervisor.engine = after
        assert until(lambda: after.frame > RATE // 20)

    hand_over(engines[0], engines[1])
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    hand_over(engines[1], engines[2])
    at = engines[1].frame
    world.there.append("card")
    assert watched.plays_on("card")
    after = engines[2].frame

    assert until(lambda: engines[2].frame > after)
    assert engines[1].frame == at


def test_a_card_that_keeps_failing_is_left_alone_for_a_while(watch: Watch) -> None:
    world = World("card")
    watched = watch(world)
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    world.there.append("card")
    assert watched.plays_on("card")
    world.lose("card")
    assert until(lambda: watched.supervisor.name == "null")
    lost_s = time.monotonic()
    world.there.append("card")
    watched.told.clear()
    assert watched.plays_on("card")

    assert time.monotonic() - lost_s > 0.9


def test_no_device_at_the_start_is_a_sentence() -> None:
    with pytest.raises(DeviceError, match="there is no sound card here"):
        Supervisor(Engine(EngineSpec()), ["portaudio"], None, World().open_card)
