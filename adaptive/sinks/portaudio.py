"""The sound card, through PortAudio: the kernel's callback is handed to it as a C function.

Nothing of Python runs in that callback.  sounddevice's base class takes a C function pointer and a
user-data pointer; python-rtmixer is the precedent.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError

INSTALL = "apt-get install libportaudio2, dnf install portaudio, or brew install portaudio"


@dataclass(frozen=True, slots=True)
class Device:
    """An output device as PortAudio lists it."""

    index: int
    name: str
    host: str
    channels: int
    sample_rate: float
    is_default: bool


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Let what C libraries write to stderr go nowhere: ALSA and JACK complain of all that is missing."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr to keep clean
        yield
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _library() -> Any:
    """sounddevice, or a clear sentence why it cannot be had."""
    if "sounddevice" in sys.modules:
        return sys.modules["sounddevice"]
    try:
        with _quietly():  # PortAudio asks every system there is as it is imported
            import sounddevice
    except OSError as error:
        message = f"PortAudio is not installed ({INSTALL})"
        raise DeviceError(message) from error
    return sounddevice


def list_devices() -> list[Device]:
    """Output devices.

    Raises
    ------
    DeviceError
        PortAudio is missing.
    """
    sounddevice = _library()
    try:
        hosts = sounddevice.query_hostapis()
        default = sounddevice.default.device[1]
        if default < 0 and hosts:
            default = next((h["default_output_device"] for h in hosts if h["default_output_device"] >= 0), -1)
        return [
            Device(
                index, device["name"], hosts[device["hostapi"]]["name"],
                device["max_output_channels"], device["default_samplerate"], index == default,
            )
            for index, device in enumerate(sounddevice.query_devices())
            if device["max_output_channels"] > 0
        ]  # fmt: skip
    except sounddevice.PortAudioError as error:
        message = f"PortAudio cannot list devices: {error}"
        raise DeviceError(message) from error


def choose_device(wanted: str | None = None) -> tuple[Device, str]:
    """Device that will be used, and why.

    Parameters
    ----------
    wanted : str, optional
        Part of its name, in any case, or its number.

    Raises
    ------
    DeviceError
        There is none, or none of that name.
    """
    devices = list_devices()
    if not devices:
        message = "there is no sound card here"
        raise DeviceError(message)
    if wanted is None:
        chosen = next((device for device in devices if device.is_default), devices[0])
        return chosen, "it is the system's default output"
    for device in devices:
        if wanted == str(device.index) or wanted.lower() in device.name.lower():
            return device, f"its name holds {wanted!r}"
    names = ", ".join(device.name for device in devices)
    message = f"no output device is called {wanted!r}; there are: {names}"
    raise DeviceError(message)


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
        sounddevice = _library()
        self._engine = engine
        self.device, self.why = choose_device(device)
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
