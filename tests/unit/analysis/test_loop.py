"""Laws of tempo, beat 1, bars and tail, on loops about which everything is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.fallback import assume_loop
from adaptive.analysis.grid import tidy_bpm, whole_beats
from adaptive.analysis.loop import Extent, Loop, find_loop
from adaptive.analysis.onsets import find_onsets
from adaptive.analysis.proposal import SectionProposal, propose
from adaptive.analysis.tempo import find_rhythm
from tests.unit.analysis.analysis_signals import Samples, clicks, pad, save

TEMPI = (73.5, 96.0, 120.0, 128.0, 174.0)
OFFSETS_S = (0.0, 0.045, 0.1, 0.3)


def loop_of(samples: Samples, *hints_bpm: float) -> Loop:
    """The loop in samples at 44.1 kHz."""
    onsets, length_s = find_onsets(samples), len(samples) / 44_100
    rhythm = find_rhythm(onsets, [length_s], hints_bpm)
    assert rhythm is not None
    return find_loop(rhythm, onsets, [Extent(length_s, length_s, False)])


def only_section(folder: Path) -> SectionProposal:
    (section,) = propose(folder).sections.values()
    return section


@pytest.mark.parametrize("first_beat_s", OFFSETS_S)
@pytest.mark.parametrize("bpm", TEMPI)
def test_tempo_beat_and_bars_of_a_click_loop_are_found(bpm: float, first_beat_s: float) -> None:
    loop = loop_of(clicks(bpm, first_beat_s=first_beat_s))

    assert bpm == pytest.approx(loop.bpm, abs=0.01)
    assert first_beat_s == pytest.approx(loop.first_beat_s, abs=0.001)
    assert (loop.bars, pytest.approx(loop.tail_s, abs=0.01)) == (8, 0.0)


@pytest.mark.parametrize("tail_s", [0.4, 1.1, 2.9])
@pytest.mark.parametrize("bpm", TEMPI)
def test_what_follows_the_bars_is_tail(tmp_path: Path, bpm: float, tail_s: float) -> None:
    save(tmp_path / "a.wav", clicks(bpm, first_beat_s=0.045, tail_s=tail_s))

    section = only_section(tmp_path)

    assert (bpm, 8) == (pytest.approx(section.tempo_bpm, abs=0.01), section.bars)
    assert tail_s == pytest.approx(section.tail_s, abs=0.01)


@pytest.mark.parametrize("bpm", TEMPI)
def test_noise_moves_the_beat_by_less_than_a_millisecond(bpm: float) -> None:
    loop = loop_of(clicks(bpm, first_beat_s=0.1, noise=0.01))

    assert (bpm, 8) == (pytest.approx(loop.bpm, abs=0.02), loop.bars)
    assert pytest.approx(loop.first_beat_s, abs=0.001) == 0.1


@pytest.mark.parametrize("swing", [0.58, 0.667])
@pytest.mark.parametrize("bpm", [96.0, 128.0])
def test_swing_moves_no_beat(bpm: float, swing: float) -> None:
    loop = loop_of(clicks(bpm, first_beat_s=0.1, swing=swing, tail_s=0.5))

    assert (bpm, 8) == (pytest.approx(loop.bpm, abs=0.01), loop.bars)
    assert pytest.approx(loop.first_beat_s, abs=0.001) == 0.1


def test_a_person_who_plays_8_ms_early_or_late_keeps_the_tempo_of_the_loop() -> None:
    loop = loop_of(clicks(104.0, 64, first_beat_s=0.05, jitter_s=0.008)[: round(64 * 60 / 104 * 44_100)])

    assert (loop.bpm, loop.bars) == (104.0, 16)
    assert pytest.approx(loop.first_beat_s, abs=0.004) == 0.05


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_neither_sample_rate_nor_channels_change_what_is_found(
    tmp_path: Path, rate: int, channels: int
) -> None:
    mono = clicks(128.0, 16, first_beat_s=0.1, tail_s=0.3, rate=rate)
    save(tmp_path / "a.wav", np.stack([mono] * channels, axis=1), rate)

    section = only_section(tmp_path)

    assert (pytest.approx(section.tempo_bpm, abs=0.01), section.bars) == (128.0, 4)
    assert pytest.approx(section.first_beat_s, abs=0.001) == 0.1


@pytest.mark.parametrize("bars", [1, 2, 3, 4, 12, 16])
def test_bars_of_a_loop_that_fills_its_file_are_counted(bars: int) -> None:
    loop = loop_of(clicks(120.0, 4 * bars))

    assert (120.0, bars) == (loop.bpm, loop.bars)


def test_a_loop_of_three_beats_a_bar_is_in_three() -> None:
    loop = loop_of(clicks(132.0, 18, meter=3))

    assert (loop.beats_per_bar, loop.bars) == (3, 6)


def test_a_length_that_is_no_whole_number_of_bars_is_counted_in_beats() -> None:
    loop = loop_of(clicks(120.0, 10))

    assert (loop.bars, loop.beats) == (0, 10)


def test_soft_notes_before_the_first_strong_beat_are_a_pickup() -> None:
    loop = clicks(120.0, 16, first_beat_s=1.0, tail_s=0.7)
    rng = np.random.default_rng(2)
    loop[22_050 : 22_050 + 400] += (0.001 * rng.standard_normal(400)).astype(np.float32)

    assert pytest.approx(loop_of(loop).first_beat_s, abs=0.001) == 1.0


def test_a_hint_decides_between_a_tempo_and_its_half() -> None:
    loop = clicks(87.0, 32, swing=0.5)

    assert (loop_of(loop, 174.0).bpm, loop_of(loop, 87.0).bpm) == (174.0, 87.0)


def test_a_wrong_hint_is_not_believed() -> None:
    assert loop_of(clicks(128.0), 140.0).bpm == 128.0


def test_a_pad_keeps_no_time(tmp_path: Path) -> None:
    assert find_rhythm(find_onsets(pad(16.0, fades=True)), [16.0]) is None
    assert find_rhythm(find_onsets(pad(16.0, fades=False)), [16.0]) is None


@pytest.mark.parametrize("seed", range(4))
def test_noise_keeps_no_time(seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(8 * 44_100).astype(np.float32)

    assert find_rhythm(find_onsets(noise), [8.0]) is None


def test_a_pad_that_dies_away_is_counted_at_120_and_says_so(tmp_path: Path) -> None:
    save(tmp_path / "pad.wav", pad(17.0, fades=True))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars, section.confidence) == (120.0, 8, 0.0)
    assert section.notes[0].startswith("No rhythm")


def test_a_pad_that_is_cut_is_a_whole_number_of_bars(tmp_path: Path) -> None:
    save(tmp_path / "pad.wav", pad(16 * 240.0 / 140.0, fades=False))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars, section.tail_s) == (140.0, 16, 0.0)


def test_without_rhythm_the_name_is_believed(tmp_path: Path) -> None:
    save(tmp_path / "pad_90bpm_6bars.wav", pad(17.0, fades=True))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars) == (90.0, 6)
    assert "because the name of pad_90bpm_6bars.wav says so" in section.notes[1]


def test_a_pad_takes_the_tempo_of_the_other_sections(tmp_path: Path) -> None:
    save(tmp_path / "calm.wav", pad(15.5, fades=True))
    save(tmp_path / "fight.wav", clicks(128.0))

    proposal = propose(tmp_path)

    assert [section.tempo_bpm for section in proposal.sections.values()] == [128.0, 128.0]
    assert proposal.sections["calm"].bars == 8


def test_one_stem_that_is_exact_pins_the_tempo_of_those_with_tails(tmp_path: Path) -> None:
    save(tmp_path / "drums.wav", clicks(97.0, 32))
    save(tmp_path / "bells.wav", clicks(97.0, 32, tail_s=2.0))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars) == (97.0, 8)
    assert pytest.approx(section.tail_s, abs=0.01) == 2.0


def test_a_stem_that_does_not_divide_the_section_is_named(tmp_path: Path) -> None:
    save(tmp_path / "drums.wav", clicks(120.0, 32))
    save(tmp_path / "short.wav", clicks(120.0, 16))
    save(tmp_path / "odd.wav", clicks(120.0, 12))

    notes = " ".join(only_section(tmp_path).notes)

    assert "short.wav loops within the section, every 4 bars." in notes
    assert "odd.wav is 6.00 s long" in notes


def test_whole_beats_are_whole_within_ten_milliseconds() -> None:
    assert [whole_beats(length_s, 120.0) for length_s in (4.0, 4.009, 4.011)] == [8, 8, 0]


def test_a_tempo_is_rounded_only_as_far_as_the_end_of_the_file_allows() -> None:
    assert [tidy_bpm(120.01, 1.0), tidy_bpm(120.01, 60.0)] == [120.0, 120.01]


def test_a_tempo_from_elsewhere_is_laid_over_whole_bars() -> None:
    loop = assume_loop(100.0, "It was said.", [Extent(10.0, 10.0, True)])

    assert (loop.bars, pytest.approx(loop.tail_s)) == (4, 0.4)
