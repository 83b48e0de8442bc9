"""Laws of the warning about a fade that is longer than its section."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.preset.check_presets import HEAD, OTHERWISE, THREAT, line, reported

# `calm` lasts 32 s, `storm` 8 bars of 4 beats at 120 BPM: 16 s.
FAST = HEAD.removesuffix("length_bars = 8\n") + "length_bars = 8\ntempo_bpm = 120\n"


@pytest.mark.parametrize(
    ("fade", "expected"),
    [
        ("fade_out = { seconds = 32 }", ""),
        (
            "fade_out = { seconds = 33 }",
            "fade_out: is longer than its section: 33 s against the 32 s of `calm`",
        ),
        (
            "fade_out = { beats = 200 }",
            "fade_out: is longer than its section: 200 s against the 32 s of `calm`",
        ),
        ("fade_in = { bars = 8 }", ""),
        ("fade_in = { bars = 9 }", "fade_in: is longer than its section: 18 s against the 16 s of `storm`"),
        (
            "fade_in = { seconds = 20 }",
            "fade_in: is longer than its section: 20 s against the 16 s of `storm`",
        ),
    ],
)
def test_a_fade_longer_than_its_section_is_told(tmp_path: Path, fade: str, expected: str) -> None:
    rules = f'[[transitions]]\nfrom = "calm"\nto = "storm"\n{fade}\n[[transitions]]\nfrom = "storm"\n'
    found = reported(tmp_path, f"{THREAT}{line('threat > 0.6')}{OTHERWISE}{rules}", FAST)
    told = [one for one in found if "is longer than its section" in one]

    assert len(told) == bool(expected)
    assert all(one.startswith("warning transitions") and expected in one for one in told)


def test_a_rule_for_all_sections_names_those_that_are_shorter(tmp_path: Path) -> None:
    rule = "[[transitions]]\nfade_out = { seconds = 20 }\nfade_in = { seconds = 50 }\n"
    found = reported(tmp_path, f"{THREAT}{line('threat > 0.6')}{OTHERWISE}{rule}", FAST)

    assert ["`calm`" in one for one in found if "fade_out: is longer" in one] == [False]
    assert ["`calm`" in one and "`storm`" in one for one in found if "fade_in: is longer" in one] == [True]
