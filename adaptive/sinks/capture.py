"""An input stream of a sound card, which the kernel's callback copies into rings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from adaptive.engine.arrays import address, aligned
from adaptive.errors import DeviceError
from adaptive.kernel.capture_record import CAPTURE, MOST_CAPTURED
from adaptive.kernel.compile import build
from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.sinks.devices import Device, choose
from adaptive.sinks.portaudio_library import Library

FLOAT32, CLIP_OFF, DITHER_OFF = 1, 1, 2
QUIET_S = 0.05
"""Longer than a block lasts: after it the callback has seen that nothing is to be copied."""


class Captured(NamedTuple):
    """Two channels of the device, from 1, and the ring that they go to."""

    left: int
    right: int
    ring: FrameRing


class CaptureStream:
    """Captures from a sound card.

    Parameters
    ----------
    wanted : str or None
        Part of the name of an input device; None: the system's default input.
    channels : int
        Channels that are needed.
    sample_rate, block_size : int
        Of the engine, and of its output.

    Raises
    ------
    DeviceError
        There is no such device, it has too few channels, or it cannot be opened.
    """

    def __init__(self, wanted: str | None, channels: int, sample_rate: int, block_size: int) -> None:
        self._record = aligned(CAPTURE, 1)
        self._kept: list[object] = []
        self._library = library = Library()
        ffi, lib = library.ffi, library.lib
        try:
            self.device: Device = _chosen(library.inputs(), wanted, channels)
            count = min(self.device.channels or channels, max(channels, 1))
            self._record["channels"] = count
            parameters = ffi.new("PaStreamParameters *")
            parameters.device, parameters.channelCount = self.device.index, count
            parameters.sampleFormat = FLOAT32
            parameters.suggestedLatency = lib.Pa_GetDeviceInfo(self.device.index).defaultLowInputLatency
            stream = ffi.new("PaStream **")
            callback = ffi.cast("PaStreamCallback *", build.addresses(["capture"])["capture"])
            what = f"{self.device.name} cannot be recorded from at {sample_rate} Hz with {count} channels"
            user = ffi.cast("void *", address(self._record))
            library.check(
                lib.Pa_OpenStream(
                    stream,
                    parameters,
                    ffi.NULL,
                    sample_rate,
                    block_size,
                    CLIP_OFF | DITHER_OFF,
                    callback,
                    user,
                ),
                what,
            )
            self._stream = stream[0]
            library.check(lib.Pa_StartStream(self._stream), f"{self.device.name} does not start")
        except DeviceError:
            library.close()
            raise
        self.latency_s = float(lib.Pa_GetStreamInfo(self._stream).inputLatency)

    @property
    def blocks(self) -> int:
        """Blocks that the device has given."""
        return int(self._record["blocks"][0])

    def feed(self, captured: Sequence[Captured]) -> None:
        """Copy to other rings from now on; sixteen at most."""
        record: Any = self._record[0]
        if record["count"] > 0:
            record["count"] = 0
            time.sleep(QUIET_S)
        self._kept = [one.ring for one in captured]
        for number, one in enumerate(captured[:MOST_CAPTURED]):
            record["at_words"][number] = one.ring.words_address
            record["at_frames"][number] = int(one.ring.frames.ctypes.data)
            record["capacity"][number] = one.ring.capacity
            record["left"][number], record["right"][number] = one.left - 1, one.right - 1
        record["count"] = min(len(captured), MOST_CAPTURED)

    def close(self) -> None:
        """Stop it; hangs if its JACK server has died."""
        self._library.lib.Pa_AbortStream(self._stream)
        self._library.lib.Pa_CloseStream(self._stream)
        self._library.close()


def _chosen(devices: Sequence[Device], wanted: str | None, channels: int) -> Device:
    if not devices:
        message = "there is no sound card to record from"
        raise DeviceError(message)
    device, _ = choose(devices, wanted)
    if 0 < device.channels < channels:
        message = f"{device.name} has {device.channels} inputs, and the preset asks for input {channels}"
        raise DeviceError(message)
    return device
