"""MIDI ports behind one seam: python-rtmidi up to CPython 3.12, rtmidi2 from 3.13 on.

Neither library has wheels for all versions that we support; both wrap RtMidi (ALSA and JACK on Linux, Core
MIDI, Windows Multimedia).  A machine without a MIDI system is no fault: `find_system` says so in a sentence.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from adaptive.errors import MachineError
from adaptive.inputs.midi.names import plain_names

Take = Callable[[bytes, float], None]
"""Is given the bytes of a message, and when it arrived, in seconds of `time.monotonic`; in any thread."""

CLIENT = "adaptive"
"""Name under which other programs see us."""

INSTALL = "pip install 'adaptive-soundtrack[midi]'"

DRIFT = 2e-4
"""Share by which the clock of a driver may run faster than ours."""

LATE_S = 0.25
"""A message that is so much later than the driver's times say begins them anew."""


class Port(Protocol):
    """An open port."""

    def send(self, data: bytes) -> None:
        """Send a message; only an output does."""

    def close(self) -> None:
        """Close it."""


class MidiSystem(Protocol):
    """The MIDI ports of a machine, by their plain names."""

    def inputs(self) -> list[str]:
        """Ports from which messages come."""

    def outputs(self) -> list[str]:
        """Ports to which messages go."""

    def open_input(self, name: str, take: Take) -> Port:
        """Receive from a port.

        Raises
        ------
        MachineError
            It is not there any more, or cannot be opened.
        """

    def open_output(self, name: str) -> Port:
        """Send to a port; raises as `open_input`."""


@dataclass(slots=True)
class ArrivalTimes:
    """When messages arrived, from the times between them that a driver tells.

    A callback may be late by milliseconds, while Python is busy; the driver's times are not.  The line
    through the arrivals that were least late counts.
    """

    _sum_s: float = 0.0
    _offset_s: float = field(default=0.0)
    _is_begun: bool = False

    def take(self, delta_s: float, now_s: float) -> float:
        """The time of a message `delta_s` after the one before, whose callback runs at `now_s`."""
        self._sum_s += max(0.0, delta_s)
        lateness = now_s - self._sum_s
        if not self._is_begun or lateness - self._offset_s > LATE_S:
            self._is_begun, self._offset_s = True, lateness
        self._offset_s = min(self._offset_s + DRIFT * max(0.0, delta_s), lateness)
        return self._sum_s + self._offset_s


class _RtMidiPort:
    """A port of RtMidi."""

    def __init__(self, port: Any, send: Callable[[bytes], None] | None = None) -> None:
        self._port, self._send = port, send

    def send(self, data: bytes) -> None:
        """Send a message."""
        if self._send is not None:
            self._send(data)

    def close(self) -> None:
        """Close it."""
        self._port.close_port()


class RtMidi:
    """Ports by python-rtmidi.

    Parameters
    ----------
    module : module
        ``rtmidi``.
    api : int
        One of its APIs.
    """

    def __init__(self, module: Any, api: int) -> None:
        self._module, self._api = module, api
        self._in = module.MidiIn(api, name=CLIENT)
        self._out = module.MidiOut(api, name=CLIENT)

    def inputs(self) -> list[str]:
        """Ports from which messages come."""
        return plain_names(self._in.get_ports())

    def outputs(self) -> list[str]:
        """Ports to which messages go."""
        return plain_names(self._out.get_ports())

    def open_input(self, name: str, take: Take) -> Port:
        """Receive from a port."""
        with _one_sentence(name, self._module):
            port = self._module.MidiIn(self._api, name=CLIENT)
            port.ignore_types(sysex=False, timing=False, active_sense=False)
            times = ArrivalTimes()

            def hear(event: tuple[Sequence[int], float], _data: object) -> None:
                message, delta_s = event
                take(bytes(message), times.take(delta_s, time.monotonic()))

            port.set_callback(hear)
            port.open_port(_index(name, self.inputs()), name=f"in {name}"[:60])
            return _RtMidiPort(port)

    def open_output(self, name: str) -> Port:
        """Send to a port."""
        with _one_sentence(name, self._module):
            port = self._module.MidiOut(self._api, name=CLIENT)
            port.open_port(_index(name, self.outputs()), name=f"out {name}"[:60])
            return _RtMidiPort(port, lambda data: port.send_message(list(data)))


