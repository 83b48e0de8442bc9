from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec
from adaptive.kernel import layout as k
from adaptive.kernel.sources import synth
from adaptive.kernel.sources.synth_record import PULSE, SAW, SINE
from adaptive.kernel.sources.synth_settings import EnvelopeSpec, OscillatorSpec, SynthSpec
from tests.helpers import measure
from tests.helpers.rendering import LEAD, buses_of, digest, engine_of, left_of

Q = k.QUANTUM
AUDIBLE_CLICK = 2.0
SILENT = OscillatorSpec(level=0.0)
OPEN_SINE = SynthSpec(
    0,
    oscillators=(OscillatorSpec(SINE), SILENT),
    cutoff_hz=20000.0,
    key_track=0.0,
    resonance=0.0,
    velocity_octaves=0.0,
    spread=0.0,
)
OPEN_SAW = replace(OPEN_SINE, oscillators=(OscillatorSpec(SAW), SILENT))


def play(instrument: SynthSpec, frames: int, commands: list[c.Command]) -> np.ndarray:
    return left_of(engine_of(instruments=(instrument,)), frames, commands)


def note(at: int, pitch: float = 60.0, frames: int = 0, velocity: float = 1.0, **more: int) -> c.Command:
    return c.play_note(LEAD + at, 0, pitch, velocity, frames, **more)


def sounding(engine: Engine) -> int:
    return int(engine.memory.instruments.voices(0)["active"].sum())


def test_a_note_rises_from_its_exact_frame_wherever_that_lies_in_a_quantum() -> None:
    expected = [offset + 1 for offset in range(Q)]  # at its own frame the gain is still 0
    actual = [measure.onset(play(OPEN_SAW, 192, [note(offset)])) for offset in range(Q)]

    assert expected == actual


def test_a_note_is_released_at_its_exact_frame_wherever_that_lies_in_a_quantum() -> None:
    held = play(OPEN_SAW, 1024, [note(5)])
    expected, actual = [], []
    for length in range(400, 400 + Q):
        released = play(OPEN_SAW, 1024, [note(5, frames=length)])
        expected.append(5 + length)
        actual.append(int(np.flatnonzero(released != held)[0]) - 1)

    assert expected == actual


@pytest.mark.parametrize("length", [1, 20, 63, 64, 65, 200])
def test_the_shortest_notes_end(length: int) -> None:
    engine = engine_of(instruments=(OPEN_SINE,))
    left_of(engine, 48000, [note(37, frames=length)])

    assert sounding(engine) == 0


def test_a_release_by_id_ends_that_note_and_no_other() -> None:
    engine = engine_of(instruments=(OPEN_SINE,))
    commands = [note(0, 60.0, note=1), note(0, 64.0, note=2)]
    buses_of(engine, 24000, [*commands, c.release_note(LEAD + 4000, 0, 1)])

    assert sounding(engine) == 1
    assert engine.memory.instruments.voices(0)[0]["pitch"][1] == 64.0


def test_a_release_of_all_ends_every_note() -> None:
    engine = engine_of(instruments=(OPEN_SINE,))
    commands = [note(number, 50.0 + number, note=number) for number in range(12)]
    buses_of(engine, 24000, [*commands, c.release_all(LEAD + 4000, 0)])

    assert sounding(engine) == 0


@pytest.mark.parametrize("how", ["by id", "all"])
def test_a_note_that_is_released_in_the_quantum_it_starts_in_ends(how: str) -> None:
    engine = engine_of(instruments=(OPEN_SINE,))
    release = c.release_note(LEAD + 40, 0, 7) if how == "by id" else c.release_all(LEAD + 40, 0)
    buses_of(engine, 48000, [note(10, note=7), release])

    assert sounding(engine) == 0


def peak_at(audio: np.ndarray, seconds: float) -> float:
    middle = round(seconds * 48000)
    return float(np.abs(audio[middle - 60 : middle + 60]).max())


def test_an_attack_takes_its_time() -> None:
    envelope = EnvelopeSpec(attack_s=0.2)
    audio = play(replace(OPEN_SINE, amplitude=envelope), 24000, [note(0, 84.0)])

    for seconds in (0.05, 0.1, 0.15):
        assert peak_at(audio, seconds) == pytest.approx(seconds / 0.2, abs=0.02)
    assert peak_at(audio, 0.25) == pytest.approx(1.0, abs=0.01)


