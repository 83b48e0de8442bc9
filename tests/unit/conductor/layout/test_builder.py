"""Laying a preset out: what keeps its rows, and what a running engine has no spare rows for."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy
from tests.helpers.presets import RATE, Player, make_preset

BODY = """
[parameters.heat]
default = 0.5
rise_s = 0.2
fall_s = 0.2
[states.place]
values = ["road", "inn"]
[layers.calm]
stem = { one = "calm.wav", two = "fight.wav" }
level_db = { over = "heat", points = [[0, -20], [1, 0]] }
[layers.other]
stem = "both.wav"
[layers.bass]
generator = "bass"
style = "walking"
[layers.tune]
generator = "melody"
[sections.one]
layers = ["calm", "other", "bass", "tune"]
length_bars = 4
chords = ["C", "F", "G", "C"]
[sections.two]
layers = ["calm", "bass"]
length_bars = 4
[sections.three]
layers = ["other"]
length_bars = 2
[playlists.songs]
play = ["one", "three"]
order = "sequence"
[[select]]
section = "two"
when = "place == 'inn'"
[[select]]
section = "one"
[[transitions]]
from = "any"
to = "any"
exit_at = "phrase"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
cooldown_s = 0.1
[bridges.span]
layers = ["other"]
length_beats = 8
"""


EDIT_AT = 2.3
"""Time of the edit in seconds: in bar 3, so that it sounds from bar 4 on."""


def edited(folder: Path, *changes: tuple[str, str]) -> Player:
    """Play to bar 3, then edit the preset."""
    player = Player(make_preset(folder, BODY))
    player.play(round(EDIT_AT * RATE))
    write(player, folder, *changes)
    return player


def write(player: Player, folder: Path, *changes: tuple[str, str]) -> None:
    body = BODY
    for before, after in changes:
        assert before in body
        body = body.replace(before, after)
    player.performance.edit(make_preset(folder, body))


MANY = "".join(f'[layers.l{number}]\nstem = "fight.wav"\n' for number in range(24))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            (
                "[layers.tune]\n",
                MANY + "[layers.tune]\n",
            ),
            "layers.l",
        ),
        (("[layers.tune]\n", "[reverb]\npredelay_ms = 50\n[layers.tune]\n"), "pre-delay"),
    ],
)
def test_an_error_names_what_the_engine_has_no_spare_rows_for(
    tmp_path: Path, change: tuple[str, str], why: str
) -> None:
    with pytest.raises(NoSpareRowsError, match=why):
        edited(tmp_path, change)


SMALL = (
    '[parameters.heat]\n[layers.calm]\nstem = "calm.wav"\n[layers.bass]\ngenerator = "bass"\n'
    '[layers.drums]\ngenerator = "drums"\n'
    '[sections.one]\nlayers = ["calm", "bass", "drums"]\nlength_bars = 4\n'
)


def running(layout: PresetLayout) -> Occupancy:
    """The engine that plays a layout; all its rows are held."""
    return Occupancy(layout.spec, set(layout.spec.owners), lambda _row: False)


def test_a_stem_has_clips_a_synthesiser_has_voices_and_a_kit_has_clips(tmp_path: Path) -> None:
    layout = lay_out(make_preset(tmp_path, SMALL))
    calm, bass, drums = (layout.layers[name] for name in ("calm", "bass", "drums"))

    assert (len(calm.clips), calm.instrument, calm.kit) == (6, None, None)
    assert (len(bass.clips), bass.instrument) == (0, 0)
    assert (len(drums.clips), drums.instrument) == (16, None)
    assert drums.kit is not None
    assert layout.spec.instruments[0].bus == bass.bus
    assert not set(calm.clips) & set(drums.clips)


def test_the_reverb_returns_on_the_last_bus_beyond_the_spare_strips(tmp_path: Path) -> None:
    spec = lay_out(make_preset(tmp_path, SMALL)).spec

    assert [len(bus.inserts) for bus in spec.buses] == [0] * (len(spec.buses) - 1) + [1]
    assert len(spec.spare_buses) == 16
    assert all(len(spec.buses) - 1 in bus.sends for bus in spec.buses if bus.sends)


def test_an_edit_keeps_the_rows_of_what_needs_the_same_resources(tmp_path: Path) -> None:
    before = lay_out(make_preset(tmp_path, SMALL))
    added = SMALL.replace("[layers.bass]", '[layers.more]\nstem = "both.wav"\n[layers.bass]')
    after = lay_out(make_preset(tmp_path, added), before=before, occupancy=running(before))

    for name, place in before.layers.items():
        assert after.layers[name].shares_row(place)
        assert after.spec.owners["bus", place.bus] is before.spec.owners["bus", place.bus]
    assert after.layers["more"].rows().isdisjoint(before.spec.owners)
    assert after.parameters == before.parameters


def test_a_layer_that_is_played_by_another_kind_of_player_gets_other_rows(tmp_path: Path) -> None:
    before = lay_out(make_preset(tmp_path, SMALL))
    changed = SMALL.replace('[layers.bass]\ngenerator = "bass"', '[layers.bass]\nstem = "both.wav"')
    after = lay_out(make_preset(tmp_path, changed), before=before, occupancy=running(before))

    assert not after.layers["bass"].shares_row(before.layers["bass"])


def test_a_derived_parameter_lies_beyond_those_that_it_reads(tmp_path: Path) -> None:
    body = '[parameters.dread]\nvalue = "heat * 0.5"\n[parameters.fear]\nvalue = "dread + heat"\n' + SMALL
    index = lay_out(make_preset(tmp_path, body)).parameters

    assert index["heat"] < index["dread"] < index["fear"]
