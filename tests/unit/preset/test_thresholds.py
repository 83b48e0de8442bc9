from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.thresholds import check_thresholds
from tests.unit.preset.preset_files import loaded

SELECT = (
    '[parameters.threat]\n[parameters.pulse]\nrange = [40, 200]\n[[select]]\nsection = "calm"\nwhen = "{}"\n'
)


def reported(folder: Path, when: str) -> list[str]:
    return [one.sentence for one in check_thresholds(loaded(folder, SELECT.format(when)))]


@pytest.mark.parametrize(
    ("when", "truth"),
    [
        ("threat > 60", "with 60, outside its range, 0 to 1: this is never true; did you mean 0.6?"),
        ("threat > 5", "with 5, outside its range, 0 to 1: this is never true"),
        ("threat > 1", "with 1, at the end of its range, 0 to 1: this is never true"),
        ("threat < 2", "with 2, outside its range, 0 to 1: this is always true"),
        ("threat >= 0", "with 0, at the end of its range, 0 to 1: this is always true"),
        ("threat < -0.5", "with -0.5, outside its range, 0 to 1: this is never true"),
        ("5 < threat", "with 5, outside its range, 0 to 1: this is never true"),
        ("threat == 7", "with 7, outside its range, 0 to 1: this is never true"),
        ("threat != 7", "with 7, outside its range, 0 to 1: this is always true"),
        ("pulse > 0.6", "with 0.6, outside its range, 40 to 200: this is always true"),
    ],
)
def test_a_threshold_outside_the_range_is_reported(tmp_path: Path, when: str, truth: str) -> None:
    name = "pulse" if "pulse" in when else "threat"

    assert reported(tmp_path, when) == [f"select[1].when: compares `{name}` {truth}"]


@pytest.mark.parametrize(
    "when", ["threat >= 1", "threat <= 0", "threat == 0", "age(threat) > 5", "pulse > 100"]
)
def test_a_threshold_that_can_be_crossed_is_not_reported(tmp_path: Path, when: str) -> None:
    assert reported(tmp_path, when) == []


def test_a_point_outside_the_range_of_its_parameter_is_reported(tmp_path: Path) -> None:
    extra = '[parameters.threat]\n[layers.two]\nstem = "stems/pad.wav"\n'
    extra += 'pan = { over = "threat", points = [[0, 0], [1, 1], [100, 0]] }\n'

    assert [one.sentence for one in check_thresholds(loaded(tmp_path, extra))] == [
        "layers.two.pan.points[3]: lies at 100, outside the range of `threat`, 0 to 1: never reached"
    ]


@pytest.mark.parametrize(
    ("control", "at"),
    [
        ("level_db = {}", "level_db"), ("sends = {{ reverb = {} }}", "sends.reverb"),
        ("pan = {}", ""), ("level_db = {{ over = 'threat', points = [[0, -80], [0.5, -30], [1, 0]] }}", ""),
    ],
)  # fmt: skip
def test_a_level_that_is_written_as_a_gain_is_reported(tmp_path: Path, control: str, at: str) -> None:
    curve = '{ over = "threat", points = [[0.3, 0.0], [0.6, 0.5], [1.0, 1.0]] }'
    extra = f'[reverb]\n[parameters.threat]\n[layers.two]\nstem = "stems/pad.wav"\n{control.format(curve)}\n'
    found = [one.sentence for one in check_thresholds(loaded(tmp_path, extra))]

    assert [one.split(":")[0] for one in found] == ([f"layers.two.{at}.points"] if at else [])
    assert all("goes from 0 to 1 dB, which is hardly heard: levels are in decibels" in one for one in found)
