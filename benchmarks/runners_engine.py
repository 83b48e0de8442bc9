"""The same simulated runners, followed by the engine itself: conductor, tempo map and kernel, without sound.

    python -m benchmarks.runners_engine

Steps arrive as messages with their ages, at the control step that follows them.
"""

from __future__ import annotations

import math
import statistics
import tempfile
from pathlib import Path

from adaptive.conductor.messages import Message, SetTempo, TakeSteps
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import read
from adaptive.session.performance import Performance, vocabulary
from benchmarks.runners import Run, step_times

RATE = 48000
PRESET = """\
schema = 1
name = "Runner"
tempo_bpm = 160
[parameters.cadence]
range = [0, 240]
[tempo_follow]
parameter = "cadence"
phase_event = "step"
range_bpm = [120, 200]
max_change_percent_per_s = {change}
[layers.nothing]
generator = "drone"
[sections.road]
layers = []
"""


def follow(steps: list[float], seconds: float, change_percent_per_s: float = 2.0) -> Run:
    """Let the engine follow steps; returns its tempo, and when its beats are heard."""
    with tempfile.TemporaryDirectory() as folder:
        text = PRESET.format(change=change_percent_per_s)
        performance = Performance(read(text.encode(), Path(folder), vocabulary()))
    performance.begin()
    run, left, told = Run(), 0, 0
    while performance.frame < seconds * RATE:
        now_s = performance.next_control_step * CONTROL_STEP_FRAMES / RATE
        due: list[float] = []
        while left < len(steps) and steps[left] <= now_s:
            due.append(now_s - steps[left])
            left += 1
        messages: list[Message] = [TakeSteps("step", tuple(due), True)] if due else []
        performance.engine.pull(CONTROL_STEP_FRAMES)
        performance.engine.drain_replies()
        performance.step(messages)
        tempo = performance.conductor.tempo
        run.times.append(now_s)
        run.tempi.append(tempo.tempo_at(now_s * RATE))
        while told <= tempo.beat_at(now_s * RATE):  # what is past changes no more
            run.beats.append(tempo.exact_frame_at(told) / RATE)
            told += 1
    performance.close()
    return run


def steady(seed: int, wanders: bool) -> tuple[float, float, float]:
    """Mean and deviation of the asynchrony in milliseconds, and the tempo's deviation in per cent."""
    times = step_times(lambda _t: 164.0, 120.0, 0.02, seed, wanders)
    run = follow(times, 120.0)
    late = run.asynchronies_ms(t for t in times if 20.0 < t < 118.0)
    spread = 100.0 * statistics.pstdev(run.tempi_from(20.0)) / 164.0
    return statistics.fmean(late), statistics.pstdev(late), spread


def jump(change_percent_per_s: float, seed: int) -> tuple[int, int]:
    """Beats after a jump from 160 to 172 until the tempo is within 1 %, and the phase within 25 ms."""
    at = 30.0 + 0.05 * seed
    times = step_times(lambda t: 160.0 if t < at else 172.0, 50.0, 0.0, seed)
    run = follow(times, 50.0, change_percent_per_s)
    begin = next(t for t in times if t >= at)
    pairs = zip(run.times, run.tempi, strict=True)
    in_tempo = next(t for t, bpm in pairs if t > begin and abs(bpm / 172.0 - 1.0) <= 0.01)
    late = run.asynchronies_ms(t for t in times if begin <= t < begin + 18.0)
    settled = next(i for i in range(len(late) - 6) if all(abs(ms) <= 25.0 for ms in late[i : i + 6]))
    return sum(1 for beat in run.beats if begin < beat <= in_tempo), settled + 1


def reaction(seconds: float = 60.0) -> tuple[float, float, int]:
    """Set tempi at odd moments, and look which beats move.

    Returns
    -------
    tuple
        Milliseconds until the tempo map bends, until the first beat that lies elsewhere, and how many beats
        at most stay where they were; the largest of each.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = PRESET.format(change=2.0)
        performance = Performance(read(text.encode(), Path(folder), vocabulary()))
    performance.begin()
    tempo = performance.conductor.tempo
    bends, moves, stay, next_s, goal = 0.0, 0.0, 0, 2.0, 140.0
    while performance.frame < seconds * RATE:
        now = performance.next_control_step * CONTROL_STEP_FRAMES
        is_due = now >= next_s * RATE
        first = math.ceil(tempo.beat_at(now))
        before = [tempo.exact_frame_at(first + n) for n in range(8)]
        performance.engine.pull(CONTROL_STEP_FRAMES)
        performance.engine.drain_replies()
        performance.step([SetTempo(goal)] if is_due else [])
        if is_due:
            present = tempo.tempo_at(now)
            bend = next(n for n in range(RATE) if abs(tempo.tempo_at(now + n) - present) > 1e-3)
            after = [tempo.exact_frame_at(first + n) for n in range(8)]
            moved = next(n for n in range(8) if abs(after[n] - before[n]) > 0.5)
            bends, stay = max(bends, 1000.0 * bend / RATE), max(stay, moved)
            moves = max(moves, 1000.0 * (after[moved] - now) / RATE)
            next_s, goal = next_s + 2.37, 160.0 if goal == 140.0 else 140.0
    performance.close()
    return bends, moves, stay


def main() -> None:
    """Print the figures."""
    for wanders, words in ((True, "of each interval"), (False, "about a steady grid")):
        found = [steady(seed, wanders) for seed in (1, 2, 3)]
        mean, spread, tempo = (max(abs(row[i]) for row in found) for i in range(3))
        print(f"2 % of jitter {words}: mean {mean:.1f} ms, SD {spread:.1f} ms; tempo's SD {tempo:.2f} %")
    for change in (2.0, 4.0):
        beats = [jump(change, seed) for seed in (1, 2, 3)]
        print(f"160 to 172 at {change:g} % a second: beats to 1 % and to 25 ms {beats}")
    bends, moves, stay = reaction()
    print(f"a tempo by message: the map bends after {bends:.1f} ms, {stay} beats at most stay")
    print(f"and the first that moves comes after {moves:.0f} ms at most")


if __name__ == "__main__":
    main()
