from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import SetState
from adaptive.errors import PresetError
from adaptive.preset.model import Preset
from tests.helpers.measure import click
from tests.helpers.presets import BAR, GAIN, RATE, Played, Player, control_step_of, make_preset, play

BODY = """
[layers.ground]
stem = "both.wav"
level_db = -6.0
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["ground", "calm"]
length_bars = 4
[sections.cave]
layers = ["ground"]
length_bars = 4
levels_db = { ground = -12.0 }
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
{rule}
"""


IN_CAVE = Beginning(messages=[SetState("section", "cave")])


def with_cave(folder: Path, rule: str = 'enter_at = "same_position"', body: str = BODY) -> Preset:
    return make_preset(folder, body.replace("{rule}", rule))


def to(section: str, at_s: float) -> dict[int, list[SetState]]:
    return {control_step_of(at_s): [SetState("section", section)]}


def db(played: Played, begins_s: float, ends_s: float) -> float:
    """Level of the ground over a stretch, relative to its file."""
    audio = played.bus("ground")[round(begins_s * RATE) : round(ends_s * RATE)]
    return float(20.0 * np.log10(np.abs(audio).max() / GAIN))


def test_a_layer_that_goes_on_changes_its_level_at_the_seam_without_a_click(tmp_path: Path) -> None:
    played = play(with_cave(tmp_path), 4.0, to("cave", 0.5) | to("calm", 2.5))

    assert db(played, 0.2, 0.9) == pytest.approx(-6.0, abs=0.1)
    assert db(played, 1.1, 2.9) == pytest.approx(-18.0, abs=0.1)
    assert db(played, 3.1, 4.0) == pytest.approx(-6.0, abs=0.1)
    assert click(played.bus("ground"), 443.0) < 10 ** (-50 / 20)
    lines = [line.get("levels_db") for line in played.lines("layer")]
    assert lines == [{"ground": -12.0}, {"ground": 0.0}]


def test_it_follows_the_fade_of_the_transition(tmp_path: Path) -> None:
    rule = 'enter_at = "same_position"\nfade_out = { bars = 1 }\nfade_in = { bars = 1, start_bars = -1 }'
    body = BODY.replace('exit_at = "bar"', "exit_at = { every_bars = 2 }")
    played = play(with_cave(tmp_path, rule, body), 4.0, to("cave", 0.5))
    seam = played.seams()[0]["frame"] / RATE

    assert -17.0 < db(played, seam - 0.55, seam - 0.45) < -7.0
    assert db(played, seam + 0.02, seam + 0.5) == pytest.approx(-18.0, abs=0.1)


def test_a_layer_that_enters_has_its_level_from_its_first_frame_on(tmp_path: Path) -> None:
    body = BODY.replace('[sections.calm]\nlayers = ["ground", "calm"]', '[sections.calm]\nlayers = ["calm"]')
    played = play(with_cave(tmp_path, body=body), 3.0, to("cave", 0.5))

    assert db(played, 1.006, 1.05) == pytest.approx(-18.0, abs=0.1)
    assert db(played, 0.99, 1.006) < -17.0


def test_the_first_section_begins_with_its_levels_also_after_a_save(tmp_path: Path) -> None:
    preset = with_cave(tmp_path)
    player = Player(preset, beginning=IN_CAVE)
    played = player.play(2 * RATE)
    again = Player(preset, saved=player.performance.save()).play(RATE)

    assert played.lines("transition")[0]["levels_db"] == {"ground": -12.0}
    assert db(played, 0.002, 1.0) == pytest.approx(-18.0, abs=0.1)
    assert db(again, 0.002, 1.0) == pytest.approx(-18.0, abs=0.1)


@pytest.mark.parametrize("back_s", [1.2, 1.6])
def test_a_withdrawn_transition_leaves_the_level_as_it_was(tmp_path: Path, back_s: float) -> None:
    rule = 'enter_at = "same_position"\nexit_at = { every_bars = 2 }\nfade_in = { bars = 1, start_bars = -1 }'
    body = BODY.replace('exit_at = "bar"\n', "")
    played = play(with_cave(tmp_path, rule, body), 6.0, to("cave", 0.5) | to("calm", back_s))

    assert played.lines("transition", status="cancelled")
    assert db(played, 1.9, 6.0) == pytest.approx(-6.0, abs=0.1)
    assert click(played.bus("ground"), 443.0) < 10 ** (-50 / 20)


def test_generated_layers_follow_too_and_silence_is_possible(tmp_path: Path) -> None:
    body = BODY.replace('stem = "both.wav"', 'generator = "bass"').replace("-12.0", "-80.0")
    played = play(with_cave(tmp_path, body=body), 4.0, to("cave", 0.5))

    assert np.abs(played.bus("ground")[: BAR // 2]).max() > 0.01
    assert np.abs(played.bus("ground")[round(1.1 * BAR) :]).max() == 0.0


def test_an_edit_changes_the_level_of_the_section_that_plays(tmp_path: Path) -> None:
    preset = with_cave(tmp_path)
    player = Player(preset, beginning=IN_CAVE)
    player.play(RATE)
    text = (tmp_path / "preset.toml").read_text()
    (tmp_path / "preset.toml").write_text(text.replace("-12.0", "-3.0").replace("-6.0", "-12.0"))
    edited = make_preset(tmp_path, (tmp_path / "preset.toml").read_text(), "")
    player.performance.edit(edited)
    played = player.play(4 * RATE)

    assert db(played, 0.2, 1.0) == pytest.approx(-18.0, abs=0.1)
    assert db(played, 3.1, 4.0) == pytest.approx(-15.0, abs=0.1)
    assert click(played.bus("ground"), 443.0) < 10 ** (-50 / 20)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("{ calm = 1.0 }", "sections.cave.levels_db.calm: section `cave` does not have `calm`"),
        ("{ groud = 1.0 }", "sections.cave.levels_db.groud"),
        ("{ ground = 40.0 }", "sections.cave.levels_db"),
        ('{ ground = "loud" }', "sections.cave.levels_db"),
    ],
)
def test_levels_that_cannot_be_are_faults(tmp_path: Path, levels: str, expected: str) -> None:
    with pytest.raises(PresetError) as caught:
        with_cave(tmp_path, body=BODY.replace("{ ground = -12.0 }", levels))

    assert expected in str(caught.value)
