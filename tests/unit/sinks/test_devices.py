from __future__ import annotations

import pytest

from adaptive.errors import DeviceError
from adaptive.sinks.devices import Device, choose

DEVICES = [
    Device(0, "system", "JACK", 2, 48000.0, is_default=True),
    Device(1, "pulse", "ALSA", 32, 44100.0, is_default=False),
]


def test_a_device_is_meant_by_its_very_name_before_a_part_of_another() -> None:
    devices = [Device(0, "pulse 2", "ALSA", 2, 0.0, is_default=True), DEVICES[1]]

    assert choose(devices, "pulse")[0] is DEVICES[1]
    assert choose(devices, "PULSE")[0] is devices[0]
    assert str(devices[0]) == "pulse 2 (ALSA, 2 channels, any rate)"


def test_without_a_name_the_systems_default_is_chosen() -> None:
    chosen, why = choose(DEVICES[::-1])

    assert (chosen, why) == (DEVICES[0], "it is the system's default output")


def test_a_name_that_no_device_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(DeviceError, match="no output device is called 'Scarlett'; there are: system, pulse"):
        choose(DEVICES, "Scarlett")
    with pytest.raises(DeviceError, match="there is no sound card here"):
        choose([])
