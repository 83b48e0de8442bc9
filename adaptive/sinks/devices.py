"""Output devices as the libraries list them, and which one is meant."""

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
        What it is called, and the sound system it belongs to.
    channels : int
        The most it takes; 0 where any number will do.
    sample_rate : float
        What it runs at by itself; 0 where any rate will do.
    is_default : bool
        Whether the system plays there if nothing is said.
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
    """Device that will be used, and why.

    Parameters
    ----------
    devices : sequence of Device
        What there is.
    wanted : str, optional
        Part of its name, in any case, or its number.

    Raises
    ------
    DeviceError
        There is none, or none of that name.
    """
    if not devices:
        message = "there is no sound card here"
        raise DeviceError(message)
    if wanted is None:
        chosen = next((device for device in devices if device.is_default), devices[0])
        return chosen, "it is the system's default output"
    for device in sorted(devices, key=lambda device: device.name != wanted):  # the very name first
        if wanted == str(device.index) or wanted.lower() in device.name.lower():
            return device, f"its name holds {wanted!r}"
    names = ", ".join(device.name for device in devices)
    message = f"no output device is called {wanted!r}; there are: {names}"
    raise DeviceError(message)
