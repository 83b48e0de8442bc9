from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.lint import check_files, declared_key
from adaptive.analysis.measured import measure_file
from adaptive.preset.load import load

RATE = 48000
HEAD = """
schema = 1
name = "Lint"
tempo_bpm = 120
key = "A minor"
"""


def reported(folder: Path, body: str) -> list[str]:
    (folder / "preset.toml").write_text(HEAD + body, encoding="utf-8")
    preset = load(folder)
    files = {path: measure_file(path) for path in preset.stems.values()}
    return [str(finding) for finding in check_files(preset, files)]


def write_noise(path: Path, seconds: float, level_db: float) -> None:
    noise = np.random.default_rng(5).standard_normal(round(seconds * RATE))
    soundfile.write(path, (10 ** (level_db / 20.0) * 0.2 * noise).astype(np.float32), RATE, subtype="FLOAT")


ONE = '[layers.pad]\nstem = "pad.wav"\n[sections.calm]\nlayers = ["pad"]\n'


@pytest.mark.parametrize(
    ("late_s", "expected"),
    [
        (0.0, ""),
        (0.0014, ""),  # rounding
        (-0.0014, ""),
        (0.02, "pad.wav ends 20 ms after its last bar does: the surplus plays over the next pass"),
        (-0.02, "pad.wav ends 20 ms before its last bar does: each pass ends in silence"),
        (0.4, ""),
    ],
)
def test_a_loop_that_ends_beside_its_bar_line_is_reported(
    tmp_path: Path, late_s: float, expected: str
) -> None:
    write_noise(tmp_path / "pad.wav", 8.0 + late_s, 0.0)
    lines = reported(tmp_path, ONE + "length_bars = 4\n")

    assert bool(lines) is bool(expected)
    assert all(expected in line for line in lines)


@pytest.mark.parametrize(("first_beat_s", "is_reported"), [(0.007, False), (0.0, True)])
def test_a_lead_in_completes_the_end_of_a_loop(
    tmp_path: Path, first_beat_s: float, is_reported: bool
) -> None:
    write_noise(tmp_path / "pad.wav", 8.0 + first_beat_s - 0.007, 0.0)

    assert bool(reported(tmp_path, ONE + f"length_bars = 4\nfirst_beat_s = {first_beat_s}\n")) is is_reported


