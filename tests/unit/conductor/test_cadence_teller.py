from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.presets import RATE, Played, Player, make_preset

BODY = """
[parameters.cadence]
range = [0, 240]
[parameters.heart]
range = [0, 255]
[parameters.effort]
value = "heart / 190"
[tempo_follow]
parameter = "cadence"
range_bpm = [148, 174]
{heart_rate}
[layers.pad]
generator = "pad"
[sections.easy]
layers = []
length_bars = 4
[sections.hard]
layers = []
length_bars = 4
[[select]]
section = "hard"
when = "effort > 0.83"
[[select]]
section = "easy"
"""


def run(folder: Path, heart_rate: str, at_cadence: float = 168.0) -> Played:
    """A runner whose strap shows 130, and from 5 s on the cadence."""
    player = Player(make_preset(folder, BODY.format(heart_rate=heart_rate)))
    values = [
        (second * RATE, name, value)
        for second in range(12)
        for name, value in (("cadence", at_cadence), ("heart", 130.0 if second < 5 else 168.0))
    ]
    player.performance.schedule_values(values)
    return player.play(12 * RATE)


def sections(played: Played) -> set[str]:
    return {line["target"] for line in played.lines("transition")}


def test_a_strap_that_leaps_onto_the_cadence_changes_no_section(tmp_path: Path) -> None:
    played = run(tmp_path, 'heart_rate = "heart"')

    assert "hard" not in sections(played)
    assert [line["trouble"] for line in played.lines("health") if "trouble" in line] == ["leap"]


@pytest.mark.parametrize(("heart_rate", "cadence"), [("", 168.0), ('heart_rate = "heart"', 155.0)])
def test_what_is_no_named_heart_rate_or_not_on_the_cadence_is_believed(
    tmp_path: Path, heart_rate: str, cadence: float
) -> None:
    assert "hard" in sections(run(tmp_path, heart_rate, cadence))
