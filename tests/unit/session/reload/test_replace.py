from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adaptive.errors import in_words
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import LoadPreset
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance
from adaptive.session.reload.replace import PresetReplacer
from tests.helpers.presets import two_sections


class FakeHost:
    """A session that records messages and receipts."""

    def __init__(self, performance: Performance) -> None:
        self.performance = performance
        self.told: list[str] = []
        self.statuses: list[tuple[str, str]] = []

    def acknowledge(self, _id: str | None, _connection: Connection | None, status: str, reason: str) -> None:
        self.statuses.append((status, reason))

    def adopt(self, performance: Performance) -> None:
        self.performance = performance

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


@pytest.mark.parametrize("fault", [MemoryError(), RecursionError("too deep"), ValueError("no\nsuch")])
def test_what_nobody_foresaw_fails_with_a_receipt_and_what_plays_goes_on(
    tmp_path: Path, fault: Exception
) -> None:
    performance = Performance(two_sections(tmp_path / "small"))
    performance.begin()
    host = FakeHost(performance)

    def load(_name: str) -> Preset:
        raise fault

    async def run() -> None:
        replacer = PresetReplacer(host, load)
        for _ in range(2):
            replacer.ask(LoadPreset("other", "l"), None, is_recording=False)
            await asyncio.gather(*replacer._tasks)

    asyncio.run(run())

    assert [status for status, _ in host.statuses] == ["accepted", "failed"] * 2
    assert host.told == [f"other: {in_words(fault)}"] * 2
    assert host.performance is performance
