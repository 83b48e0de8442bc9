"""From written notes to commands: voices of a synthesiser, or hits of a drum kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.instruments.kits import variant
from adaptive.music.note import Note


@dataclass(frozen=True, slots=True)
class KitSound:
    """A drum of a kit in this engine: sound, number, gain, pan, and what it chokes with."""

    sound: Sound
    number: int
    gain: float
    pan: float
    choke: str | None


KitState = tuple[int, dict[str, int], dict[str, int]]


@dataclass(slots=True)
class SynthPlayer:
    """Plays notes on an instrument."""

    place: LayerPlace

    def state(self) -> None:
        """Nothing: the kernel picks the voices."""

    def restore(self, state: None) -> None:
        """Nothing to come back to."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note that begins at `frame` and lasts `frames`."""
        instrument = self.place.instrument or 0
        return [
            commands.play_note(
                frame, instrument, float(note.midi), note.velocity, max(1, frames), group=group
            )
        ]


@dataclass(slots=True)
class KitPlayer:
    """Plays hits as clips, each in the next of a round of clips."""

    place: LayerPlace
    kit: Mapping[str, KitSound]
    choke_frames: int
    _next: int = 0
    _ringing: dict[str, int] = field(default_factory=dict)
    _played: dict[str, int] = field(default_factory=dict)

    def state(self) -> KitState:
        """Whose turn it is: what to come back to when hits are taken back."""
        return self._next, dict(self._ringing), dict(self._played)

    def restore(self, state: KitState) -> None:
        """Forget the hits played since `state`, so that they come out the same when played again."""
        self._next, self._ringing, self._played = state[0], dict(state[1]), dict(state[2])

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a hit."""
        if note.pitch not in self.kit:
            return []
        count = self._played.get(note.pitch, 0)
        self._played[note.pitch] = count + 1
        hit = self.kit[variant(self.kit, note.pitch, note.velocity, count)]
        posted = []
        if hit.choke is not None:
            before = self._ringing.get(hit.choke)
            if before is not None:
                posted.append(commands.stop_clip(frame, before, self.choke_frames, group=group))
        clip = self.place.clips[self._next % len(self.place.clips)]
        self._next += 1
        if hit.choke is not None:
            self._ringing[hit.choke] = clip
        gain = hit.gain * note.velocity * note.velocity
        posted.append(
            commands.start_clip(frame, clip, hit.number, self.place.bus, gain=gain, pan=hit.pan, group=group)
        )
        return posted
