"""Notes that are played live: posted to the kernel at once, known with the frame at which they sound.

A live note does not wait for the conductor's next control step: it begins with the next quantum, like a
parameter.  The kernel replies with the frame at which it began; the log and a recording keep that frame, so
that a render repeats the note exactly.  Beside values of the mixer in the same transaction a note waits for
the control step in which they act, and begins with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from adaptive.composer.percussion import PIECES
from adaptive.conductor.layers.drum_player import DrumPlayer
from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.incoming import IncomingLayer
from adaptive.conductor.layers.note_players import KitPlayer, NotePlayer
from adaptive.conductor.layers.sampler_players import SamplerPlayer
from adaptive.conductor.messages import SetMix, SetSnapshot
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands
from adaptive.engine.commands import IMMEDIATELY, Command
from adaptive.engine.engine import Engine
from adaptive.engine.ports import Reply
from adaptive.errors import QueueFullError
from adaptive.inputs.control_message import MoveControl
from adaptive.inputs.note_message import PlayNote
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, REPLY_DONE

MOST_HELD = 1024
"""Notes that may be held at a time; another one is refused until one ends."""

LAST_TAG = 2**31 - 1

_PIECE_OF_KEY: Mapping[int, str] = {
    35: "kick", 39: "snare", 40: "snare", 43: "tom_low", 44: "hat", 45: "tom_mid", 48: "tom_mid",
    52: "crash", 53: "ride", 54: "shaker", 57: "crash", 59: "ride", 69: "shaker", 70: "shaker",
    75: "woodblock", 77: "woodblock",
} | {key: piece for piece, key in PIECES.items()}  # fmt: skip
"""Key of the General MIDI percussion map to the piece of a kit that comes nearest."""


class LiveHost(Protocol):
    """The part of a conductor that `LiveNotes` uses."""

    @property
    def playback(self) -> PlaybackState:
        """What plays."""


@dataclass(frozen=True, slots=True)
class SoundedLiveNote:
    """A live note, or the end of one, with the frame of the timeline at which it took effect."""

    frame: int
    note: PlayNote | MoveControl


@dataclass(frozen=True, slots=True)
class HeldNote:
    """Who holds a note, since when, and what plays it: an edit may take its layer away."""

    owner: object
    player: NotePlayer
    velocity: float
    frame: int


class LiveNotes:
    """Plays notes on the instruments of generated layers.

    Parameters
    ----------
    engine : Engine
        Plays them.

    Attributes
    ----------
    held : dict
        Each note that has not ended, by layer and pitch.
    listeners : list of callable
        Are given each note that has begun or ended, and each control, as soon as its frame is known.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.held: dict[tuple[str, int], HeldNote] = {}
        self._kits: dict[str, tuple[object, KitPlayer]] = {}
        self._asked: dict[int, PlayNote | MoveControl] = {}
        self._sounded: list[SoundedLiveNote] = []
        self._owed: list[tuple[list[Command], PlayNote]] = []
        self._tag = 0
        self.listeners: list[Callable[[SoundedLiveNote], None]] = []

    def play(
        self, note: PlayNote | MoveControl, conductor: LiveHost, owner: object = None, at: int = IMMEDIATELY
    ) -> str:
        """Play a note, or end it, or move a control.

        Parameters
        ----------
        note : PlayNote or MoveControl
            The note or the control.
        conductor : LiveHost
            Knows the layers of now.
        owner : object
            Who holds it, for `release`.
        at : int
            Frame; left out: the next quantum.

        Returns
        -------
        str
            Why it does not sound; empty: it does.
        """
        if isinstance(note, PlayNote) and note.is_end:
            self._end(note, at)
            return ""
        assets = conductor.playback.assets
        layer = assets.generated.get(note.layer) or assets.incoming.get(note.layer)
        if layer is None:
            return f"there is no layer {note.layer} any more"
        if isinstance(note, MoveControl):
            return self._move(note, layer.player, at)
        key = (note.layer, note.pitch)
        is_kit = isinstance(layer, GeneratedLayer) and layer.player.is_percussive
        if not is_kit and key not in self.held and len(self.held) >= MOST_HELD:
            return f"{MOST_HELD} notes are held already"
        if isinstance(layer, GeneratedLayer) and is_kit:
            posted = self._kit_commands(note, layer, at)
        else:
            posted = self._synth_commands(note, layer, at)
        if not posted and isinstance(layer.player, SamplerPlayer) and layer.player.is_switch(note.pitch):
            return ""
        if not posted:
            return f"{note.layer} has {'no drum at' if is_kit else 'nothing for'} key {note.pitch}"
        try:
            self._post(posted, note, at)
        except QueueFullError as error:
            return str(error)
        if not is_kit:
            self.held[key] = HeldNote(owner, layer.player, note.velocity, self._now(at))
        return ""

    def release(self, conductor: LiveHost, owner: object = None, *, is_all: bool = False) -> int:
        """End the notes of an owner, or all; return their number."""
        found = [key for key, held in self.held.items() if is_all or held.owner is owner]
        for layer, pitch in found:
            self.play(PlayNote(layer, pitch, 0.0), conductor)
        return len(found)

    def take_replies(self, replies: Iterable[Reply]) -> list[SoundedLiveNote]:
        """Notes that the kernel has begun or ended since the last call, and controls, with their frames."""
        found = []
        for reply in replies:
            note = self._asked.pop(reply.tag, None) if reply.kind == REPLY_DONE else None
            if note is not None:
                found.append(SoundedLiveNote(reply.done, note))
        for one in found:
            self._hear(one)
        return found

    def _hear(self, sounded: SoundedLiveNote) -> None:
        self._sounded.append(sounded)
        for listen in self.listeners:
            listen(sounded)

    def report(self, control_step: int, playback: PlaybackState) -> None:
        """Log what has sounded up to the end of a control step, and end what could not be ended before."""
        if self._owed:
            owed, self._owed = self._owed, []
            for ended, ending in owed:
                self._post_end(ended, ending)
        for layer, pitch in [key for key in self.held if not _is_there(key[0], playback)]:
            self._end(PlayNote(layer, pitch, 0.0), IMMEDIATELY)
        if not self._sounded:
            return
        end = (control_step + 1) * CONTROL_STEP_FRAMES
        due = [one for one in self._sounded if one.frame < end]
        self._sounded = [one for one in self._sounded if one.frame >= end]
        for one in due:
            note = one.note
            if isinstance(note, MoveControl):
                playback.log_line(
                    "live_control", one.frame, "moved live", layer=note.layer, control=note.name,
                    value=note.told,
                )  # fmt: skip
                continue
            playback.log_line(
                "live_note", one.frame, "ended" if note.is_end else "played live", layer=note.layer,
                midi=note.pitch, velocity=round(note.velocity, 4),
            )  # fmt: skip

    def _move(self, control: MoveControl, player: NotePlayer, at: int) -> str:
        moved = player.move(control.control, control.value, at)
        if not moved:
            return f"nothing of {control.layer} listens to control {control.name}"
        try:
            self._post(moved, control, at)
        except QueueFullError as error:
            return str(error)
        return ""

    def _kit_commands(self, note: PlayNote, layer: GeneratedLayer, at: int) -> list[Command]:
        """Commands of a hit, with clips in the opposite order to that of written hits."""
        player = layer.player
        if isinstance(player, DrumPlayer):
            piece = _PIECE_OF_KEY.get(note.pitch)
            return [] if piece is None else player.strike(piece, note.velocity, at, layer.place.group)
        known = self._kits.get(note.layer)
        if known is None or known[0] is not player:
            kit = player if isinstance(player, KitPlayer) else None
            kit = kit or getattr(player, "player", None)
            if not isinstance(kit, KitPlayer):
                return []
            own = KitPlayer(replace(kit.place, clips=kit.place.clips[::-1]), kit.kit, kit.choke_frames)
            known = self._kits[note.layer] = (player, own)
        piece = _PIECE_OF_KEY.get(note.pitch)
        return [] if piece is None else known[1].strike(piece, note.velocity, at, layer.place.group)

    def _synth_commands(
        self, note: PlayNote, layer: GeneratedLayer | IncomingLayer, at: int
    ) -> list[Command]:
        instrument, number = layer.place.instrument or 0, note_number(note.pitch)
        begun = layer.player.hold(note.pitch, note.velocity, at, number)
        if (note.layer, note.pitch) in self.held:
            return [commands.release_note(at, instrument, number), *begun]
        return begun

    def _end(self, note: PlayNote, at: int) -> None:
        held = self.held.pop((note.layer, note.pitch), None)
        if held is not None:  # else it is a second end, or that of a drum, which rings out
            frames = max(0, self._now(at) - held.frame)
            ended = held.player.release(note.pitch, held.velocity, at, note_number(note.pitch), frames)
            self._post_end(ended, note)

    def _now(self, at: int) -> int:
        return self._engine.frame if at == IMMEDIATELY else at

    def _post_end(self, ended: list[Command], note: PlayNote) -> None:
        try:
            self._post(ended, note, ended[0].frame)
        except QueueFullError:
            self._owed.append((ended, note))

    def _post(self, posted: Sequence[Command], note: PlayNote | MoveControl, at: int) -> None:
        if at != IMMEDIATELY:
            self._engine.post(posted)
            self._hear(SoundedLiveNote(at, note))
            return
        tag = self._tag % LAST_TAG + 1
        self._engine.post([*posted[:-1], posted[-1]._replace(tag=tag)])
        self._tag = tag
        self._asked[tag] = note


def waits_for_mixer(requests: Iterable[object]) -> bool:
    """Whether notes beside these requests wait for the conductor, so that the mixer is set before them."""
    return any(isinstance(request, SetMix | SetSnapshot) for request in requests)


def _is_there(layer: str, playback: PlaybackState) -> bool:
    return layer in playback.assets.generated or layer in playback.assets.incoming


def note_number(pitch: int) -> int:
    """The id by which a live note is ended; written notes have the id 0, and a length."""
    return pitch + 1
