"""Plays each note with one voice of an instrument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel.layout import LINEAR, NOTE_ON
from adaptive.music.note import Note


@dataclass(slots=True)
class InstrumentPlayer:
    """Plays each note with a voice of an instrument."""

    place: LayerPlace

    @property
    def can_fade(self) -> bool:
        """True."""
        return True

    @property
    def is_percussive(self) -> bool:
        """False."""
        return False

    def fade(self, at: int, gain: float, frames: int, shape: int = LINEAR, group: int = 0) -> list[Command]:
        """The command that fades the instrument."""
        instrument = self.place.instrument or 0
        return [commands.fade_instrument(at, instrument, gain, frames, shape=shape, group=group)]

    def recordings(self) -> Iterable[Sound]:
        """None: it is synthesised."""
        return ()

    def state(self) -> Any:
        """None: the kernel picks the voices, so the player has no state."""
        return None

    def restore(self, state: Any) -> None:
        """Do nothing."""

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """The command of a held note."""
        return [commands.play_note(frame, self.place.instrument or 0, float(key), velocity, 0, note=number)]

    def release(self, key: int, velocity: float, frame: int, number: int, frames: int) -> list[Command]:
        """The command that ends a held note."""
        return [commands.release_note(frame, self.place.instrument or 0, number)]

    def move(self, control: int, value: float, frame: int, group: int = 0) -> list[Command]:
        """No command: it has no controls."""
        return []

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note that begins at `frame` and lasts `frames`."""
        # as `commands.play_note`, in half of its time: it is called for every note
        length = frames if frames > 1 else 1
        return [
            Command(
                frame, NOTE_ON, self.place.instrument or 0, group, 0, 0, length, 0, float(note.midi),
                note.velocity,
            )
        ]  # fmt: skip
