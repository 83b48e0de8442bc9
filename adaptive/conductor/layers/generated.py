"""Generated layers: bars are written ahead, and withdrawn and written again when their inputs change.

Each layer has a list of *write ranges*, the stretches of the timeline in which it plays, and a cursor: the
beat up to which its notes are in the kernel's schedule.  Notes before now + look-ahead are final; later
ones can still be withdrawn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, Protocol

from adaptive.composer.bar import write_bar
from adaptive.composer.context import BarContext, Generator, WrittenBar
from adaptive.composer.plan.section_plan import BarPlan, SectionPlan
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.music.note import Note
from adaptive.timebase import BEAT_TOLERANCE, TempoMap

DENSITY_STEP = 0.12
"""A smaller change of density does not cause a rewrite."""

NEVER = 1e15
"""A beat that is never reached: the end of a write range that is not limited by a seam."""

NO_BAR_LIMIT = 1_000_000

EARLY_S = 0.03
"""The most by which a note is played ahead of its beat."""

KEPT_BARS = 256
"""Number of composed bars that a layer keeps: a bar that is written again need not be composed again."""

RECALLED_BARS = 64
"""After a restore, up to this many past bars are composed again to rebuild the generator's memory."""

NO_MEMORY: Mapping[str, Any] = {}
"""Memory of a generator at the first bar of an instance; one object, because kept bars are found by `id`."""


class Player(Protocol):
    """Turns a note into commands."""

    def play(self, note: Note, frame: int, frames: int, group: int) -> list[Command]:
        """Commands of a note that begins at `frame` and lasts `frames`."""
        ...

    def state(self) -> Any:
        """The state on which the next note depends."""
        ...

    def restore(self, state: Any) -> None:
        """Restore a state, because the notes played since were withdrawn."""
        ...


@dataclass(frozen=True, slots=True)
class ComposeContext:
    """What a generator is told about a segment.

    Parameters
    ----------
    instance : SegmentInstance
        The segment that is written for.
    plan : SectionPlan
        What generators read: form, harmony, themes.
    energy : float
        0 … 1.
    tempo_bpm : float
        Quarter notes a minute.
    rests_in_introduction : bool
        Whether nothing is written before bar 1.
    meter : tuple of (int, int) or None
        The meter as written, in which generators count; None: the instance's beats.
    first_bar : int
        Bar of the plan with which the segment begins: not 0 in a bridge that continues a section's harmony.
    """

    instance: SegmentInstance
    plan: SectionPlan
    energy: float
    tempo_bpm: float
    rests_in_introduction: bool = False
    meter: tuple[int, int] | None = None
    first_bar: int = 0

    def plan_of(self, bar: int) -> BarPlan:
        """The plan of a bar of the segment, counted from 0."""
        return self.plan.bar(self.first_bar + bar)


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note in the kernel's schedule.

    Parameters
    ----------
    frame : int
        Frame at which it begins.
    beat : float
        Its written beat on the timeline, without `offset_beats`.
    note : Note
        The note.
    section : str
        Segment it was written for.
    before : object
        State of the player before the note, to restore when the note is withdrawn.
    """

    frame: int
    beat: float
    note: Note
    section: str
    before: Any


@dataclass(frozen=True, slots=True)
class WriteRange:
    """A stretch of the timeline in which a layer plays.

    Parameters
    ----------
    context : ComposeContext
        The segment it belongs to.
    begins, ends : float
        Beats of the timeline; notes are cut at the end.
    leaves_at : float or None
        Beat of the seam at which the segment is left, if one is planned: generators may play a fill there.
    memories : dict
        Bar to the memory that the generator receives for it.
    """

    context: ComposeContext
    begins: float
    ends: float = NEVER
    leaves_at: float | None = None
    memories: dict[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Write ranges and cursor of a generated layer, to restore when a planned transition is cancelled."""

    ranges: tuple[WriteRange, ...]
    cursor_beat: float


