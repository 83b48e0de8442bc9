"""Turns written notes into commands: voices of an instrument, or hits of a drum kit.

A kind of instrument whose notes need more than a voice each has a player of its own, and a line in
`NOTE_PLAYERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from adaptive.conductor.layers.drum_player import DrumPlayer, RingingHits
from adaptive.conductor.layers.instrument_player import InstrumentPlayer
from adaptive.conductor.layers.sampler_players import sampler_player_of, song_player_of
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.instruments import kits
from adaptive.instruments.kits import variant
from adaptive.kernel.layout import LINEAR
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.music.note import Note

CHOKE_S = 0.012
"""Length of the fade with which one drum hit chokes another."""


class NotePlayer(Protocol):
    """Turns notes into commands."""

    @property
    def can_fade(self) -> bool:
        """Whether what it plays fades as a whole; drums ring out instead."""

    @property
    def is_percussive(self) -> bool:
        """Whether it plays drums: the bar before a seam may then become a fill."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note that begins at `frame` and lasts `frames`."""

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """Commands of a note without an end, which `commands.release_note` ends by its number."""

    def release(self, key: int, velocity: float, frame: int, number: int, frames: int) -> list[Command]:
        """Commands that end a held note after so many frames."""

    def move(
        self, control: int, value: float, frame: int, group: int = 0, channel: int = 0, key: float = 0.0
    ) -> list[Command]:
        """Commands that move a control of a channel, or of a key; none if nothing listens to it."""

    def fade(self, at: int, gain: float, frames: int, shape: int = LINEAR, group: int = 0) -> list[Command]:
        """Commands that bring all its notes to a gain; none if it cannot fade."""

    def recordings(self) -> Iterable[Sound]:
        """The recordings that it may play."""

    def state(self) -> Any:
        """The state on which the next note depends."""

    def restore(self, state: Any) -> None:
        """Restore a state, because the notes played since were withdrawn."""


@dataclass(frozen=True, slots=True)
class KitSound:
    """A sound of a drum kit: its number in the engine's table, linear gain, pan, and choke group.

    Two sounds with the same `choke` name stop each other, as an open and a closed hi-hat do.
    """

    sound: Sound
    number: int
    gain: float
    pan: float
    choke: str | None


KitState = tuple[int, dict[str, int], dict[str, int]]


@dataclass(slots=True)
class KitPlayer(RingingHits):
    """Plays drum hits as clips; its clips are used in rotation.

    Parameters
    ----------
    place : LayerPlace
        The strip and the clips.
    kit : Mapping
        Piece to its sound.
    choke_frames : int
        Length of the fade of a choked hit.
    """

    place: LayerPlace
    kit: Mapping[str, KitSound]
    choke_frames: int
    _next: int = 0
    _ringing: dict[str, int] = field(default_factory=dict)
    _played: dict[str, int] = field(default_factory=dict)

    def recordings(self) -> Iterable[Sound]:
        """The sounds of the kit."""
        return (hit.sound for hit in self.kit.values())

    def state(self) -> KitState:
        """The next clip, the clip that rings in each choke group, and the number of hits of each piece."""
        return self._next, dict(self._ringing), dict(self._played)

    def restore(self, state: KitState) -> None:
        """Restore a state: hits that were withdrawn get the same clips and variants when played again."""
        self._next, self._ringing, self._played = state[0], dict(state[1]), dict(state[2])

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a hit at `frame`; nothing if the kit does not have the piece."""
        return self.strike(note.pitch, note.velocity, frame, group)

    def strike(self, piece: str, velocity: float, frame: int, group: int) -> list[Command]:
        """Commands of a hit of a piece, with a velocity of 0 … 1."""
        if piece not in self.kit:
            return []
        count = self._played.get(piece, 0)
        self._played[piece] = count + 1
        hit = self.kit[variant(self.kit, piece, velocity, count)]
        posted = []
        if hit.choke is not None:
            before = self._ringing.get(hit.choke)
            if before is not None:
                posted.append(commands.stop_clip(frame, before, self.choke_frames, group=group))
        clip = self.place.clips[self._next % len(self.place.clips)]
        self._next += 1
        if hit.choke is not None:
            self._ringing[hit.choke] = clip
        gain = hit.gain * velocity * velocity
        posted.append(
            commands.start_clip(frame, clip, hit.number, self.place.bus, gain=gain, pan=hit.pan, group=group)
        )
        return posted


def kit_player_of(place: LayerPlace, engine: Engine, _instrument: object) -> KitPlayer:
    """The player of a drum kit, whose sounds enter the engine's table."""
    rate = engine.spec.sample_rate
    sounds = {}
    for piece, hit in kits.kit(place.kit or "", rate).items():
        sound = engine.bank.computed((place.kit, piece), lambda hit=hit: hit.audio)  # type: ignore[misc]
        sounds[piece] = KitSound(sound, engine.add_sound(sound), hit.gain, hit.pan, hit.choke)
    return KitPlayer(place, sounds, round(CHOKE_S * rate))


NOTE_PLAYERS: Mapping[str, Callable[[LayerPlace, Engine, Any], NotePlayer]] = {
    "kit": kit_player_of,
    "sampler": sampler_player_of,
    "song": song_player_of,
    "drums": lambda place, _engine, _instrument: DrumPlayer(place),
}
"""What plays notes in another way than one voice for each: by kind of instrument; ``kit`` is a drum kit."""


def note_player_of(
    place: LayerPlace, engine: Engine, instruments: Sequence[InstrumentSpec] = ()
) -> NotePlayer:
    """The player of a layer's notes; `instruments` are those of the layout that the place belongs to.

    While an edit is prepared, the engine does not have them yet.
    """
    make = NOTE_PLAYERS.get(place.player)
    if make is None:
        return InstrumentPlayer(place)
    return make(place, engine, None if place.instrument is None else instruments[place.instrument])
