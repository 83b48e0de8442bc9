from __future__ import annotations

from pathlib import Path

from adaptive.conductor.messages import SetState, SetTempo
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    Played,
    control_step_of,
    make_preset,
    play,
)

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
    # the files last four bars; after the first bar they count as tails and would ring on, so fade them
    rule = '[[transitions]]\nfrom = "songs"\nto = "songs"\nfade_out = { seconds = 0.1 }\n'
    body = SECTIONS + SELECT + f"[playlists.songs]\n{table}\n" + more + rule
    return play(make_preset(folder, body), seconds, script or {})  # type: ignore[arg-type]


def visits(played: Played) -> list[tuple[str, int]]:
    first = played.lines("transition")[0]
    return [(first["target"], 0)] + [
        (ln["section"], round(ln["frame"] / BAR)) for ln in played.lines("layer") if "section" in ln
    ]


def test_a_sequence_repeats_and_changes_at_the_ends_of_passes(tmp_path: Path) -> None:
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


def test_a_sequence_starts_from_its_first_item_when_it_is_entered_again(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [SetState("mode", "rest")],
        control_step_of(3.3): [SetState("mode", "list")],
    }
    played = listed(tmp_path, 'play = ["one", "two", "three"]', 6, script)

    assert visits(played) == [("one", 0), ("two", 1), ("rest", 2), ("one", 4), ("two", 5)]


def test_a_request_replaces_what_a_playlist_has_planned(tmp_path: Path) -> None:
    played = listed(tmp_path, 'play = ["one", "two"]', 3, {control_step_of(0.9): [SetState("mode", "rest")]})

    assert visits(played) == [("one", 0), ("rest", 1)]


def test_a_pick_that_was_cancelled_is_picked_again(tmp_path: Path) -> None:
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


PLAYLIST = """
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[states.mode]
values = ["list", "other"]
[sections.a]
layers = ["bass"]
length_bars = 4
{a}
[sections.b]
layers = ["bass", "pad"]
length_bars = 4
markers = {{ k = 3 }}
[sections.x]
layers = ["pad"]
length_bars = 4
[playlists.p]
play = ["a", "b"]
[[select]]
section = "x"
when = "mode == 'other'"
[[select]]
section = "p"
"""


def test_a_tempo_message_does_not_change_when_a_playlist_advances(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, PLAYLIST.format(a=""))
    played = play(preset, 6, {control_step_of(2.3): [SetTempo(200.0)]})
    arrived = next(line["frame"] for line in played.lines("layer", section="b"))

    assert {line["rule"] for line in played.seams()} == {
        "no rule of the preset: any → any (exit at end, enter at start)"
    }
    assert arrived == played.performance.conductor.tempo.frame_at(16.0)


def test_a_rule_for_any_does_not_hide_the_playlists_own(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "p"\nto = "p"\nenter_at = { marker = "k" }\n'
    rules += '[[transitions]]\nfrom = "a"\nto = "any"\nexit_at = "beat"\n'
    played = play(make_preset(tmp_path, PLAYLIST.format(a="") + rules), 5)

    assert played.seams()[0]["section_position"] == "3.1.0"


def test_a_pick_is_restored_when_the_request_changes_during_a_bridge(tmp_path: Path) -> None:
    body = PLAYLIST.format(a="").replace('play = ["a", "b"]', 'play = ["a", "b"]\norder = "shuffle"')
    body = body.replace('values = ["list", "other"]', 'values = ["other", "list"]')
    body += '[[transitions]]\nfrom = "x"\nto = "any"\nbridge = "s"\n'
    body += '[bridges.s]\nlayers = ["bass"]\nlength_bars = 1\n'
    script = {
        control_step_of(0.5): [SetState("mode", "list")],
        control_step_of(1.5): [SetState("mode", "other")],
    }
    played = play(make_preset(tmp_path, body), 4, script)

    assert played.performance.conductor.playlists.state.picks["p"].count == 0
