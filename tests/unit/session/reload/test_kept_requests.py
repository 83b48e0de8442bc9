from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from adaptive.inputs.json_requests import read_json
from adaptive.preset.model import Preset
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.performance import Performance
from adaptive.session.reload import replace
from tests.helpers.presets import two_sections

MORE = '[parameters.threat]\n[parameters.heat]\n[stingers.hit]\nstem = "blow.wav"\n'


class FakeClient:
    """A connection that records what it is sent."""

    def __init__(self) -> None:
        self.sender, self.topics = "a client", frozenset({"receipt"})
        self.sent: list[dict[str, Any]] = []

    def send(self, document: dict[str, Any]) -> None:
        self.sent.append(document)

    def receipts(self, message_id: str) -> list[str]:
        return [sent["status"] for sent in self.sent if sent.get("receipt") == message_id]


class Game:
    """A session without sockets, which a client steers, and whose frames are pulled by hand."""

    def __init__(self, preset: Preset, others: dict[str, Preset]) -> None:
        self.told: list[str] = []
        performance = Performance(preset)
        self.live = LiveSession(
            performance, LiveOptions(),
            lambda _engine, _broadcast: SimpleNamespace(),  # type: ignore[arg-type, return-value]
            tell=self.told.append, load_preset=others.__getitem__,
        )  # fmt: skip
        self.live._take_beginning()
        self.live._watch_performance()
        performance.begin()
        self.client = FakeClient()

    def send(self, *documents: Any) -> None:
        for document in documents:
            transaction = read_json(document, self.live.checker)
            assert not transaction.faults
            self.live.receive(transaction, self.client)  # type: ignore[arg-type]

    async def play(self, until: Callable[[], object]) -> None:
        for _ in range(4000):
            if until():
                return
            self.live.performance.engine.pull(256)
            self.live._run_due_steps()
            await asyncio.sleep(0.001)
        raise AssertionError(self.client.sent)

    def target(self, name: str) -> float:
        performance = self.live.performance
        return performance.engine.targets(performance.layout.parameters)[name][0]

    @property
    def section(self) -> str:
        return self.live.performance.conductor.playback.instance.section

    def saved(self) -> dict[str, Any]:
        return dict(msgspec.to_builtins(self.live.performance.save()))


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    monkeypatch.setattr(replace, "LONGEST_CALLBACK_S", 0.0)
    others = {
        "other": two_sections(tmp_path / "other", more=MORE),
        "plain": two_sections(tmp_path / "plain"),
    }
    return Game(two_sections(tmp_path / "small", more=MORE), others)


@pytest.mark.parametrize("is_one_transaction", [True, False])
def test_what_follows_restore_counts_on_top_of_the_restored_music(
    game: Game, *, is_one_transaction: bool
) -> None:
    async def run() -> None:
        game.send({"parameter": "threat", "value": 0.9}, {"state": "fight"})
        await game.play(lambda: game.section == "fight" and game.target("threat") > 0.8)
        saved = game.saved()
        game.send({"state": "calm"})
        await game.play(lambda: game.section == "calm")
        sent = [
            {"parameter": "heat", "value": 0.75}, {"restore": saved, "id": "r"},
            {"state": "calm", "id": "s"}, {"parameter": "threat", "value": 0.25, "id": "p"},
            {"event": "hit", "id": "e"},
        ]  # fmt: skip
        game.send(sent) if is_one_transaction else game.send(*sent)
        await game.play(lambda: "finished" in game.client.receipts("r"))
        assert game.section == "fight"
        await game.play(lambda: game.client.receipts("e")[-1] == game.client.receipts("s")[-1] == "finished")

    asyncio.run(run())

    assert game.section == "calm"
    assert game.target("threat") == 0.25
    assert game.target("heat") == 0.0, "it was sent before restore"
    assert game.client.receipts("s") == ["deferred", "accepted", "started", "finished"]
    assert game.client.receipts("p") == ["accepted", "finished"]


def test_a_parameter_that_ramps_over_a_restore_reaches_its_goal(game: Game) -> None:
    async def run() -> None:
        game.send({"restore": game.saved(), "id": "r"}, {"parameter": "threat", "value": 1, "seconds": 3})
        await game.play(lambda: game.client.receipts("r")[-1] == "finished")
        await game.play(lambda: 0.0 < game.target("threat") < 1.0)
        await game.play(lambda: game.target("threat") == 1.0)

    asyncio.run(run())


