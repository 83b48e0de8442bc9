from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.preset.preset_files import HEAD, TAIL, faults_of, write

WRONG_TABLES = [
    (
        '[[transitions]]\nfrom = "calmm"',
        "transitions[1].from: there is no section named `calmm`; did you mean `calm`?",
    ),
    (
        "[[transitions]]\nfade_in = {}",
        "transitions[1].fade_in: must have exactly one of `beats`, `bars` and `seconds`, got none",
    ),
    (
        "[[transitions]]\nfade_in = { beats = 1, bars = 1 }",
        "transitions[1].fade_in: must have exactly one of `beats`, `bars` and `seconds`, "
        "got `beats` and `bars`",
    ),
    (
        "[[transitions]]\nfade_in = { beats = 1, start_bars = 1, start_beats = 1 }",
        "transitions[1].fade_in: may have only one start, got `start_beats` and `start_bars`",
    ),
    (
        '[[transitions]]\nto = "calm"\n[[transitions]]\nfrom = "any"\nto = "calm"',
        "transitions[2]: is a second rule from `any` to `calm`, after `transitions[1]`;"
        " leave one of the two out",
    ),
    (
        '[[transitions]]\nenter_at = { marker = "lift" }',
        "transitions[1].enter_at.marker: there is no marker named `lift`; there is none",
    ),
    (
        '[[select]]\nsection = "clam"',
        "select[1].section: there is no section named `clam`; did you mean `calm`?",
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_TABLES)
def test_a_transition_that_makes_no_sense_is_named_with_its_key_path(
    tmp_path: Path, table: str, expected: str
) -> None:
    assert expected.split("|") == faults_of(write(tmp_path, HEAD + TAIL + table))


SECTION = '[sections.odd]\nlayers = ["pad"]\nlength_bars = 4\n'
WRONG_MARKERS_AND_GRIDS = [
    (
        SECTION + "markers = { any = 1 }",
        "sections.odd.markers.any: has a meaning of its own in a transition; take another name",
    ),
    (SECTION + 'markers = { lift = "1.5" }', "sections.odd.markers.lift: names beat 5 of a bar of 4"),
    (
        SECTION + "markers = { lift = 5 }",
        "sections.odd.markers.lift: lies after the end, which is at 4 bars",
    ),
    (
        "[[transitions]]\nexit_at = { every_bars = 2, offset_bars = 2 }",
        "transitions[1].exit_at.offset_bars: must be less than the grid's 2, got 2",
    ),
    (
        "[[transitions]]\nexit_at = { every_beats = 2, offset_bars = 1 }",
        "transitions[1].exit_at.offset_bars: goes with `every_bars`, not with `every_beats`",
    ),
    (
        "[[transitions]]\nexit_at = { every_beats = 2, every_bars = 1 }",
        "transitions[1].exit_at: must have exactly one of `every_bars`, `every_beats` and `marker`,"
        " got `every_bars` and `every_beats`",
    ),
    (
        '[[transitions]]\nenter_at = { marker = "matching" }',
        "transitions[1].enter_at: `matching` needs an `exit_at` that is a marker",
    ),
    (
        '[[transitions]]\nenter_at = "same_position"\npickup = "always"',
        'transitions[1].pickup: `always` needs `enter_at = "start"`: only the start has a pickup',
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_MARKERS_AND_GRIDS)
def test_a_marker_or_grid_that_makes_no_sense_is_named_with_its_key_path(
    tmp_path: Path, table: str, expected: str
) -> None:
    assert faults_of(write(tmp_path, HEAD + TAIL + table)) == [expected]


WRONG_BRIDGES_AND_PLAYLISTS = [
    ("[bridges.b]\nlength_beats = 4", "bridges.b: must have a `stem` or `layers`: there is nothing to hear"),
    (
        '[bridges.b]\nlayers = ["pad"]',
        "bridges.b: must have a length, because it has no `stem`",
    ),
    (
        '[bridges.b]\nlayers = ["pad"]\nlength_bars = 1\nlength_beats = 4',
        "bridges.b.length_beats: is given together with `length_bars`; leave one out",
    ),
    (
        '[playlists.p]\nplay = ["calm"]\n[playlists.q]\nplay = ["calm"]',
        "playlists.q.play[1]: `calm` already belongs to `p`; it can be in one playlist only",
    ),
    (
        '[playlists.p]\nplay = ["calm", "calm"]',
        "playlists.p.play[2]: `calm` is there already; give it more `weights` or `loops`",
    ),
    (
        '[playlists.p]\nplay = ["calm"]\nat_end = "hold"\n[playlists.q]\nplay = ["p"]',
        "playlists.p.at_end: has no effect inside `q`, which continues after it",
    ),
    (
        '[playlists.p]\nplay = ["calm"]\neach_time = "all"',
        "playlists.p.each_time: has an effect only in a playlist inside another playlist",
    ),
    (
        '[playlists.p]\nplay = ["p"]',
        "playlists.p.play: contains itself, directly or through other playlists",
    ),
    (
        '[playlists.p]\nplay = ["calm"]\nweights = { calm = 2.0 }',
        'playlists.p.weights: goes with `order = "random"` or "shuffle"',
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_BRIDGES_AND_PLAYLISTS)
def test_a_bridge_or_playlist_that_makes_no_sense_is_named_with_its_key_path(
    tmp_path: Path, table: str, expected: str
) -> None:
    assert faults_of(write(tmp_path, HEAD + TAIL + table)) == [expected]
