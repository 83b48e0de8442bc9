"""Tells the engine the tempo, for processors that follow it: delays in beats."""

from __future__ import annotations

from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands
from adaptive.kernel.processors.registry import PROCESSORS

SAME_BPM = 1e-6
"""Tempi that differ by less are the same."""


class TempoTeller:
    """Compares, in every control step, the tempo at the earliest possible frame with the one that was told.

    A tempo that changes at a seam is told within one control step of it (5.3 ms at 48 kHz).  A preset without
    such processors is told nothing.

    Parameters
    ----------
    playback : PlaybackState
        Has the tempo map and the layout.
    outbox : CommandOutbox
        Receives the commands.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self._playback, self._outbox = playback, outbox
        self._told: float | None = None
        inserts = (insert for bus in playback.layout.spec.buses for insert in bus.inserts)
        self._is_needed = any(PROCESSORS[insert.kind].needs_tempo for insert in inserts)

    def tell(self) -> None:
        """Tell the tempo if it is another one."""
        if not self._is_needed:
            return
        frame = self._playback.earliest
        tempo_bpm = self._playback.tempo.tempo_at(frame)
        if self._told is None or abs(tempo_bpm - self._told) > SAME_BPM:
            self._told = tempo_bpm
            self._outbox.add([commands.set_tempo(frame, tempo_bpm)])
