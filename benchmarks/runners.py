"""Simulated runners: how well the tempo follows them, as a table.

    python -m benchmarks.runners

No real footfalls are measured here: runners are drawn from a seed.  The music is a tempo map that changes
by a limited share a second, 50 ms ahead, as the engine's does.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from adaptive.follow.follower import Follower
from adaptive.follow.settings import FollowSettings

LOOK_AHEAD_S = 0.05
CONTROL_STEP_S = 256 / 48000
RANGE_148_174 = FollowSettings(range_bpm=(148.0, 174.0), tempo_bpm=160.0)
WIDE = FollowSettings(range_bpm=(120.0, 200.0), tempo_bpm=160.0)


@dataclass(frozen=True)
class Reading:
    """A reading of a cadence, or a step (`spm` is None), and when it arrives."""

    arrives_s: float
    spm: float | None = None
    happened_s: float | None = None

    @property
    def is_timed(self) -> bool:
        """Whether a step has a time of its own."""
        return self.happened_s is not None


@dataclass
class Run:
    """What was simulated.

    Parameters
    ----------
    times, tempi : list of float
        The tempo, once a control step.
    beats : list of float
        When each beat is heard.
    notes : list of str
        Sentences about the sensors.
    """

    times: list[float] = field(default_factory=list)
    tempi: list[float] = field(default_factory=list)
    beats: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cadences: list[float | None] = field(default_factory=list)

    def tempi_from(self, begin_s: float, end_s: float = math.inf) -> list[float]:
        """Tempi of a stretch of time."""
        return [b for t, b in zip(self.times, self.tempi, strict=True) if begin_s <= t < end_s]

    def asynchronies_ms(self, steps: Iterable[float]) -> list[float]:
        """How much later than each step the beat nearest to it is heard, in milliseconds."""
        beats = np.array(self.beats)
        return [1000.0 * float(beats[np.argmin(np.abs(beats - step))] - step) for step in steps]


def simulate(
    readings: Sequence[Reading],
    settings: FollowSettings,
    seconds: float,
    begin_bpm: float | None = None,
    control_step_s: float = CONTROL_STEP_S,
    each: Callable[[Follower, float], None] | None = None,
) -> Run:
    """Let a follower and a tempo map hear readings and steps.

    Parameters
    ----------
    readings : sequence of Reading
        In order of arrival.
    settings : FollowSettings
        How they are followed.
    seconds : float
        Length of the run.
    begin_bpm : float, optional
        Tempo at the beginning; default: the music's own.
    control_step_s : float
        Time between two decisions.
    each : callable, optional
        Is called after each decision.
    """
    follower, run = Follower(settings), Run()
    tempo = settings.tempo_bpm if begin_bpm is None else begin_bpm
    beat, now, arrived, next_beat = 0.0, 0.0, 0, 0
    most = settings.change_per_s * control_step_s
    while now < seconds:
        while arrived < len(readings) and readings[arrived].arrives_s <= now:
            reading = readings[arrived]
            if reading.spm is not None:
                follower.take_reading(reading.arrives_s, reading.spm)
            else:
                at = reading.arrives_s if reading.happened_s is None else reading.happened_s
                follower.take_step(at, now, reading.is_timed)
            arrived += 1
        # what is decided now sounds after the look-ahead; `beat` counts up to there
        ahead = now + LOOK_AHEAD_S
        coming = ahead + (math.ceil(beat) - beat) * 60.0 / tempo
        aim = follower.aim(now, coming)
        wanted = tempo if aim.tempo_bpm is None else aim.tempo_bpm
        before = tempo
        tempo = min(max(wanted, tempo * (1.0 - most)), tempo * (1.0 + most))
        gained = 0.5 * (before + tempo) * control_step_s / 60.0
        while next_beat <= beat + gained:
            run.beats.append(ahead + (next_beat - beat) / gained * control_step_s)
            next_beat += 1
        beat += gained
        run.times.append(ahead)
        run.tempi.append(tempo)
        run.cadences.append(aim.cadence_spm)
        run.notes += [note.text for note in follower.pop_notes()]
        now += control_step_s
        if each is not None:
            each(follower, now)
    return run


# ── runners ────────────────────────────────────────────────────────────────────────────────────


def step_times(
    cadence: Callable[[float], float],
    seconds: float,
    jitter: float = 0.0,
    seed: int = 1,
    wanders: bool = True,
) -> list[float]:
    """When a runner steps.

    Parameters
    ----------
    cadence : callable
        Steps a minute at a time.
    seconds : float
        How long.
    jitter : float
        Standard deviation, as a share of the time between two steps.
    seed : int
        Of the jitter.
    wanders : bool
        Whether the jitter of the intervals adds up, so that the phase wanders; otherwise each step deviates
        from a steady grid.
    """
    rng = np.random.default_rng(seed)
    at, times = 0.5, []
    while at < seconds:
        period = 60.0 / cadence(at)
        deviation = period * jitter * float(rng.standard_normal())
        times.append(at if wanders else at + deviation)
        at += period + (deviation if wanders else 0.0)
    return times


def as_steps(times: Iterable[float]) -> list[Reading]:
    """Steps that arrive when they happen, with their times."""
    return [Reading(at, None, at) for at in times]


def steady(settings: FollowSettings, seed: int, wanders: bool) -> tuple[float, float, float]:
    """Mean and standard deviation of the asynchrony of a steady runner, and the tempo's, in percent."""
    times = step_times(lambda _t: 164.0, 180.0, 0.02, seed, wanders)
    run = simulate(as_steps(times), settings, 180.0)
    late = run.asynchronies_ms(t for t in times if 20.0 < t < 178.0)
    spread = 100.0 * statistics.pstdev(run.tempi_from(20.0)) / 164.0
    return statistics.fmean(late), statistics.pstdev(late), spread


