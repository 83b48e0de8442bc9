from __future__ import annotations

import numpy as np
import pytest

from adaptive.sinks.midi_time import BarGrid, TickMap, signatures
from adaptive.timebase import TempoMap

RATE = 48000


def clock(tempos: list[tuple[int, int]], tick: int) -> float:
    """Seconds at which a player of the file comes to a tick."""
    seconds = 0.0
    for (at, tempo), (following, _) in zip(tempos, [*tempos[1:], (tick, 0)], strict=True):
        seconds += max(0, min(following, tick) - at) / 960 * tempo / 1e6
    return seconds


def worst(tempo: TempoMap, end_s: float) -> float:
    """Farthest that the file's clock and ours are apart, in seconds, at whole ticks."""
    ticks = TickMap(tempo.segments_until(end_s * RATE), RATE)
    end = ticks.tick_at(end_s * RATE)
    tempos = ticks.tempos(end)
    probes = sorted({int(tick) for tick in np.linspace(0, end, 1500)})
    return max(abs(clock(tempos, tick) - ticks.seconds_at(tick)) for tick in probes)


def test_an_hour_at_a_tempo_that_no_microsecond_says_is_right_to_a_quarter_of_a_millisecond() -> None:
    assert worst(TempoMap(RATE, 112.5), 3600.0) < 0.25e-3


@pytest.mark.parametrize(("start", "goal", "seconds"), [(60, 240, 0.5), (240, 40, 8.0), (120, 121, 60.0)])
def test_a_ramp_is_followed(start: float, goal: float, seconds: float) -> None:
    tempo = TempoMap(RATE, start)
    tempo.ramp(RATE + 77, goal, seconds * RATE)

    assert worst(tempo, seconds + 20.0) < 0.6e-3


def test_changes_in_quick_succession_do_not_add_up() -> None:
    tempo = TempoMap(RATE, 90.0, 8)
    for number in range(1, 200):
        tempo.ramp(number * RATE, 60.0 + 37 * number % 150, 0.3 * RATE)
        tempo.step(number * RATE + RATE * 0.61, 71.0 + 53 * number % 140)

    assert worst(tempo, 200.0) < 0.8e-3


def test_a_beat_of_an_eighth_has_half_the_ticks() -> None:
    ticks = TickMap(TempoMap(RATE, 120.0, 8).segments_until(0), RATE)

    assert ticks.tick_of(6) == 3 * 960
    assert ticks.tempos(9600) == [(0, 500000)]


@pytest.mark.parametrize(
    ("seams", "expected"),
    [
        ([], [(0, 4)]),
        ([(8, 0)], [(0, 4)]),
        ([(6, 0)], [(0, 4), (4, 2), (6, 4)]),
        ([(6, 2)], [(0, 4)]),  # entered at the same place of its bar: the bar goes on
        ([(6, 1)], [(0, 4), (4, 2), (6, 3), (9, 4)]),
        ([(6, 1), (7, 0)], [(0, 4), (4, 2), (6, 1), (7, 4)]),
        ([(1, 0), (2, 0)], [(0, 1), (2, 4)]),
        ([(4, 0), (6, 0), (9, 0)], [(0, 4), (4, 2), (6, 3), (9, 4)]),
        ([(5.5, 0), (9.5, 0)], [(0, 4)]),  # between two beats: no file can say it
    ],
)
def test_a_bar_that_is_cut_short_is_said(
    seams: list[tuple[float, float]], expected: list[tuple[int, int]]
) -> None:
    grids = [BarGrid(0.0, 0.0), *(BarGrid(float(beat), float(offset)) for beat, offset in seams)]

    assert signatures(grids) == [(beat, (beats, 4)) for beat, beats in expected]


def test_a_section_with_another_meter_changes_the_bars() -> None:
    grids = [BarGrid(0.0, 0.0), BarGrid(5.0, 0.0, 6, 8), BarGrid(17.0, 0.0, 3, 4), BarGrid(19.0, 0.0)]
    expected = [(0, (4, 4)), (4, (1, 4)), (5, (6, 8)), (17, (2, 4)), (19, (4, 4))]

    assert signatures(grids) == expected


def test_a_beat_that_changes_its_length_changes_its_ticks() -> None:
    tempo = TempoMap(RATE, 120.0)
    tempo.step(48000, 120.0, 8)  # two quarters, then eighths
    ticks = TickMap(tempo.segments_until(RATE * 9), RATE)

    assert [ticks.tick_of(beat) for beat in (0, 1, 2, 3, 4)] == [0, 960, 1920, 2400, 2880]
    assert ticks.tick_at(48000 + 24000) == 1920 + 960
    assert ticks.seconds_at(2400) == 1.25
    assert ticks.tempos(9600) == [(0, 500000)]