@dataclass(slots=True)
class GeneratedLayer:
    """A generated layer: composes bars with its generator and posts them with its player.

    Parameters
    ----------
    place : LayerPlace
        Its strip and its clips or instrument.
    generator : Generator
        Pure function that composes a bar.
    player : Player
        Turns notes into commands.
    style : str
        Style of the generator.
    octave : int
        Octaves that the notes are moved by.
    seed : int
        Random seed.
    density : float
        0 … 1.
    ranges : list of WriteRange
        Stretches of the timeline in which the layer plays, in order.
    cursor_beat : float
        Beat up to which its notes are in the schedule.
    written : list of WrittenNote
        Notes in the schedule that have not been reported as sounded.
    """

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
    _already_scheduled: frozenset[tuple[float, str]] = frozenset()
    _next_frame: int = -1  # no note in `written` lies before it

    @property
    def is_open_ended(self) -> bool:
        """Whether the last write range is not limited by a seam: the layer plays on."""
        return bool(self.ranges) and self.ranges[-1].ends >= NEVER

    def plan(self, seam_beat: float, ends: float, following: ComposeContext | None) -> WritePlan:
        """Plan a seam: the last write range ends, and another begins if the layer plays on.

        Parameters
        ----------
        seam_beat : float
            Beat of the seam.
        ends : float
            Beat at which the last range ends: the seam, or later if it fades out, or earlier for a fill.
        following : ComposeContext or None
            Context after the seam; None: the layer does not play there.

        Returns
        -------
        WritePlan
            The plan before, for `restore`.
        """
        before = WritePlan(tuple(self.ranges), self.cursor_beat)
        if self.ranges:
            last = self.ranges[-1]
            self.ranges[-1] = replace(last, ends=min(last.ends, ends), leaves_at=seam_beat)
        if following is not None:
            if not self.ranges:  # the layer has not played: it starts at the seam
                self.cursor_beat = seam_beat
            self.ranges.append(WriteRange(following, seam_beat))
        return before

    def restore(self, plan: WritePlan) -> None:
        """Restore the write ranges of an earlier plan."""
        self.ranges = list(plan.ranges)

    def is_like(self, other: GeneratedLayer) -> bool:
        """Whether another layer would write and play the same notes."""
        mine = (self.place, self.generator, self.style, self.octave, self.seed)
        return mine == (other.place, other.generator, other.style, other.octave, other.seed)

    def take_over(self, before: GeneratedLayer) -> None:
        """Continue from the layer before an edit: its write ranges, its cursor and its written notes."""
        self.ranges, self.cursor_beat = list(before.ranges), before.cursor_beat
        if self.generator is not before.generator:  # the memory of another generator has another form
            self.ranges = [replace(write_range, memories={}) for write_range in self.ranges]
        self.written, self._next_frame = list(before.written), before._next_frame
        self._already_scheduled = before._already_scheduled
        if type(self.player) is type(before.player):
            self.player.restore(before.player.state())

    def rewrite_from(self, beat: float, following: ComposeContext | None) -> None:
        """Cut the write ranges at a beat, and write with another context from there on.

        Parameters
        ----------
        beat : float
            Beat of the timeline.
        following : ComposeContext or None
            Context from there on; None: the layer ends.
        """
        before = self.range_at(beat)
        self.ranges = [
            replace(s, ends=min(s.ends, beat)) for s in self.ranges if s.begins < beat - BEAT_TOLERANCE
        ]
        if following is not None:
            self.ranges.append(WriteRange(following, beat))
            if before is not None:  # the generator's memory continues
                self.ranges[-1].memories.update(before.memories)
        self.cursor_beat = min(self.cursor_beat, beat) if before is not None else beat

    def replace_instance(self, old: SegmentInstance, new: SegmentInstance) -> None:
        """Replace an instance in the write ranges by one that is equal in all that generators read."""
        self.ranges = [
            replace(s, context=replace(s.context, instance=new)) if s.context.instance is old else s
            for s in self.ranges
        ]

    def begin(self, context: ComposeContext) -> None:
        """Start writing at beat 0.

        A restored instance starts before beat 0: up to `RECALLED_BARS` of its past bars are composed, so
        that the generator's memory is what it was.
        """
        write_range = WriteRange(context, 0.0)
        instance = context.instance
        bar, entered = instance.bar_at(instance.local(0.0)), instance.bar_at(instance.offset_beats)
        for past in range(max(entered, bar - RECALLED_BARS), bar):
            self._compose(write_range, past, instance.beat_of(instance.bar_start(past)))
        self.ranges, self.cursor_beat = [write_range], 0.0

    def compose_ahead(self, context: ComposeContext) -> bool:
        """Compose the first bar of a segment that may come, and keep it; False if it was kept already."""
        before, start = len(self._composed), context.instance.start_beat
        self._compose(WriteRange(context, start), 0, start)
        return len(self._composed) > before or before == KEPT_BARS

    def forget_before(self, beat: float) -> None:
        """Drop write ranges that end before a beat."""
        if len(self.ranges) > 1 or (self.ranges and self.ranges[0].ends < beat):
            self.ranges = [write_range for write_range in self.ranges if write_range.ends > beat]

    def withdraw(self, frame: int, beat: float) -> list[Command]:
        """Withdraw all notes at `frame` or later, and set the cursor back to `beat`."""
        first = next((w for w in self.written if w.frame >= frame), None)
        if first is not None:
            self.player.restore(first.before)
        self.written = [w for w in self.written if w.frame < frame]
        self.cursor_beat = min(self.cursor_beat, beat)
        # notes that are played ahead of their beat stay in the schedule although their beat is withdrawn
        self._already_scheduled = frozenset(
            (w.beat, w.note.pitch) for w in self.written if w.beat > beat - BEAT_TOLERANCE
        )
        return [commands.withdraw(self.place.group, frame)]

    def write(
        self, until_beat: float, tempo: TempoMap, not_before: int, most_bars: int = NO_BAR_LIMIT
    ) -> list[Command]:
        """Write bars until the cursor reaches a beat.

        Parameters
        ----------
        until_beat : float
            Beat of the timeline.
        tempo : TempoMap
            Maps beats to frames.
        not_before : int
            No note is posted before this frame.
        most_bars : int
            Write at most this many bars.
        """
        posted: list[Command] = []
        if self.cursor_beat >= until_beat - BEAT_TOLERANCE:
            return posted
        for write_range, ends in self._ranges_ahead():
            self.cursor_beat = max(self.cursor_beat, write_range.begins)
            while self.cursor_beat < min(until_beat, ends) - BEAT_TOLERANCE:
                if most_bars == 0:
                    return posted
                most_bars -= 1
                instance = write_range.context.instance
                bar = instance.bar_at(instance.local(self.cursor_beat))
                start = instance.beat_of(instance.bar_start(bar))
                bar_ends = min(instance.beat_of(instance.bar_end(bar)), ends) if bar < 0 else ends
                posted += self._write_bar(write_range, bar_ends, bar, start, tempo, not_before)
                self.cursor_beat = min(start + instance.beats_per_bar, bar_ends)
            if self.cursor_beat >= until_beat - BEAT_TOLERANCE:
                break
        return posted

    def _ranges_ahead(self) -> list[tuple[WriteRange, float]]:
        """Write ranges beyond the cursor, each with its end, which is at most the start of the next range."""
        ends = [min(one.ends, after.begins) for one, after in pairwise(self.ranges)]
        ends += [write_range.ends for write_range in self.ranges[-1:]]
        pairs = zip(self.ranges, ends, strict=True)
        return [(write_range, end) for write_range, end in pairs if end > self.cursor_beat + BEAT_TOLERANCE]

    def range_at(self, beat: float) -> WriteRange | None:
        """The write range at a beat; the latest if several overlap."""
        found = None
        for write_range in self.ranges:
            if write_range.begins <= beat + BEAT_TOLERANCE and beat < write_range.ends - BEAT_TOLERANCE:
                found = write_range
        return found

    def _write_bar(
        self, write_range: WriteRange, ends: float, bar: int, start: float, tempo: TempoMap, not_before: int
    ) -> list[Command]:
        # a note ahead of its beat sounds no earlier than the start of its bar or of the write range
        begins = max(start, write_range.begins)
        # notes before the cursor's frame are in the schedule already; `withdraw` decides by frame, too
        first = max(tempo.frame_at(self.cursor_beat), not_before)
        timed = []
        for note in self._compose(write_range, bar, start):
            written = start + float(note.onset)
            if begins - BEAT_TOLERANCE <= written < ends - BEAT_TOLERANCE:
                beat = max(begins, written + note.offset_beats)
                timed.append((tempo.frame_at(beat), beat, written, note))
        posted: list[Command] = []
        for wanted, beat, written, note in sorted(timed, key=lambda row: row[0]):
            frame = wanted
            if (written, note.pitch) in self._already_scheduled:
                continue
            if frame < first:
                # at the new tempo it is due earlier than before; it was withdrawn, and is played at once
                is_due = (
                    written > self.cursor_beat - BEAT_TOLERANCE
                    and first - frame < EARLY_S * tempo.sample_rate
                )
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
            start + BEAT_TOLERANCE < write_range.leaves_at <= start + instance.beats_per_bar + BEAT_TOLERANCE
        )
        if bar < 0 and context.rests_in_introduction:
            return ()
        # an introduction leads up to bar 1 as the last bars of a pass do
        number = bar if bar >= 0 else bar % max(1, instance.length_beats // instance.beats_per_bar)
        plan, memory = context.plan_of(number), write_range.memories.get(bar, NO_MEMORY)
        # `kept` refers to plan and memory, so their ids cannot be reused by other objects
        key = (
            instance.section, bar, self.density, is_leaving, context.tempo_bpm, context.energy,
            id(plan), id(memory),
        )  # fmt: skip
        kept = self._composed.get(key)
        if kept is None:
            beats, beat_unit = context.meter or (instance.beats_per_bar, int(instance.beat_unit))
            bar_context = BarContext(
                section=instance.section,
                bar=number,
                phrase_bars=instance.phrase_bars,
                beats=beats,
                beat_unit=beat_unit,
                tempo_bpm=context.tempo_bpm,
                harmony=plan.harmony,
                plan=plan,
                energy=context.energy,
                density=self.density,
                is_leaving=is_leaving,
                seed=self.seed ^ plan.rhythm_seed(self.place.name),
                style=self.style,
                octave=self.octave,
                layer=self.place.name,
                memory=memory,
            )
            written = write_bar(self.generator, bar_context)
            if beats != instance.beats_per_bar:
                written = _in_beats(written, Fraction(instance.beats_per_bar, beats))
            kept = (written, bar_context)
            self._composed[key] = kept
            if len(self._composed) > KEPT_BARS:
                self._composed.popitem(last=False)
        else:
            self._composed.move_to_end(key)
        result = kept[0]
        write_range.memories[bar + 1] = result.memory
        write_range.memories.pop(bar - 8, None)
        return result.notes

    def set_tempo(self, tempo_bpm: float) -> None:
        """Set the tempo that the generator is told for the bars from now on."""
        if self.is_open_ended:
            last = self.ranges[-1]
            self.ranges[-1] = replace(last, context=replace(last.context, tempo_bpm=tempo_bpm))

    def pop_sounded(self, frame: int) -> list[WrittenNote]:
        """Remove the notes before a frame, which have sounded, and return them in order."""
        if frame <= self._next_frame:
            return []
        done = [w for w in self.written if w.frame < frame]
        self._next_frame = min((w.frame for w in self.written if w.frame >= frame), default=frame)
        if done:
            self.written = [w for w in self.written if w.frame >= frame]
        return sorted(done, key=lambda w: w.frame)


def _in_beats(written: WrittenBar, ratio: Fraction) -> WrittenBar:
    """The bar with its notes counted in the segment's beats: `ratio` of them are a beat of the meter."""
    notes = (
        replace(
            note,
            onset=note.onset * ratio,
            duration=note.duration * ratio,
            offset_beats=note.offset_beats * float(ratio),
        )
        for note in written.notes
    )
    return replace(written, notes=tuple(notes))
