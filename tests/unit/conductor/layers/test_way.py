"""The way of a clip through its sound follows the tempo map, without an error that grows."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.conductor.layers.way import Way, WayPart, way_of
from adaptive.timebase import TempoMap

RATE = 48000
FRAMES_PER_QUARTER = 20571.5  # of a recording at 140


def test_a_way_at_the_tempo_of_the_recording_is_plain() -> None:
    tempo = TempoMap(RATE, 60.0 * RATE / FRAMES_PER_QUARTER)

    assert way_of(tempo, 1000, 500, FRAMES_PER_QUARTER).is_plain
    assert not way_of(tempo, 1000, 500.25, FRAMES_PER_QUARTER).is_plain


def test_a_step_within_half_a_frame_lies_at_the_first_frame() -> None:
    tempo = TempoMap(RATE, 100.0)
    tempo.step(1000.4, 60.0 * RATE / FRAMES_PER_QUARTER, 8)
    way = way_of(tempo, 1000, 0, FRAMES_PER_QUARTER)

    assert [part.rate for part in way.parts] == [1.0]


def test_a_glide_is_followed_frame_by_frame() -> None:
    tempo = TempoMap(RATE, 140.0)
    tempo.ramp(9600, 112.0, 24000)
    way = way_of(tempo, 9600, 9600.0, FRAMES_PER_QUARTER, beat=tempo.beat_at(9600))
    frames = np.arange(9600, 96000, 777)
    wanted = [(tempo.beat_at(f) - tempo.beat_at(9600)) * FRAMES_PER_QUARTER + 9600 for f in frames]

    assert [way.position_at(int(f)) for f in frames] == pytest.approx(wanted, abs=0.01)
    assert way.frame_at(way.position_at(20000)) == pytest.approx(20000)
    assert way.frame_at(way.position_at(80000)) == pytest.approx(80000)


def test_another_beat_unit_is_the_same_way() -> None:
    tempo = TempoMap(RATE, 120.0)
    tempo.step(48000, 120.0, 8)
    way = way_of(tempo, 0, 0.0, FRAMES_PER_QUARTER)

    assert way.position_at(96000) == pytest.approx(4 * FRAMES_PER_QUARTER)
    assert way.beat == tempo.beat_at(48000)


def test_an_hour_of_changing_tempo_leaves_the_way_on_the_tempo_map() -> None:
    random = np.random.default_rng(3)
    tempo = TempoMap(RATE, 140.0)
    way = way_of(tempo, 0, 0.0, FRAMES_PER_QUARTER)
    at = 0
    worst = 0.0
    while at < 3600 * RATE:
        at += int(random.integers(2400, 96000))
        tempo.ramp(at, float(random.uniform(112, 165)), float(random.integers(1, 48000)))
        tempo.forget_before(at - 60 * RATE)
        way = way_of(tempo, at, way.position, FRAMES_PER_QUARTER, beat=way.beat).after(way, at)
        exact = tempo.beat_at(at + 2000) * FRAMES_PER_QUARTER
        worst = max(worst, abs(way.position_at(at + 2000) - exact))

    assert worst < 0.01
    assert len(way.parts) <= 6


def test_a_way_goes_on_where_the_rates_are_the_same() -> None:
    steady = Way(0.0, 0.0, (WayPart(0, 0.0, 1.1),))
    other = Way(0.0, 0.0, (WayPart(100, 110.0, 1.1),))
    glide = Way(0.0, 0.0, (WayPart(0, 0.0, 1.0, 1e-6), WayPart(500, 510.0, 1.1)))

    assert other.goes_on(steady, 100)
    assert not other.goes_on(None, 100)
    assert not other.goes_on(glide, 100)
    assert Way(0.0, 0.0, (WayPart(100, 5.0),)).goes_on(None, 100)


def test_a_lead_keeps_the_first_rate() -> None:
    way = Way(0.0, 0.0, (WayPart(1000, 0.0, 1.25),)).led_from(800)

    assert way.position_at(800) == -250.0
    assert way.position_at(1000) == 0.0
    assert way.from_frame(900).parts[0] == WayPart(900, -125.0, 1.25)
