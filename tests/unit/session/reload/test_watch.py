from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.inputs.message import ReloadPreset, UndoEdit
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance, vocabulary
from adaptive.session.reload.kept_requests import KeptRequests
from adaptive.session.reload.replace import PresetReplacer
from adaptive.session.reload.watch import PresetReload, has_changed
from tests.helpers.presets import two_sections, write_sine


class FakeSession:
    """A session without sockets.  It renders as fast as it is asked to, and records messages and receipts."""

    def __init__(self, folder: Path, preset: Preset | None = None) -> None:
        self.performance = Performance(preset or two_sections(folder))
        self.performance.begin()
        self.said: list[str] = []
        self.receipts: list[tuple[str | None, str, str]] = []
        self.renewed, self.is_recording = 0, False
        self.edits: list[str] = []
        self.audio: list[np.ndarray] = []
        self.reload = PresetReload(self, PresetReplacer(self, None))

    def acknowledge(self, message_id: str | None, _connection: Any, status: str, reason: str) -> None:
        self.receipts.append((message_id, status, reason))

    def placed(self, preset: Preset) -> Preset:
        return preset

    def tell(self, sentence: str) -> None:
        self.said.append(sentence)

    def renew(self) -> None:
        self.renewed += 1

    def drop(self, _words: str, message_id: str | None, _connection: Any, status: str, reason: str) -> None:
        self.receipts.append((message_id, status, reason))

    def release(self, kept: KeptRequests) -> None:
        raise AssertionError(kept)

    def adopt(self, performance: Performance, _kept: KeptRequests | None = None) -> None:
        self.performance.edit_queue.drop("another takes over")
        self.performance = performance

    def ask(self, request: ReloadPreset | UndoEdit) -> None:
        self.reload.ask(request, None)

    def note_edit(self, preset: Preset) -> None:
        self.edits.append(preset.source.text)

    def last(self, message_id: str) -> str:
        return [status for one, status, _ in self.receipts if one == message_id][-1]

    async def play_until(self, is_done: Callable[[], bool]) -> None:
        for _ in range(5000):
            self.audio.append(self.performance.engine.pull(CONTROL_STEP_FRAMES))
            self.performance.engine.drain_replies()
            self.performance.step()
            await asyncio.sleep(0.001)
            if is_done():
                return
        raise AssertionError(self.receipts)


def played(folder: Path, script: Callable[[FakeSession], Awaitable[None]]) -> FakeSession:
    async def run() -> FakeSession:
        session = FakeSession(folder)
        await script(session)
        return session

    return asyncio.run(run())


TERMINAL = {"finished", "failed", "dropped", "superseded"}


def test_a_faulty_edit_says_every_fault_and_leaves_a_health_line(tmp_path: Path) -> None:
    async def script(session: FakeSession) -> None:
        path = tmp_path / "preset.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("stem =", "steam ="), encoding="utf-8")
        session.ask(ReloadPreset("a"))
        await session.play_until(lambda: session.last("a") in TERMINAL)

    session = played(tmp_path, script)
    health = [line for line in session.performance.log.recent if line["kind"] == "health"]

    assert session.last("a") == "failed"
    assert len(health) == 1
    assert len(health[0]["faults"]) >= 2
    assert session.said[1:] == [f"  {fault}" for fault in health[0]["faults"]]
    assert session.receipts[-1][2] == health[0]["faults"][0]
    assert session.renewed == 0


def test_an_edit_is_superseded_by_the_next(tmp_path: Path) -> None:
    async def script(session: FakeSession) -> None:
        for name in "abc":
            session.ask(ReloadPreset(name))
        await session.play_until(lambda: session.last("c") in TERMINAL)
        session.ask(UndoEdit("u"))
        await session.play_until(lambda: session.last("u") in TERMINAL)

    session = played(tmp_path, script)

    assert [session.last(name) for name in "abcu"] == [
        "superseded",
        "superseded",
        "finished",
        "finished",
    ]
    assert session.renewed == 2


