"""Plays the pieces of a drum kit that is synthesised."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.conductor.layers.instrument_player import InstrumentPlayer
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.kernel.layout import LINEAR
from adaptive.kernel.sources.drum_pieces import PIECE_NAMES
from adaptive.music.note import Note

PIECE_ROWS = {name: row for row, name in enumerate(PIECE_NAMES)}


class RingingHits:
    """What players of drums have in common: hits ring out, so nothing fades, is held or is released."""

    __slots__ = ()

    @property
    def can_fade(self) -> bool:
        """False: hits ring out."""
        return False

    @property
    def is_percussive(self) -> bool:
        """True."""
        return True

    def fade(self, at: int, gain: float, frames: int, shape: int = LINEAR, group: int = 0) -> list[Command]:
        """No command: hits ring out."""
        return []

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """No command: hits ring out."""
        return []

    def release(self, key: int, velocity: float, frame: int, number: int, frames: int) -> list[Command]:
        """No command: hits ring out."""
        return []

    def move(
        self, control: int, value: float, frame: int, group: int = 0, channel: int = 0, key: float = 0.0
    ) -> list[Command]:
        """No command: drums have no controls."""
        return []


@dataclass(slots=True)
class DrumPlayer(RingingHits, InstrumentPlayer):
    """Plays the pieces of a kit that is synthesised."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """The command of a hit; none if the kit does not have the piece."""
        return self.strike(note.pitch, note.velocity, frame, group)

    def strike(self, piece: str, velocity: float, frame: int, group: int) -> list[Command]:
        """The command of a hit of a piece, with a velocity of 0 … 1."""
        if piece not in PIECE_ROWS:
            return []
        instrument = self.place.instrument or 0
        row = PIECE_ROWS[piece]
        return [commands.play_note(frame, instrument, 60.0, velocity, 0, group=group, which=row)]
