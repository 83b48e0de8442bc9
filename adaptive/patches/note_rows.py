"""Notes of a patch as rows of samples: which voice plays a note, from which frame to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.patches.messages import LivePatchNote, PatchNote

Array = np.ndarray[Any, Any]

LATE_S = 0.05
"""A note that comes later is played only if it lasts for more than twice as long as it is late."""


ENDLESS = 1 << 62
"""End of a note that is held until it is told to end."""


@dataclass(slots=True)
class _NoteVoice:
    note: PatchNote | None = None
    end: int = 0


class NoteRows:
    """Gives notes to voices, and writes pitch, velocity and gate of each voice for a block.

    Parameters
    ----------
    voices : int
        Notes that sound at a time; the oldest is stolen.
    frames : int
        Frames of a block.
    sample_rate : int
        Frames per second.
    """

    def __init__(self, voices: int, frames: int, sample_rate: int) -> None:
        self._voices = [_NoteVoice() for _ in range(voices)]
        self._frames, self._late = frames, LATE_S * sample_rate
        self._coming: list[PatchNote] = []
        self._live: list[LivePatchNote] = []
        self._begun: dict[tuple[int, float], int] = {}
        self.pitch: Array = np.full((voices, frames), 60.0, np.float32)
        self.velocity: Array = np.zeros((voices, frames), np.float32)
        self.gate: Array = np.zeros((voices, frames), np.float32)

    def replace(self, notes: tuple[PatchNote, ...]) -> None:
        """Take other notes for those that have not begun."""
        fresh = [note for note in notes if (note.frame, note.pitch) not in self._begun]
        self._coming = sorted(fresh, key=lambda note: note.frame)

    def play(self, notes: tuple[LivePatchNote, ...]) -> None:
        """Take notes that are played live; one that is late begins, or ends, with the next block."""
        self._live = sorted([*self._live, *notes], key=lambda note: note.frame)

    def fill(self, position: int) -> None:
        """Write the rows of the block that begins at a frame."""
        end = position + self._frames
        starts: list[PatchNote] = []
        while self._coming and self._coming[0].frame < end:
            note = self._coming.pop(0)
            late = position - note.frame
            if late <= self._late or note.frames > 2 * late:
                starts.append(note)
        while self._live and self._live[0].frame < end:
            live = self._live.pop(0)
            at = max(live.frame, position)
            self._end_live(live.pitch, at)
            starts = [
                one if one.pitch != live.pitch or one.frames < ENDLESS else _ended(one, at) for one in starts
            ]
            if live.velocity > 0.0:
                starts.append(PatchNote(at, ENDLESS, live.pitch, live.velocity))
        for row, voice in enumerate(self._voices):
            self._hold(row, voice, position)
        for note in starts:
            self._start(note, position)
        if len(self._begun) > 512:
            self._begun = {key: at for key, at in self._begun.items() if at > position}

    def _end_live(self, pitch: float, at: int) -> None:
        """End the live note of a pitch; at the earliest at the next frame."""
        for voice in self._voices:
            if voice.note is not None and voice.note.pitch == pitch and voice.end >= ENDLESS:
                voice.end = at

    def _hold(self, row: int, voice: _NoteVoice, position: int) -> None:
        """Write a voice that goes on."""
        note = voice.note
        if note is None:
            return
        self.pitch[row] = note.pitch
        sounding = min(max(voice.end - position, 0), self._frames)
        self.gate[row, :sounding], self.gate[row, sounding:] = 1.0, 0.0
        self.velocity[row] = note.velocity
        if voice.end <= position:
            voice.note = None

    def _start(self, note: PatchNote, position: int) -> None:
        at = max(0, note.frame - position)
        row = min(
            range(len(self._voices)),
            key=lambda one: (self._voices[one].note is not None, self._voices[one].end),
        )
        end = note.frame + note.frames
        self._voices[row] = _NoteVoice(note, end)
        if note.frames < ENDLESS:
            self._begun[note.frame, note.pitch] = end
        until = min(max(end - position, at), self._frames)
        self.pitch[row, at:], self.velocity[row, at:] = note.pitch, note.velocity
        self.gate[row, max(0, at - 1) : at] = 0.0  # a voice that is taken over closes for a frame
        self.gate[row, at:until], self.gate[row, until:] = 1.0, 0.0


def _ended(note: PatchNote, at: int) -> PatchNote:
    """A live note that begins and ends in the same block."""
    return PatchNote(note.frame, max(1, at - note.frame), note.pitch, note.velocity)
