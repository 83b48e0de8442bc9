"""Turns written notes into commands: voices of an instrument, or hits of a drum kit.

A kind of instrument whose notes need more than a voice each has a player of its own, and a line in
`NOTE_PLAYERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.instruments import kits
from adaptive.instruments.kits import variant
from adaptive.kernel.layout import LINEAR
from adaptive.kernel.sources.drum_pieces import PIECE_NAMES
from adaptive.kernel.sources.sampler_settings import SampleSet
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


FIRST_HIT = 1000
"""Numbers of written notes of a sampler begin behind those of held ones."""

KitState = tuple[int, dict[str, int], dict[str, int]]


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

    def recordings(self) -> Iterable[Sound]:
        """The sounds of the kit."""
        return (hit.sound for hit in self.kit.values())

    def state(self) -> KitState:
        """The next clip, the clip that rings in each choke group, and the number of hits of each piece."""
        return self._next, dict(self._ringing), dict(self._played)

    def restore(self, state: KitState) -> None:
        """Restore a state: hits that were withdrawn get the same clips and variants when played again."""
        self._next, self._ringing, self._played = state[0], dict(state[1]), dict(state[2])

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """No command: hits ring out."""
        return []

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


@dataclass(slots=True)
class SamplerPlayer(InstrumentPlayer):
    """Plays each note with every region of a sampler that its key and velocity choose.

    Parameters
    ----------
    samples : SampleSet
        The regions.
    """

    samples: SampleSet = field(kw_only=True)
    _hits: int = 0

    @property
    def is_percussive(self) -> bool:
        """False: a sampler may play either, as its keys say."""
        return False

    def state(self) -> int:
        """Number of notes so far: notes of one hit do not choke each other."""
        return self._hits

    def restore(self, state: Any) -> None:
        """Restore a state."""
        self._hits = int(state)

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """A command for each region that the note plays."""
        self._hits += 1
        return self._parts(note.midi, note.velocity, frame, max(1, frames), FIRST_HIT + self._hits, group)

    def hold(self, key: int, velocity: float, frame: int, number: int) -> list[Command]:
        """A command for each region that the note plays."""
        return self._parts(key, velocity, frame, 0, number, 0)

    def _parts(
        self, key: int, velocity: float, frame: int, frames: int, number: int, group: int
    ) -> list[Command]:
        instrument = self.place.instrument or 0
        return [
            commands.play_note(
                frame, instrument, float(key), velocity, frames, note=number, group=group, which=region
            )
            for region in self.samples.chosen(key, min(max(round(127.0 * velocity), 1), 127))
        ]


@dataclass(slots=True)
class DrumPlayer(InstrumentPlayer):
    """Plays the pieces of a kit that is synthesised; hits ring out."""

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

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """The command of a hit; none if the kit does not have the piece."""
        return self.strike(note.pitch, note.velocity, frame, group)

    def strike(self, piece: str, velocity: float, frame: int, group: int) -> list[Command]:
        """The command of a hit of a piece, with a velocity of 0 … 1."""
        if piece not in _PIECE_ROWS:
            return []
        instrument = self.place.instrument or 0
        row = _PIECE_ROWS[piece]
        return [commands.play_note(frame, instrument, 60.0, velocity, 0, group=group, which=row)]


_PIECE_ROWS = {name: row for row, name in enumerate(PIECE_NAMES)}


def sampler_player_of(place: LayerPlace, engine: Engine) -> SamplerPlayer:
    """The player of a sampler, with the regions of its instrument."""
    spec: Any = engine.spec.instruments[place.instrument or 0]
    return SamplerPlayer(place, samples=spec.samples)


def kit_player_of(place: LayerPlace, engine: Engine) -> KitPlayer:
    """The player of a drum kit, whose sounds enter the engine's table."""
    rate = engine.spec.sample_rate
    sounds = {}
    for piece, hit in kits.kit(place.kit or "", rate).items():
        sound = engine.bank.computed((place.kit, piece), lambda hit=hit: hit.audio)  # type: ignore[misc]
        sounds[piece] = KitSound(sound, engine.add_sound(sound), hit.gain, hit.pan, hit.choke)
    return KitPlayer(place, sounds, round(CHOKE_S * rate))


NOTE_PLAYERS: Mapping[str, Callable[[LayerPlace, Engine], NotePlayer]] = {
    "kit": kit_player_of,
    "sampler": sampler_player_of,
    "drums": lambda place, _engine: DrumPlayer(place),
}
"""What plays notes in another way than one voice for each: by kind of instrument; ``kit`` is a drum kit."""


def note_player_of(place: LayerPlace, engine: Engine) -> NotePlayer:
    """The player of a layer's notes."""
    make = NOTE_PLAYERS.get(place.player)
    return InstrumentPlayer(place) if make is None else make(place, engine)
