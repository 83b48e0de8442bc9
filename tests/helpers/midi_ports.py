"""A MIDI system in memory, whose ports can be plugged in, unplugged and played."""

from __future__ import annotations

from dataclasses import dataclass, field

from adaptive.errors import MachineError
from adaptive.inputs.midi.ports import Take


@dataclass
class FakePort:
    """An open port; `sent` is what was sent to it."""

    name: str
    take: Take | None = None
    sent: list[bytes] = field(default_factory=list)
    is_closed: bool = False

    def send(self, data: bytes) -> None:
        if self.is_closed:
            raise OSError("closed")
        self.sent.append(data)

    def close(self) -> None:
        self.is_closed = True


class FakeMidi:
    """Ports by name."""

    def __init__(self, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> None:
        self.there, self.out_there = list(inputs), list(outputs)
        self.opened: dict[str, FakePort] = {}

    def inputs(self) -> list[str]:
        return list(self.there)

    def outputs(self) -> list[str]:
        return list(self.out_there)

    def open_input(self, name: str, take: Take) -> FakePort:
        if name not in self.there:
            raise MachineError(f"MIDI port {name!r} is not there any more")
        self.opened[name] = FakePort(name, take)
        return self.opened[name]

    def open_output(self, name: str) -> FakePort:
        if name not in self.out_there:
            raise MachineError(f"MIDI port {name!r} is not there any more")
        self.opened[name] = FakePort(name)
        return self.opened[name]

    def play(self, name: str, text: str, at_s: float) -> None:
        """Let a port send bytes, as its library's thread would."""
        port = self.opened[name]
        assert port.take is not None
        port.take(bytes.fromhex(text), at_s)
