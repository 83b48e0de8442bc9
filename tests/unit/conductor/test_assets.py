"""Preparing a preset: lengths in whole frames, faults of files, harmony by bar."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.conductor.assets import Assets, prepare, section_brief
from adaptive.conductor.layout.builder import lay_out
from adaptive.engine.engine import Engine
from adaptive.errors import PresetError
from adaptive.preset.model import Preset
from tests.helpers.presets import BAR, BEAT, make_preset, write_sine

BODY = (
    '[layers.calm]\nstem = ["calm.wav", "fight.wav"]\n[layers.bass]\ngenerator = "bass"\n'
    '[sections.one]\nlayers = ["calm", "bass"]\nlength_bars = 4\nchords = ["C", "F"]\n'
    '[sections.two]\nlayers = ["bass"]\nlength_bars = 4\ntempo_bpm = 130\n'
)


def prepared(preset: Preset) -> Assets:
    layout = lay_out(preset)
    return prepare(preset, layout, Engine(layout.spec), 0)


def test_a_pass_lasts_a_whole_number_of_frames_and_its_tempo_follows(tmp_path: Path) -> None:
    segments = prepared(make_preset(tmp_path, BODY)).segments
    one, two = segments["one"], segments["two"]

    assert (one.length_beats, one.loop_frames, one.tempo_bpm, one.has_stems) == (16, 4 * BAR, 240.0, True)
    assert two.loop_frames == round(16 * 60 / 130 * 48000)
    assert two.tempo_bpm * two.loop_frames == pytest.approx(16 * 60 * 48000, rel=1e-12)
    assert not two.has_stems


def test_frames_into_a_later_pass_are_counted_from_its_bar_1(tmp_path: Path) -> None:
    one = prepared(make_preset(tmp_path, BODY)).segments["one"]

    assert one.frames_into(3.0) == 3 * BEAT
    assert one.frames_into(16.0 + 3.0) == 3 * BEAT


def test_only_segments_with_several_files_have_a_picker(tmp_path: Path) -> None:
    several = prepared(make_preset(tmp_path / "a", BODY)).stems["calm"]
    single = prepared(make_preset(tmp_path / "b", BODY.replace('["calm.wav", "fight.wav"]', '"calm.wav"')))

    assert set(several.pickers) == {"one"}
    assert len(several.sounds["one"]) == 2
    assert single.stems["calm"].pickers == {}


def test_every_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    for name in ("calm", "fight"):
        (tmp_path / f"{name}.wav").write_bytes(b"no sound")

    with pytest.raises(PresetError) as failure:
        prepared(preset)
    assert "calm.wav" in str(failure.value)
    assert "fight.wav" in str(failure.value)


def test_a_file_that_does_not_divide_its_section_is_refused(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    write_sine(tmp_path / "fight.wav", 331.0, beats=13)

    with pytest.raises(PresetError, match=r"fight\.wav neither fills its 16 beats nor divides them"):
        prepared(preset)


def test_chords_repeat_and_each_bar_knows_the_chord_after_it(tmp_path: Path) -> None:
    plan = SectionPlan(section_brief(make_preset(tmp_path, BODY), "one", 1, has_stems=False))
    first, second = plan.bar(0).harmony, plan.bar(1).harmony

    assert [str(chord) for _, chord in first.chords] == ["C"]
    assert first.next_chord == second.chords[0][1]
    assert second.next_chord == first.chords[0][1]
    assert plan.bar(4).harmony == first