def test_a_decay_comes_within_sixty_decibels_of_the_sustain_in_its_time() -> None:
    envelope = EnvelopeSpec(attack_s=0.002, decay_s=0.3, sustain=0.25)
    audio = play(replace(OPEN_SINE, amplitude=envelope), 24000, [note(0, 84.0)])

    for seconds in (0.05, 0.1, 0.2):
        expected = 0.25 + 0.75 * 10.0 ** (-3.0 * (seconds - 0.002) / 0.3)
        assert peak_at(audio, seconds) == pytest.approx(expected, rel=0.04)
    assert peak_at(audio, 0.45) == pytest.approx(0.25, rel=0.01)


def test_a_release_falls_by_sixty_decibels_in_its_time() -> None:
    envelope = EnvelopeSpec(release_s=0.3)
    audio = play(replace(OPEN_SINE, amplitude=envelope), 24000, [note(0, 84.0, 4800)])

    for seconds in (0.05, 0.1, 0.2):
        expected = 10.0 ** (-3.0 * seconds / 0.3)
        assert peak_at(audio, 0.1 + seconds) == pytest.approx(expected, rel=0.05)


def test_a_released_voice_is_free_once_it_is_silent() -> None:
    engine = engine_of(instruments=(OPEN_SINE,))
    audio = left_of(engine, 24000, [note(0, 69.0, 4800)])

    assert sounding(engine) == 0
    assert measure.onset(audio[12000:]) == -1


def test_the_second_oscillator_has_its_own_pitch_and_level() -> None:
    second = OscillatorSpec(SINE, 0.5, semitones=12.0)
    instrument = replace(OPEN_SINE, oscillators=(OscillatorSpec(SINE), second))
    audio = play(instrument, 48000, [note(0, 69.0)])[4800:]
    difference = measure.band_db(audio, 400, 480) - measure.band_db(audio, 840, 920)

    assert difference == pytest.approx(6.02, abs=0.1)


@pytest.mark.parametrize(("mode", "low_db", "high_db"), [
    ("low_pass", 0.0, -40.0), ("band_pass", -20.0, -20.0), ("high_pass", -40.0, 0.0),
])  # fmt: skip
def test_the_filter_has_three_modes(mode: str, low_db: float, high_db: float) -> None:
    levels = []
    for pitch in (45.0, 125.0):  # 110 Hz and 11.2 kHz, a decade to each side of the cutoff
        plain = play(OPEN_SINE, 24000, [note(0, pitch)])[9600:]
        instrument = replace(OPEN_SINE, cutoff_hz=1109.0, filter_mode=mode)
        levels.append(
            measure.rms_db(play(instrument, 24000, [note(0, pitch)])[9600:]) - measure.rms_db(plain)
        )

    assert levels[0] == pytest.approx(low_db, abs=1.5)
    # the trapezoidal filter is steeper near half the rate
    assert high_db - 6.0 < levels[1] < high_db + 1.5


def test_loudness_follows_the_square_of_the_velocity() -> None:
    loud, soft = (
        measure.rms_db(play(OPEN_SINE, 9600, [note(0, 69.0, velocity=v)])[4800:]) for v in (1.0, 0.5)
    )

    assert loud - soft == pytest.approx(40.0 * math.log10(2.0), abs=0.05)


def test_more_notes_than_voices_steal_and_never_exceed_the_limit() -> None:
    engine = engine_of(instruments=(replace(OPEN_SINE, voices=5),))
    engine.post([note(number * 100, 40.0 + number) for number in range(20)])
    counts = []
    for _ in range(40):
        engine.pull(Q)
        counts.append(sounding(engine))

    assert max(counts) == counts[-1] == 5
    assert engine.telemetry().stolen_voices == 15


