"""Generated layers: bars written ahead, withdrawn and rewritten when what they depend on changes.

Each layer has a cursor: up to which beat its notes are in the kernel's schedule.  What lies before
now + look-ahead is certain; what lies beyond may be taken back.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from adaptive.composer.context import BarContext, Generator, Harmony
from adaptive.conductor.layout import LayerPlace
from adaptive.conductor.passage import Passage
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.music.note import Note
from adaptive.timebase import HAIR, TempoMap

DENSITY_STEP = 0.12
"""A density that moved by less does not rewrite what is written."""


NEVER = 1e15
"""A beat that does not come."""


class Player(Protocol):
    """Turns a note into commands."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note that begins at `frame` and lasts `frames`."""
        ...

    def state(self) -> Any:
        """What decides how the next note is played."""
        ...

    def restore(self, state: Any) -> None:
        """Come back to a state: the notes played since were taken back."""
        ...


@dataclass(frozen=True, slots=True)
class Stay:
    """A passage as a generator sees it: which one, its harmony bar by bar, energy, tempo."""

    passage: Passage
    harmony_of: Callable[[int], Harmony]
    energy: float
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class Written:
    """A note in the schedule: what the log says of it when it has sounded.

    `before` is the player's state before the note: what to come back to when it is taken back.
    """

    frame: int
    beat: float
    note: Note
    section: str
    before: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What a generated layer was about to do before a seam was planned."""

    stay: Stay | None
    limit_beat: float
    following: Stay | None
    cursor_beat: float


@dataclass(slots=True)
class GeneratedLayer:
    """One generated layer: its generator, its player, its cursor."""

    place: LayerPlace
    generator: Generator
    player: Player
    style: str
    octave: int
    seed: int
    beat_unit: int
    density: float = 0.5
    stay: Stay | None = None
    cursor_beat: float = 0.0
    written: list[Written] = field(default_factory=list)
    memories: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    memories_left: dict[int, Mapping[str, Any]] | None = None
    leaves_at: float | None = None
    limit_beat: float = NEVER
    following: Stay | None = None
    _next_frame: int = -1  # no note that is written lies before it

    def enter(self, stay: Stay | None, beat: float) -> None:
        """Write from `beat` on in another passage, from its first bar (None: nothing more)."""
        self.stay, self.cursor_beat = stay, beat
        self.memories = {}
        self.leaves_at, self.limit_beat, self.following = None, NEVER, None

    def plan(self, following: Stay | None, seam_beat: float, limit_beat: float) -> Plan:
        """Prepare to hand over at a seam; return what brings the present plan back."""
        before = Plan(self.stay, self.limit_beat, self.following, self.cursor_beat)
        self.following, self.limit_beat, self.leaves_at = following, limit_beat, seam_beat
        self.memories_left = None
        return before

    def restore(self, plan: Plan) -> None:
        """Come back to what was planned before."""
        self.stay = plan.stay
        if self.memories_left is not None:
            self.memories, self.memories_left = self.memories_left, None
        self.limit_beat, self.following, self.leaves_at = plan.limit_beat, plan.following, None

    def withdraw(self, frame: int, beat: float) -> list[Command]:
        """Take back all notes at `frame` or later; writing goes on at `beat`."""
        first = next((w for w in self.written if w.frame >= frame), None)
        if first is not None:
            self.player.restore(first.before)
        self.written = [w for w in self.written if w.frame < frame]
        self.cursor_beat = min(self.cursor_beat, beat)
        return [commands.withdraw(self.place.group, frame)]

    def write(self, until_beat: float, tempo: TempoMap, not_before: int) -> list[Command]:
        """Write bars until the cursor reaches a beat; no note before frame `not_before`."""
        posted: list[Command] = []
        while self.cursor_beat < until_beat - HAIR:
            if self.cursor_beat >= self.limit_beat - HAIR:
                left = self.memories
                self.enter(self.following, self.following_beat)
                self.memories_left = left
            if self.stay is None:
                break
            passage = self.stay.passage
            bar = int(passage.local(self.cursor_beat) / passage.beats_per_bar + HAIR)
            start = passage.beat_of(bar * passage.beats_per_bar)
            posted += self._write_bar(bar, start, tempo, not_before)
            self.cursor_beat = min(start + passage.beats_per_bar, self.limit_beat)
        return posted

    @property
    def following_beat(self) -> float:
        """Where writing goes on after the seam."""
        return self.following.passage.start_beat if self.following else self.limit_beat

    def _write_bar(self, bar: int, start: float, tempo: TempoMap, not_before: int) -> list[Command]:
        stay = self.stay
        assert stay is not None  # the caller's loop condition
        # a hit before its beat sounds no earlier than its bar, or than the section, begins
        begins = max(start, stay.passage.start_beat)
        # what sounds before the cursor is in the schedule already: the frame decides, as in `withdraw`
        first = max(tempo.frame_at(self.cursor_beat), not_before)
        timed = []
        for note in self._compose(bar, start):
            written = start + float(note.onset)
            if begins - HAIR <= written < self.limit_beat - HAIR:
                beat = max(begins, written + note.offset_beats)
                timed.append((tempo.frame_at(beat), beat, written, note))
        posted: list[Command] = []
        for frame, beat, written, note in sorted(timed, key=lambda row: row[0]):
            if frame < first:
                continue
            ends = min(beat + float(note.duration), self.limit_beat)
            before = self.player.state()
            frames = tempo.frame_at(ends) - frame
            posted += self.player.play(note, frame, frames, self.place.group)
            self.written.append(Written(frame, written, note, stay.passage.section, before))
            self._next_frame = min(self._next_frame, frame)
        return posted

    def _compose(self, bar: int, start: float) -> tuple[Note, ...]:
        stay = self.stay
        assert stay is not None  # the caller's loop condition
        passage = stay.passage
        context = BarContext(
            section=passage.section,
            bar=bar,
            phrase_bars=passage.phrase_bars,
            beats=passage.beats_per_bar,
            beat_unit=self.beat_unit,
            tempo_bpm=stay.tempo_bpm,
            harmony=stay.harmony_of(bar),
            energy=stay.energy,
            density=self.density,
            is_leaving=self._is_leaving(start, passage.beats_per_bar),
            seed=self.seed ^ zlib.crc32(passage.section.encode()),
            style=self.style,
            octave=self.octave,
            memory=self.memories.get(bar, {}),
        )
        result = self.generator(context)
        self.memories[bar + 1] = result.memory
        self.memories.pop(bar - 8, None)
        return result.notes

    def _is_leaving(self, start: float, beats: int) -> bool:
        return self.leaves_at is not None and start + HAIR < self.leaves_at <= start + beats + HAIR

    def retempo(self, tempo_bpm: float) -> None:
        """Tell the generator another tempo from the next bar on."""
        if self.stay is not None:
            self.stay = replace(self.stay, tempo_bpm=tempo_bpm)

    def sounded(self, frame: int) -> list[Written]:
        """Notes that have sounded before a frame, in order; they are forgotten here."""
        if frame <= self._next_frame:
            return []
        done = [w for w in self.written if w.frame < frame]
        self._next_frame = min((w.frame for w in self.written if w.frame >= frame), default=frame)
        if done:
            self.written = [w for w in self.written if w.frame >= frame]
        return sorted(done, key=lambda w: w.frame)
