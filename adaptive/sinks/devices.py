"""Output devices as the libraries list them, and the choice of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adaptive.errors import DeviceError


@dataclass(frozen=True, slots=True)
class Device:
    """An output device.

    Parameters
    ----------
    index : int
        Its number in the library's list.
    name, host : str
        Its name, and the sound system it belongs to.
    channels : int
        Most channels that it supports; 0 if it supports any number.
    sample_rate : float
        Its native sample rate in Hz; 0 if it supports any rate.
    is_default : bool
        Whether it is the system's default output.
    """

    index: int
    name: str
    host: str
    channels: int
    sample_rate: float
    is_default: bool

    def __str__(self) -> str:
        channels = f"{self.channels} channels" if self.channels else "any channels"
        rate = f"{self.sample_rate:.0f} Hz" if self.sample_rate else "any rate"
        return f"{self.name} ({self.host}, {channels}, {rate})"


def choose(devices: Sequence[Device], wanted: str | None = None) -> tuple[Device, str]:
    """Choose a device, and say why.

    Parameters
    ----------
    devices : sequence of Device
        All devices.
    wanted : str, optional
        Part of the device's name, in upper or lower case, or its number.

    Raises
    ------
    DeviceError
        There is no device, or none of that name.
    """
    if not devices:
        message = "there is no sound card here"
        raise DeviceError(message)
    if wanted is None:
        chosen = next((device for device in devices if device.is_default), devices[0])
        return chosen, "it is the system's default output"
    for device in sorted(devices, key=lambda device: device.name != wanted):  # an exact match first
        if wanted == str(device.index) or wanted.lower() in device.name.lower():
            return device, f"its name holds {wanted!r}"
    names = ", ".join(device.name for device in devices)
    message = f"no output device is called {wanted!r}; there are: {names}"
    raise DeviceError(message)
