from __future__ import annotations

import numpy as np
import pytest

from adaptive.inputs.midi.clock import PULSES, MidiClock

JITTER_S = 0.002


def test_a_jittering_clock_gives_tempo_and_beats(rng: np.random.Generator) -> None:
    clock = MidiClock()
    clock.start()
    period = 0.5 / PULSES
    tempi, beats = [], []
    for number, jitter in enumerate(rng.uniform(-JITTER_S, JITTER_S, PULSES * 60)):
        found = clock.pulse(number * period + jitter)
        if found is not None and number > 2 * PULSES:
            assert found.beat_s is not None
            tempi.append(found.tempo_bpm / 120.0 - 1.0)
            beats.append(found.beat_s - number // PULSES * 0.5)
    assert np.abs(tempi).max() < 0.005
    assert np.abs(beats).max() < 0.003


@pytest.mark.parametrize("tempo_bpm", [140.0, 126.0, 90.0, 180.0])
def test_two_beats_after_a_change_the_tempo_is_within_a_percent(
    tempo_bpm: float, rng: np.random.Generator
) -> None:
    clock, at, found = MidiClock(), 0.0, None
    for period, count in ((0.5 / PULSES, 10 * PULSES), (60.0 / tempo_bpm / PULSES, 2 * PULSES)):
        for jitter in rng.uniform(-JITTER_S, JITTER_S, count):
            found = clock.pulse(at + jitter) or found
            at += period
    assert found is not None
    assert found.tempo_bpm == pytest.approx(tempo_bpm, rel=0.01)


def test_a_clock_that_was_joined_in_the_middle_has_a_tempo_and_no_beats() -> None:
    clock = MidiClock()
    found = [clock.pulse(0.02 * number) for number in range(PULSES)]
    assert found[-1] is not None
    assert found[-1].tempo_bpm == pytest.approx(125.0)
    assert found[-1].beat_s is None


def test_a_song_position_places_the_beats() -> None:
    clock = MidiClock()
    clock.place(2)  # the middle of a quarter note
    found = [clock.pulse(0.02 * number) for number in range(PULSES)]
    told = [one for one in found if one is not None]
    assert told[-1].beat_s == pytest.approx(0.02 * PULSES / 2)


def test_a_clock_ceases_once_and_begins_anew() -> None:
    clock = MidiClock()
    for number in range(12):
        clock.pulse(0.02 * number)
    assert not clock.has_ceased(0.5)
    assert clock.has_ceased(0.8)
    assert not clock.has_ceased(0.9)
    assert clock.pulse(5.0) is None


def test_pulses_that_come_at_once_or_out_of_order_break_nothing() -> None:
    clock = MidiClock()
    assert [clock.pulse(1.0) for _ in range(200)][-1] is None
    clock.pulse(0.5)
    assert clock.is_running
