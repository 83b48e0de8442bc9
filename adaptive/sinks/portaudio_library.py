"""PortAudio itself: loaded by sounddevice, opened and closed by us, once afresh for every lost device.

PortAudio reads the list of devices when it is initialised, and never again; and when a JACK server dies
under it, every further call (stop, close, terminate) hangs for ever, and so does the end of the process.
Initialising it again is therefore impossible just when it is needed.  But all its state lies in the
library's own variables: a copy of the library's file, loaded beside the first, begins from nothing.
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
from adaptive.sinks.stderr_mute import hush_libraries, quietly

INSTALL = "apt-get install libportaudio2, dnf install portaudio, or brew install portaudio"
PATIENCE_S = 5.0
"""Looking for devices takes 0.1 s; a sound server that is just being started, a few."""

_guard = threading.Lock()
_loaded: list[Any] = []
"""Every copy, for ever: closing a library whose threads still run ends the process."""

_source: list[Path] = []
"""Where the library's file lies; looked up while there is no copy that could be mistaken for it."""

_in_use: set[int] = set()
"""Places in `_loaded` of copies that are initialised, or that a dead device holds."""


def load() -> Any:
    """sounddevice, or a clear sentence why it cannot be had.

    Raises
    ------
    DeviceError
        PortAudio is missing.
    """
    with _guard:
        if _loaded:
            return sys.modules["sounddevice"]
        try:
            with quietly():  # PortAudio asks every system there is as it is imported
                import sounddevice
        except OSError as error:
            message = f"PortAudio is not installed ({INSTALL})"
            raise DeviceError(message) from error
        # from here on it is ours: its ending would wait for a dead device, in this process and in forks
        atexit.unregister(sounddevice._exit_handler)
        while sounddevice._initialized:
            sounddevice._terminate()
        hush_libraries()
        _loaded.append(sounddevice._lib)
        _source.extend(_files(sounddevice))
    return sounddevice


def _files(sounddevice: Any) -> list[Path]:
    """Where the library lies that sounddevice has loaded; empty if that is not to be found out."""
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
        message = "PortAudio cannot be opened afresh: its file is not found"
        raise DeviceError(message)
    with tempfile.TemporaryDirectory(prefix="adaptive-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / _source[0].name
        try:
            shutil.copyfile(_source[0], copy)
            return sounddevice._ffi.dlopen(os.fspath(copy))
        except OSError as error:
            message = f"PortAudio cannot be opened afresh: {error}"
            raise DeviceError(message) from error


class Library:
    """One initialised PortAudio, with the devices there were at that moment.

    Raises
    ------
    DeviceError
        PortAudio is missing, or cannot be initialised.
    """

    def __init__(self) -> None:
        sounddevice = load()
        self.ffi = sounddevice._ffi
        with _guard:
            free = [place for place in range(len(_loaded)) if place not in _in_use]
            if not free:
                _loaded.append(_copy(sounddevice))
                free = [len(_loaded) - 1]
            self._place = free[0]
            _in_use.add(self._place)
        self.lib = _loaded[self._place]
        with quietly():
            self.check(self.lib.Pa_Initialize(), "PortAudio cannot be initialised")

    def check(self, error: int, what: str) -> int:
        """Pass on what is no error.

        Raises
        ------
        DeviceError
            It is one.
        """
        if error < 0:
            said = self.ffi.string(self.lib.Pa_GetErrorText(error)).decode(errors="replace")
            message = f"{what}: {said}"
            raise DeviceError(message)
        return error

    def devices(self) -> list[Device]:
        """Output devices."""
        hosts = [self.lib.Pa_GetHostApiInfo(i) for i in range(self.lib.Pa_GetHostApiCount())]
        default = self.lib.Pa_GetDefaultOutputDevice()
        if default < 0:
            default = next((h.defaultOutputDevice for h in hosts if h.defaultOutputDevice >= 0), -1)
        listed = []
        for index in range(max(0, self.lib.Pa_GetDeviceCount())):
            info = self.lib.Pa_GetDeviceInfo(index)
            if info.maxOutputChannels > 0:
                name = self.ffi.string(info.name).decode(errors="replace")
                host = self.ffi.string(hosts[info.hostApi].name).decode(errors="replace")
                is_default = index == default
                rate = info.defaultSampleRate
                listed.append(Device(index, name, host, info.maxOutputChannels, rate, is_default))
        return listed

    def close(self) -> None:
        """Give it back.  Never with a dead JACK server: this would not return."""
        with quietly():
            self.lib.Pa_Terminate()
        with _guard:
            _in_use.discard(self._place)


def list_devices() -> list[Device]:
    """Output devices at this moment.

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

    return within(PATIENCE_S, "PortAudio", listed)
