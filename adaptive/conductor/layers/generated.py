"""Generated layers: bars written ahead, withdrawn and rewritten when what they depend on changes.

Each layer has a list of *spans*, the stretches of the timeline it writes in, and a cursor: up to which
beat its notes are in the kernel's schedule.  What lies before now + look-ahead is certain; what lies
beyond may be taken back.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol

from adaptive.composer.context import BarContext, Generator, Harmony, WrittenBar
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.music.note import Note
from adaptive.timebase import HAIR, TempoMap

DENSITY_STEP = 0.12
"""A density that moved by less does not rewrite what is written."""


NEVER = 1e15
"""A beat that does not come."""

MOST_BARS = 1_000_000

EARLY_S = 0.03
"""No note is played farther ahead of its beat."""

KEPT_BARS = 256
"""Composed bars a layer keeps: what is taken back and written again, or comes again, costs nothing."""

RECALLED_BARS = 64
"""Where saved music goes on, so many bars are composed again to remember what came before."""

NOTHING: Mapping[str, Any] = {}
"""What a generator remembers at the first bar of a stay: one object, so that it is known again."""


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
class ComposeContext:
    """A passage as a generator sees it: which one, its harmony bar by bar, energy, tempo."""

    instance: SegmentInstance
    harmony_of: Callable[[int], Harmony]
    energy: float
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note in the schedule: what the log says of it when it has sounded.

    `before` is the player's state before the note: what to come back to when it is taken back.
    """

    frame: int
    beat: float
    note: Note
    section: str
    before: Any


