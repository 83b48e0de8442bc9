"""Layers whose sound comes from outside: from the sound card, from a program, or from a pyo patch.

The sound flows whether or not it is heard; sections fade it in and out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adaptive.conductor.layers.instrument_player import InstrumentPlayer
from adaptive.conductor.layers.layer_player import SeamContext, Switched
from adaptive.conductor.layers.write_range import ComposeContext
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel.layout import LINEAR
from adaptive.timebase import TempoMap

SHORTEST_FADE_S = 0.01
"""Length of a fade where the rule has none: the sound has no beginning that could be waited for."""


@dataclass(slots=True)
class IncomingLayer:
    """A layer that plays what comes in.

    Parameters
    ----------
    place : LayerPlace
        Its strip and its instrument.
    sample_rate : int
        Frames per second.
    is_playing : bool
        Whether the segment that plays, or the next one that is planned, lists it.
    """

    place: LayerPlace
    sample_rate: int
    is_playing: bool = False

    @property
    def player(self) -> InstrumentPlayer:
        """What the notes of a patch are posted to; the kernel answers with the frame, and plays nothing."""
        return InstrumentPlayer(self.place)

    @property
    def _shortest(self) -> int:
        return round(SHORTEST_FADE_S * self.sample_rate)

    def recordings(self) -> Iterable[Sound]:
        """None."""
        return ()

    def lead_in_frames(self, segment: str) -> int:
        """0: it has no pickup."""
        return 0

    def begin(self, context: ComposeContext, position: int) -> list[Command]:
        """Be heard from frame 0 on."""
        return self.turn(0, 0, is_wanted=True)

    def turn(self, at: int, group: int, *, is_wanted: bool) -> list[Command]:
        """Be heard or not from a frame on; nothing if it is so already."""
        if is_wanted == self.is_playing:
            return []
        self.is_playing = is_wanted
        return [self._fade(at, float(is_wanted), self._shortest, LINEAR, group)]

    def _fade(self, at: int, gain: float, frames: int, shape: int = LINEAR, group: int = 0) -> Command:
        instrument = self.place.instrument or 0
        return commands.fade_instrument(at, instrument, gain, frames, shape=shape, group=group)

    def switch(self, seam: SeamContext, *, is_wanted: bool, fill_beat: float | None) -> Switched:
        """Go over a seam: fade by its rule if the new segment differs."""
        before, fades = self.is_playing, seam.fades
        self.is_playing = is_wanted
        if is_wanted == before:
            return Switched(before, [], [])
        if is_wanted:  # a fade that begins before the seam is heard from the seam on
            frames = fades.in_frames + min(0, fades.in_start)
            at, shape = seam.frame + max(0, fades.in_start), fades.shape_in
        else:
            frames, at, shape = fades.out_frames, seam.frame + fades.out_start, fades.shape_out
        at = max(seam.earliest, at)
        fade = self._fade(at, float(is_wanted), max(frames, self._shortest), shape, seam.group)
        return Switched(before, [], [fade])

    def mute(self, before: bool, seam: SeamContext, at: int, frames: int) -> list[Command]:
        """Be silent from `at` to the seam, because a fill plays instead."""
        if not before:
            return []
        silent = self._fade(at, 0.0, frames, group=seam.group)
        return [silent, self._fade(seam.frame, float(self.is_playing), frames, group=seam.group)]

    def undo(self, before: bool, seam_frame: int, earliest: int, tempo: TempoMap) -> list[Command]:
        """Go back to what was heard before a seam that is cancelled; its fades are withdrawn by others."""
        self.is_playing = before
        return []

    def restart_clip(self, clip: int, at: int, frames: int) -> list[Command]:
        """Do nothing: it has no clips."""
        return []

    def end_sooner(self, at: int, frames: int, tempo: TempoMap) -> list[Command]:
        """End what fades out by `frames` after `at`."""
        return [] if self.is_playing else [self._fade(at, 0.0, frames)]

    def withdraw_notes(self, at: int, beat: float) -> list[Command]:
        """Do nothing: it has no notes."""
        return []

    def set_tempo(self, tempo_bpm: float, at: int) -> list[Command]:
        """Do nothing: who sends it is told the tempo."""
        return []

    def forget_before(self, frame: int, beat: float) -> None:
        """Do nothing: it remembers nothing."""

    def take_over(self, before: IncomingLayer) -> None:
        """Continue from the layer before an edit."""
        self.is_playing = before.is_playing