def test_the_oldest_note_is_stolen_first_and_a_released_one_before_it() -> None:
    engine = engine_of(instruments=(replace(OPEN_SINE, voices=3, amplitude=EnvelopeSpec(release_s=9.0)),))
    commands = [note(number * 200, 60.0 + number, note=number + 1) for number in range(3)]
    commands += [c.release_note(LEAD + 700, 0, 2), note(1000, 70.0), note(1200, 71.0)]
    buses_of(engine, 2000, commands)
    pitches = [float(pitch) for pitch in engine.memory.instruments.voices(0)[0]["pitch"][:3]]

    assert pitches == [71.0, 70.0, 62.0]


@pytest.mark.parametrize("at", [4810, 4864, 4927])
def test_a_stolen_voice_leaves_no_click(at: int) -> None:
    instrument = replace(OPEN_SINE, voices=1)
    audio = play(instrument, 9600, [note(0, 45.0), note(at, 52.0)])

    assert measure.click(audio[1000:]) < AUDIBLE_CLICK


def test_a_stolen_voice_leaves_no_click_when_its_successor_stands_elsewhere() -> None:
    engine = engine_of(instruments=(replace(OPEN_SINE, voices=1, spread=0.3),))
    left, right = buses_of(engine, 9600, [note(0, 45.0), note(5010, 45.0)])[0]

    assert max(measure.click(left[1000:]), measure.click(right[1000:])) < AUDIBLE_CLICK


def test_a_note_for_which_there_is_no_voice_is_counted() -> None:
    engine = engine_of(instruments=(replace(OPEN_SINE, voices=4),))
    buses_of(engine, 256, [note(0, 60.0 + number) for number in range(6)])

    assert engine.telemetry().stolen_voices == 2


@pytest.mark.parametrize(("pitch", "velocity"), [(math.nan, 1.0), (60.0, math.nan)])
def test_a_voice_recovers_from_a_note_that_is_not_a_number(pitch: float, velocity: float) -> None:
    engine = engine_of(instruments=(replace(OPEN_SINE, voices=1),))
    audio = left_of(engine, 48000, [note(0, pitch, velocity=velocity), note(640, 60.0)])

    assert measure.peak_db(audio[24000:]) > -6.0


def test_an_instrument_fades_as_a_whole_without_a_step() -> None:
    fade = c.fade_instrument(LEAD + 4837, 0, 0.0, 4800)
    audio = play(OPEN_SINE, 14400, [note(0, 69.0), fade])

    assert measure.peak_db(audio[3000:4800]) == pytest.approx(0.0, abs=0.1)
    assert measure.peak_db(audio[7180:7300]) == pytest.approx(-6.0, abs=0.5)
    assert measure.peak_db(audio[9900:]) < -120.0
    assert measure.click(audio) < AUDIBLE_CLICK


def test_notes_spread_to_both_sides_in_turn() -> None:
    engine = engine_of(instruments=(replace(OPEN_SINE, spread=1.0),))
    first, second = [], []
    for number, levels in enumerate((first, second)):
        audio = buses_of(engine, 9600, [note(number * 9600, 69.0, 4800)])[0]
        levels.extend(measure.rms_db(channel[1000:4000]) for channel in audio)

    assert (first[0] - first[1]) * (second[0] - second[1]) < 0.0


def test_an_instrument_plays_on_its_bus_alone() -> None:
    buses = (BusSpec("a"), BusSpec("b"))
    engine = engine_of(buses=buses, instruments=(OPEN_SINE, replace(OPEN_SINE, bus=1)))
    audio = buses_of(engine, 640, [c.play_note(LEAD, 1, 60.0, 1.0, 0)])

    assert np.count_nonzero(audio[0]) == 0
    assert np.count_nonzero(audio[1]) > 1000


def test_forty_voices_of_three_groups_add_their_power() -> None:
    instrument = replace(OPEN_SINE, voices=40, gain=0.02)
    together = play(instrument, 48000, [note(0, 50.0 + number) for number in range(40)])
    alone = play(instrument, 48000, [note(0, 69.0)])
    difference = measure.rms_db(together[9600:]) - measure.rms_db(alone[9600:])

    assert difference == pytest.approx(10.0 * math.log10(40.0), abs=0.2)


