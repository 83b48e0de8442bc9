"""Loads PortAudio through sounddevice, and initialises and terminates it itself.

PortAudio reads the list of devices only when it is initialised.  If a JACK server dies, every further call
(stop, close, terminate) hangs for ever, and so does the end of the process.  So PortAudio cannot be
initialised again just when that is needed.  But all its state is in variables of the library: a copy of the
library's file, loaded in addition to the first, starts with fresh state.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from adaptive.errors import DeviceError
from adaptive.sinks.call_timeout import within
from adaptive.sinks.devices import Device
from adaptive.sinks.stderr_mute import discard_library_messages, muted_stderr

INSTALL = "apt-get install libportaudio2, dnf install portaudio, or brew install portaudio"
TIMEOUT_S = 5.0
"""Limit for listing devices, which takes 0.1 s, or a few seconds while a sound server is starting."""

_lock = threading.Lock()
_loaded: list[Any] = []
"""Every copy that was loaded.  None is unloaded: unloading a library whose threads run ends the process."""

_source: list[Path] = []
"""Path of the library's file, looked up before there are copies that could be taken for it."""

_ready: set[int] = set()
"""Indices in `_loaded` of copies that are initialised already, for the first who asks: by the import."""

_in_use: set[int] = set()
"""Indices in `_loaded` of copies that are initialised, or in which a call hangs."""


def load() -> Any:
    """Import sounddevice, and take over PortAudio from it.

    Raises
    ------
    DeviceError
        PortAudio is missing.
    """
    with _lock:
        if _loaded:
            return sys.modules["sounddevice"]
        was_imported = "sounddevice" in sys.modules
        try:
            with muted_stderr():  # on import PortAudio probes every sound system
                import sounddevice
        except OSError as error:
            message = f"PortAudio is not installed ({INSTALL})"
            raise DeviceError(message) from error
        # sounddevice's exit handler would wait for a dead device, in this process and in forks
        atexit.unregister(sounddevice._exit_handler)
        if was_imported:  # its list of devices may be old
            while sounddevice._initialized:
                sounddevice._terminate()
        else:  # terminated and initialised again, PortAudio would probe twice
            sounddevice._initialized = 0
            _ready.add(0)
        discard_library_messages()
        _loaded.append(sounddevice._lib)
        _source.extend(_files(sounddevice))
    return sounddevice


def _files(sounddevice: Any) -> list[Path]:
    """Path of the library that sounddevice has loaded; empty if it cannot be found."""
    named = Path(sounddevice._libname)
    if named.is_absolute():
        return [named]
    found = []
    stem = named.name.partition(".so")[0] + ".so"
    with contextlib.suppress(OSError), open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            path = Path("/" + line.rstrip("\n").partition("/")[2])
            if path.name.startswith(stem) and path not in found:
                found.append(path)
    return found


def _copy(sounddevice: Any) -> Any:
    if not _source:
        message = "PortAudio cannot be loaded again: its file is not found"
        raise DeviceError(message)
    with tempfile.TemporaryDirectory(prefix="adaptive-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / _source[0].name
        try:
            shutil.copyfile(_source[0], copy)
            return sounddevice._ffi.dlopen(os.fspath(copy))
        except OSError as error:
            message = f"PortAudio cannot be loaded again: {error}"
            raise DeviceError(message) from error


class Library:
    """An initialised PortAudio, with the devices that existed at that moment.

    Raises
    ------
    DeviceError
        PortAudio is missing, or cannot be initialised.
    """

    def __init__(self) -> None:
        sounddevice = load()
        self.ffi = sounddevice._ffi
        with _lock:
            free = [index for index in range(len(_loaded)) if index not in _in_use]
            if not free:
                _loaded.append(_copy(sounddevice))
                free = [len(_loaded) - 1]
            self._index = free[0]
            _in_use.add(self._index)
            is_ready = self._index in _ready
            _ready.discard(self._index)
        self.lib = _loaded[self._index]
        if is_ready:
            return
        with muted_stderr():
            self.check(self.lib.Pa_Initialize(), "PortAudio cannot be initialised")

    def check(self, error: int, what: str) -> int:
        """Return a result of PortAudio, unless it is an error code.

        Raises
        ------
        DeviceError
            It is an error code; the message begins with `what`.
        """
        if error < 0:
            said = self.ffi.string(self.lib.Pa_GetErrorText(error)).decode(errors="replace")
            message = f"{what}: {said}"
            raise DeviceError(message)
        return error

    def devices(self) -> list[Device]:
        """List the output devices."""
        return self._listed(is_input=False)

    def inputs(self) -> list[Device]:
        """List the input devices."""
        return self._listed(is_input=True)

    def _listed(self, *, is_input: bool) -> list[Device]:
        hosts = [self.lib.Pa_GetHostApiInfo(i) for i in range(self.lib.Pa_GetHostApiCount())]
        lib = self.lib
        default = lib.Pa_GetDefaultInputDevice() if is_input else lib.Pa_GetDefaultOutputDevice()
        if default < 0:
            of_hosts = [h.defaultInputDevice if is_input else h.defaultOutputDevice for h in hosts]
            default = next((index for index in of_hosts if index >= 0), -1)
        listed = []
        for index in range(max(0, self.lib.Pa_GetDeviceCount())):
            info = self.lib.Pa_GetDeviceInfo(index)
            channels = info.maxInputChannels if is_input else info.maxOutputChannels
            if channels > 0:
                name = self.ffi.string(info.name).decode(errors="replace")
                host = self.ffi.string(hosts[info.hostApi].name).decode(errors="replace")
                is_default = index == default
                rate = info.defaultSampleRate
                listed.append(Device(index, name, host, channels, rate, is_default))
        return listed

    def close(self) -> None:
        """Terminate PortAudio, so that the copy can be used again.  Hangs if its JACK server has died."""
        with muted_stderr():
            self.lib.Pa_Terminate()
        with _lock:
            _in_use.discard(self._index)


def list_devices() -> list[Device]:
    """List the output devices.

    Raises
    ------
    DeviceError
        PortAudio is missing, or does not answer.
    """

    def listed() -> list[Device]:
        library = Library()
        try:
            return library.devices()
        finally:
            library.close()

    return within(TIMEOUT_S, "PortAudio", listed)
