"""Strokes at seams sound once and on the beat, and a drummer has two hands, however loosely they play."""

from __future__ import annotations

import pytest

from adaptive.composer.percussion import HANDS
from adaptive.conductor.messages import SetState
from tests.helpers.presets import RATE, Played, Player, control_step_of, make_preset

SECTION = 'layers = ["tune", "pad", "low", "drums"]\nlength_bars = 4\nenergy = 0.7\n'
BODY = f"""
[steer]
humanise = 1.0
push = -1.0
[layers.tune]
generator = "melody"
[layers.pad]
generator = "pad"
[layers.low]
generator = "bass"
[layers.drums]
generator = "drums"
style = "drive"
density = 0.8
[states.place]
values = ["a", "b"]
[sections.a]
{SECTION}
[sections.b]
{SECTION}
[[select]]
section = "b"
when = "place == 'b'"
[[select]]
section = "a"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""
NEAR_S, STROKE_S = 0.07, 0.03


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    script = {control_step_of(1.0 + 4.0 * n): [SetState("place", "ba"[n])] for n in range(2)}
    return Player(make_preset(tmp_path_factory.mktemp("hands"), BODY), seed=3).play(9 * RATE, script)


def test_the_first_notes_of_a_section_sound_once_and_not_before_it(played: Played) -> None:
    starts = [0, *(line["frame"] for line in played.seams())]
    assert len(starts) == 3
    for start in starts:
        for layer in ("low", "pad", "drums"):
            near = [
                note
                for note in played.lines("note", layer=layer)
                if abs(note["frame"] - start) < NEAR_S * RATE and note["onset"] == "0"
            ]
            assert near
            assert len({note["pitch"] for note in near}) == len(near)
            assert min(note["frame"] for note in near) >= start


def test_notes_within_a_section_may_sound_ahead_of_their_bar_line(played: Played) -> None:
    seams = [line["frame"] for line in played.seams()]
    rows = [row for row in played.lines("note", layer="drums") if row["onset"] == "0"]
    inner = [row for row in rows if all(abs(row["frame"] - seam) > RATE for seam in [0, *seams])]

    assert inner
    assert all(row["offset_beats"] < 0.0 for row in inner)


def test_nobody_has_more_than_two_hands(played: Played) -> None:
    struck = sorted(row["frame"] for row in played.lines("note", layer="drums") if row["pitch"] in HANDS)

    assert len(struck) > 60
    assert all(third - first >= STROKE_S * RATE for first, third in zip(struck, struck[2:], strict=False))
