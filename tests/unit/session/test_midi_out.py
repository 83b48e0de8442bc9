from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.conductor.messages import Transport
from adaptive.errors import MachineError
from adaptive.session.midi_out import MidiOut
from tests.helpers.midi_ports import FakeMidi
from tests.helpers.presets import RATE, Player, make_preset

BODY = """
[layers.bass]
generator = "bass"
style = "octave"
[layers.kit]
generator = "drums"
[sections.calm]
layers = ["bass", "kit"]
"""


class Kept:
    """Stands for the thread that sends: keeps what is to be sent, and when."""

    def __init__(self, _output: Any) -> None:
        self.kept: list[tuple[float, str]] = []
        self.notes: list[tuple[float, float, int, int]] = []
        self.silenced, self.is_broken, self.is_closed = 0, False, False

    def start(self) -> None:
        pass

    def at(self, when_s: float, data: bytes) -> None:
        self.kept.append((when_s, data.hex()))

    def note(self, when_s: float, long_s: float, channel: int, key: int, velocity: int) -> None:
        self.notes.append((when_s, long_s, channel, key))

    def silence(self) -> None:
        self.silenced += 1

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    monkeypatch.setattr("adaptive.session.midi_out.MidiSender", Kept)
    return Player(make_preset(tmp_path / "small", BODY))


def run(
    player: Player, system: FakeMidi | MachineError, act: Callable[[MidiOut], Any], wanted: str = "syn"
) -> list[str]:
    """Open an output of the player's performance, act, and close it; what it said."""
    said: list[str] = []
    host: Any = SimpleNamespace(performance=player.performance, complain=said.append)

    def make() -> FakeMidi:
        if isinstance(system, MachineError):
            raise system
        return system

    async def whole() -> None:
        async with contextlib.AsyncExitStack() as stack:
            out = MidiOut(host, (wanted,), make, lambda frame: frame / RATE + 0.1)
            await out.open(stack)
            found = act(out)
            if isinstance(found, Awaitable):
                await found

    asyncio.run(whole())
    return said


def test_what_sounds_is_sent_when_it_is_heard(player: Player) -> None:
    system, senders = FakeMidi((), ("synth",)), list[Kept]()

    def act(out: MidiOut) -> None:
        senders.extend(out._senders.values())  # type: ignore[arg-type]
        for step in range(400):
            player.control_step()
            if step % 3 == 0:  # it is not called after every control step
                out.follow()

    said = run(player, system, act)
    sender = senders[0]
    assert said == ["MIDI to synth: bass on 1, kit on 10"]
    assert sender.is_closed
    assert system.opened["synth"].is_closed
    logged = [line for line in player.result().lines("note") if line["frame"] < 380 * 256]
    channels = {"bass": 0, "kit": 9}
    wanted = sorted((round(line["t"] + 0.1, 5), channels[line["layer"]], line["midi"]) for line in logged)
    found = sorted((round(at, 5), channel, key) for at, _, channel, key in sender.notes)
    assert len(wanted) > 10
    assert found[: len(wanted)] == wanted
    assert sender.kept[:2] == [(sender.kept[0][0], "f20000"), (sender.kept[0][0], "fa")]
    pulses = [at for at, data in sender.kept if data == "f8"]
    assert pulses[0] == pytest.approx(0.1)
    # 240 quarter notes a minute: 96 pulses a second
    assert all(b - a == pytest.approx(1.0 / 96.0, abs=1e-6) for a, b in pairwise(pulses))


def test_stop_pause_and_another_performance_are_sent(player: Player) -> None:
    senders = list[Kept]()

    def act(out: MidiOut) -> None:
        senders.extend(out._senders.values())  # type: ignore[arg-type]
        for step in range(500):
            player.control_step([Transport(is_playing=False, seconds=0.1)] if step == 100 else ())
            out.follow()
        out.host.performance = Player(player.performance.preset).performance
        out.follow()

    run(player, FakeMidi((), ("synth",)), act)
    words = [data for _, data in senders[0].kept if data != "f8"]
    assert words[:3] == ["f20000", "fa", "fc"]
    assert senders[0].silenced == 1


def test_a_port_that_is_not_there_is_one_sentence(player: Player) -> None:
    nothing = run(player, FakeMidi((), ("piano",)), lambda out: out.follow())
    assert nothing == ["no MIDI port to send to is called 'syn' now; there is piano"]
    assert run(player, MachineError("no MIDI: none"), lambda out: out.follow()) == [
        "no MIDI: none; the music plays without it"
    ]


def test_a_port_gets_the_layers_that_are_named(player: Player) -> None:
    senders = list[Kept]()

    def act(out: MidiOut) -> None:
        senders.extend(out._senders.values())  # type: ignore[arg-type]
        for _ in range(300):
            player.control_step()
            out.follow()

    said = run(player, FakeMidi((), ("synth",)), act, "syn=bass, tuba")
    assert said == ["no generated layer is called tuba; there is bass, kit", "MIDI to synth: bass on 1"]
    assert {channel for _, _, channel, _ in senders[0].notes} == {0}


def test_a_port_that_comes_later_goes_and_comes_back_plays_on(player: Player) -> None:
    system = FakeMidi((), ())

    async def act(out: MidiOut) -> None:
        for _ in range(20):
            player.control_step()
        out.follow()
        system.out_there = ["synth"]
        await out._poll()
        first = out._senders["synth"]
        assert first.kept == []  # type: ignore[attr-defined]
        for _ in range(100):
            player.control_step()
            out.follow()
        assert len(first.notes) > 1  # type: ignore[attr-defined]
        system.out_there = []
        await out._poll()
        assert first.is_closed  # type: ignore[attr-defined]
        assert out._senders == {}
        out.follow()
        system.out_there = ["synth"]
        await out._poll()
        assert out._senders["synth"].kept[0][1] == "fb"  # type: ignore[attr-defined]

    assert run(player, system, act) == [
        "no MIDI port to send to is called 'syn' now; there is none",
        "MIDI to synth: bass on 1, kit on 10",
        "MIDI port synth has gone; it is opened when it comes back",
        "no MIDI port to send to is called 'syn' now; there is none",
        "MIDI to synth: bass on 1, kit on 10",
    ]
