"""PortAudio, as sounddevice loads it, and the output devices it knows."""

from __future__ import annotations

import sys
from typing import Any

from adaptive.errors import DeviceError
from adaptive.sinks.cards import Device, choose
from adaptive.sinks.quiet import quietly

INSTALL = "apt-get install libportaudio2, dnf install portaudio, or brew install portaudio"


def load() -> Any:
    """sounddevice, or a clear sentence why it cannot be had."""
    if "sounddevice" in sys.modules:
        return sys.modules["sounddevice"]
    try:
        with quietly():  # PortAudio asks every system there is as it is imported
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
    sounddevice = load()
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
    return choose(list_devices(), wanted)