def test_the_same_notes_give_the_same_bits() -> None:
    vibrato = replace(OPEN_SAW, lfo_pitch_cents=30.0, lfo_cutoff_octaves=1.0, filter_octaves=2.0, spread=0.5)
    commands = [note(number * 37 % 9000, 40.0 + number % 40, 3000) for number in range(150)]
    first, second = (digest(play(vibrato, 24000, commands)) for _ in range(2))

    assert first == second


def test_a_note_of_one_instrument_does_not_change_another() -> None:
    buses = (BusSpec("a"), BusSpec("b"))
    mine = [note(number * 333, 50.0 + number, 1000) for number in range(20)]
    audio = []
    for more in ([], [c.play_note(LEAD + 777, 1, 55.0, 1.0, 500)]):
        engine = engine_of(buses=buses, instruments=(OPEN_SAW, replace(OPEN_SAW, bus=1)))
        audio.append(digest(buses_of(engine, 9600, mine + more)[0]))

    assert audio[0] == audio[1]


def test_a_note_leaves_its_neighbours_in_the_group_alone() -> None:
    quiet = play(OPEN_SAW, 9600, [note(3, 48.0)])
    later = play(OPEN_SAW, 9600, [note(3, 48.0), note(5003, 60.0)])

    assert digest(quiet[:5004]) == digest(later[:5004])
    alone = play(OPEN_SAW, 9600, [note(3, 48.0), note(5003, 60.0, velocity=0.0)])
    assert digest(quiet) == digest(alone)


def test_a_note_changes_no_bit_of_its_neighbours_even_while_a_stolen_one_rings() -> None:
    """Each lane of the blocks is separate; the end of another note splits the quantum of all sixteen."""
    pair = (OscillatorSpec(SAW), OscillatorSpec(PULSE, 0.5, 12.1, 0.3))
    spec = SynthSpec(0, voices=16, oscillators=pair, cutoff_hz=900.0, resonance=0.5, gain=0.3)

    def lanes(more: list[c.Command]) -> np.ndarray:
        engine = engine_of(buses=(BusSpec("a"),), instruments=(spec,))
        held = [c.play_note(LEAD + 10 + i, 0, 40.0 + 3 * i, 0.8, 20_000, note=i) for i in range(16)]
        engine.post([*held, c.play_note(LEAD + 2001, 0, 50.0, 0.9, 20_000, note=50), *more])
        heard = []
        for _ in range(60):
            engine.pull(k.QUANTUM)
            heard.append(engine.memory["lanes"][1].copy())
        return np.concatenate(heard)

    alone = lanes([])
    for at in range(2100, 3600, 97):
        beside = lanes([c.release_note(LEAD + at, 0, 9)])
        others = [lane for lane in range(16) if lane != 9]

        np.testing.assert_array_equal(alone[:, others], beside[:, others])
        assert not np.array_equal(alone[:, 9], beside[:, 9])


def values(function: Callable[..., float], xs: np.ndarray, *more: Any) -> np.ndarray:
    return np.array([function(np.float32(x), *more) for x in xs], np.float64)


def test_the_warp_of_a_pitch_keeps_its_stated_error() -> None:
    pitches = np.linspace(20.0, 135.0, 1009, dtype=np.float32)
    hertz = np.minimum(440.0 * 2.0 ** ((pitches.astype(np.float64) - 69.0) / 12.0), 0.45 * 48000)
    exact = np.tan(np.pi * hertz / 48000)
    error = np.abs(values(synth.filter_warp_of_pitch, pitches, np.float32(48000.0)) / exact - 1.0).max()

    assert error < 2e-4


def test_a_pitch_is_in_tune_to_a_hundredth_of_a_cent() -> None:
    pitches = np.linspace(0.0, 127.0, 509, dtype=np.float32)
    exact = 440.0 * 2.0 ** ((pitches.astype(np.float64) - 69.0) / 12.0)
    cents = 1200.0 * np.log2(values(synth.hz_of_pitch, pitches) / exact)

    assert np.abs(cents).max() < 0.01


def test_the_lfo_is_a_sine() -> None:
    phases = np.linspace(0.0, 1.0, 1009, endpoint=False, dtype=np.float32)
    error = np.abs(values(synth.lfo_value, phases) - np.sin(2 * np.pi * phases)).max()

    assert error < 5e-6
