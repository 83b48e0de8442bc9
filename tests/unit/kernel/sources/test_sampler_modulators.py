from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel.sources.sampler_record import (
    BEND,
    BEND_RANGE,
    DESTINATIONS,
    FIRST_LINK,
    OFFSETS,
    VELOCITY,
)
from adaptive.kernel.sources.sampler_regions import Modulator, ModulatorSource, Region, RegionEnvelope
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from tests.helpers.rendering import LEAD, buses_of, engine_of
from tests.unit.kernel.sources.test_sampler import LOOPED, RATE, note, pitch_of

QUIET = RegionEnvelope(release_s=20.0)


def engine_with(*regions: Region, channels: tuple[int, ...] = (), voices: int = 8) -> Engine:
    return engine_of(instruments=(SamplerSpec(0, SampleSet("test", regions, channels), voices),))


def control(at: int, number: int, value: float, channel: int = 0) -> c.Command:
    return c.set_control(LEAD + at, 0, number, value, channel=channel)


def loudness(audio: np.ndarray) -> float:
    """Level of what is left of a note beside a full one, in decibels."""
    return 20 * math.log10(float(np.abs(audio).max()) / 0.5 + 1e-9)


@pytest.mark.parametrize(
    ("number", "value", "expected_db"),
    [(7, 64 / 127, -11.9), (11, 32 / 127, -23.9), (7, 0.0, -96.0), (64, 1.0, 0.0)],
)
def test_volume_and_expression_move_what_sounds(number: int, value: float, expected_db: float) -> None:
    audio = buses_of(engine_with(LOOPED), 19200, [note(0), control(9600, number, value)])[0, 0]

    assert loudness(audio[4800:9600]) == pytest.approx(0.0, abs=0.01)
    assert loudness(audio[14400:]) == pytest.approx(expected_db, abs=0.3)


def test_a_control_moves_its_channel_only_and_a_reset_takes_it_back() -> None:
    engine = engine_with(replace(LOOPED, pan=-1.0), replace(LOOPED, pan=1.0), channels=(0, 3))
    posted = [
        note(0, which=0),
        note(0, which=1, note=2),
        control(4800, 11, 0.1, 3),
        control(9600, 121, 0.0, 3),
    ]
    audio = buses_of(engine, 19200, posted)[0]

    assert np.abs(audio[0, 6000:9000]).max() > 0.69
    assert np.abs(audio[1, 6000:9000]).max() < 0.02
    assert np.abs(audio[1, 12000:]).max() > 0.69


@pytest.mark.parametrize(("bend", "semitones"), [(1.0, 2.0), (0.0, -2.0), (0.75, 1.0)])
def test_the_wheel_bends_by_its_range(bend: float, semitones: float) -> None:
    audio = buses_of(engine_with(LOOPED), RATE, [note(0), control(64, BEND, bend)])[0, 0, 4800:]
    wide = [note(0), control(64, BEND_RANGE, 12 / 127), control(64, BEND, bend)]
    wider = buses_of(engine_with(LOOPED), RATE, wide)[0, 0, 4800:]
    for heard, ratio in ((audio, semitones), (wider, 6 * semitones)):
        hz = 1000.0 * 2 ** (ratio / 12)
        assert abs(1200 * math.log2(pitch_of(heard, hz * 1.0001) / hz)) < 0.02


def test_pan_is_in_the_middle_at_rest_and_moves_without_a_step() -> None:
    audio = buses_of(engine_with(LOOPED), 19200, [note(0), control(9600, 10, 0.0)])[0]

    assert np.abs(audio[0, 4800:9600] - audio[1, 4800:9600]).max() < 1e-6
    assert np.abs(audio[1, 14400:]).max() < 1e-3
    assert np.abs(np.diff(audio[0])).max() < 1.5 * 2 * np.pi / 48 * 0.5


def test_sound_off_silences_and_notes_off_releases() -> None:
    region = replace(LOOPED, amplitude=QUIET)
    off = buses_of(engine_with(region), 19200, [note(0), control(9600, 120, 0.0)])[0, 0]
    released = buses_of(engine_with(region), 19200, [note(0), control(9600, 123, 0.0)])[0, 0]

    assert loudness(off[9600 + 960 :]) < -60.0
    assert -6.0 < loudness(released[14400:]) < -0.1


@pytest.mark.parametrize(
    ("curve", "is_falling", "velocity", "expected"),
    [
        ("linear", False, 0.25, 0.25), ("linear", True, 0.25, 0.75),
        ("concave", True, 0.5, 40 / 96 * math.log10(2)), ("convex", False, 0.5, 1 - 40 / 96 * math.log10(2)),
        ("switch", False, 0.49, 0.0), ("switch", True, 0.49, 1.0),
    ],
)  # fmt: skip
def test_curves_are_those_of_the_specification(
    curve: str, is_falling: bool, velocity: float, expected: float
) -> None:
    source = ModulatorSource(VELOCITY, curve, is_falling)
    region = replace(LOOPED, modulators=(Modulator(source, "pitch", 12.0),))
    audio = buses_of(engine_with(region), RATE, [note(0, velocity=velocity)])[0, 0, 4800:]
    hz = 1000.0 * 2**expected

    assert abs(1200 * math.log2(pitch_of(audio, hz * 1.0001) / hz)) < 0.3


