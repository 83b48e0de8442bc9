"""A fake sound card: a thread that can stop asking for blocks, and start again."""

from __future__ import annotations

import ctypes
import threading
import time

import numpy as np

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.kernel.compile import build
from adaptive.sinks.device_probe import SeenDevice
from adaptive.sinks.devices import Device
from adaptive.sinks.sound_card import SoundCardSink

PORTAUDIO = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64,
    ctypes.c_int64,
)  # fmt: skip
BLOCK = 256


class FakeCard(SoundCardSink):
    """Calls the compiled callback at the pace of the clock, and keeps the music it gets.

    Parameters
    ----------
    engine : Engine
        The engine to drive.
    name : str
        Name of the device.
    channels, latency_frames : int
        Channels and latency of the device.
    """

    name = "portaudio"

    def __init__(self, engine: Engine, name: str, channels: int = 2, latency_frames: int = 0) -> None:
        device = Device(0, name, "Fake", channels, 48000.0, is_default=True)
        super().__init__(engine, device, engine.stream_gate(channels), BLOCK)
        self._latency = latency_frames
        self.is_asking, self.is_closed = threading.Event(), threading.Event()
        self.heard: list[np.ndarray] = []
        self._callback = PORTAUDIO(build.load_unit("callback"))
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def latency_frames(self) -> int:
        return self._latency

    def prepare(self) -> None:
        self.is_asking.set()
        self._thread.start()

    def close(self) -> None:
        self.is_closed.set()
        self.is_asking.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        due = time.monotonic()
        while not self.is_closed.is_set():
            if not self.is_asking.is_set():
                self.is_asking.wait()
                due = time.monotonic()
            due += BLOCK / 48000.0
            time.sleep(max(0.0, due - time.monotonic()))
            out = np.zeros((BLOCK, self.channels), np.float32)
            given = self.stream_gate.frames
            self._callback(None, out.ctypes.data, BLOCK, None, 0, self.stream_gate.address)
            if self.stream_gate.frames > given:
                self.heard.append(out)


class World:
    """The devices that exist.  It opens them, and replaces `DeviceProbe`.

    Parameters
    ----------
    names : str
        Names of the devices that exist at first.
    """

    def __init__(self, *names: str) -> None:
        self.there = list(names)
        self.opened: list[FakeCard] = []
        self.answers: list[list[str]] = []
        self.channels, self.latency_frames = 2, 0

    def open_card(self, engine: Engine, _sink: str, name: str | None) -> SoundCardSink:
        """Open a device by name, or the first one."""
        found = [there for there in self.there if name is None or name in there]
        if not found:
            raise DeviceError("there is no sound card here")
        self.opened.append(FakeCard(engine, found[0], self.channels, self.latency_frames))
        return self.opened[-1]

    def lose(self, name: str) -> None:
        """Remove a device: it is not listed and asks for no blocks any more."""
        self.there.remove(name)
        for card in self.opened:
            if card.device.name == name:
                card.is_asking.clear()

    # as a DeviceProbe

    is_asked = False

    def ask(self, _now_s: float) -> None:
        """Note that the devices are asked for."""
        self.is_asked = True

    def answer(self, _now_s: float) -> list[SeenDevice]:
        """List the devices."""
        self.is_asked = False
        self.answers.append(list(self.there))
        return [
            SeenDevice("portaudio", Device(n, name, "Fake", self.channels, 48000.0, is_default=n == 0))
            for n, name in enumerate(self.there)
        ]

    def close(self) -> None:
        """Forget the question."""
        self.is_asked = False
