from __future__ import annotations

import pytest

from adaptive.errors import DeviceError
from adaptive.sinks import choice as sink_choice
from adaptive.sinks import miniaudio_library, portaudio_library
from adaptive.sinks.devices import Device


def test_without_a_sound_card_auto_is_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio_library, "list_devices", list)
    monkeypatch.setattr(miniaudio_library, "list_devices", list)
    choice = sink_choice.choose_sink("auto", None)

    assert (choice.name, choice.why) == ("web", "there is no sound card here: listen in the browser")
    with pytest.raises(DeviceError):
        sink_choice.choose_sink("auto", "Scarlett")


def test_auto_is_portaudio_then_miniaudio_then_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Device(0, "Card", "Host", 2, 48000.0, is_default=True)
    for library in (portaudio_library, miniaudio_library):
        monkeypatch.setattr(library, "list_devices", lambda: [card])
    both = sink_choice.choose_sink("auto", None)
    monkeypatch.setattr(portaudio_library, "list_devices", list)
    second = sink_choice.choose_sink("auto", "car")

    assert (both.name, second.name) == ("portaudio", "miniaudio")
    assert second.why == "Card: its name holds 'car', and through PortAudio: there is no sound card here"
