"""The grid of a loop never drifts: bar n of pass m lies where the tempo map has it, after eight hours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adaptive.conductor.assets import Assets, prepare
from adaptive.conductor.layout.builder import lay_out
from adaptive.engine.engine import Engine
from adaptive.timebase import TempoMap
from tests.helpers.presets import make_preset, write_sine

HOURS = 8
STARTS_FRAME = 12_345


def prepared(
    folder: Path, rate: int, tempo_bpm: float, meter: str, bars: int, stems: dict[str, float]
) -> Assets:
    """One section of `bars` bars; `stems` are layers and the beats that their files last."""
    folder.mkdir()
    beat_s = 60.0 / tempo_bpm * 4.0 / int(meter.split("/")[1])
    for name, beats in stems.items():
        write_sine(folder / f"{name}.wav", 200.0, beats=beats * beat_s * 48000 / 12000)
    body = "".join(f'[layers.{name}]\nstem = "{name}.wav"\n' for name in stems)
    names = ", ".join(f'"{name}"' for name in stems)
    body += f"[sections.one]\nlayers = [{names}]\nlength_bars = {bars}\ntempo_bpm = {tempo_bpm}\n"
    body += f'meter = "{meter}"\n'
    preset = make_preset(folder, body, stems={})
    layout = lay_out(preset)
    return prepare(preset, layout, Engine(replace(layout.spec, sample_rate=rate)), 0)


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize(
    ("tempo_bpm", "meter", "bars", "stems"),
    [
        (137.0, "4/4", 4, {"whole": 16}),
        (137.0, "4/4", 4, {"whole": 16, "bar": 4, "half": 8}),
        (93.7612, "7/8", 3, {"whole": 21, "bar": 7}),
        (199.99, "3/4", 5, {"beat": 1, "whole": 15}),
        (61.803, "5/4", 6, {"half": 15, "third": 10}),
    ],
)
def test_bar_n_of_pass_m_lies_where_the_tempo_map_has_it_after_eight_hours(
    tmp_path: Path, rate: int, tempo_bpm: float, meter: str, bars: int, stems: dict[str, int]
) -> None:
    assets = prepared(tmp_path / "preset", rate, tempo_bpm, meter, bars, stems)
    one = assets.segments["one"]
    tempo = TempoMap(rate, 120.0)
    tempo.step(STARTS_FRAME, one.tempo_bpm, one.segment.beat_unit)
    first_beat = tempo.beat_at(STARTS_FRAME)
    beats_per_bar = one.length_beats // bars
    passes = HOURS * 3600 * rate // one.loop_frames

    assert abs(one.loop_frames / rate - one.length_beats * one.segment.beat_s) * rate <= one.length_beats / 2
    for number in (0, 1, 2, passes // 3, passes - 1, passes):
        for bar in range(bars):
            beat = first_beat + number * one.length_beats + bar * beats_per_bar
            clip = STARTS_FRAME + number * one.loop_frames + one.frames_into(bar * beats_per_bar)
            assert tempo.frame_at(beat) == pytest.approx(clip, abs=0 if bar == 0 else 1)
    for layer in assets.stems.values():
        for sound, _ in layer.sounds["one"]:
            assert one.loop_frames % sound.loop_frames == 0


def test_the_tempo_is_the_one_that_whole_frames_give(tmp_path: Path) -> None:
    """A stretch ratio of exactly 1 exists: beats · 60 · rate / tempo is the whole number of frames."""
    one = prepared(tmp_path / "preset", 44100, 137.0, "4/4", 4, {"whole": 16}).segments["one"]

    assert one.loop_frames == round(16 * 60 / 137 * 44100)
    assert one.tempo_bpm == 16 * 60 * 44100 / one.loop_frames
