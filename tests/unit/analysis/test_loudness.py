from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
import soxr

from adaptive.analysis.loudness import (
    SILENT_LUFS,
    Audio,
    Loudness,
    LoudnessMeter,
    integrated_lufs,
    loudness_of,
    weighting,
)

RATE = 48000


@pytest.mark.parametrize("kind", ["noise", "sine", "bursts", "stereo"])
def test_loudness_is_what_an_independent_meter_says(kind: str) -> None:
    rng, t = np.random.default_rng(3), np.arange(6 * RATE) / RATE
    audio = {
        "noise": 0.1 * rng.standard_normal((1, t.size)),
        "sine": 0.3 * np.sin(2 * np.pi * 997.0 * t)[None],
        "bursts": 0.3 * rng.standard_normal((1, t.size)) * (t % 2.0 < 0.5),
        "stereo": np.stack([0.1 * rng.standard_normal(t.size), 0.4 * np.sin(2 * np.pi * 60.0 * t)]),
    }[kind].astype(np.float32)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(audio.T.astype(np.float64))

    assert integrated_lufs(audio) == pytest.approx(expected, abs=0.1)


def test_silence_has_the_loudness_of_the_gate() -> None:
    assert integrated_lufs(np.zeros((2, RATE), np.float32)) == SILENT_LUFS
    assert integrated_lufs(np.zeros((1, 10), np.float32)) == SILENT_LUFS


def test_a_stream_is_as_loud_in_any_blocks(rng: np.random.Generator) -> None:
    t = np.arange(round(5.37 * RATE)) / RATE
    audio = (0.1 * rng.standard_normal((2, t.size)) * (1.1 + np.sin(t))).astype(np.float32)
    meter, at = LoudnessMeter(RATE, 2), 0
    for frames in [64, 4800, 1, 100_000, 333] * 100:
        meter.add(audio[:, at : at + frames].T)
        at += frames
    expected, found = loudness_of(audio, RATE), meter.finish()

    assert found.integrated_lufs == pytest.approx(expected.integrated_lufs, abs=1e-6)
    assert found.most_momentary_lufs == pytest.approx(expected.most_momentary_lufs, abs=1e-6)
    assert found.true_peak_db == pytest.approx(expected.true_peak_db, abs=1e-4)


# ── EBU Tech 3341 and 3342: the cases that can be synthesised ──────────────────────────────────


def tones(*parts: tuple[float, float]) -> Audio:
    """1 kHz in both channels: (peak in dBFS, seconds) one after another."""
    level = np.concatenate(
        [np.full(round(s * RATE), 10 ** (db / 20) if db > -199 else 0.0) for db, s in parts]
    )
    tone = level * np.sin(2 * np.pi * 1000.0 * np.arange(len(level)) / RATE)
    return np.stack([tone, tone]).astype(np.float32)


