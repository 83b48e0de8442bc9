"""The sound card, through PortAudio: the kernel's callback is handed to it as a C function.

Nothing of Python runs in that callback.  sounddevice's base class takes a C function pointer and a
user-data pointer; python-rtmixer is the precedent.
"""

from __future__ import annotations

from typing import Any

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.sinks import portaudio_library


class PortAudioSink:
    """Plays an engine on a sound card.

    Parameters
    ----------
    engine : Engine
        Kept alive for as long as the stream is open: the callback reads its memory.
    device : str, optional
        Part of a device's name.
    channels : int, optional
        Channels to open; the engine's are folded or padded.
    block_size : int
        Frames a block; 0 leaves it to PortAudio.
    """

    name = "portaudio"

    def __init__(
        self,
        engine: Engine,
        device: str | None = None,
        channels: int | None = None,
        block_size: int = 128,
    ) -> None:
        sounddevice = portaudio_library.load()
        self._engine = engine
        self.device, self.why = portaudio_library.choose_device(device)
        wanted = channels or engine.spec.channels
        self.channels = min(wanted, self.device.channels)
        self.ticket = engine.ticket(self.channels)
        ffi = sounddevice._ffi
        callback = ffi.cast("PaStreamCallback *", engine.callback_address)
        root = ffi.cast("void *", self.ticket.address)
        try:
            self._stream = _stream_class(sounddevice)(
                kind="output", samplerate=engine.spec.sample_rate, blocksize=block_size,
                device=self.device.index, channels=self.channels, dtype="float32",
                latency="low", callback=callback, userdata=root, wrap_callback=None,
                clip_off=True, dither_off=True,
            )  # fmt: skip
        except (sounddevice.PortAudioError, ValueError) as error:
            message = (
                f"{self.device.name} cannot be opened at {engine.spec.sample_rate} Hz with "
                f"{self.channels} channels: {error}"
            )
            raise DeviceError(message) from error

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker, as PortAudio reports them."""
        return round(float(self._stream.latency) * self._engine.spec.sample_rate)

    def start(self) -> None:
        """Begin to play."""
        self.ticket.open()
        self._stream.start()

    def stop(self) -> None:
        """Stop and close; the engine's memory may be dropped after this."""
        self._stream.stop()
        self._stream.close()
        self._engine.forget_ticket(self.ticket)


def _stream_class(sounddevice: Any) -> Any:
    class CallbackStream(sounddevice._StreamBase):  # type: ignore[misc]
        """A stream whose callback is a C function."""

    return CallbackStream