@dataclass(frozen=True, slots=True)
class WriteRange:
    """A stretch of the timeline that a layer writes in.

    Parameters
    ----------
    context : ComposeContext
        The passage it belongs to.
    begins, ends : float
        Beats; notes are cut at the end.
    leaves_at : float or None
        Beat of the seam its section is left at, if one is planned: a fill may lead there.
    memories : dict
        What the generator remembered for each bar to come.
    """

    context: ComposeContext
    begins: float
    ends: float = NEVER
    leaves_at: float | None = None
    memories: dict[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WritePlan:
    """What a generated layer was about to write before a seam was planned."""

    ranges: tuple[WriteRange, ...]
    cursor_beat: float


@dataclass(slots=True)
class GeneratedLayer:
    """One generated layer: its generator, its player, its spans, its cursor."""

    place: LayerPlace
    generator: Generator
    player: Player
    style: str
    octave: int
    seed: int
    density: float = 0.5
    ranges: list[WriteRange] = field(default_factory=list)
    cursor_beat: float = 0.0
    written: list[WrittenNote] = field(default_factory=list)
    _composed: OrderedDict[tuple[Any, ...], tuple[WrittenBar, BarContext]] = field(
        default_factory=OrderedDict
    )
    _kept: frozenset[tuple[float, str]] = frozenset()
    _next_frame: int = -1  # no note that is written lies before it

    @property
    def is_kept(self) -> bool:
        """Whether it is to play on for good, as far as is planned."""
        return bool(self.ranges) and self.ranges[-1].ends >= NEVER

    def plan(self, seam_beat: float, ends: float, following: ComposeContext | None) -> WritePlan:
        """Hand over at a seam: the last span ends, and another begins if the layer stays."""
        before = WritePlan(tuple(self.ranges), self.cursor_beat)
        if self.ranges:
            last = self.ranges[-1]
            self.ranges[-1] = replace(last, ends=min(last.ends, ends), leaves_at=seam_beat)
        if following is not None:
            if not self.ranges:  # nothing is written: nothing lies before the seam
                self.cursor_beat = seam_beat
            self.ranges.append(WriteRange(following, seam_beat))
        return before

    def restore(self, plan: WritePlan) -> None:
        """Come back to what was planned before."""
        self.ranges = list(plan.ranges)

    def is_like(self, other: GeneratedLayer) -> bool:
        """Whether another layer would write and play the same."""
        mine = (self.place, self.generator, self.style, self.octave, self.seed)
        return mine == (other.place, other.generator, other.style, other.octave, other.seed)

    def take_over(self, before: GeneratedLayer) -> None:
        """Go on where a layer before this one is: with its spans, its cursor and what it has written."""
        self.ranges, self.cursor_beat = list(before.ranges), before.cursor_beat
        if self.generator is not before.generator:  # another's memory means nothing to it
            self.ranges = [replace(write_range, memories={}) for write_range in self.ranges]
        self.written, self._next_frame = list(before.written), before._next_frame
        self._kept = before._kept
        if type(self.player) is type(before.player):
            self.player.restore(before.player.state())

    def turn_over(self, beat: float, following: ComposeContext | None) -> None:
        """End what is written at a beat, and write by another stay from there on."""
        before = self.range_at(beat)
        self.ranges = [replace(s, ends=min(s.ends, beat)) for s in self.ranges if s.begins < beat - HAIR]
        if following is not None:
            self.ranges.append(WriteRange(following, beat))
            if before is not None:  # what it remembers of the bars before goes on
                self.ranges[-1].memories.update(before.memories)
        self.cursor_beat = min(self.cursor_beat, beat) if before is not None else beat

    def rest_on(self, old: SegmentInstance, new: SegmentInstance) -> None:
        """Call the passage it writes in by another object: nothing it reads of it has changed."""
        self.ranges = [
            replace(s, context=replace(s.context, instance=new)) if s.context.instance is old else s
            for s in self.ranges
        ]

    def begin(self, context: ComposeContext) -> None:
        """Write from beat 0 on in a passage, which may lie before it: what it had played is recalled."""
        write_range = WriteRange(context, 0.0)
        bar = int(context.instance.local(0.0) / context.instance.beats_per_bar + HAIR)
        entered = int(context.instance.offset_beats / context.instance.beats_per_bar + HAIR)
        for past in range(max(entered, bar - RECALLED_BARS), bar):
            self._compose(write_range, past, context.instance.beat_of(past * context.instance.beats_per_bar))
        self.ranges, self.cursor_beat = [write_range], 0.0

    def compose_ahead(self, context: ComposeContext) -> bool:
        """Compose the first bar of a stay that may come, and keep it; False if it was known."""
        before, start = len(self._composed), context.instance.start_beat
        self._compose(WriteRange(context, start), 0, start)
        return len(self._composed) > before or before == KEPT_BARS

    def forget_before(self, beat: float) -> None:
        """Drop spans that have ended."""
        if len(self.ranges) > 1 or (self.ranges and self.ranges[0].ends < beat):
            self.ranges = [write_range for write_range in self.ranges if write_range.ends > beat]

    def withdraw(self, frame: int, beat: float) -> list[Command]:
        """Take back all notes at `frame` or later; writing goes on at `beat`."""
        first = next((w for w in self.written if w.frame >= frame), None)
        if first is not None:
            self.player.restore(first.before)
        self.written = [w for w in self.written if w.frame < frame]
        self.cursor_beat = min(self.cursor_beat, beat)
        # played ahead of their beat, they are in the schedule although their beat lies beyond the cut
        self._kept = frozenset((w.beat, w.note.pitch) for w in self.written if w.beat > beat - HAIR)
        return [commands.withdraw(self.place.group, frame)]

    def write(
        self, until_beat: float, tempo: TempoMap, not_before: int, most_bars: int = MOST_BARS
    ) -> list[Command]:
        """Write bars until the cursor reaches a beat, or so many; no note before frame `not_before`."""
        posted: list[Command] = []
        if self.cursor_beat >= until_beat - HAIR:
            return posted
        for write_range, ends in self._spans_ahead():
            self.cursor_beat = max(self.cursor_beat, write_range.begins)
            while self.cursor_beat < min(until_beat, ends) - HAIR:
                if most_bars == 0:
                    return posted
                most_bars -= 1
                instance = write_range.context.instance
                bar = int(instance.local(self.cursor_beat) / instance.beats_per_bar + HAIR)
                start = instance.beat_of(bar * instance.beats_per_bar)
                posted += self._write_bar(write_range, ends, bar, start, tempo, not_before)
                self.cursor_beat = min(start + instance.beats_per_bar, ends)
            if self.cursor_beat >= until_beat - HAIR:
                break
        return posted

    def _spans_ahead(self) -> list[tuple[WriteRange, float]]:
        """Spans beyond the cursor, each with where it really ends: at the next one's beginning at last."""
        ends = [min(one.ends, after.begins) for one, after in pairwise(self.ranges)]
        ends += [write_range.ends for write_range in self.ranges[-1:]]
        pairs = zip(self.ranges, ends, strict=True)
        return [(write_range, end) for write_range, end in pairs if end > self.cursor_beat + HAIR]

    def range_at(self, beat: float) -> WriteRange | None:
        """Span that is written at a beat."""
        found = None
        for write_range in self.ranges:
            if write_range.begins <= beat + HAIR and beat < write_range.ends - HAIR:
                found = write_range
        return found

    def _write_bar(
        self, write_range: WriteRange, ends: float, bar: int, start: float, tempo: TempoMap, not_before: int
    ) -> list[Command]:
        # a hit before its beat sounds no earlier than its bar, or than the section, begins
        begins = max(start, write_range.begins)
        # what sounds before the cursor is in the schedule already: the frame decides, as in `withdraw`
        first = max(tempo.frame_at(self.cursor_beat), not_before)
        timed = []
        for note in self._compose(write_range, bar, start):
            written = start + float(note.onset)
            if begins - HAIR <= written < ends - HAIR:
                beat = max(begins, written + note.offset_beats)
                timed.append((tempo.frame_at(beat), beat, written, note))
        posted: list[Command] = []
        for wanted, beat, written, note in sorted(timed, key=lambda row: row[0]):
            frame = wanted
            if (written, note.pitch) in self._kept:
                continue
            if frame < first:
                # in another tempo it leads by more than before: it was taken back, and is due at once
                is_due = written > self.cursor_beat - HAIR and first - frame < EARLY_S * tempo.sample_rate
                if not is_due:
                    continue
                frame = first
            before = self.player.state()
            frames = tempo.frame_at(min(beat + float(note.duration), ends)) - frame
            posted += self.player.play(note, frame, frames, self.place.group)
            self.written.append(
                WrittenNote(frame, written, note, write_range.context.instance.section, before)
            )
            self._next_frame = min(self._next_frame, frame)
        return posted

    def _compose(self, write_range: WriteRange, bar: int, start: float) -> tuple[Note, ...]:
        context, instance = write_range.context, write_range.context.instance
        is_leaving = write_range.leaves_at is not None and (
            start + HAIR < write_range.leaves_at <= start + instance.beats_per_bar + HAIR
        )
        harmony, memory = context.harmony_of(bar), write_range.memories.get(bar, NOTHING)
        # the objects themselves are kept with the bar, so that their identities stay theirs
        key = (
            instance.section, bar, self.density, is_leaving, context.tempo_bpm, context.energy,
            id(harmony), id(memory),
        )  # fmt: skip
        kept = self._composed.get(key)
        if kept is None:
            bar_context = BarContext(
                section=instance.section,
                bar=bar,
                phrase_bars=instance.phrase_bars,
                beats=instance.beats_per_bar,
                beat_unit=instance.beat_unit,
                tempo_bpm=context.tempo_bpm,
                harmony=harmony,
                energy=context.energy,
                density=self.density,
                is_leaving=is_leaving,
                seed=self.seed ^ zlib.crc32(instance.section.encode()),
                style=self.style,
                octave=self.octave,
                memory=memory,
            )
            kept = (self.generator(bar_context), bar_context)
            self._composed[key] = kept
            if len(self._composed) > KEPT_BARS:
                self._composed.popitem(last=False)
        else:
            self._composed.move_to_end(key)
        result = kept[0]
        write_range.memories[bar + 1] = result.memory
        write_range.memories.pop(bar - 8, None)
        return result.notes

    def retempo(self, tempo_bpm: float) -> None:
        """Tell the generator another tempo from the next bar on."""
        if self.is_kept:
            last = self.ranges[-1]
            self.ranges[-1] = replace(last, context=replace(last.context, tempo_bpm=tempo_bpm))

    def sounded(self, frame: int) -> list[WrittenNote]:
        """Notes that have sounded before a frame, in order; they are forgotten here."""
        if frame <= self._next_frame:
            return []
        done = [w for w in self.written if w.frame < frame]
        self._next_frame = min((w.frame for w in self.written if w.frame >= frame), default=frame)
        if done:
            self.written = [w for w in self.written if w.frame >= frame]
        return sorted(done, key=lambda w: w.frame)