class RtMidi2:
    """Ports by rtmidi2.

    Parameters
    ----------
    module : module
        ``rtmidi2``.
    """

    def __init__(self, module: Any) -> None:
        self._module = module
        self._in, self._out = module.MidiIn(CLIENT), module.MidiOut()

    def inputs(self) -> list[str]:
        """Ports from which messages come."""
        return plain_names(self._in.ports)

    def outputs(self) -> list[str]:
        """Ports to which messages go."""
        return plain_names(self._out.ports)

    def open_input(self, name: str, take: Take) -> Port:
        """Receive from a port."""
        with _one_sentence(name, self._module):
            port = self._module.MidiIn(CLIENT)
            port.ignore_types(False, False, False)
            times = ArrivalTimes()

            def hear(message: Sequence[int], delta_s: float) -> None:
                take(bytes(message), times.take(delta_s, time.monotonic()))

            port.callback = hear
            port.open_port(_index(name, self.inputs()))
            return _RtMidiPort(port)

    def open_output(self, name: str) -> Port:
        """Send to a port."""
        with _one_sentence(name, self._module):
            port = self._module.MidiOut()
            port.open_port(_index(name, self.outputs()))
            return _RtMidiPort(port, lambda data: port.send_raw(*data))


class SeveralSystems:
    """The ports of several MIDI systems, such as ALSA and JACK, as those of one.

    Parameters
    ----------
    systems : sequence of MidiSystem
        The first that has a name opens it.
    """

    def __init__(self, systems: Sequence[MidiSystem]) -> None:
        self._systems = systems

    def inputs(self) -> list[str]:
        """Ports from which messages come."""
        return list(dict.fromkeys(name for one in self._systems for name in one.inputs()))

    def outputs(self) -> list[str]:
        """Ports to which messages go."""
        return list(dict.fromkeys(name for one in self._systems for name in one.outputs()))

    def open_input(self, name: str, take: Take) -> Port:
        """Receive from a port."""
        owner = next((one for one in self._systems if name in one.inputs()), self._systems[0])
        return owner.open_input(name, take)

    def open_output(self, name: str) -> Port:
        """Send to a port."""
        owner = next((one for one in self._systems if name in one.outputs()), self._systems[0])
        return owner.open_output(name)


def find_system(load: Callable[[str], Any] = importlib.import_module) -> MidiSystem:
    """The MIDI ports of this machine.

    Raises
    ------
    MachineError
        No library is installed, or the machine has no MIDI system.
    """
    faults: list[str] = []
    systems: list[MidiSystem] = []
    is_installed = False
    for make in (_rtmidi_systems, _rtmidi2_systems):
        try:
            for one in make(load):
                is_installed = True
                if isinstance(one, Exception):
                    faults.append(str(one) or type(one).__name__)
                else:
                    systems.append(one)
        except ImportError:
            continue
        if systems:
            return systems[0] if len(systems) == 1 else SeveralSystems(systems)
    if not is_installed:
        message = f"no MIDI: no library for ports is installed; install it with {INSTALL}"
        raise MachineError(message)
    why = f" ({faults[0].splitlines()[0][:120]})" if faults else ""
    message = f"no MIDI: this machine has no MIDI system that answers{why}"
    raise MachineError(message)


def _rtmidi_systems(load: Callable[[str], Any]) -> Iterator[MidiSystem | Exception]:
    module = load("rtmidi")
    for api in module.get_compiled_api():
        if api == getattr(module, "API_RTMIDI_DUMMY", None):
            continue
        try:
            yield RtMidi(module, api)
        except Exception as error:  # RtMidi's own classes, which differ between versions
            yield error


def _rtmidi2_systems(load: Callable[[str], Any]) -> Iterator[MidiSystem | Exception]:
    module = load("rtmidi2")
    try:
        yield RtMidi2(module)
    except Exception as error:  # it raises what C++ threw
        yield error


class _one_sentence:  # noqa: N801  # used like a function
    """Turns what a library raises about a port into one sentence."""

    def __init__(self, name: str, module: Any) -> None:
        self._name, self._module = name, module

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, MachineError):
            words = (str(error) or type(error).__name__).splitlines()[0][:120]
            message = f"MIDI port {self._name!r} cannot be opened: {words}"
            raise MachineError(message) from error


def _index(name: str, names: Sequence[str]) -> int:
    if name not in names:
        message = f"MIDI port {name!r} is not there any more"
        raise MachineError(message)
    return list(names).index(name)
