"""The proposal for two real stems of 16 bars at 140 BPM, with beat 1 near 45 ms."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import soundfile

from adaptive.analysis.proposal import SectionProposal, propose, write_preset
from adaptive.preset.check import check
from adaptive.preset.load import load

pytestmark = pytest.mark.foreign_data


@pytest.fixture
def stems() -> dict[str, Path]:
    folder = Path(os.environ["ADAPTIVE_TEST_DATA"]) / "stems"
    return {name: folder / f"warfreedom_{name}_140bpm_16bars.ogg" for name in ("song", "guitar")}


def heard(folder: Path) -> SectionProposal:
    (section,) = propose(folder).sections.values()
    return section


@pytest.mark.parametrize("used", [("song", "guitar"), ("guitar", "song"), ("song",)])
def test_tempo_bars_and_beat_1_are_found_whatever_the_files_are_called(
    stems: dict[str, Path], tmp_path: Path, used: tuple[str, ...]
) -> None:
    for letter, name in zip("ab", used, strict=False):
        shutil.copyfile(stems[name], tmp_path / f"{letter}.ogg")

    section = heard(tmp_path)

    assert (section.tempo_bpm, section.bars, section.beats) == (140.0, 16, 64)
    assert pytest.approx(section.first_beat_s, abs=0.005) == 0.045


def test_a_wrong_name_changes_nothing(stems: dict[str, Path], tmp_path: Path) -> None:
    shutil.copyfile(stems["song"], tmp_path / "song_125bpm_12bars.ogg")

    section = heard(tmp_path)

    assert (section.tempo_bpm, section.bars) == (140.0, 16)
    assert any(note.startswith("125 BPM, says the name") for note in section.notes)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_cut_anywhere_and_played_at_any_speed_the_tempo_is_found(
    stems: dict[str, Path], tmp_path: Path, rate: int
) -> None:
    samples, _ = soundfile.read(stems["song"], dtype="float32")
    # 14.3 bars from 1.2 s on: no length gives anything away.  Named 48 kHz, they go 9 % faster.
    soundfile.write(tmp_path / "a.wav", samples[round(1.2 * 44_100) : round(25.7 * 44_100)], rate)

    section = heard(tmp_path)

    assert section.tempo_bpm == pytest.approx(140.0 * rate / 44_100, abs=0.05)


def test_the_preset_made_of_them_has_no_finding(stems: dict[str, Path], tmp_path: Path) -> None:
    write_preset(propose(stems["song"].parent), tmp_path / "made")

    preset = load(tmp_path / "made")
    seconds = {path: soundfile.info(path).duration for path in preset.stems.values()}

    assert check(preset, seconds) == []
    assert list(preset.file.layers) == ["guitar", "song"]