def jump(change_percent_per_s: float, jitter: float, seed: int) -> tuple[float, float]:
    """Beats after a jump from 160 to 172 until the tempo is within 1 %, and the phase within 25 ms."""
    at = 30.0 + 0.05 * seed
    settings = dataclasses.replace(WIDE, max_change_percent_per_s=change_percent_per_s)
    times = step_times(lambda t: 160.0 if t < at else 172.0, 60.0, jitter, seed)
    run = simulate(as_steps(times), settings, 60.0)
    begin = next(t for t in times if t >= at)
    in_tempo = next(
        t for t, b in zip(run.times, run.tempi, strict=True) if t > begin and abs(b / 172 - 1) <= 0.01
    )
    late = run.asynchronies_ms([t for t in times if begin <= t < begin + 18.0])
    # with jitter a single step says little: the mean of four, and two deviations of the jitter more
    means = [statistics.fmean(late[i - 3 : i + 1]) for i in range(3, len(late))] if jitter else late
    limit = 25.0 + 2000.0 * jitter * 60.0 / 172.0
    settled = next(i for i in range(len(means) - 6) if all(abs(ms) <= limit for ms in means[i : i + 6]))
    first = 1 + settled + (len(late) - len(means))
    return float(sum(1 for beat in run.beats if begin < beat <= in_tempo)), float(first)


def flicker() -> float:
    """Tempo, peak to peak in percent, of a cadence that alternates between 160 and 162 each second."""
    readings = [Reading(float(t), 160.0 if t % 2 == 0 else 162.0) for t in range(120)]
    tempi = simulate(readings, RANGE_148_174, 120.0).tempi_from(10.0)
    return 100.0 * (max(tempi) - min(tempi)) / statistics.fmean(tempi)


def table() -> list[tuple[str, str, str, str]]:
    """Rows: what, least, aim, measured."""
    rows = []
    for wanders, words in ((True, "each interval"), (False, "about a steady grid")):
        found = [steady(WIDE, seed, wanders) for seed in range(1, 4)]
        mean = max(abs(row[0]) for row in found)
        spread = max(row[1] for row in found)
        tempo = max(row[2] for row in found)
        rows.append(
            (
                f"asynchrony at 164 a minute, 2 % of jitter {words}: mean / SD, ms (tempo's SD, %)",
                "15 / 25", "8 / 15", f"{mean:.1f} / {spread:.1f} ({tempo:.2f})",
            )
        )  # fmt: skip
    for change, least, aim in ((2.0, "12 / 32", "12 / 28"), (4.0, "8 / 20", "8 / 16")):
        for jitter in (0.0, 0.02):
            found = [jump(change, jitter, seed) for seed in range(1, 6)]
            tempo, phase = (statistics.median(row[i] for row in found) for i in (0, 1))
            within = "25 ms" if jitter == 0.0 else "25 ms and two deviations of the jitter, mean of four"
            rows.append(
                (
                    f"160 to 172 at {change:g} % a second, {100 * jitter:g} % of jitter: "
                    f"beats to 1 % / to {within}",
                    least, aim, f"{tempo:.0f} / {phase:.0f}",
                )
            )  # fmt: skip
    rows.append(
        ("160 and 162 in turn each second: tempo, peak to peak, %", "0.5", "0.25", f"{flicker():.2f}")
    )
    return rows


def main() -> None:
    """Print the table."""
    print("| what | least | aim | measured |\n|---|---|---|---|")
    for row in table():
        print(f"| {' | '.join(row)} |")
    print("\nSimulated runners: asynchrony, the worst of three seeds; jumps, the median of five.")


if __name__ == "__main__":
    main()