def test_a_surplus_of_milliseconds_that_decays_is_a_tail(tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(5).standard_normal(round(8.02 * RATE))
    noise[8 * RATE :] *= np.linspace(1.0, 0.0, len(noise) - 8 * RATE) ** 2
    soundfile.write(tmp_path / "pad.wav", noise.astype(np.float32), RATE, subtype="FLOAT")

    assert reported(tmp_path, ONE + "length_bars = 4\n") == []


@pytest.mark.parametrize(
    ("seconds", "fade_s", "expected"),
    [
        (
            7.5,
            0.0,
            "lasts 15.00 beats and loops every 16: 0.50 s of each pass are silent; at 128 BPM it would",
        ),
        (
            8.0 * 120 / 118,
            0.0,
            "loops every 16: the end plays over the next pass; at 118 BPM it would fill them",
        ),
        (7.5, 0.5, ""),  # silence was trimmed
        (8.27, 1.0, ""),  # a tail that rings out
        (7.4, 0.0, ""),  # at no whole tempo
    ],
)
def test_loops_of_another_tempo_are_reported(
    tmp_path: Path, seconds: float, fade_s: float, expected: str
) -> None:
    noise = 0.1 * np.random.default_rng(5).standard_normal(round(seconds * RATE))
    if fade_s:
        noise[-round(fade_s * RATE) :] *= np.linspace(1.0, 0.0, round(fade_s * RATE)) ** 3
    soundfile.write(tmp_path / "pad.wav", noise.astype(np.float32), RATE, subtype="FLOAT")
    found = [line for line in reported(tmp_path, ONE + "length_bars = 4\n") if "is `tempo_bpm` right" in line]

    assert bool(found) is bool(expected)
    assert all(expected in line for line in found)


@pytest.mark.parametrize(("fade_s", "is_reported"), [(0.0, True), (1.5, False)])
def test_a_file_that_was_cut_in_the_middle_of_the_music_is_reported(
    tmp_path: Path, fade_s: float, is_reported: bool
) -> None:
    noise = 0.1 * np.random.default_rng(5).standard_normal(round(5.8 * RATE))
    if fade_s:
        noise[-round(fade_s * RATE) :] *= np.linspace(1.0, 0.0, round(fade_s * RATE)) ** 3
    soundfile.write(tmp_path / "pad.wav", noise.astype(np.float32), RATE, subtype="FLOAT")
    found = reported(tmp_path, ONE + "length_bars = 8\n")

    assert [line for line in found if "11.60 beats: it loops every 8" in line] == (
        found if is_reported else []
    )
    assert bool(found) == is_reported


@pytest.mark.parametrize(("late_s", "is_reported"), [(0.02, False), (2.0, False), (-0.02, True)])
def test_what_a_wrapped_stem_holds_after_its_pass_is_not_heard(
    tmp_path: Path, late_s: float, is_reported: bool
) -> None:
    write_noise(tmp_path / "pad.wav", 8.0 + late_s, 0.0)
    body = ONE.replace('"pad.wav"', '"pad.wav"\nwrapped = true') + "length_bars = 4\n"
    found = [line for line in reported(tmp_path, body) if "is `tempo_bpm` right" not in line]

    assert bool(found) is is_reported


def test_a_wrapped_stem_of_another_tempo_is_reported_without_a_tail(tmp_path: Path) -> None:
    write_noise(tmp_path / "pad.wav", 8.0 * 120 / 118, 0.0)
    (line,) = reported(tmp_path, ONE.replace('"pad.wav"', '"pad.wav"\nwrapped = true') + "length_bars = 4\n")

    assert "loops every 16: the end is not heard; at 118 BPM it would fill them" in line


@pytest.mark.parametrize(("late_s", "is_reported"), [(-0.02, False), (0.02, True)])
def test_an_introduction_completes_the_end_of_its_loop(
    tmp_path: Path, late_s: float, is_reported: bool
) -> None:
    write_noise(tmp_path / "pad.wav", 12.0 + late_s, 0.0)

    assert bool(reported(tmp_path, ONE + "length_bars = 4\nintro_bars = 2\n")) is is_reported


def test_variations_and_sections_of_different_loudness_are_reported(tmp_path: Path) -> None:
    for name, level_db in (("a", 0.0), ("b", -5.0), ("c", -14.0)):
        write_noise(tmp_path / f"{name}.wav", 8.0, level_db)
    body = (
        '[layers.pad]\nstem = { calm = ["a.wav", "b.wav"], fight = "c.wav" }\n'
        '[sections.calm]\nlayers = ["pad"]\n[sections.fight]\nlayers = ["pad"]\n'
    )

    assert reported(tmp_path, body) == [
        "layers.pad.stem.calm: its variations are 5.0 LU apart in loudness",
        "layers.pad.stem: is 14.0 LU louder in `calm` than in `fight`",
        "sections.fight: its stems are 14.0 LU softer than those of `calm`, all together",
    ]


def test_a_silent_file_and_one_above_full_scale_are_reported(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "pad.wav", np.zeros(8 * RATE, np.float32), RATE)
    assert reported(tmp_path, ONE) == ["layers.pad.stem: pad.wav is silent from beginning to end"]
    sine = 2.0 * np.sin(2 * np.pi * 220 * np.arange(8 * RATE) / RATE)
    soundfile.write(tmp_path / "pad.wav", sine.astype(np.float32), RATE, subtype="FLOAT")
    assert "peaks 6.0 dB above full scale" in reported(tmp_path, ONE)[0]


def test_a_file_that_declares_another_key_than_its_section_is_reported(tmp_path: Path) -> None:
    write_noise(tmp_path / "pad_F#m_120bpm.wav", 8.0, 0.0)
    write_noise(tmp_path / "bass-C-major.wav", 8.0, 0.0)
    body = (
        '[layers.pad]\nstem = "pad_F#m_120bpm.wav"\n[layers.bass]\nstem = "bass-C-major.wav"\n'
        '[sections.calm]\nlayers = ["pad", "bass"]\n'
    )

    # C major has the tones of A minor
    assert reported(tmp_path, body) == [
        "layers.pad.stem: pad_F#m_120bpm.wav says F# minor, and `calm` is in A minor"
    ]
    assert declared_key("drums_A_take2") is None
    assert declared_key("AmbientPad") is None
