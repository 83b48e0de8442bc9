from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.stretch_record import STRETCH_RESTING, hop_quanta
from benchmarks.stretch import Harness

RATE = 48000
Array = np.ndarray[Any, Any]


def tones(seconds: float = 3.0, hertz: tuple[float, ...] = (220.0, 554.4, 1318.5), rate: int = RATE) -> Array:
    t = np.arange(int(seconds * rate)) / rate
    sound = sum(np.sin(2 * np.pi * f * t + f) for f in hertz) / len(hertz)
    return np.array([sound, 0.5 * sound], np.float32) * 0.5


def clicks(seconds: float = 4.0, gap: int = 9600) -> Array:
    """Short bursts of noise with nothing between them; the first one is at `gap`."""
    random = np.random.default_rng(2)
    audio = np.zeros((2, int(seconds * RATE)), np.float32)
    for at in range(gap, audio.shape[1] - 400, gap):
        audio[:, at : at + 200] += random.normal(0, 0.3, (2, 200)) * np.exp(-np.arange(200) / 60.0)
    return audio


def bursts(audio: Array) -> Array:
    """Frames at which sound begins after at least 50 ms of less than a tenth of the peak."""
    loud = np.flatnonzero(np.abs(audio[0]) > 0.1 * np.abs(audio).max())
    return loud[np.diff(loud, prepend=-RATE) > 2400]


def peak_hertz(signal: Array, near: float) -> float:
    """Frequency of the strongest partial near one, by a parabola through the logarithms of three bins."""
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 4 * len(signal)))
    hertz = np.fft.rfftfreq(4 * len(signal), 1 / RATE)
    k = int(np.argmax(np.where(np.abs(hertz - near) < 40, spectrum, 0)))
    a, b, c = np.log(spectrum[k - 1 : k + 2])
    return float((k + 0.5 * (a - c) / (a - 2 * b + c)) * hertz[1])


def quanta(seconds: float) -> int:
    return int(seconds * RATE) // QUANTUM


# ── at its own tempo ───────────────────────────────────────────────────────────────────────────


def test_at_its_own_tempo_a_stem_is_copied_bit_by_bit() -> None:
    audio = clicks() + tones(4.0)

    assert np.array_equal(Harness(audio).stretched(1.0), audio)


def test_a_stem_is_a_copy_again_a_beat_after_its_ratio_has_become_one() -> None:
    audio = tones(6.0) + clicks(6.0)
    rates = np.ones(quanta(5.0))
    rates[quanta(1.0) : quanta(2.0)] = 1.0 / 1.1
    harness = Harness(audio)
    out = harness.render(rates)
    shift = out.shape[1] - round(rates.sum() * QUANTUM)
    beat = quanta(2.0) * QUANTUM + int(0.32 * RATE)  # a beat at 185 BPM

    assert harness.voices[0]["mode"] == STRETCH_RESTING
    assert np.array_equal(out[:, beat:], audio[:, beat - shift : out.shape[1] - shift])


