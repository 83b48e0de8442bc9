"""A sound card through miniaudio: where PortAudio is missing, or does not support a device or its rate.

The kernel's callback is given to miniaudio as a C function; no Python runs in it.  miniaudio passes the
callback only the address of the device.  So the device is placed in our own memory, directly after the root
of the stream gate (`adaptive.engine.stream_gate`), and the callback finds the root before the address it is
given.  The size of the device comes from the compiled package; no offset inside the structure is assumed.
"""

from __future__ import annotations

from typing import Any

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.sinks import miniaudio_library
from adaptive.sinks.devices import Device, choose
from adaptive.sinks.sound_card import SoundCardSink
from adaptive.sinks.stderr_mute import muted_stderr

PERIODS = 3
"""Blocks that the back end keeps: one plays, one waits, one is being rendered."""

LEAST_BLOCK_S = {"PULSEAUDIO": 0.02}
"""Shortest block of a back end, in seconds.

A PulseAudio server does not run in real time.  On a busy machine with two cores it lost 2 % of four seconds
with blocks of 128 frames, some at every stall with 256 and 480, and with 960 only at stalls of more than 40
ms.
"""


class MiniaudioSink(SoundCardSink):
    """Plays an engine on a sound card.

    Parameters
    ----------
    engine : Engine
        The engine to drive.  It is kept alive while the device is open, because the callback reads its
        memory.
    device : str, optional
        Part of a device's name.
    channels : int, optional
        Channels to open; the engine's channels are folded or padded to them.
    block_size : int
        Frames per block, at least `LEAST_BLOCK_S`; with 0 miniaudio chooses.

    Raises
    ------
    DeviceError
        There is no such device, or it cannot be opened.
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
            size = self._ffi.sizeof("ma_device")
            stream_gate = engine.stream_gate(min(wanted, chosen.channels or wanted), extra_bytes=size)
            super().__init__(engine, chosen, stream_gate, max(least, block_size))
            self._device = self._ffi.cast("ma_device *", stream_gate.extra_address)
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
        with muted_stderr():
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
        """Frames between the engine's output and the speaker: `PERIODS` blocks."""
        default = round(0.01 * self.sample_rate)  # miniaudio's own period, 10 ms
        return PERIODS * (self.block_frames or default)

    @property
    def can_close(self) -> bool:
        """False for JACK: closing the client of a dead server breaks the client that replaced it."""
        return self.device.host != "JACK"

    def prepare(self) -> None:
        """Start the device; it plays silence until `begin`.

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
