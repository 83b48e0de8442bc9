"""Lists devices through miniaudio, which has back ends of its own.

The Python package is built with cffi against the C header, so the compiler provides structures and constants;
none are copied here.
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
from adaptive.sinks.stderr_mute import discard_library_messages, muted_stderr

BACK_ENDS = {
    "linux": ("PULSEAUDIO", "JACK", "ALSA"),
    "darwin": ("COREAUDIO",),
    "win32": ("WASAPI", "DSOUND", "WINMM"),
}
"""Back ends of each system, in order.  miniaudio's null back end, its last resort, is left out."""

TIMEOUT_S = 5.0
BACK_END_S = 1.5
"""Limit for one back end, which answers in 0.01 to 0.1 s, or hangs with its server."""

OTHER_BACK_ENDS = ("SNDIO", "AUDIO4", "OSS")
UNUSABLE = frozenset({b"null", b"jack"})
"""ALSA plugins that are left out: one discards all audio, the other is a detour to JACK."""

MISSING = "miniaudio is not installed (pip install miniaudio; it has no wheel for Linux on aarch64)"


def load() -> Any:
    """Import the package.

    Raises
    ------
    DeviceError
        It is not installed, or lacks functions that are needed here.
    """
    try:
        import miniaudio
    except ImportError as error:
        raise DeviceError(MISSING) from error
    needed = ("ma_context_init", "ma_context_get_devices", "ma_device_config_init", "ma_device_init")
    if not all(hasattr(getattr(miniaudio, "lib", None), name) for name in needed):
        message = "this miniaudio does not show its device functions (pip install --upgrade miniaudio)"
        raise DeviceError(message)
    discard_library_messages()
    return miniaudio


class Context:
    """An open back end, with the output devices it found.

    Parameters
    ----------
    name : str
        Name in `miniaudio.Backend`.

    Raises
    ------
    DeviceError
        This machine does not have the back end.
    """

    def __init__(self, name: str) -> None:
        miniaudio = load()
        self.name = name
        self._lib, self._ffi = miniaudio.lib, miniaudio.ffi
        number = miniaudio.Backend[name].value
        self.memory = self._ffi.new("ma_context *")
        wanted = self._ffi.new("ma_backend[1]", [number])
        with muted_stderr():
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
        with muted_stderr():
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
        """Ask for a device's formats; False if it cannot be opened, as is true of most that ALSA lists."""
        is_default = info.isDefault
        identity = self._ffi.addressof(info, "id")
        # an ALSA device is identified by its name
        if (
            self.name == "ALSA"
            and bytes(self._ffi.buffer(identity)).partition(b"\0")[0].lstrip(b":") in UNUSABLE
        ):
            return False
        fresh = self._ffi.new("ma_device_info *")
        with muted_stderr():
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
        """The back end's identifier of a device."""
        return self._ffi.addressof(self._infos[device.index], "id")

    def close(self) -> None:
        """Close the back end.  All its devices must be closed before."""
        if self._is_open:
            self._is_open = False
            self._lib.ma_context_uninit(self.memory)


def back_ends() -> tuple[str, ...]:
    """Names of the back ends of this system."""
    return BACK_ENDS.get(sys.platform, OTHER_BACK_ENDS)


def contexts() -> list[Context]:
    """Open every back end that has a device.

    Raises
    ------
    DeviceError
        miniaudio is missing.
    """
    load()
    found = []
    for name in back_ends():
        with contextlib.suppress(DeviceError):
            # a back end that hangs must not prevent the others from being used
            context = within(BACK_END_S, name, lambda name=name: Context(name))  # type: ignore[misc]
            if context.devices:
                found.append(context)
            else:
                context.close()
    return found


def numbered(opened: Sequence[Context]) -> list[tuple[Device, Context, Device]]:
    """Devices of all back ends, numbered consecutively: (device, its context, the device numbered there)."""
    listed: list[tuple[Device, Context, Device]] = []
    has_default = False
    for context in opened:
        for device in context.devices:
            # only the default device of the first back end counts
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

    return within(TIMEOUT_S, "miniaudio", listed)