@pytest.mark.parametrize("hertz", [110.0, 440.0, 1000.0])
def test_the_way_into_a_stretch_and_out_of_it_has_no_dip(hertz: float) -> None:
    audio = tones(6.0, (hertz,))
    rates = np.ones(quanta(5.0))
    rates[quanta(1.0) : quanta(2.0)] = 1.07
    out = Harness(audio).render(rates)[0].astype(np.float64)
    period = round(RATE / 50)
    level = np.sqrt(np.convolve(out**2, np.ones(period) / period, "valid"))
    level_db = 20 * np.log10(level / np.median(level))

    assert level_db[RATE // 2 :].min() > -3.0
    assert level_db[RATE // 2 :].max() < 1.5


def test_the_way_into_a_stretch_and_out_of_it_does_not_click() -> None:
    audio = tones(6.0)
    rates = np.ones(quanta(5.0))
    rates[quanta(1.0) : quanta(2.0)] = 0.9
    out = Harness(audio).render(rates)[0].astype(np.float64)
    curve = np.abs(np.diff(out, 3))

    assert curve.max() < 1.3 * np.abs(np.diff(audio[0].astype(np.float64), 3)).max()


# ── stretched ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ratio", [0.8, 0.93, 1.07, 1.25])
def test_the_pitch_stays(ratio: float) -> None:
    out = Harness(tones()).stretched(ratio)[0][RATE // 2 : -RATE // 2]
    cents = [1200 * np.log2(peak_hertz(out, f) / f) for f in (220.0, 554.4, 1318.5)]

    assert np.abs(cents).max() < 2.0


@pytest.mark.parametrize("ratio", [0.8, 0.9, 1.1, 1.25])
def test_every_onset_falls_on_the_frame_that_the_tempo_map_gives_it(ratio: float) -> None:
    audio = clicks()
    wanted = bursts(audio) * ratio
    found = bursts(Harness(audio).stretched(ratio))

    assert len(found) == len(wanted)
    assert np.abs(found - wanted).max() <= 2


def test_after_a_minute_of_changing_tempo_nothing_has_accumulated() -> None:
    audio = clicks(2.4, 7200)[:, : 48 * 2400]
    harness = Harness(audio, loop_frames=48 * 2400)
    random = np.random.default_rng(4)
    rates = np.repeat(random.uniform(0.8, 1.25, 600), 75)
    out = harness.render(rates)
    positions = np.concatenate([[0.0], np.cumsum(rates * QUANTUM)])
    frames = np.arange(len(positions)) * QUANTUM
    begins = bursts(audio)
    wanted = np.concatenate([np.interp(begins + n * 48 * 2400, positions, frames) for n in range(40)])
    wanted = wanted[(wanted > 0) & (wanted < out.shape[1] - RATE)]
    found = bursts(out)
    late = np.array([found[np.argmin(np.abs(found - at))] - at for at in wanted])

    assert np.abs(np.median(late)) <= 2
    assert np.abs(np.median(late[-50:])) <= 2


def test_an_attack_is_as_steep_as_it_was() -> None:
    audio = clicks()
    out = Harness(audio).stretched(1.25)
    at, to = bursts(audio)[3], bursts(Harness(audio).stretched(1.25))[3]
    was, became = audio[0, at - 400 : at + 400], out[0, to - 400 : to + 400]

    assert np.abs(became[:390]).max() < 0.05 * np.abs(became).max()
    assert np.corrcoef(was, became)[0, 1] > 0.9


def test_the_first_attack_of_a_stem_is_a_copy_at_any_ratio() -> None:
    audio = np.roll(clicks(2.0), -9600, axis=1)
    out = Harness(audio).stretched(1.25)

    assert bursts(audio)[0] < 10
    assert np.array_equal(out[:, :800], audio[:, :800])


def test_the_stereo_image_stays() -> None:
    random = np.random.default_rng(5)
    middle, left, right = random.normal(0, 0.1, (3, 3 * RATE))
    audio = np.array([middle + 0.4 * left, middle + 0.4 * right], np.float32)
    out = Harness(audio).stretched(1.2)[:, RATE // 4 : -RATE // 4]

    assert abs(np.corrcoef(out)[0, 1] - np.corrcoef(audio)[0, 1]) < 0.02


def test_a_mono_sound_stays_mono() -> None:
    audio = tones()
    audio[1] = audio[0]
    out = Harness(audio).stretched(1.15)

    assert np.abs(out[0] - out[1]).max() < 1e-5


# ── other sample rates, and tones ──────────────────────────────────────────────────────────────

SHAPES = [(48000, True), (96000, False), (96000, True), (192000, False), (44100, False), (24000, True)]


@pytest.mark.parametrize(("rate", "is_tones"), SHAPES)
def test_at_any_rate_a_stem_keeps_its_pitch_and_is_a_copy_again(rate: int, is_tones: bool) -> None:
    audio = tones(3.0, rate=rate)
    rates = np.ones(int(2.4 * rate) // QUANTUM)
    rates[len(rates) // 4 : len(rates) // 2] = 1.0 / 1.1
    harness = Harness(audio, rate, is_tones=is_tones)
    out = harness.render(rates)
    shift = out.shape[1] - round(rates.sum() * QUANTUM)
    beat = len(rates) // 2 * QUANTUM + int(0.38 * rate)
    inner = harness.stretched(1.1)[0][rate // 2 : -rate // 2]
    spectrum = np.abs(np.fft.rfft(inner * np.hanning(len(inner)), 2 * rate))

    assert np.array_equal(out[:, beat:], audio[:, beat - shift : out.shape[1] - shift])
    assert abs(np.argmax(spectrum) / 2 - 554.4) < 1.0 or abs(np.argmax(spectrum) / 2 - 220) < 1.0
    assert np.abs(np.diff(out[0], 3)).max() < 1.3 * np.abs(np.diff(audio[0], 3)).max()


@pytest.mark.parametrize(("rate", "is_tones"), SHAPES)
def test_at_any_rate_level_and_onsets_stay(rate: int, is_tones: bool) -> None:
    random = np.random.default_rng(2)
    audio = 0.02 * tones(2.0, rate=rate)
    length = rate // 240
    for at in range(rate // 5, audio.shape[1] - length, rate // 5):
        burst = random.normal(0, 0.3, (2, length))
        audio[:, at : at + length] += burst * np.exp(-np.arange(length) / (length / 3))
    out = Harness(audio, rate, is_tones=is_tones).stretched(1.25)
    loud = np.flatnonzero(np.abs(out[0]) > 0.15 * np.abs(out).max())
    begins = loud[np.diff(loud, prepend=-rate) > rate // 20]
    wanted = np.arange(rate // 5, audio.shape[1] - length, rate // 5) * 1.25

    assert len(begins) == len(wanted)
    assert np.abs(begins - wanted).max() < (0.003 * rate)
    assert np.abs(out).max() < 1.6 * np.abs(audio).max()


# ── hostile sounds ─────────────────────────────────────────────────────────────────────────────


def test_silence_stays_silence_and_finite() -> None:
    audio = np.zeros((2, RATE), np.float32)
    audio[:, 24000:30000] = tones(1.0)[:, :6000]
    out = Harness(audio).stretched(1.2)

    assert np.isfinite(out).all()
    assert np.abs(out[:, :20000]).max() == 0.0
    assert np.abs(out).max() > 0.1


def test_samples_that_are_no_numbers_are_left_out() -> None:
    audio = tones(1.0)
    audio[0, 20000], audio[1, 20100] = np.nan, np.inf
    out = Harness(audio).stretched(1.2)

    assert np.isfinite(out).all()
    assert np.abs(out[:, 40000:]).max() > 0.1


@pytest.mark.parametrize("seconds", [0.0005, 0.02, 0.2])
@pytest.mark.parametrize("is_looped", [False, True])
def test_a_tiny_stem_is_stretched(seconds: float, is_looped: bool) -> None:
    audio = tones(seconds)
    frames = audio.shape[1]
    harness = Harness(audio, loop_frames=frames if is_looped else 0)
    out = harness.render(np.full(quanta(1.0), 0.9))

    assert np.isfinite(out).all()
    assert 0.05 < np.abs(out).max() < 1.5
    assert (np.abs(out[:, -4800:]).max() > 0.01) == is_looped


def test_onsets_each_ten_milliseconds_are_no_harm() -> None:
    out = Harness(clicks(2.0, 480)).stretched(1.2)

    assert np.isfinite(out).all()
    assert 0.1 < np.abs(out).max() < 3.0


@pytest.mark.parametrize("rate", [1e-9, 0.05, 20.0, -1.0, np.nan, np.inf])
def test_a_rate_out_of_range_is_no_harm(rate: float) -> None:
    out = Harness(clicks(2.0)).render(np.full(quanta(1.0), rate))

    assert np.isfinite(out).all()


# ── work ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stems", [1, 3, 8, 16])
def test_spectra_are_spread_over_the_quanta(stems: int) -> None:
    harness = Harness(clicks(1.0))
    harness.stretched(1.1, stems=stems)

    assert harness.made.sum() > 60 * stems
    assert harness.made.max() <= -(-stems // hop_quanta(RATE)) + 1
