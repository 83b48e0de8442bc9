from __future__ import annotations

from typing import Any

import pytest

from adaptive.errors import DeviceError
from adaptive.session.device import search
from adaptive.session.device.search import FIRST_REST_S, DeviceSearch
from adaptive.sinks.device_probe import SeenDevice
from adaptive.sinks.devices import Device
from tests.helpers.playing import until


def seen(name: str, sink: str = "portaudio", *, is_default: bool = False) -> SeenDevice:
    return SeenDevice(sink, Device(0, name, "Host", 2, 48000.0, is_default))


class FakeProbe:
    """A probe that answers at once."""

    def __init__(self, _sinks: Any) -> None:
        self.is_asked, self.devices, self.asked = False, [seen("card")], 0

    def ask(self, _now_s: float) -> None:
        self.is_asked, self.asked = True, self.asked + 1

    def answer(self, _now_s: float) -> list[SeenDevice]:
        self.is_asked = False
        return self.devices

    def close(self) -> None:
        self.is_asked = False


def refuse(_engine: Any, _sink: str, _name: str | None) -> Any:
    raise DeviceError("it refuses")


@pytest.fixture(autouse=True)
def no_child_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "DeviceProbe", FakeProbe)


def searching(wanted: str | None = None, *sinks: str) -> DeviceSearch:
    return DeviceSearch(sinks or ("portaudio",), wanted, seen("card"), refuse)


def test_the_preferred_device_comes_first_and_no_other_unless_any_is_wanted() -> None:
    others = [seen("other", is_default=True)]

    assert searching().choose([*others, seen("card")], is_any_wanted=True) == seen("card")
    assert searching().choose(others, is_any_wanted=False) is None
    assert searching().choose(others, is_any_wanted=True) == others[0]


def test_another_device_goes_by_the_order_of_the_libraries_then_by_the_default() -> None:
    found = [
        seen("a", "miniaudio", is_default=True), seen("b", "portaudio"),
        seen("c", "portaudio", is_default=True),
    ]  # fmt: skip

    assert searching(None, "portaudio", "miniaudio").choose(found, is_any_wanted=True) == found[2]
    assert searching("A", "portaudio", "miniaudio").choose(found, is_any_wanted=True) == found[0]


def test_a_card_that_was_named_is_waited_for_although_another_fits_the_name() -> None:
    looking = DeviceSearch(("portaudio",), "USB", seen("USB Audio: A (hw:1,0)"), refuse)
    by_number = DeviceSearch(("portaudio",), "2", seen("USB Audio: A (hw:1,0)"), refuse)
    other, back = seen("USB Audio: B (hw:2,0)"), seen("USB Audio: A (hw:3,0)")

    assert looking.choose([other], is_any_wanted=True) is None
    assert by_number.choose([other], is_any_wanted=True) is None
    assert looking.choose([other, back], is_any_wanted=True) == back


def test_a_device_that_refused_is_tried_again_after_a_pause_that_doubles() -> None:
    looking: Any = searching()
    looking.begin(0.0)
    (probe,) = looking._probes
    now_s, asked_at, refusals = 0.0, [], 0
    while len(asked_at) < 3:
        before = probe.asked
        looking.step(None, now_s, is_any_wanted=False)  # asks, if it is time
        if probe.asked > before:
            asked_at.append(now_s)
            looking.step(None, now_s, is_any_wanted=False)  # is answered, and opens in a thread
            found = until(lambda: looking.step(None, now_s, is_any_wanted=False))  # noqa: B023
            assert str(found) == "it refuses"
            refusals += 1
        now_s += FIRST_REST_S / 4

    assert asked_at == [0.0, FIRST_REST_S, 3 * FIRST_REST_S]
    assert refusals == 3
