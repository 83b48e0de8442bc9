from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.instruments.samples import SoundFileSource
from adaptive.preset.model import Preset
from adaptive.session.edit_queue import Tell
from tests.helpers.presets import BAR, Player, two_sections

Told = list[tuple[str, int | None]]


@pytest.fixture
def player(tmp_path: Path) -> Player:
    return Player(two_sections(tmp_path / "small"))


def edited(player: Player, level_db: float) -> Preset:
    """The same preset with another level of a layer."""
    more = f"[layers.more]\nstem = 'calm.wav'\nlevel_db = {level_db}\n"
    return two_sections(player.performance.preset.folder, more=more)


def into(told: Told) -> Tell:
    return lambda status, _reason, frame: told.append((status, frame))


def test_an_edit_is_applied_at_the_next_bar_line_and_reported_once_that_is_rendered(player: Player) -> None:
    told: Told = []
    player.play(BAR // 2)
    preset = edited(player, -6.0)
    player.performance.edit(preset, into(told))
    player.play(BAR - 512)
    before = list(told)
    player.play(BAR + BAR // 4)

    assert before == []
    assert told == [("finished", BAR)]
    assert player.performance.preset is preset


def test_a_newer_edit_supersedes_one_that_waits(player: Player) -> None:
    first: Told = []
    second: Told = []
    player.performance.edit(edited(player, -6.0), into(first))
    player.performance.edit(edited(player, -12.0), into(second))
    player.play(BAR + BAR // 4)

    assert first == [("superseded", None)]
    assert [status for status, _ in second] == ["finished"]


@pytest.mark.parametrize("streamed", ["false", "true"])
def test_recordings_of_an_instrument_are_read_before_the_bar_line(
    player: Player, monkeypatch: pytest.MonkeyPatch, streamed: str
) -> None:
    folder = player.performance.preset.folder
    soundfile.write(folder / "a.wav", np.random.default_rng(1).normal(0.0, 0.1, 60_000), 48000)
    (folder / "a.sfz").write_text("<region> key=60 hikey=127 lokey=0 sample=a.wav\n", encoding="utf-8")
    made = f'instrument = {{ sfz = "a.sfz", streamed = {streamed} }}'
    preset = two_sections(folder, more=f"[layers.more]\ngenerator = 'pad'\n{made}\n")
    told: Told = []
    player.performance.edit(preset, into(told))
    monkeypatch.delattr(SoundFileSource, "read")
    player.play(BAR + BAR // 4)

    assert told == [("finished", BAR)]


def test_a_dropped_edit_is_never_applied(player: Player) -> None:
    told: Told = []
    preset = player.performance.preset
    player.performance.edit(edited(player, -6.0), into(told))
    player.performance.edit_queue.drop("another preset was loaded")
    player.play(BAR + BAR // 4)

    assert told == [("dropped", None)]
    assert player.performance.preset is preset


def test_undo_applies_the_preset_before_the_edit_and_undo_again_the_edit(player: Player) -> None:
    first, second = player.performance.preset, edited(player, -6.0)
    player.performance.edit(second)
    player.play(BAR + BAR // 4)
    played = []
    for bar in (2, 3):
        assert player.performance.undo()
        player.play(bar * BAR + BAR // 4)
        played.append(player.performance.preset)

    assert played == [first, second]