def measured(audio: Audio) -> Loudness:
    return loudness_of(audio, RATE, has_true_peak=False)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-23.0, 20.0)], -23.0),  # case 1
        ([(-33.0, 20.0)], -33.0),  # 2
        ([(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),  # 3
        ([(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),  # 4
        ([(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),  # 5
    ],
)
def test_integrated_loudness_by_tech_3341(parts: list[tuple[float, float]], expected: float) -> None:
    found = measured(tones(*parts))

    assert found.integrated_lufs == pytest.approx(expected, abs=0.1)
    if len(parts) == 1:
        assert found.momentary_lufs == pytest.approx(expected, abs=0.1)
        assert found.short_term_lufs == pytest.approx(expected, abs=0.1)


def test_short_term_loudness_by_tech_3341() -> None:
    meter = LoudnessMeter(RATE, 2, has_true_peak=False)
    audio, seen = tones(*[(-20.0, 1.34), (-30.0, 1.66)] * 5), []  # case 9
    for at in range(0, audio.shape[1], 4800):
        meter.add(audio[:, at : at + 4800].T)
        seen.append(meter.now().short_term_lufs)

    assert seen[:29] == [None] * 29
    assert np.abs(np.array(seen[29:]) + 23.0).max() <= 0.1


def test_momentary_loudness_by_tech_3341() -> None:
    meter = LoudnessMeter(RATE, 2, has_true_peak=False)
    audio, seen = tones(*[(-20.0, 0.18), (-30.0, 0.22)] * 25), []  # case 12
    for at in range(0, audio.shape[1], 4800):
        meter.add(audio[:, at : at + 4800].T)
        seen.append(meter.now().momentary_lufs)

    assert np.abs(np.array(seen[3:], float) + 23.0).max() <= 0.1


@pytest.mark.parametrize("number", [0, 7, 13, 19])
def test_the_loudest_moment_by_tech_3341(number: int) -> None:
    short = measured(tones((-200.0, 0.15 * number), (-23.0, 3.0), (-200.0, 1.0)))  # case 10
    moment = measured(tones((-200.0, 0.02 * number), (-23.0, 0.4), (-200.0, 1.0)))  # case 13

    assert short.most_short_term_lufs == pytest.approx(-23.0, abs=0.1)
    assert moment.most_momentary_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("parts_of_rate", "degrees", "peak", "expected"),
    [
        (4, 0.0, 0.5, -6.0),  # case 15
        (4, 45.0, 0.5, -6.0),  # 16
        (6, 60.0, 0.5, -6.0),  # 17
        (8, 67.5, 0.5, -6.0),  # 18
        (4, 45.0, 1.41, 3.0),  # 19
    ],
)
def test_true_peak_by_tech_3341(parts_of_rate: int, degrees: float, peak: float, expected: float) -> None:
    phase = 2 * np.pi * np.arange(RATE) / parts_of_rate + np.radians(degrees)
    fade = np.minimum(1.0, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 480.0)
    audio = np.stack([peak * fade * np.sin(phase)] * 2).astype(np.float32)

    assert -0.4 <= loudness_of(audio, RATE).true_peak_db - expected <= 0.2


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_true_peak_between_the_samples_by_tech_3341(offset: int) -> None:
    """Cases 20 to 23: one period at full scale within a tone at half of it, sampled at four places."""
    at = np.arange(4 * RATE // 4)
    tone = 0.5 * np.sin(2 * np.pi * at / 24)  # a sixth of the rate
    middle = slice(24 * 400, 24 * 401)
    tone[middle] *= 2.0
    smooth = soxr.resample(tone, 4.0, 1.0, quality="VHQ") if offset == 0 else None
    shifted = soxr.resample(np.roll(tone, offset), 4.0, 1.0, quality="VHQ") if smooth is None else smooth
    fade = np.minimum(1.0, np.minimum(np.arange(len(shifted)), np.arange(len(shifted))[::-1]) / 480.0)
    audio = np.stack([shifted * fade] * 2).astype(np.float32)
    reference = np.abs(soxr.resample(shifted * fade, 1.0, 32.0, quality="VHQ")).max()

    assert -0.4 <= loudness_of(audio, RATE).true_peak_db - 20 * np.log10(reference) <= 0.2


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([-20, -30], 10.0), ([-20, -15], 5.0), ([-40, -20], 20.0), ([-50, -35, -20, -35, -50], 15.0)],
)
def test_loudness_range_by_tech_3342(levels: list[float], expected: float) -> None:
    found = measured(tones(*[(level, 20.0) for level in levels]))

    assert found.range_lu == pytest.approx(expected, abs=1.0)


# ── what cannot be measured, channels, rates, another meter ────────────────────────────────────


def test_what_is_too_short_or_too_soft_is_not_measurable() -> None:
    short, soft = measured(tones((-20.0, 0.39))), measured(tones((-75.0, 5.0)))

    assert (short.integrated_lufs, short.momentary_lufs, short.range_lu) == (None, None, None)
    assert (soft.integrated_lufs, soft.momentary_lufs, soft.range_lu) == (None, None, None)
    assert "not measurable" in short.in_words


def test_one_channel_counts_once_and_its_dual_mono_value_is_told() -> None:
    tone = tones((-23.0, 2.0))
    one = measured(tone[:1])

    assert one.integrated_lufs == pytest.approx(-26.01, abs=0.1)
    assert one.dual_mono_lufs == pytest.approx(-23.0, abs=0.1)
    assert measured(tone).dual_mono_lufs is None
    assert "-23.0 LUFS from two speakers" in one.in_words


@pytest.mark.parametrize("rate", [44100, 96000, 192000])
def test_loudness_is_the_same_at_any_rate(rate: int) -> None:
    tone = 0.1 * np.sin(2 * np.pi * 997.0 * np.arange(3 * rate) / rate)[None].astype(np.float32)

    assert integrated_lufs(tone, rate) == pytest.approx(-23.01, abs=0.05)


def test_the_filters_are_those_of_the_standard_at_48_khz() -> None:
    (b, a), (_, high) = weighting(RATE)

    np.testing.assert_allclose(b, [1.53512485958697, -2.69169618940638, 1.19839281085285], atol=1e-9)
    np.testing.assert_allclose(
        a / a[0] if a[0] != 1 else a, [1.0, -1.69065929318241, 0.73248077421585], atol=1e-9
    )
    np.testing.assert_allclose(high, [1.0, -1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="apt-get install ffmpeg")
def test_ffmpeg_measures_the_same(tmp_path: Path, rng: np.random.Generator) -> None:
    t = np.arange(20 * RATE) / RATE
    level = 0.02 + 0.2 * np.abs(np.sin(2 * np.pi * t / 13.0))
    noise = np.convolve(rng.standard_normal(t.size), [0.25, 0.5, 0.25], mode="same")
    audio = (level * np.stack([noise, np.sin(2 * np.pi * 150.0 * t)])).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", audio.T, RATE, subtype="FLOAT")
    command = [
        "ffmpeg",
        "-nostats",
        "-i",
        str(tmp_path / "a.wav"),
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.split("Summary:")[1]
    integrated, spread, peak = (
        float(re.findall(rf"{name}:\s+(-?[0-9.]+)", said)[0]) for name in ("I", "LRA", "Peak")
    )
    found = loudness_of(audio, RATE)

    assert found.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert found.range_lu == pytest.approx(spread, abs=0.1)
    assert -0.4 <= found.true_peak_db - peak <= 0.2
