from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.segments import bridge_segment, is_bridge
from tests.unit.preset.preset_files import HEAD, loaded


def test_a_beat_is_the_denominator_of_the_meter(tmp_path: Path) -> None:
    extra = "[sections.slow]\nlayers = []\ntempo_bpm = 60\n"
    preset = loaded(tmp_path, extra, HEAD + 'meter = "6/8"\n')

    assert {(segment.beats_per_bar, segment.beat_unit) for segment in preset.segments.values()} == {(6, 8)}
    assert preset.segments["calm"].beat_s == 0.25
    assert preset.segments["slow"].beat_s == 0.5


def test_a_bridge_is_a_segment_under_a_name_that_no_section_can_have(tmp_path: Path) -> None:
    preset = loaded(tmp_path, '[bridges.alarm]\nstem = "stems/pad.wav"\nlayers = ["pad"]\n')
    name = bridge_segment("alarm")

    assert list(preset.segments) == ["calm", "storm", name]
    assert (is_bridge(name), is_bridge("calm")) == (True, False)
    assert preset.segments[name].layers == ("pad", name)


def test_markers_are_beats_from_bar_1_in_order(tmp_path: Path) -> None:
    extra = '[sections.long]\nlayers = ["pad"]\nlength_bars = 8\nmarkers = { turn = "3.2", lift = 2 }\n'

    assert loaded(tmp_path, extra).segments["long"].markers == ((4, "lift"), (9, "turn"))


@pytest.mark.parametrize(("line", "beats"), [("length_bars = 3", 9), ("length_beats = 7", 7), ("", None)])
def test_a_declared_length_is_in_beats_of_the_meter(tmp_path: Path, line: str, beats: int | None) -> None:
    preset = loaded(tmp_path, f'[sections.long]\nlayers = ["pad"]\nmeter = "3/4"\n{line}\n')

    assert preset.segments["long"].written_length_beats == beats
