from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.errors import MachineError
from adaptive.inputs.message import Checker, Request, SetParameter
from adaptive.inputs.midi_input import POLL_S, MidiInput
from adaptive.inputs.note_message import PlayNote
from adaptive.session.performance import Performance
from tests.helpers.midi_ports import FakeMidi
from tests.helpers.presets import two_sections

KEYS = '[parameters.threat]\n[layers.lead]\ngenerator = "melody"\n'
KNOB = KEYS + '[[inputs]]\nmidi = "cc 1"\nport = "nano"\nparameter = "threat"\n'


class Host:
    """What the input sees of a session."""

    def __init__(self, folder: Path, more: str) -> None:
        self.performance = Performance(two_sections(folder, more=more))
        self.checker = Checker(self.performance.preset, may_jump=True)
        self.requests: list[Request] = []
        self.said: list[str] = []
        self.now_s = 0.0

    def receive(self, transaction: Any, connection: Any = None, arrival: Any = None) -> None:
        self.requests += transaction.requests

    def complain(self, sentence: str) -> None:
        self.said.append(sentence)

    def report(self, sender: str, sentence: str) -> None:
        self.said.append(f"{sender}: {sentence}")

    def notes(self) -> list[tuple[str, int, bool]]:
        return [(one.layer, one.pitch, one.is_end) for one in self.requests if isinstance(one, PlayNote)]


def run(
    host: Any, wanted: tuple[str, ...], system: FakeMidi | MachineError, act: Callable[[MidiInput, Any], Any]
) -> None:
    """Open an input and act; the second argument of `act` polls for ports."""

    def make() -> FakeMidi:
        if isinstance(system, MachineError):
            raise system
        return system

    async def all_of_it() -> None:
        async with contextlib.AsyncExitStack() as stack:
            made = MidiInput(host, wanted, make, clock=lambda: host.now_s)
            await made.open(stack)

            async def poll() -> None:
                host.now_s += POLL_S
                made.follow()
                if made._polling is not None:
                    await made._polling
                made.follow()

            await act(made, poll)

    asyncio.run(all_of_it())


def test_notes_are_released_when_the_port_goes_and_play_when_it_is_back(tmp_path: Path) -> None:
    host, midi = Host(tmp_path / "small", KEYS), FakeMidi(("keys",))

    async def act(made: MidiInput, poll: Any) -> None:
        assert made.open_ports == ["keys"]
        midi.play("keys", "903c64", 0.0)
        made.follow()
        assert host.notes() == [("lead", 60, False)]
        midi.there = []
        await poll()
        assert host.notes()[1:] == [("lead", 60, True)]
        assert made.open_ports == []
        midi.there = ["keys"]
        await poll()
        midi.play("keys", "903e64", 1.0)
        made.follow()
        assert host.notes()[2:] == [("lead", 62, False)]

    run(host, ("key",), midi, act)
    assert host.notes()[3:] == [("lead", 62, True)]  # the session has ended
    assert host.said[0] == "MIDI from keys; its notes play the layer lead"
    assert "MIDI port keys has gone; it is opened when it comes back" in host.said


def test_a_machine_without_midi_is_one_sentence(tmp_path: Path) -> None:
    host = Host(tmp_path / "small", KNOB)

    async def act(made: MidiInput, poll: Any) -> None:
        await poll()
        await poll()

    run(host, (), MachineError("no MIDI: this machine has none"), act)
    assert host.said == ["no MIDI: this machine has none; the music plays without it"]


def test_nothing_is_opened_where_nothing_listens(tmp_path: Path) -> None:
    host = Host(tmp_path / "small", KEYS)

    async def act(made: MidiInput, poll: Any) -> None:
        await poll()
        assert not made.is_needed
        assert made._midi._system is None

    run(host, (), FakeMidi(("keys",)), act)
    assert host.said == []


def test_a_mapping_waits_for_its_port_and_survives_an_edit(tmp_path: Path) -> None:
    host, midi = Host(tmp_path / "small", KNOB), FakeMidi(("keys",))

    async def act(made: MidiInput, poll: Any) -> None:
        assert made.open_ports == []
        midi.there = ["keys", "nanoKONTROL2"]
        await poll()
        assert made.open_ports == ["nanoKONTROL2"]
        made.renew(host.performance.preset, host.checker)
        midi.play("nanoKONTROL2", "b0017f", 0.0)
        made.follow()
        assert host.requests == [SetParameter("threat", 1.0)]

    run(host, (), midi, act)
    assert host.said[0] == "no MIDI port is called 'nano' now; there is keys"


def test_a_port_that_floods_us_loses_its_oldest_messages(tmp_path: Path) -> None:
    host, midi = Host(tmp_path / "small", KNOB), FakeMidi(("nano",))

    async def act(made: MidiInput, poll: Any) -> None:
        for _ in range(5000):
            midi.play("nano", "b00101", 0.0)
        for _ in range(20):
            made.follow()
        assert 0 < len(host.requests) <= 4096

    run(host, (), midi, act)
    assert "MIDI comes faster than it is read: messages were dropped" in host.said


def test_what_a_library_raises_while_it_lists_ports_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, midi = Host(tmp_path / "small", KEYS), FakeMidi(("keys",))

    async def act(made: MidiInput, poll: Any) -> None:
        def fail() -> list[str]:
            raise RuntimeError("the server has gone")

        monkeypatch.setattr(midi, "inputs", fail)
        await poll()
        assert made.open_ports == []

    run(host, ("keys",), midi, act)
    assert "MIDI: the ports cannot be listed: the server has gone" in host.said


def test_a_song_position_is_a_bar_of_the_section(tmp_path: Path) -> None:
    host = Host(tmp_path / "small", KEYS)
    made = MidiInput(host, (), FakeMidi)  # type: ignore[arg-type]
    host.performance.conductor.playback.instance = SimpleNamespace(
        section="calm", beats_per_bar=4, beat_unit=4.0, length_beats=16.0
    )  # type: ignore[assignment]
    jump: Any = made._place(9)
    assert (jump.section, jump.bar) == ("calm", 3)
