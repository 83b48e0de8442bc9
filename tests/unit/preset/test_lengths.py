from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.lengths import covered_beats, section_length_beats, stem_loop_beats
from adaptive.preset.load import Preset, load

# At 60 quarter notes a minute a beat of 4/4 lasts a second.
TEXT = """
schema = 1
name = "Lengths"
tempo_bpm = 60
meter = "{meter}"
[layers.long]
stem = "long.wav"
[layers.short]
stem = "short.wav"
[layers.written]
generator = "drums"
[sections.a]
layers = {layers}
{extra}
"""
BOTH = '["long", "short", "written"]'


def a_preset(
    folder: Path, extra: str = "", layers: str = BOTH, meter: str = "4/4"
) -> tuple[Preset, Path, Path]:
    for name in ("long.wav", "short.wav"):
        (folder / name).write_bytes(b"")
    text = TEXT.format(extra=extra, layers=layers, meter=meter)
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    preset = load(folder)
    return preset, preset.stems["long.wav"], preset.stems["short.wav"]


@pytest.mark.parametrize(("extra", "expected"), [("length_bars = 3", 12), ("length_beats = 7", 7)])
def test_a_declared_length_is_used_whatever_the_files_hold(tmp_path: Path, extra: str, expected: int) -> None:
    preset, long, _ = a_preset(tmp_path, extra)

    assert expected == section_length_beats(preset, "a", {long: 99.0})


@pytest.mark.parametrize(
    ("seconds", "first_beat_s", "expected"),
    [
        (32.0, 0.0, 32),
        (31.998, 0.0, 32),
        (31.9, 0.0, 28),
        (35.0, 0.0, 32),
        (36.0, 0.0, 36),
        (32.5, 0.5, 32),
        (32.0, 0.5, 32),
        (31.6, 0.5, 28),
        (32.0, 1.0, 32),
        (32.0, 2.0, 28),
        (33.0, 2.0, 32),
        (1.0, 0.0, 4),
    ],
)
def test_without_a_declared_length_a_section_has_the_whole_bars_of_its_longest_stem(
    tmp_path: Path, seconds: float, first_beat_s: float, expected: int
) -> None:
    preset, long, short = a_preset(tmp_path, f"first_beat_s = {first_beat_s}")

    assert expected == section_length_beats(preset, "a", {short: 0.5, long: seconds})


def test_a_beat_is_the_denominator_of_the_meter(tmp_path: Path) -> None:
    preset, long, _ = a_preset(tmp_path, meter="6/8")

    assert section_length_beats(preset, "a", {long: 6.5}) == 12


def test_the_tempo_of_the_section_counts(tmp_path: Path) -> None:
    preset, long, _ = a_preset(tmp_path, "tempo_bpm = 120")

    assert section_length_beats(preset, "a", {long: 8.0}) == 16


def test_a_section_without_stems_lasts_a_phrase(tmp_path: Path) -> None:
    preset, long, _ = a_preset(tmp_path, "phrase_bars = 6", layers='["written"]')

    assert section_length_beats(preset, "a", {long: 99.0}) == 24


def test_a_file_holds_beats_from_its_first_beat_on(tmp_path: Path) -> None:
    preset, _, _ = a_preset(tmp_path, "first_beat_s = 0.5")

    assert covered_beats(preset, "a", 8.5) == 8.0


@pytest.mark.parametrize(
    ("seconds", "expected", "why"),
    [
        (32.0, 32, "it has the length"),
        (40.0, 32, "what follows is tail"),
        (31.0, 32, "one beat is missing"),
        (30.9, None, "more than a beat is missing"),
        (16.0, 16, "it is half as long"),
        (15.0, 16, "it is half as long, with one beat missing"),
        (18.5, 16, "it is half as long, with a tail"),
        (14.9, None, "three bars do not divide eight"),
        (24.0, None, "six bars do not divide eight"),
        (4.0, 4, "a bar"),
        (3.0, 4, "a bar with one beat missing"),
        (2.0, 2, "half a bar"),
        (1.4, 1, "a beat with a tail"),
        (0.9, None, "less than a beat"),
        (-0.5, None, "it ends before its first beat"),
    ],
)
def test_a_stem_fills_its_section_or_divides_it(
    tmp_path: Path, seconds: float, expected: int | None, why: str
) -> None:
    preset, _, _ = a_preset(tmp_path, "length_bars = 8")

    assert expected == stem_loop_beats(preset, "a", seconds, 32), why
