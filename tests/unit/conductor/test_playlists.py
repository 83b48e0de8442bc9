from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.conductor.messages import SetState
from adaptive.conductor.variation_picker import PickState, VariationPicker
from tests.helpers.measure import click
from tests.helpers.presets import BAR, Played, control_step_of, make_preset, play

SECTIONS = """
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[layers.both]
stem = "both.wav"
[sections.one]
layers = ["calm"]
length_bars = 1
[sections.two]
layers = ["fight"]
length_bars = 1
[sections.three]
layers = ["both"]
length_bars = 1
[sections.rest]
layers = ["calm"]
length_bars = 1
"""
SELECT = """
[states.mode]
values = ["list", "rest"]
[[select]]
section = "rest"
when = "mode == 'rest'"
[[select]]
section = "songs"
"""


def listed(folder: Path, table: str, seconds: float = 10.0, script: object = None, more: str = "") -> Played:
    # the files last four bars: what follows the first is tail, which release would let ring; fade it
    rule = '[[transitions]]\nfrom = "songs"\nto = "songs"\nfade_out = { seconds = 0.1 }\n'
    body = SECTIONS + SELECT + f"[playlists.songs]\n{table}\n" + more + rule
    return play(make_preset(folder, body), seconds, script or {})  # type: ignore[arg-type]


def visits(played: Played) -> list[tuple[str, int]]:
    first = played.lines("transition")[0]
    return [(first["target"], 0)] + [
        (ln["section"], round(ln["frame"] / BAR)) for ln in played.lines("layer") if "section" in ln
    ]


def test_a_sequence_goes_round_at_the_ends_of_passes(tmp_path: Path) -> None:
    played = listed(tmp_path, 'play = ["one", "two", "three"]', 7)

    assert visits(played) == [
        ("one", 0), ("two", 1), ("three", 2), ("one", 3), ("two", 4), ("three", 5), ("one", 6),
    ]  # fmt: skip
    assert all(line["frame"] % BAR == 0 for line in played.seams())
    assert click(played.master[:, 0]) < 2.0


def test_loops_count_the_passes_of_each_section(tmp_path: Path) -> None:
    played = listed(tmp_path, 'play = ["one", "two"]\nloops = { one = 3 }', 9)

    assert visits(played) == [("one", 0), ("two", 3), ("one", 4), ("two", 7), ("one", 8)]


def test_a_sequence_that_holds_stays_on_its_last_section(tmp_path: Path) -> None:
    played = listed(tmp_path, 'play = ["one", "two"]\nat_end = "hold"', 6)

    assert visits(played) == [("one", 0), ("two", 1)]


def test_a_sequence_begins_anew_when_it_is_entered_again(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [SetState("mode", "rest")],
        control_step_of(3.3): [SetState("mode", "list")],
    }
    played = listed(tmp_path, 'play = ["one", "two", "three"]', 6, script)

    assert visits(played) == [("one", 0), ("two", 1), ("rest", 2), ("one", 4), ("two", 5)]


def test_what_is_planned_by_a_playlist_gives_way_to_what_is_asked(tmp_path: Path) -> None:
    played = listed(tmp_path, 'play = ["one", "two"]', 3, {control_step_of(0.9): [SetState("mode", "rest")]})

    assert visits(played) == [("one", 0), ("rest", 1)]


def test_a_draw_that_is_taken_back_is_drawn_again(tmp_path: Path) -> None:
    table = 'play = ["one", "two", "three"]\norder = "shuffle"'
    undisturbed = listed(tmp_path, table, 8)
    script = {
        control_step_of(1.5): [SetState("mode", "rest")],
        control_step_of(1.6): [SetState("mode", "list")],
    }
    disturbed = listed(tmp_path, table, 8, script)

    assert visits(undisturbed) == visits(disturbed)


def test_a_playlist_in_a_playlist_plays_one_or_all_of_its_sections(tmp_path: Path) -> None:
    for each, expected in (
        ("one", ["three", "one", "three", "two", "three"]),
        ("all", ["three", "one", "two", "three", "one"]),
    ):
        inner = f'[playlists.pair]\nplay = ["one", "two"]\neach_time = "{each}"\n'
        played = listed(tmp_path / each, 'play = ["three", "pair"]', 5, more=inner)

        assert [name for name, _ in visits(played)] == expected


