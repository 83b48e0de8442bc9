from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.errors import DeviceError
from adaptive.sinks import miniaudio_library
from adaptive.sinks.devices import Device


def device(index: int, name: str, *, is_default: bool = False) -> Device:
    return Device(index, name, "Host", 2, 48000.0, is_default)


def test_devices_are_numbered_over_all_back_ends_and_only_the_first_default_counts() -> None:
    first: Any = SimpleNamespace(devices=[device(0, "a"), device(1, "b", is_default=True)])
    second: Any = SimpleNamespace(devices=[device(0, "c", is_default=True)])
    listed = miniaudio_library.numbered([first, second])

    assert [(found.index, found.name, found.is_default) for found, _, _ in listed] == [
        (0, "a", False), (1, "b", True), (2, "c", False),
    ]  # fmt: skip
    assert [(context, local.index) for _, context, local in listed] == [(first, 0), (first, 1), (second, 0)]


def test_a_missing_package_is_named_with_its_install_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)

    with pytest.raises(DeviceError, match="pip install miniaudio"):
        miniaudio_library.load()


def test_a_back_end_that_hangs_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_context(name: str) -> Any:
        if name == "JACK":
            raise DeviceError("JACK does not answer")
        return SimpleNamespace(name=name, devices=[device(0, name)])

    monkeypatch.setattr(miniaudio_library, "load", lambda: None)
    monkeypatch.setattr(miniaudio_library, "back_ends", lambda: ("PULSEAUDIO", "JACK", "ALSA"))
    monkeypatch.setattr(miniaudio_library, "Context", open_context)

    assert [context.name for context in miniaudio_library.contexts()] == ["PULSEAUDIO", "ALSA"]
