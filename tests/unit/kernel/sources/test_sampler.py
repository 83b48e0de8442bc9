from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel.sources.sampler_regions import Recording, Region, RegionEnvelope
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from tests.helpers.rendering import LEAD, buses_of, digest, engine_of

RATE = 48000


def sine(hz: float = 1000.0, frames: int = 4800, peak: float = 0.5, rate: int = RATE) -> Recording:
    return Recording(
        (peak * np.sin(2 * np.pi * hz * np.arange(frames) / rate)).astype(np.float32), float(rate)
    )


LOOPED = Region(sine(), loop=(480, 528))


def engine_with(*regions: Region, voices: int = 8, rate: int = RATE) -> Engine:
    spec = SamplerSpec(0, SampleSet("test", regions), voices)
    return engine_of(instruments=(spec,), sample_rate=rate)


def note(at: int, key: float = 60.0, frames: int = 0, velocity: float = 1.0, **more: Any) -> c.Command:
    return c.play_note(LEAD + at, 0, key, velocity, frames, **more)


def pitch_of(audio: np.ndarray, near_hz: float, rate: int = RATE) -> float:
    """Frequency of a sine, from the phases of two windows that lie a second or less apart."""
    audio = audio.astype(np.float64)
    frames = np.arange(audio.size)
    mixed = audio * np.exp(-2j * np.pi * near_hz * frames / rate)
    half = audio.size // 2
    window = np.hanning(half)
    first, second = (mixed[:half] * window).sum(), (mixed[half : 2 * half] * window).sum()
    return near_hz + float(np.angle(second / first)) / (2 * np.pi) * rate / half


def test_a_loop_is_continued_without_a_seam_at_its_exact_pitch() -> None:
    audio = buses_of(engine_with(LOOPED), RATE, [note(0)])[0, 0]
    cents = 1200 * math.log2(pitch_of(audio[4800:], 1000.2) / 1000.0)
    expected = 0.5 * np.sin(2 * np.pi * np.arange(RATE) / 48)

    assert abs(cents) < 0.02
    np.testing.assert_allclose(audio[100:], expected[100:], atol=2e-6)


@pytest.mark.parametrize("hz", [30.0, 261.6, 1000.0, 4000.0])
@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_tuning_is_right_within_a_hundredth_of_a_cent(hz: float, rate: int) -> None:
    key = 60.0 + 12.0 * math.log2(hz / 1000.0)
    audio = buses_of(engine_with(LOOPED, rate=rate), rate, [note(0, key)])[0, 0]

    assert abs(1200 * math.log2(pitch_of(audio[4800:], hz * 1.0001, rate) / hz)) < 0.01


def test_what_is_between_the_samples_is_clean() -> None:
    audio = buses_of(engine_with(LOOPED), RATE, [note(0, 60.0 + 12.0 * math.log2(1.0 / 0.77))])[0, 0, 4800:]
    spectrum = np.abs(np.fft.rfft(audio * np.blackman(audio.size)))
    peak = int(spectrum.argmax())
    rest = np.concatenate([spectrum[10 : peak - 40], spectrum[peak + 40 :]])

    assert 20 * math.log10(rest.max() / spectrum[peak]) < -90.0


def test_without_a_loop_a_note_ends_with_its_recording() -> None:
    engine = engine_with(Region(sine()))
    audio = buses_of(engine, 9600, [note(7)])[0, 0]

    assert np.abs(audio[4700:4800]).max() > 0.4
    assert not audio[4900:].any()
    assert engine.is_at_rest(("instrument", 0))


def test_a_loop_until_the_release_plays_on_to_the_end() -> None:
    frames = np.concatenate([sine().frames[:960], np.full(4800, 0.25, np.float32)])
    region = Region(
        Recording(frames, RATE), loop=(480, 528), loops_until_release=True,
        amplitude=RegionEnvelope(release_s=20.0),
    )  # fmt: skip
    audio = buses_of(engine_with(region), RATE, [note(0, frames=24000)])[0, 0]

    assert abs(float(audio[12000:23900].mean())) < 1e-3
    assert float(audio[24600:28000].mean()) > 0.2
    assert not audio[30000:].any()


