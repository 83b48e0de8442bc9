"""miniaudio, which carries its own back ends: the devices it finds, and the memory that names them.

Python's miniaudio is built with cffi against the C header, so structures and constants are the
compiler's own, not copied here.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adaptive.errors import DeviceError
from adaptive.sinks.call_timeout import within
from adaptive.sinks.devices import Device
from adaptive.sinks.stderr_mute import hush_libraries, quietly

BACK_ENDS = {
    "linux": ("PULSEAUDIO", "JACK", "ALSA"),
    "darwin": ("COREAUDIO",),
    "win32": ("WASAPI", "DSOUND", "WINMM"),
}
"""Asked in this order.  Never miniaudio's own null device, which it would take where nothing else is."""

PATIENCE_S = 5.0
BACK_END_S = 1.5
"""A back end answers in 0.01 to 0.1 s, or hangs with its server."""

OTHER_BACK_ENDS = ("SNDIO", "AUDIO4", "OSS")
SHAM = frozenset({b"null", b"jack"})
"""ALSA's plugins that can always be opened: one throws everything away, one is JACK by a worse road."""

MISSING = "miniaudio is not installed (pip install miniaudio; it has no wheel for Linux on aarch64)"


def load() -> Any:
    """The package, or a clear sentence why it cannot be had.

    Raises
    ------
    DeviceError
        It is not installed, or was built without what is needed here.
    """
    try:
        import miniaudio
    except ImportError as error:
        raise DeviceError(MISSING) from error
    needed = ("ma_context_init", "ma_context_get_devices", "ma_device_config_init", "ma_device_init")
    if not all(hasattr(getattr(miniaudio, "lib", None), name) for name in needed):
        message = "this miniaudio does not show its device functions (pip install --upgrade miniaudio)"
        raise DeviceError(message)
    hush_libraries()
    return miniaudio


class Context:
    """One back end, opened, with the output devices it found.

    Parameters
    ----------
    name : str
        Of `miniaudio.Backend`.

    Raises
    ------
    DeviceError
        The back end is not here.
    """

    def __init__(self, name: str) -> None:
        miniaudio = load()
        self.name = name
        self._lib, self._ffi = miniaudio.lib, miniaudio.ffi
        number = miniaudio.Backend[name].value
        self.memory = self._ffi.new("ma_context *")
        wanted = self._ffi.new("ma_backend[1]", [number])
        with quietly():
            result = self._lib.ma_context_init(wanted, 1, self._ffi.NULL, self.memory)
        if result != self._lib.MA_SUCCESS:
            message = f"{name} is not here"
            raise DeviceError(message)
        self._is_open = True
        self._infos: list[Any] = []
        self.devices = self._list()

    def _list(self) -> list[Device]:
        ffi = self._ffi
        found, count = ffi.new("ma_device_info **"), ffi.new("ma_uint32 *")
        captures, capture_count = ffi.new("ma_device_info **"), ffi.new("ma_uint32 *")
        with quietly():
            result = self._lib.ma_context_get_devices(self.memory, found, count, captures, capture_count)
        if result != self._lib.MA_SUCCESS:
            return []
        for number in range(count[0]):
            info = ffi.new("ma_device_info *")
            ffi.memmove(info, ffi.addressof(found[0][number]), ffi.sizeof("ma_device_info"))
            self._infos.append(info)
        self._infos = [info for info in self._infos if self._complete(info)]
        return [self._described(index, info) for index, info in enumerate(self._infos)]

    def _complete(self, info: Any) -> bool:
        """Ask for what a device can do; False if it cannot be opened at all, as most that ALSA lists."""
        is_default = info.isDefault
        identity = self._ffi.addressof(info, "id")
        # an identity of ALSA's is the name of the device as text
        if self.name == "ALSA" and bytes(self._ffi.buffer(identity)).partition(b"\0")[0].lstrip(b":") in SHAM:
            return False
        fresh = self._ffi.new("ma_device_info *")
        with quietly():
            result = self._lib.ma_context_get_device_info(
                self.memory, self._lib.ma_device_type_playback, identity, fresh
            )
        if result != self._lib.MA_SUCCESS:
            return False
        self._ffi.memmove(info, fresh, self._ffi.sizeof("ma_device_info"))
        info.isDefault = is_default
        return True

    def _described(self, index: int, info: Any) -> Device:
        formats = [info.nativeDataFormats[i] for i in range(min(64, info.nativeDataFormatCount))]
        channels = max((f.channels for f in formats), default=0)
        rate = max((f.sampleRate for f in formats), default=0)
        name = self._ffi.string(info.name).decode(errors="replace")
        return Device(index, name, self.name, channels, float(rate), bool(info.isDefault))

    def identity(self, device: Device) -> Any:
        """What names a device to the back end."""
        return self._ffi.addressof(self._infos[device.index], "id")

    def close(self) -> None:
        """Close the back end; every device of it is closed before."""
        if self._is_open:
            self._is_open = False
            self._lib.ma_context_uninit(self.memory)


def back_ends() -> tuple[str, ...]:
    """Names of the back ends to ask on this system."""
    return BACK_ENDS.get(sys.platform, OTHER_BACK_ENDS)


def contexts() -> list[Context]:
    """Every back end that is here and has a device.

    Raises
    ------
    DeviceError
        miniaudio is missing.
    """
    load()
    found = []
    for name in back_ends():
        with contextlib.suppress(DeviceError):
            # one that hangs must not hide the others
            context = within(BACK_END_S, name, lambda name=name: Context(name))  # type: ignore[misc]
            if context.devices:
                found.append(context)
            else:
                context.close()
    return found


def numbered(opened: Sequence[Context]) -> list[tuple[Device, Context, Device]]:
    """Devices of all back ends: numbered through, with the context each belongs to and its number there."""
    listed: list[tuple[Device, Context, Device]] = []
    has_default = False
    for context in opened:
        for device in context.devices:
            # the first back end's default is the one that is meant
            is_default = device.is_default and not has_default
            has_default = has_default or is_default
            listed.append((replace(device, index=len(listed), is_default=is_default), context, device))
    return listed


def list_devices() -> list[Device]:
    """Output devices of all back ends.

    Raises
    ------
    DeviceError
        miniaudio is missing, or does not answer.
    """

    def listed() -> list[Device]:
        opened = contexts()
        found = [device for device, _, _ in numbered(opened)]
        for context in opened:
            context.close()
        return found

    return within(PATIENCE_S, "miniaudio", listed)
