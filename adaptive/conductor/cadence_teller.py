"""Tells the engine the runner's cadence, onto which a heart rate may leap."""

from __future__ import annotations

from adaptive.conductor.following import TempoFollowing
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands

SAME_SHARE = 0.005
"""Cadences that differ by less than this share are the same."""


class CadenceTeller:
    """Compares, in every control step, the runner's cadence with the one that was told.

    A preset whose `[tempo_follow]` names no `heart_rate` is told nothing.

    Parameters
    ----------
    playback : PlaybackState
        Has the layout and the preset.
    outbox : CommandOutbox
        Receives the commands.
    following : TempoFollowing
        Knows the runner.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox, following: TempoFollowing) -> None:
        self._playback, self._outbox, self._following = playback, outbox, following
        table = playback.preset.file.tempo_follow
        self._parameter = None if table is None else table.heart_rate
        self._told_spm = 0.0

    def tell(self) -> None:
        """Tell the cadence if it is another one; 0 while the runner stands."""
        if self._parameter is None:
            return
        spm = self._following.present_spm
        if abs(spm - self._told_spm) > SAME_SHARE * spm:
            self._told_spm = spm
            self._tell(self._parameter, spm)

    def take_over(self, before: CadenceTeller) -> None:
        """Continue after an edit; what is no heart rate any more is refused nothing."""
        if before._parameter is None or before._parameter == self._parameter:
            return
        if before._parameter in self._playback.layout.parameters:
            self._tell(before._parameter, 0.0)

    def _tell(self, parameter: str, spm: float) -> None:
        row = self._playback.layout.parameters[parameter]
        self._outbox.add([commands.set_cadence(self._playback.earliest, row, spm)])
