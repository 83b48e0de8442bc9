"""The sound card, through miniaudio: for machines where PortAudio is missing, and devices it cannot meet.

The kernel's callback is handed to miniaudio as a C function; nothing of Python runs in it.  miniaudio
calls it with the address of the device alone.  So the device lies in memory of ours, right behind the
ticket (`adaptive.engine.stream_gate`), and the callback looks in front of it: sizes come from the compiled
package, and no offset within the structure is assumed.
"""

from __future__ import annotations

from typing import Any

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.sinks import miniaudio_library
from adaptive.sinks.devices import Device, choose
from adaptive.sinks.sound_card import CardSink
from adaptive.sinks.stderr_mute import quietly

PERIODS = 3
"""Blocks the back end keeps: one that plays, one that waits, one that is being made."""

LEAST_BLOCK_S = {"PULSEAUDIO": 0.02}
"""A Pulse server is no real-time device: with blocks of 128 it lost 2 % of four seconds on a busy two-core
machine, with 256 and 480 it lost some at every stall, with 960 only at stalls beyond 40 ms."""


class MiniaudioSink(CardSink):
    """Plays an engine on a sound card.

    Parameters
    ----------
    engine : Engine
        Kept alive for as long as the device is open: the callback reads its memory.
    device : str, optional
        Part of a device's name.
    channels : int, optional
        Channels to open; the engine's are folded or padded.
    block_size : int
        Frames a block, more where `LEAST_BLOCK_S` says so; 0 leaves it to miniaudio.
    """

    name = "miniaudio"

    def __init__(
        self,
        engine: Engine,
        device: str | None = None,
        channels: int | None = None,
        block_size: int = 128,
    ) -> None:
        package = miniaudio_library.load()
        self._lib, self._ffi = package.lib, package.ffi
        contexts = miniaudio_library.contexts()
        listed = miniaudio_library.numbered(contexts)
        try:
            chosen, self.why = choose([entry[0] for entry in listed], device)
            _, self._context, local = listed[chosen.index]
            wanted = channels or engine.spec.channels
            least = round(LEAST_BLOCK_S.get(chosen.host, 0.0) * engine.spec.sample_rate)
            room = self._ffi.sizeof("ma_device")
            stream_gate = engine.stream_gate(min(wanted, chosen.channels or wanted), room_behind=room)
            super().__init__(engine, chosen, stream_gate, max(least, block_size))
            self._device = self._ffi.cast("ma_device *", stream_gate.room_address)
            self._init(local, engine.miniaudio_callback_address)
        except DeviceError:
            for context in contexts:
                context.close()
            raise
        for context in contexts:
            if context is not self._context:
                context.close()

    def _init(self, local: Device, callback_address: int) -> None:
        config = self._lib.ma_device_config_init(self._lib.ma_device_type_playback)
        config.playback.format = self._lib.ma_format_f32
        config.playback.channels = self.channels
        config.playback.pDeviceID = self._context.identity(local)
        config.sampleRate = self.sample_rate  # miniaudio resamples for a device that differs
        config.periodSizeInFrames = self.block_frames
        config.periods = PERIODS
        config.dataCallback = self._ffi.cast(self._ffi.typeof(config.dataCallback), callback_address)
        self._config: Any = config
        with quietly():
            memory = self._context.memory
            result = self._lib.ma_device_init(memory, self._ffi.addressof(config), self._device)
        if result != self._lib.MA_SUCCESS:
            message = (
                f"{self.device.name} cannot be opened at {self.sample_rate} Hz with "
                f"{self.channels} channels: miniaudio's error {result}"
            )
            raise DeviceError(message)

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker: the blocks that were asked for."""
        default = round(0.01 * self.sample_rate)  # miniaudio's own period, 10 ms
        return PERIODS * (self.block_frames or default)

    @property
    def can_close(self) -> bool:
        """Not when a JACK server has died: closing its client breaks the one that took its place."""
        return self.device.host != "JACK"

    def prepare(self) -> None:
        """Let the device run; it plays silence until `begin`.

        Raises
        ------
        DeviceError
            The device does not start.
        """
        result = self._lib.ma_device_start(self._device)
        if result != self._lib.MA_SUCCESS:
            message = f"{self.device.name} does not start: miniaudio's error {result}"
            raise DeviceError(message)

    def close(self) -> None:
        """Stop and close the device and its back end."""
        self._lib.ma_device_uninit(self._device)
        self._context.close()