def test_times_cutoff_and_start_can_be_moved() -> None:
    def moved(destination: str, amount: float) -> np.ndarray:
        one = Modulator(ModulatorSource(3), destination, amount)
        region = replace(LOOPED, amplitude=RegionEnvelope(attack_s=0.05), modulators=(one,))
        audio: Any = buses_of(engine_with(region), 9600, [control(0, 3, 1.0), note(64)])[0, 0]
        return audio

    assert loudness(moved("attack", 0.0)[1000:1200]) == pytest.approx(-7.0, abs=1.0)
    assert loudness(moved("attack", 1.0)[1000:1200]) == pytest.approx(-13.0, abs=1.0)
    assert loudness(moved("cutoff", -60.0)[4800:]) < -8.0
    assert moved("start", 12.0)[64 + 20] != moved("start", 0.0)[64 + 20]


def test_a_voice_that_another_takes_fades_without_a_burst() -> None:
    """Above 3 kHz, beside a full note: at most -55 dB."""
    region = replace(LOOPED, root_key=81.0, amplitude=RegionEnvelope(attack_s=0.05))  # 300 Hz at key 60
    engine = engine_with(region, voices=1)
    audio = buses_of(engine, 19200, [note(0), note(9613, 62.0)])[0, 0, 9600 - 480 : 9600 + 2400]
    spectrum = np.fft.rfft(audio * np.hanning(audio.size))
    spectrum[: round(3000 * audio.size / RATE)] = 0.0
    burst = np.abs(np.fft.irfft(spectrum)).max()

    assert 20 * math.log10(burst / 0.5) < -55.0


def test_of_five_hundred_notes_at_a_time_the_last_sixty_four_play() -> None:
    engine = engine_with(LOOPED, voices=64)
    for first in range(0, 500, 50):
        buses_of(engine, 640, [note(first * 13, 30.0 + n % 60, note=first + n) for n in range(50)])
    audio = buses_of(engine, 9600)[0]

    assert np.isfinite(audio).all()
    assert 1.0 < np.abs(audio[0, 4800:]).max() < 32.0
    assert engine.telemetry().stolen_voices >= 420


def offset(at: int, destination: str, amount: float, second: int = 0) -> c.Command:
    """What is added to a destination of the channel."""
    number = OFFSETS + second * len(DESTINATIONS) + DESTINATIONS.index(destination)
    return control(at, number, amount)


def test_offsets_of_a_channel_move_what_sounds_until_a_reset() -> None:
    moves = [offset(4800, "pitch", 7.0), offset(4800, "pitch", 5.0, 1), control(2 * RATE, 121, 0.0)]
    audio = buses_of(engine_with(LOOPED), 3 * RATE, [note(0), *moves])[0, 0]
    octave, back = audio[9600 : 9600 + RATE], audio[2 * RATE + 9600 :]

    assert abs(1200 * math.log2(pitch_of(octave, 2000.2) / 2000.0)) < 0.02
    assert abs(1200 * math.log2(pitch_of(back, 1000.1) / 1000.0)) < 0.02
    dark = buses_of(engine_with(LOOPED), 19200, [note(0), offset(9600, "cutoff", -70.0)])[0, 0]
    assert loudness(dark[4800:9600]) == pytest.approx(0.0, abs=0.01)  # an open filter is left out
    assert loudness(dark[14400:]) == pytest.approx(-18.3, abs=0.5)  # at 349 Hz


@pytest.mark.parametrize(("sources", "expected"), [((0.5, 0.25), 9.0), ((1.0, 1.0), 12.0), ((0.0, 0.0), 0.0)])
def test_a_modulator_is_moved_by_the_sum_of_others(sources: tuple[float, float], expected: float) -> None:
    region = replace(LOOPED, modulators=(
        Modulator(ModulatorSource(3), "link_2", 1.0), Modulator(ModulatorSource(4), "link_2", 1.0),
        Modulator(ModulatorSource(FIRST_LINK + 2), "pitch", 12.0),
    ))  # fmt: skip
    moves = [control(0, 3 + at, value) for at, value in enumerate(sources)]
    audio = buses_of(engine_with(region), RATE, [*moves, note(64)])[0, 0, 4800:]
    hz = 1000.0 * 2 ** (expected / 12)

    assert abs(1200 * math.log2(pitch_of(audio, hz * 1.0001) / hz)) < 0.3
