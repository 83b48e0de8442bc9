"""A beat that is not the meter's denominator: in 6/8 usually a dotted quarter."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.messages import SetState
from adaptive.errors import PresetError
from adaptive.preset.segments import bar_grid
from adaptive.sinks.midi_time import BarGrid, signatures
from tests.helpers.presets import BAR, control_step_of, make_preset, play

HEAD = 'schema = 1\nname = "Test"\ntempo_bpm = {bpm}\nmeter = "6/8"\n{beat}\n'
COMPOUND = 'beat = "dotted_quarter"'
EIGHTH = BAR // 6
"""At 180 quarter notes a minute a bar of 6/8 lasts a second."""


@pytest.mark.parametrize(
    ("meter", "beat", "beats"),
    [
        ("6/8", None, 6), ("6/8", "dotted_quarter", 2), ("12/8", "dotted_quarter", 4), ("6/8", "quarter", 3),
        ("4/4", "half", 2), ("4/4", "eighth", 8), ("3/4", "dotted_half", 1), ("3/8", "dotted_eighth", 2),
        ("4/4", "whole", 1), ("5/16", "sixteenth", 5),
    ],
)  # fmt: skip
def test_a_bar_holds_so_many(meter: str, beat: str | None, beats: int) -> None:
    grid = bar_grid(meter, beat)
    assert grid.beats_per_bar == beats
    number, unit = (int(part) for part in meter.split("/"))
    assert grid.beats_per_bar / grid.beat_unit == pytest.approx(number / unit)


BODY = (
    '[layers.a]\ngenerator = "bass"\nstyle = "pulse"\n[layers.b]\ngenerator = "drums"\nstyle = "drive"\n'
    '[sections.one]\nlayers = ["a", "b"]\nlength_bars = 4\nchords = ["Am", "F G"]\n'
    'markers = { lift = "2.2" }\n'
    '[sections.two]\nlayers = ["b"]\nlength_bars = 4\n'
    "[[transitions]]\nexit_at = {exit}\nfade_out = { beats = 1 }\n"
)


def seam(folder: Path, beat: str, exit_at: str) -> tuple[float, str]:
    preset = make_preset(folder, BODY.replace("{exit}", exit_at), HEAD.format(bpm=180, beat=beat))
    played = play(preset, 3, {control_step_of(0.2): [SetState("section", "two")]})
    return played.seams()[0]["frame"] / BAR, played.seams()[0]["position"]


def test_grids_markers_and_positions_count_it(tmp_path: Path) -> None:
    assert seam(tmp_path / "a", COMPOUND, '"beat"') == (0.5, "2.1.0")
    assert seam(tmp_path / "b", "", '"beat"') == (pytest.approx(2 / 6), "2.1.0")
    assert seam(tmp_path / "c", COMPOUND, "{ every_beats = 4 }") == (2.0, "3.1.0")
    assert seam(tmp_path / "d", COMPOUND, '{ marker = "lift" }') == (1.5, "3.1.0")
    assert seam(tmp_path / "e", COMPOUND, '"bar"') == (1.0, "2.1.0")


def test_generated_layers_play_the_same_notes_at_the_same_frames(tmp_path: Path) -> None:
    found = []
    for name, beat in (("a", ""), ("b", COMPOUND)):
        preset = make_preset(
            tmp_path / name, BODY.replace("{exit}", '"bar"'), HEAD.format(bpm=180, beat=beat)
        )
        played = play(preset, 5)
        found.append([(line["frame"], line["pitch"], line["velocity"]) for line in played.lines("note")])
    assert len(found[0]) > 50
    assert [note[1:] for note in found[0]] == [note[1:] for note in found[1]]
    assert [note[0] for note in found[0]] == pytest.approx([note[0] for note in found[1]], abs=1)


def test_a_stem_loops_in_it(tmp_path: Path) -> None:
    body = '[layers.a]\nstem = "calm.wav"\n[sections.one]\nlayers = ["a"]\n'
    preset = make_preset(tmp_path, body, HEAD.format(bpm=180, beat=COMPOUND))
    assets = play(preset, 0.1).performance.conductor.assets.segments["one"]
    assert (assets.length_beats, assets.loop_frames) == (8, 4 * BAR)


def test_a_section_with_a_meter_of_its_own_has_a_beat_of_its_own(tmp_path: Path) -> None:
    body = BODY.replace("{exit}", '"beat"').replace("length_bars = 4\nchords", 'meter = "3/4"\nchords')
    preset = make_preset(tmp_path, body, HEAD.format(bpm=180, beat=COMPOUND))
    assert [segment.beats_per_bar for segment in preset.segments.values()] == [3, 2]


@pytest.mark.parametrize(
    ("beat", "says"),
    [
        ('beat = "half"', "beat: is `half`, and a bar of 6/8 does not hold a whole number of them"),
        ('beat = "dotted"', "beat"),
        ("beat = 3", "beat"),
    ],
)
def test_faults_are_one_sentence(tmp_path: Path, beat: str, says: str) -> None:
    with pytest.raises(PresetError) as raised:
        make_preset(tmp_path, BODY.replace("{exit}", '"beat"'), HEAD.format(bpm=180, beat=beat))
    assert says in str(raised.value)


def test_a_midi_file_has_the_meter_as_written() -> None:
    assert signatures([BarGrid(0.0, 0.0, 2, 8 / 3), BarGrid(3.0, 0.0, 4, 4)]) == [
        (0, (6, 8)), (2, (3, 8)), (3, (4, 4)),
    ]  # fmt: skip