def test_an_envelope_rises_holds_falls_and_is_released_in_its_times() -> None:
    envelope = RegionEnvelope(
        delay_s=0.1, attack_s=0.1, hold_s=0.1, decay_s=0.4, sustain=10 ** (-12 / 20), release_s=0.4
    )
    flat = Recording(np.full(480, 0.5, np.float32), RATE)
    region = Region(flat, loop=(100, 400), amplitude=envelope)
    audio = 2.0 * buses_of(engine_with(region), 2 * RATE, [note(0, frames=RATE)])[0, 0]
    places = [0.09, 0.15, 0.25, 0.325, 0.6, 0.99, 1.1]
    levels = [float(audio[int(at * RATE)]) for at in places]

    assert levels[0] == 0.0
    assert levels[1] == pytest.approx(0.5, abs=0.01)
    assert levels[2] == pytest.approx(1.0, abs=1e-3)
    assert 20 * math.log10(levels[3]) == pytest.approx(-6.0, abs=0.5)  # 96 dB in 0.4 s
    assert 20 * math.log10(levels[5]) == pytest.approx(-12.0, abs=0.05)
    assert 20 * math.log10(levels[6]) == pytest.approx(-36.0, abs=0.5)


def test_notes_of_a_choke_group_silence_each_other_but_not_the_parts_of_one_hit() -> None:
    opened, closed = (replace(LOOPED, choke_group=1, choked_by=1, pan=pan) for pan in (-1.0, 1.0))
    engine = engine_with(opened, closed)
    pair = [note(0, which=0, note=1), note(0, which=1, note=1)]
    audio = buses_of(engine, RATE, [*pair, note(24000, which=1, note=2)])[0]

    assert np.abs(audio[0, 12000:24000]).max() > 0.6  # both parts of the first hit
    assert np.abs(audio[1, 12000:24000]).max() > 0.6
    assert 20 * math.log10(np.abs(audio[0, 24960:]).max() / 0.7) < -60.0
    assert np.abs(audio[1, 24960:]).max() > 0.6


def test_a_filter_takes_away_what_is_above_its_cutoff() -> None:
    open_one, closed = (
        np.abs(buses_of(engine_with(replace(LOOPED, cutoff_hz=hz)), 9600, [note(0)])[0, 0, 4800:]).max()
        for hz in (20000.0, 250.0)
    )

    assert 20 * math.log10(closed / open_one) == pytest.approx(-24.0, abs=1.0)


def test_a_release_and_a_start_have_their_exact_frames_and_blocks_do_not_matter() -> None:
    def rendered(size: int) -> str:
        engine = engine_with(LOOPED, replace(LOOPED, start=13))
        engine.post([note(101, 63.0, 999), note(130, 66.0, 77, which=1), note(140, 50.0)])
        return digest(np.concatenate([engine.pull(size) for _ in range(9600 // size)]))

    assert rendered(64) == rendered(100) == rendered(9600)


def test_a_stolen_voice_does_not_end_with_a_step() -> None:
    engine = engine_with(replace(LOOPED, amplitude=RegionEnvelope(attack_s=0.01)), voices=1)
    audio = buses_of(engine, 9600, [note(0), note(4812, 67.0)])[0, 0]

    assert np.abs(np.diff(audio[4700:5000])).max() < 1.3 * np.abs(np.diff(audio[2000:4700])).max()


def test_a_region_that_does_not_exist_plays_the_last_one() -> None:
    audio = buses_of(engine_with(LOOPED), 4800, [note(0, which=99), note(9, which=-3)])[0]

    assert np.isfinite(audio).all()
    assert np.abs(audio).max() > 0.4


def test_regions_are_chosen_by_key_and_velocity() -> None:
    regions = (replace(LOOPED, keys=(0, 60)), replace(LOOPED, keys=(60, 127), velocities=(64, 127)))
    samples = SampleSet("two", regions)

    assert samples.chosen(60, 100) == (0, 1)
    assert samples.chosen(60, 63) == (0,)
    assert samples.chosen(61, 63) == ()