def test_what_the_engine_has_no_room_for_is_taken_by_another_performance(tmp_path: Path) -> None:
    async def script(session: FakeSession) -> None:
        path = tmp_path / "preset.toml"
        text = path.read_text(encoding="utf-8")
        text = text.replace("[sections.calm]", "[sections.quiet]") + "[reverb]\npredelay_ms = 50\n"
        path.write_text(text, encoding="utf-8")
        session.ask(ReloadPreset("a"))
        await session.play_until(lambda: session.last("a") in TERMINAL)
        await session.play_until(lambda: session.performance.conductor.instance.section != "")

    session = played(tmp_path, script)

    assert session.receipts[-1][1:] == (
        "finished",
        "the reverb's pre-delay was changed: tails, reverb and held notes are cut",
    )
    assert session.performance.conductor.instance.section == "quiet"
    assert [line["status"] for line in session.performance.log.recent if line["kind"] == "edit"] == [
        "replaced"
    ]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param('[layers.more]\nstem = "both.wav"\n', marks=pytest.mark.ci),
        "[reverb]\npredelay_ms = 50\n",
    ],
)
def test_another_layout_takes_no_memory_however_often(tmp_path: Path, more: str) -> None:
    sizes = []

    async def script(session: FakeSession) -> None:
        path = tmp_path / "preset.toml"
        text = path.read_text(encoding="utf-8")
        for number in range(12):
            write_sine(tmp_path / "calm.wav", 300.0 + number)
            path.write_text(text + more * (number % 2 == 0), encoding="utf-8")
            session.ask(ReloadPreset(f"{number}"))
            await session.play_until(lambda name=f"{number}": session.last(name) in TERMINAL)  # type: ignore[misc]
            sizes.append(session.performance.engine.bank.used_bytes)

    session = played(tmp_path, script)

    assert [session.last(f"{number}") for number in range(12)] == ["finished"] * 12
    assert max(sizes[6:]) <= max(sizes[:6])


def test_what_was_saved_while_it_started_is_seen(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    assert not has_changed(session.performance)
    write_sine(tmp_path / "calm.wav", 300.0)
    assert has_changed(session.performance)
    session.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    assert not has_changed(session.performance)
    with (tmp_path / "preset.toml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    assert has_changed(session.performance)


def test_a_load_drops_the_edit_that_waits(tmp_path: Path) -> None:
    async def script(session: FakeSession) -> None:
        old = session.performance
        told: list[str] = []
        old.edit(load(tmp_path, vocabulary=vocabulary()), lambda status, _reason, _frame: told.append(status))
        session.adopt(Performance(old.preset))

        assert told == ["dropped"]
        assert not old.edit_queue.is_waiting

    played(tmp_path, script)


def test_warnings_are_told_as_check_tells_them(tmp_path: Path) -> None:
    async def script(session: FakeSession) -> None:
        watching = asyncio.create_task(session.reload.watch())
        await session.play_until(lambda: bool(session.said))
        session.said.clear()
        path = tmp_path / "preset.toml"
        text = path.read_text(encoding="utf-8").replace("[parameters.unread]", "[parameters.other]")
        path.write_text(text, encoding="utf-8")
        await session.play_until(lambda: any("parameters.other" in told for told in session.said))
        watching.cancel()

    folder = tmp_path
    two_sections(folder)
    with (folder / "preset.toml").open("a", encoding="utf-8") as file:
        file.write("[parameters.unread]\n")
    line = len((folder / "preset.toml").read_text(encoding="utf-8").splitlines())

    async def run() -> FakeSession:
        session = FakeSession(folder, load(folder, vocabulary=vocabulary()))
        await script(session)
        return session

    session = asyncio.run(run())
    expected = f"warning: preset.toml:{line} parameters.other: is read by no `when`, no `value` and no curve"

    assert session.said.count(expected) == 1
