"""Follows an external clock, such as a MIDI clock: its tempo, and the phase of its beats."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.conductor.following import TempoFollowing
from adaptive.conductor.messages import ExternalClock
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.tempo.source import TempoTarget
from adaptive.follow.phase_lock import correction, phase_error_s

CHANGE_PER_S = 2.0
"""Limit of change: a step of the clock from 120 to 140 is followed within 0.08 s."""

MOST = 0.006
"""Largest correction of phase, as a share of the tempo: so that the tempo stays within 1 % of the clock's."""

NEAR_S, MOST_AT_FIRST = 0.01, 0.04
"""Until the beats have been so near once, the correction may be larger: a clock begins anywhere in a beat."""

AIM_EVERY = 4
"""Control steps between two aims, 21 ms at 48 kHz."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """What the clock has said last.

    Parameters
    ----------
    tempo_bpm : float or None
        Its tempo, in quarter notes a minute; None: there is no clock.
    beat_s : float or None
        A time of the timeline at which it was on a quarter note; None: unknown, or it has ceased.
    """

    tempo_bpm: float | None = None
    beat_s: float | None = None


class ClockFollowing:
    """Asks for the tempo of an external clock.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    following : TempoFollowing
        Knows when a beat is heard.
    """

    def __init__(self, playback: PlaybackState, following: TempoFollowing) -> None:
        self._playback, self._following = playback, following
        self.state = ClockState()
        self._wanted: TempoTarget | None = None
        self._steps_until_aim = 0
        self._is_moving = self._has_met = False

    @property
    def is_used(self) -> bool:
        """Whether there is a clock, or was one."""
        return self.state.tempo_bpm is not None

    def take_over(self, before: ClockFollowing) -> None:
        """Continue after an edit."""
        self.state, self._wanted = before.state, before._wanted
        self._is_moving, self._has_met = before._is_moving, before._has_met

    def handle(self, message: ExternalClock) -> None:
        """Handle a message."""
        playback = self._playback
        if message.tempo_bpm is None:
            if self._is_moving:
                playback.log_line(
                    "health", playback.now, "the clock has ceased; the tempo stays", source="clock",
                    trouble="ceased", is_over=False,
                )  # fmt: skip
            self.state = ClockState(self.state.tempo_bpm)
            self._is_moving = self._has_met = False
        else:
            beat_s = None
            if message.beat_age_s is not None:
                beat_s = playback.now / playback.tempo.sample_rate - message.beat_age_s
            self.state, self._is_moving = ClockState(message.tempo_bpm, beat_s), True
        self._steps_until_aim = 0
        playback.receipt(message.id, "accepted", "heard")
        playback.receipt(message.id, "finished", "heard")

    def target(self, now: int) -> TempoTarget | None:
        """The tempo that is wanted in the control step that begins at a frame."""
        if self.state.tempo_bpm is None:
            return None
        self._steps_until_aim -= 1
        if self._steps_until_aim <= 0 or self._wanted is None:
            self._steps_until_aim = AIM_EVERY
            self._wanted = TempoTarget(self._aim(self.state.tempo_bpm), "clock", CHANGE_PER_S)
        return self._wanted

    def _aim(self, tempo_bpm: float) -> float:
        beat_s = self.state.beat_s
        if beat_s is None:
            return tempo_bpm
        error_s = phase_error_s(self._following.next_beat_s(), beat_s, 60.0 / tempo_bpm)
        self._has_met = self._has_met or abs(error_s) < NEAR_S
        most = MOST if self._has_met else MOST_AT_FIRST
        return tempo_bpm * (1.0 + correction(error_s, CHANGE_PER_S, most))
