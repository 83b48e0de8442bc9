"""A section stays at least so many bars."""

from __future__ import annotations

from pathlib import Path

from adaptive.conductor.messages import SetState
from tests.helpers.presets import BAR, STEM_LAYERS, Played, control_step_of, make_preset, play, two_sections


def go(value: str) -> SetState:
    return SetState("section", value)


def test_a_section_stays_as_long_as_min_stay_bars_says_and_not_a_bar_longer(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, 'exit_at = "bar"', calm="min_stay_bars = 3")
    played = play(preset, 5, {control_step_of(0.3): [go("fight")]})

    assert [line["frame"] for line in played.seams()] == [3 * BAR]
    assert [line["status"] for line in played.lines("transition")[1:]] == ["held", "planned"]


SELECT = """
[parameters.threat]
hysteresis = 0.1
[states.place]
values = ["road", "shelter"]
"""


def chosen(folder: Path, urgent: str) -> Played:
    body = STEM_LAYERS + SELECT
    body += '[sections.calm]\nlayers = ["calm"]\nmin_stay_bars = 3\n[sections.fight]\nlayers = ["fight"]\n'
    body += f'[[select]]\nsection = "fight"\nwhen = "place == \'shelter\'"\n{urgent}\n'
    body += '[[select]]\nsection = "calm"\n'
    return play(make_preset(folder, body), 5, {control_step_of(0.3): [SetState("place", "shelter")]})


def test_an_urgent_line_does_not_wait_for_min_stay_bars(tmp_path: Path) -> None:
    assert chosen(tmp_path / "a", "urgent = true").seams()[0]["frame"] == BAR
    assert chosen(tmp_path / "b", "").seams()[0]["frame"] == 3 * BAR


def test_a_section_that_is_held_again_is_logged_again(tmp_path: Path) -> None:
    script = {
        control_step_of(0.3): [go("fight")],
        control_step_of(0.6): [go("calm")],
        control_step_of(0.9): [go("fight")],
    }
    played = play(two_sections(tmp_path, 'exit_at = "bar"', calm="min_stay_bars = 3"), 2, script)

    assert [line["target"] for line in played.lines("transition", status="held")] == ["fight", "fight"]
