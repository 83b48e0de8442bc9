"""Inputs of the sound card: opened aside, looked for again, and told in a sentence."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar

import pytest

from adaptive.errors import DeviceError
from adaptive.preset.load import load
from adaptive.session.incoming import card
from adaptive.session.performance import Performance, vocabulary
from adaptive.sinks.capture import Captured
from adaptive.sinks.devices import Device
from tests.helpers.playing import until
from tests.helpers.presets import HEAD

BODY = '[layers.voice]\ninput = [3, 4]\n[sections.calm]\nlayers = ["voice"]\nlength_bars = 1\n'


class FakeStream:
    made: ClassVar[list[FakeStream]] = []
    fault = ""

    def __init__(self, wanted: str | None, channels: int, sample_rate: int, block_size: int) -> None:
        if self.fault:
            raise DeviceError(self.fault)
        self.asked = (wanted, channels, sample_rate, block_size)
        self.device = Device(0, "desk", "ALSA", 8, 48000.0, True)
        self.latency_s, self.blocks, self.fed, self.is_closed = 0.002, 1, (), False
        FakeStream.made.append(self)

    def feed(self, captured: list[Captured]) -> None:
        self.fed = tuple((one.left, one.right) for one in captured)

    def close(self) -> None:
        self.is_closed = True


class Host:
    def __init__(self, performance: Performance) -> None:
        self.performance, self.told = performance, list[str]()

    def complain(self, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(card, "CaptureStream", FakeStream)
    monkeypatch.setattr(FakeStream, "made", [])
    monkeypatch.setattr(FakeStream, "fault", "")
    (tmp_path / "preset.toml").write_text(HEAD + BODY, encoding="utf-8")
    return Host(Performance(load(tmp_path, vocabulary()), 1))


def followed(host: Host, one: card.CardInput, done: Any) -> None:
    def look() -> bool:
        one.follow()
        return bool(done())

    assert until(look)


def test_the_channels_of_a_layer_are_captured_and_the_latency_is_told(host: Host) -> None:
    one = card.CardInput(host, "desk", 64)  # type: ignore[arg-type]
    followed(host, one, lambda: FakeStream.made and FakeStream.made[0].fed)
    (stream,) = FakeStream.made

    assert stream.asked == ("desk", 4, 48000, 64)
    assert stream.fed == ((3, 4),)
    assert host.told == ["voice: from desk, 6.0 ms before the output"]
    one._end()
    assert stream.is_closed


def test_a_device_that_is_not_there_is_told_once_and_looked_for_again(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "TRY_AGAIN_S", 0.01)
    monkeypatch.setattr(FakeStream, "fault", "there is no sound card to record from")
    one = card.CardInput(host, None, 64)  # type: ignore[arg-type]
    followed(host, one, lambda: host.told)
    for _ in range(5):
        one.follow()
        time.sleep(0.01)

    assert host.told == ["there is no sound card to record from; voice is silent"]
    monkeypatch.setattr(FakeStream, "fault", "")
    followed(host, one, lambda: FakeStream.made)


def test_a_device_that_gives_nothing_is_closed_and_opened_again(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "GONE_S", 0.05)
    monkeypatch.setattr(card, "TRY_AGAIN_S", 0.01)
    one = card.CardInput(host, None, 64)  # type: ignore[arg-type]
    followed(host, one, lambda: len(FakeStream.made) == 2)

    assert FakeStream.made[0].is_closed
    assert "desk gives no sound any more; its layers are silent until it does" in host.told
