from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.errors import MachineError
from adaptive.inputs.midi.ports import INSTALL, ArrivalTimes, SeveralSystems, find_system
from tests.helpers.midi_ports import FakeMidi


class Library:
    """Stands for python-rtmidi."""

    API_RTMIDI_DUMMY = 5

    def __init__(self, works: dict[int, bool]) -> None:
        self._works = works
        self.made: list[Any] = []

    def get_compiled_api(self) -> list[int]:
        return [*self._works, self.API_RTMIDI_DUMMY]

    def MidiIn(self, api: int, name: str) -> Any:  # noqa: N802
        if not self._works[api]:
            raise RuntimeError("error creating ALSA sequencer client object.\nmore")
        port = SimpleNamespace(
            get_ports=lambda: [f"keys {20 + api}:0"], ignore_types=lambda **_: None,
            set_callback=lambda callback: setattr(port, "callback", callback),
            open_port=lambda number, name: setattr(port, "number", number), close_port=lambda: None,
        )  # fmt: skip
        self.made.append(port)
        return port

    def MidiOut(self, api: int, name: str) -> Any:  # noqa: N802
        port = SimpleNamespace(
            get_ports=lambda: ["synth 40:0"], open_port=lambda number, name: None, close_port=lambda: None,
            send_message=lambda message: setattr(port, "sent", message),
        )  # fmt: skip
        self.made.append(port)
        return port


class Library2:
    """Stands for rtmidi2."""

    def __init__(self) -> None:
        self.made: list[Any] = []

    def MidiIn(self, name: str) -> Any:  # noqa: N802
        port = SimpleNamespace(
            ports=["pads"], ignore_types=lambda *_: None, open_port=lambda number: None, close_port=print
        )
        self.made.append(port)
        return port

    def MidiOut(self) -> Any:  # noqa: N802
        sent: list[Any] = []
        port = SimpleNamespace(
            ports=["synth"], open_port=lambda number: None, send_raw=lambda *data: sent.extend(data),
            sent=sent, close_port=lambda: None,
        )  # fmt: skip
        self.made.append(port)
        return port


def loader(**modules: Any) -> Any:
    def load(name: str) -> Any:
        if name not in modules:
            raise ImportError(name)
        return modules[name]

    return load


def test_without_a_library_one_sentence_says_what_to_install() -> None:
    with pytest.raises(MachineError) as caught:
        find_system(loader())
    assert str(caught.value) == f"no MIDI: no library for ports is installed; install it with {INSTALL}"


def test_without_a_midi_system_one_sentence_says_so() -> None:
    with pytest.raises(MachineError) as caught:
        find_system(loader(rtmidi=Library({2: False})))
    assert str(caught.value) == (
        "no MIDI: this machine has no MIDI system that answers (error creating ALSA sequencer client object.)"
    )


def test_the_api_that_works_is_used_and_messages_come_with_their_times() -> None:
    library, heard = Library({2: False, 3: True}), list[tuple[bytes, float]]()
    system = find_system(loader(rtmidi=library))
    assert (system.inputs(), system.outputs()) == (["keys"], ["synth"])
    system.open_input("keys", lambda data, at: heard.append((data, at)))
    library.made[-1].callback(([0x90, 60, 100], 0.0), None)
    library.made[-1].callback(([0xF8], 0.02), None)
    assert [data.hex() for data, _ in heard] == ["903c64", "f8"]
    assert heard[1][1] - heard[0][1] <= 0.021
    system.open_output("synth").send(b"\x90\x3c\x64")
    assert library.made[-1].sent == [0x90, 60, 100]
    with pytest.raises(MachineError, match="'pads' is not there any more"):
        system.open_input("pads", lambda data, at: None)


def test_what_a_library_raises_becomes_one_sentence() -> None:
    library = Library({3: True})
    system = find_system(loader(rtmidi=library))

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("cannot connect\nfor some reason")

    library.MidiOut = fail  # type: ignore[method-assign]
    with pytest.raises(MachineError) as caught:
        system.open_output("synth")
    assert str(caught.value) == "MIDI port 'synth' cannot be opened: cannot connect"


def test_the_second_library_is_used_where_the_first_is_not_installed() -> None:
    library = Library2()
    system = find_system(loader(rtmidi2=library))
    heard: list[bytes] = []
    system.open_input("pads", lambda data, _at: heard.append(data))
    library.made[-1].callback([0xB0, 1, 2], 0.0)
    assert heard == [b"\xb0\x01\x02"]
    system.open_output("synth").send(b"\x80\x01\x02")
    assert library.made[-1].sent == [0x80, 1, 2]


def test_several_systems_are_one() -> None:
    first, second = FakeMidi(("a",), ("x",)), FakeMidi(("a", "b"), ("y",))
    both = SeveralSystems([first, second])
    assert (both.inputs(), both.outputs()) == (["a", "b"], ["x", "y"])
    both.open_input("b", lambda data, at: None)
    both.open_output("y")
    assert set(second.opened) == {"b", "y"}
    with pytest.raises(MachineError):
        both.open_input("c", lambda data, at: None)


def test_a_late_callback_does_not_move_the_time_of_a_message() -> None:
    times = ArrivalTimes()
    assert times.take(0.0, 10.0) == 10.0
    assert times.take(0.02, 10.028) == pytest.approx(10.02, abs=1e-4)
    assert times.take(0.02, 10.04) == pytest.approx(10.04, abs=1e-4)
    # the driver said nothing of the pause before: begin anew
    assert times.take(0.0, 12.0) == pytest.approx(12.0)
