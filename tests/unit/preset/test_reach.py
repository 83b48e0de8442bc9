from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.check import check
from adaptive.preset.load import load
from adaptive.preset.reach import reach

HEAD = """
schema = 1
name = "Reach"
tempo_bpm = 120
[parameters.threat]
hysteresis = 0.05
[parameters.hope]
hysteresis = 0.05
[states.place]
values = ["road", "shelter"]
[layers.pad]
generator = "pad"
[sections.calm]
layers = ["pad"]
length_bars = 4
markers = { lift = 3 }
[sections.fight]
layers = ["pad"]
length_bars = 4
[sections.night]
layers = ["pad"]
length_bars = 4
"""


def reported(folder: Path, *lines: tuple[str, str], more: str = "") -> list[str]:
    text = HEAD + "".join(f'[[select]]\nsection = "{s}"\nwhen = "{w}"\n' for s, w in lines)
    text += '[[select]]\nsection = "calm"\n' + more
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    found = check(load(folder))
    return [f"{one.at}: {one.text}" for one in found if one.at.startswith(("select", "transitions"))]


@pytest.mark.parametrize(
    "when",
    [
        "threat > 0.6 and threat < 0.4",
        "threat + hope > 2.5",
        "place == 'road' and place == 'shelter'",
        "min(threat, hope) > max(threat, hope)",
        "stale(threat) and not stale(threat)",
        "bars_in_section < 0",
    ],
)
def test_a_line_that_can_never_be_true_is_reported(tmp_path: Path, when: str) -> None:
    assert reported(tmp_path, ("fight", when), ("night", "place == 'road'"))[0] == (
        "select[1].when: can never be true, whatever the parameters and states are"
    )


@pytest.mark.parametrize(
    "when",
    ["threat > 0.999", "threat == 0", "threat + hope > 1.9", "abs(threat - hope) < 0.1", "age(threat) > 30",
     "not stale(threat)", "bars_in_section >= 100", "threat > 0.3 and threat < 0.31"],
)  # fmt: skip
def test_a_line_that_can_be_true_is_not_reported(tmp_path: Path, when: str) -> None:
    assert reported(tmp_path, ("fight", when), ("night", "place == 'road'")) == []


def test_a_line_that_another_line_always_precedes_is_reported_with_that_line(tmp_path: Path) -> None:
    lines = [("fight", "threat > 0.4"), ("night", "threat > 0.6 and place == 'road'")]

    assert reported(tmp_path, *lines) == [
        "select[2].when: is never chosen: whenever it is true, so is `select[1]`, above"
    ]


def test_a_transition_that_never_applies_is_reported(tmp_path: Path) -> None:
    rules = """
[[transitions]]
from = "any"
to = "fight"
[[transitions]]
from = "calm"
to = "fight"
[[transitions]]
from = "fight"
to = "night"
"""
    lines = reported(tmp_path, ("fight", "threat > 0.4"), more=rules)

    # night never plays, so only calm → fight and back happen
    assert lines == [
        f"transitions[{at}]: is never used: changes from `{source}` to `{target}` cannot happen,"
        " or more specific rules cover them"
        for at, source, target in [(1, "any", "fight"), (3, "fight", "night")]
    ]


def test_a_condition_that_never_turns_false_again_is_reported(tmp_path: Path) -> None:
    text = HEAD.replace("[parameters.threat]\nhysteresis = 0.05", "[parameters.threat]\nhysteresis = 0.5")
    text += '[[select]]\nsection = "fight"\nwhen = "threat > 0.4"\n[[select]]\nsection = "calm"\n'
    (tmp_path / "preset.toml").write_text(text, encoding="utf-8")
    found = [one.sentence for one in check(load(tmp_path)) if one.at == "select[1].when"]

    assert found == [
        "select[1].when: never turns false again: with its hysteresis `threat` would have to go below -0.1,"
        " outside its range"
    ]


def test_a_marker_that_a_section_does_not_have_is_reported(tmp_path: Path) -> None:
    rules = """
[[transitions]]
exit_at = { marker = "lift" }
enter_at = { marker = "lift" }
"""
    lines = reported(tmp_path, ("fight", "threat > 0.4"), ("night", "hope > 0.4"), more=rules)

    assert "transitions[1].exit_at: `fight` has no place at marker lift: it is left at its end" in lines
    assert "transitions[1].enter_at: `fight` has no marker `lift`: it is entered at its start" in lines


def test_with_too_many_combinations_nothing_is_reported(tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(9)]
    text = HEAD + "".join(f"[parameters.{name}]\n" for name in names)
    text += f'[[select]]\nsection = "fight"\nwhen = "{" and ".join(f"{n} > 0.5" for n in names)}"\n'
    (tmp_path / "preset.toml").write_text(text + '[[select]]\nsection = "calm"\n', encoding="utf-8")

    assert reach(load(tmp_path)) is None