def test_values_that_the_osc_receiver_set_since_are_carried_over_and_those_before_are_not(
    game: Game,
) -> None:
    engine, rows = game.live.performance.engine, game.live.performance.layout.parameters
    before = engine.parameter_word(0.3)
    mark = engine.numbers.next_arrival()
    engine.memory["mailbox"][0, rows["heat"]] = before
    engine.memory["mailbox"][0, rows["threat"]] = engine.parameter_word(0.5)

    assert engine.received_since(mark, rows) == {"threat": (0.5, mark + 1)}


def test_another_preset_begins_in_the_state_that_was_sent_after_load(game: Game) -> None:
    async def run() -> None:
        game.send(
            {"load": "other", "id": "l"}, {"state": "fight", "id": "s"}, {"parameter": "heat", "value": 0.5}
        )
        await game.play(lambda: game.client.receipts("l")[-1] == "finished")
        assert game.section == "fight", "it begins in the section that was asked for"
        await game.play(lambda: game.client.receipts("s")[-1] == "merged")

    asyncio.run(run())

    assert game.target("heat") == 0.5


def test_with_exit_at_messages_act_at_once_and_what_lasts_counts_again(game: Game) -> None:
    async def run() -> None:
        game.send({"load": "other", "exit_at": "end", "id": "l"})
        await game.play(lambda: "deferred" in game.client.receipts("l"))
        game.send({"event": "hit", "id": "e"}, {"state": "fight", "id": "s"})
        await game.play(lambda: game.client.receipts("l")[-1] == "finished")

    asyncio.run(run())

    assert game.client.receipts("e")[:2] == ["accepted", "started"]
    assert "dropped" not in game.client.receipts("s")
    asyncio.run(game.play(lambda: game.section == "fight"))


def test_what_the_loaded_preset_does_not_have_is_dropped_and_told(game: Game) -> None:
    async def run() -> None:
        game.send({"load": "plain", "id": "l"}, {"event": "hit", "id": "e"}, {"event": "hit"})
        await game.play(lambda: game.client.receipts("l")[-1] == "finished")

    asyncio.run(run())

    assert game.client.receipts("e") == ["deferred", "dropped"]
    assert '{"event": "hit", "velocity": 1.0} was dropped: there is no event \'hit\'' in game.told


def test_what_was_kept_acts_on_what_plays_when_the_restore_fails(game: Game) -> None:
    async def run() -> None:
        game.send({"restore": {"music": 1}, "id": "r"}, {"state": "fight", "id": "s"})
        await game.play(lambda: game.section == "fight")

    asyncio.run(run())

    assert game.client.receipts("r") == ["accepted", "failed"]
    assert game.client.receipts("s")[:2] == ["deferred", "accepted"]


def test_a_newer_restore_supersedes_the_one_that_waits_with_all_that_was_kept_for_it(game: Game) -> None:
    async def run() -> None:
        saved = game.saved()
        for number in "12":
            game.send({"restore": saved, "id": number}, {"state": "fight", "id": f"s{number}"})
        await game.play(lambda: "accepted" in game.client.receipts("s2"))

    asyncio.run(run())

    assert game.client.receipts("1") == ["accepted", "superseded"]
    assert game.client.receipts("s1") == ["deferred", "superseded"]
    assert game.client.receipts("2")[-1] == "finished"


def test_what_lasts_outlives_an_edit_that_needs_another_engine(game: Game) -> None:
    async def run() -> None:
        old = game.live.performance
        file = old.preset.folder / "preset.toml"
        file.write_text(file.read_text(encoding="utf-8") + "[reverb]\npredelay_ms = 50\n", encoding="utf-8")
        game.send({"reload": True, "id": "r"})
        await game.play(lambda: game.live._replacer.waiting)
        game.send({"mix": {"layers.calm.level_db": -6.0}}, {"parameter": "heat", "value": 0.5})
        await game.play(lambda: game.live.performance is not old)
        await game.play(lambda: game.target("heat") == 0.5)

    asyncio.run(run())

    assert game.live.performance.save().mix == {"layers.calm.level_db": -6.0}
    assert game.live._replacer.waiting == []
