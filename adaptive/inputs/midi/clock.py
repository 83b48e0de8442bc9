"""The tempo and the beats of a MIDI clock: 24 pulses a quarter note, whose arrivals jitter.

A straight line is fitted through the last pulses by least squares; its slope is the tempo, and its value the
place of the beat.  With a jitter of ± 2 ms, uniform, 96 pulses give a tempo of 0.02 % and a beat of 0.25 ms
(standard deviations).  If the last four pulses lie off the line, all on one side, the tempo has changed: the
line begins anew with them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

PULSES = 24
"""Pulses of a quarter note."""

SIXTEENTH = 6
"""Pulses of one unit of a song position."""

MOST_PULSES = 96
FEWEST_PULSES = 8
TOLD_EVERY = 6
"""Pulses between two estimates that are told."""

RECENT, OFF_S = 4, 0.003
"""Pulses whose mean distance from the line is watched, and the distance that means another tempo."""

CEASED_S = 0.5
"""A clock without a pulse for so long has ceased: at 20 quarter notes a minute they are 0.125 s apart."""

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """What a clock says.

    Parameters
    ----------
    tempo_bpm : float
        Quarter notes a minute.
    beat_s : float or None
        When it was on a quarter note, by the clock of the arrivals; None: where its beats are is unknown.
    """

    tempo_bpm: float
    beat_s: float | None


class MidiClock:
    """Listens to one clock.

    Attributes
    ----------
    is_running : bool
        Whether pulses come.
    """

    def __init__(self) -> None:
        self._pulses: deque[tuple[int, float]] = deque(maxlen=MOST_PULSES)
        self._count = 0
        self._has_beats = False
        self._next: int | None = None
        self.is_running = False

    def start(self) -> None:
        """The next pulse is the first of a quarter note: start, or the song position 0."""
        self.place(0)

    def place(self, sixteenths: int) -> None:
        """The next pulse is at a song position, in sixteenths from the start."""
        self._next = sixteenths * SIXTEENTH

    def pulse(self, at_s: float) -> ClockEstimate | None:
        """Take a pulse; every few pulses, return an estimate."""
        if self._pulses and at_s - self._pulses[-1][1] > CEASED_S:
            self._pulses.clear()
        if self._next is not None:
            shift = self._next - self._count
            self._pulses = deque(((n + shift, at) for n, at in self._pulses), MOST_PULSES)
            self._count, self._next, self._has_beats = self._next, None, True
        if self._pulses and at_s <= self._pulses[-1][1]:
            at_s = self._pulses[-1][1] + 1e-6  # a driver that tells two pulses at once
        self._pulses.append((self._count, at_s))
        self._count += 1
        self.is_running = True
        self._watch_change()
        if len(self._pulses) < FEWEST_PULSES or self._count % TOLD_EVERY:
            return None
        return self._estimate()

    def has_ceased(self, now_s: float) -> bool:
        """Whether pulses came and have ceased; true once."""
        if not self.is_running or now_s - self._pulses[-1][1] <= CEASED_S:
            return False
        self.is_running = False
        self._pulses.clear()
        return True

    def _estimate(self) -> ClockEstimate | None:
        line = _line(list(self._pulses))
        tempo_bpm = 60.0 / (PULSES * line.period_s)
        if not SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
            return None
        if not self._has_beats:
            return ClockEstimate(tempo_bpm, None)
        last = self._pulses[-1][0]
        return ClockEstimate(tempo_bpm, line.at(last - last % PULSES))

    def _watch_change(self) -> None:
        if len(self._pulses) < FEWEST_PULSES + RECENT:
            return
        pulses = list(self._pulses)
        line = _line(pulses[:-RECENT])
        off = [at - line.at(number) for number, at in pulses[-RECENT:]]
        # the mean is that of the last ones; the first of them may belong to the tempo before
        if abs(sum(off)) / RECENT > OFF_S:
            self._pulses = deque(pulses[-RECENT:], MOST_PULSES)


@dataclass(frozen=True, slots=True)
class _Line:
    """Time of each pulse: ``middle_s + period_s · (number - middle)``."""

    middle: float
    middle_s: float
    period_s: float

    def at(self, number: float) -> float:
        return self.middle_s + self.period_s * (number - self.middle)


def _line(pulses: list[tuple[int, float]]) -> _Line:
    """The straight line of least squares; the numbers differ, so that there is one."""
    count = len(pulses)
    middle = sum(number for number, _ in pulses) / count
    middle_s = sum(at for _, at in pulses) / count
    spread = sum((number - middle) ** 2 for number, _ in pulses)
    slope = sum((number - middle) * (at - middle_s) for number, at in pulses) / spread
    return _Line(middle, middle_s, max(slope, 1e-6))
