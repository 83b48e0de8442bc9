"""A sound card through PortAudio, which calls the kernel's callback as a C function.

No Python runs in that callback.  python-rtmixer works in the same way.
"""

from __future__ import annotations

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.sinks.devices import choose
from adaptive.sinks.portaudio_library import Library
from adaptive.sinks.sound_card import SoundCardSink

JACK = "JACK Audio Connection Kit"
FLOAT32, CLIP_OFF, DITHER_OFF = 1, 1, 2


class PortAudioSink(SoundCardSink):
    """Plays an engine on a sound card.

    Parameters
    ----------
    engine : Engine
        The engine to drive.  It is kept alive while the stream is open, because the callback reads its
        memory.
    device : str, optional
        Part of a device's name.
    channels : int, optional
        Channels to open; the engine's channels are folded or padded to them.
    block_size : int
        Frames per block; with 0 PortAudio chooses.

    Raises
    ------
    DeviceError
        There is no such device, or it cannot be opened.
    """

    name = "portaudio"

    def __init__(
        self,
        engine: Engine,
        device: str | None = None,
        channels: int | None = None,
        block_size: int = 128,
    ) -> None:
        self._library = library = Library()
        ffi, lib = library.ffi, library.lib
        try:
            chosen, self.why = choose(library.devices(), device)
            count = min(channels or engine.spec.channels, chosen.channels)
            stream_gate = engine.stream_gate(count)
            super().__init__(engine, chosen, stream_gate, block_size)
            output = ffi.new("PaStreamParameters *")
            output.device, output.channelCount, output.sampleFormat = chosen.index, count, FLOAT32
            output.suggestedLatency = lib.Pa_GetDeviceInfo(chosen.index).defaultLowOutputLatency
            stream = ffi.new("PaStream **")
            callback = ffi.cast("PaStreamCallback *", engine.callback_address)
            what = f"{chosen.name} cannot be opened at {engine.spec.sample_rate} Hz with {count} channels"
            library.check(
                lib.Pa_OpenStream(
                    stream, ffi.NULL, output, engine.spec.sample_rate, block_size,
                    CLIP_OFF | DITHER_OFF, callback, ffi.cast("void *", stream_gate.address),
                ),
                what,
            )  # fmt: skip
        except DeviceError:
            library.close()
            raise
        self._stream = stream[0]
        self._latency_s = float(lib.Pa_GetStreamInfo(self._stream).outputLatency)

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker, as reported by PortAudio."""
        return round(self._latency_s * self.sample_rate)

    @property
    def can_close(self) -> bool:
        """False for JACK: PortAudio would wait for a dead server for ever."""
        return self.device.host != JACK

    def prepare(self) -> None:
        """Start the stream; it plays silence until `begin`.

        Raises
        ------
        DeviceError
            The stream does not start.
        """
        started = self._library.lib.Pa_StartStream(self._stream)
        self._library.check(started, f"{self.device.name} does not start")

    def close(self) -> None:
        """Stop and close the stream, and terminate PortAudio."""
        lib = self._library.lib
        lib.Pa_AbortStream(self._stream)
        lib.Pa_CloseStream(self._stream)
        self._library.close()
