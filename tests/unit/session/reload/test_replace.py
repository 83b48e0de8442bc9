from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adaptive.conductor.messages import SetState
from adaptive.errors import in_words
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import LoadPreset
from adaptive.preset.model import Preset
from adaptive.preset.schema import Grid
from adaptive.session.performance import Performance
from adaptive.session.reload.kept_requests import KeptRequests
from adaptive.session.reload.replace import PresetReplacer, exit_frame
from tests.helpers.presets import BAR, BEAT, Player, two_sections


class FakeHost:
    """A session that records messages and receipts."""

    def __init__(self, performance: Performance) -> None:
        self.performance = performance
        self.told: list[str] = []
        self.statuses: list[tuple[str, str]] = []

    def acknowledge(self, _id: str | None, _connection: Connection | None, status: str, reason: str) -> None:
        self.statuses.append((status, reason))

    def drop(
        self, words: str, _id: str | None, _connection: Connection | None, status: str, reason: str
    ) -> None:
        self.statuses.append((status, reason))
        self.told.append(words)

    def adopt(self, performance: Performance, _kept: KeptRequests | None = None) -> None:
        self.performance = performance

    def release(self, kept: KeptRequests) -> None:
        self.released = kept

    def placed(self, preset: Preset) -> Preset:
        return preset

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


def test_what_plays_is_left_at_a_place_of_its_grid_also_behind_a_planned_seam(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path, 'exit_at = "end"'))
    player.play(BAR + 100)
    performance = player.performance
    found = {
        where: exit_frame(performance, where, BAR + 5000) for where in ("immediate", "beat", "bar", "end")
    }
    player.control_step([SetState("section", "fight")])

    assert found == {"immediate": BAR + 5000, "beat": BAR + BEAT, "bar": 2 * BAR, "end": 4 * BAR}
    assert exit_frame(performance, "end", 3 * BAR) == 4 * BAR  # at the seam, instead of the planned section
    assert exit_frame(performance, Grid(every_bars=3), 3 * BAR + 1) == 4 * BAR
    assert exit_frame(performance, "end", 4 * BAR + 1) == 8 * BAR


def test_a_load_waits_for_the_bar_and_a_newer_one_supersedes_it(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path / "small"))
    player.play(BEAT)
    performance, host = player.performance, FakeHost(player.performance)
    other = two_sections(tmp_path / "other")

    async def run() -> None:
        replacer = PresetReplacer(host, lambda _name: other)
        replacer.ask(LoadPreset("first", "a", "end"), None, is_recording=False)
        while not any(status == "deferred" for status, _ in host.statuses):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        replacer.ask(LoadPreset("second", "b", "bar"), None, is_recording=False)
        while host.performance is performance:
            performance.engine.pull(256)
            performance.step()
            await asyncio.sleep(0.001)
        for task in replacer._tasks:
            task.cancel()

    asyncio.run(run())

    assert [status for status, _ in host.statuses][:5] == [
        "accepted", "deferred", "accepted", "superseded", "deferred",
    ]  # fmt: skip
    assert ("deferred", "second begins at 2.1.0") in host.statuses
    assert abs(BAR - performance.frame) < 3000