def test_the_same_seed_plays_the_same_and_another_plays_otherwise(tmp_path: Path) -> None:
    def order(seed: int) -> list[int]:
        picker, pick, drawn = VariationPicker("songs", (1.0,) * 5, "shuffle", 1, seed), PickState(), []
        for _ in range(20):
            item, pick = picker.pick(pick)
            drawn.append(item)
        return drawn

    assert order(1) == order(1)
    assert order(1) != order(2)


@settings(deadline=None, max_examples=200)
@given(st.integers(2, 7), st.integers(0, 6), st.integers(0, 2**31), st.sampled_from(["random", "shuffle"]))
def test_nothing_comes_again_within_the_last_n_draws(size: int, avoid: int, seed: int, order: str) -> None:
    picker, pick, drawn = VariationPicker("d", (1.0,) * size, order, avoid, seed), PickState(), []
    for _ in range(5 * size):
        item, pick = picker.pick(pick)
        drawn.append(item)

    kept = min(avoid, size - 1)
    if order == "random":
        for at in range(len(drawn)):
            assert drawn[at] not in drawn[max(0, at - kept) : at]
    else:
        for first in range(0, len(drawn), size):  # everything once a round
            assert sorted(drawn[first : first + size]) == list(range(size))
        if kept:
            assert all(a != b for a, b in pairwise(drawn)) or size == 1


def test_weights_are_shares(tmp_path: Path) -> None:
    picker, pick, drawn = VariationPicker("d", (3.0, 1.0), "random", 0, 5), PickState(), []
    for _ in range(4000):
        item, pick = picker.pick(pick)
        drawn.append(item)

    assert Counter(drawn)[0] / 4000 == pytest.approx(0.75, abs=0.03)


VARIED = """
[layers.drums]
stem = ["calm.wav", "fight.wav", "both.wav"]
{order}
[sections.main]
layers = ["drums"]
length_bars = 4
[sections.rest]
layers = ["drums"]
length_bars = 4
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""
HZ = {220.0: "calm", 331.0: "fight", 443.0: "both"}


def heard(played: Played, at: int) -> str:
    """Which file sounds around a frame: the nearest of the three sines."""
    piece = played.bus("drums")[at : at + BAR]
    peak = np.argmax(np.abs(np.fft.rfft(piece)))
    return HZ[min(HZ, key=lambda hz: abs(hz - peak * 48000 / BAR))]


def test_variations_of_a_stem_take_turns_at_the_ends_of_passes(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{order}", 'order = "sequence"'))
    played = play(preset, 17)

    assert [heard(played, at * BAR + 4800) for at in range(0, 16, 4)] == ["calm", "fight", "both", "calm"]
    assert heard(played, 3 * BAR - 100) == "calm"
    assert click(played.master[:, 0]) < 2.0


def test_shuffled_variations_play_each_once_a_round(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{order}", ""))
    played = play(preset, 25)
    turns = [heard(played, at * BAR + 4800) for at in range(0, 24, 4)]

    assert sorted(turns[:3]) == sorted(turns[3:]) == ["both", "calm", "fight"]
    assert all(a != b for a, b in pairwise(turns))


def test_a_turn_that_is_taken_back_leaves_the_variations_as_they_were(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{order}", ""))
    go = [[SetState("section", "rest")], [SetState("section", "main")]]
    disturbed = play(preset, 13, {control_step_of(3.2): go[0], control_step_of(3.6): go[1]})

    assert np.array_equal(disturbed.bus("drums"), play(preset, 13).bus("drums"))


def test_the_log_tells_which_file_of_a_layer_plays_when_it_begins(tmp_path: Path) -> None:
    body = """
[layers.calm]
stem = ["calm.wav", "fight.wav", "both.wav"]
order = "sequence"
[layers.other]
stem = "both.wav"
[sections.calm]
layers = ["calm", "other"]
length_bars = 2
[sections.fight]
layers = ["other"]
length_bars = 2
"""
    script = {
        control_step_of(5): [SetState("section", "fight")],
        control_step_of(7): [SetState("section", "calm")],
    }
    played = play(make_preset(tmp_path, body), 12, script)
    told = [(line["frame"], line["take"]) for line in played.log if "take" in line]

    assert told[:3] == [(0, "calm.wav"), (2 * BAR, "fight.wav"), (4 * BAR, "both.wav")]
    assert [take for _, take in told[3:]] == ["calm.wav", "fight.wav", "both.wav"][: len(told) - 3]
    assert told[3][0] > 7 * BAR
    assert all(line["layer"] == "calm" for line in played.log if "take" in line)
