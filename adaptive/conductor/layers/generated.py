"""Generated layers: bars are written ahead, and withdrawn and written again when their inputs change.

Each layer has a list of *write ranges*, the stretches of the timeline in which it plays, and a cursor: the
beat up to which its notes are in the kernel's schedule.  Notes before now + look-ahead are final; later
ones can still be withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from adaptive.composer.steer import AS_PEOPLE_PLAY, NOTHING_HELD, HeldHarmony, RegeneratedBars, Steer
from adaptive.conductor.layers.bar_requests import NO_MEMORY, held_in, key_of, request_of
from adaptive.conductor.layers.layer_bars import KEPT_BARS, ComposedBar, LayerBars
from adaptive.conductor.layers.layer_player import SeamContext, Switched
from adaptive.conductor.layers.note_players import NotePlayer
from adaptive.conductor.layers.write_range import (
    NEVER,
    ComposeContext,
    WritePlan,
    WriteRange,
    beats_ratio,
)
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel.layout import LINEAR
from adaptive.music.channel_note import ControlChange
from adaptive.music.note import Note
from adaptive.timebase import BEAT_TOLERANCE, TempoMap

DENSITY_STEP = 0.12
"""A smaller change of density does not cause a rewrite."""

NO_BAR_LIMIT = 1_000_000

INSTRUMENT_FADE_S = 0.01
"""Length of the fade that brings an instrument to its level at a seam where the rule has no fade."""

EARLY_S = 0.06
"""The most by which a note is played ahead of its beat."""

RECALLED_BARS = 64
"""After a restore, up to this many past bars are composed again to rebuild the generator's memory."""


class WrittenNote(NamedTuple):
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
    frames : int
        Frames for which it is held.
    """

    frame: int
    beat: float
    note: Note
    section: str
    before: Any
    frames: int = 0


@dataclass(slots=True)
class GeneratedLayer:
    """A generated layer: takes the bars that its generator composes, and posts them with its player.

    Parameters
    ----------
    place : LayerPlace
        Its strip and its clips or instrument.
    bars : LayerBars
        The bars that its generator composes.
    player : NotePlayer
        Turns notes into commands.
    style : str
        Style of the generator.
    octave : int
        Octaves that the notes are moved by.
    seed : int
        Random seed.
    density : float
        0 … 1.
    energy : float or None
        0 … 1; None: that of the section.
    steer : Steer
        How it is played.
    held : HeldHarmony
        Key, mode or chord that are held in place of the section's.
    takes : tuple of RegeneratedBars
        Bars that are written in another way, the latest last.
    ranges : list of WriteRange
        Stretches of the timeline in which the layer plays, in order.
    cursor_beat : float
        Beat up to which its notes are in the schedule.
    written : list of WrittenNote
        Notes in the schedule that have not been reported as sounded.
    next_frame : int
        No note in `written` lies before it.
    rewrite_frames : int
        So many frames after the earliest one, drums that play a fill are written again.
    """

    place: LayerPlace
    bars: LayerBars
    player: NotePlayer
    style: str
    octave: int
    seed: int
    density: float = 0.5
    energy: float | None = None
    steer: Steer = AS_PEOPLE_PLAY
    held: HeldHarmony = NOTHING_HELD
    takes: tuple[RegeneratedBars, ...] = ()
    ranges: list[WriteRange] = field(default_factory=list)
    cursor_beat: float = 0.0
    written: list[WrittenNote] = field(default_factory=list)
    _already_scheduled: frozenset[tuple[float, str]] = frozenset()
    next_frame: int = -1
    rewrite_frames: int = 0

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
            self.ranges[-1] = WriteRange(
                last.context, last.begins, min(last.ends, ends), seam_beat, last.memories, last.good_bars
            )
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
        mine = (self.place, self.style, self.octave, self.seed)
        is_same = self.bars.spec is other.bars.spec and self.bars.song is other.bars.song
        return is_same and mine == (other.place, other.style, other.octave, other.seed)

    def take_over(self, before: GeneratedLayer) -> None:
        """Continue from the layer before an edit: its write ranges, its cursor and its written notes."""
        self.ranges, self.cursor_beat = list(before.ranges), before.cursor_beat
        if self.bars.spec is not before.bars.spec:  # the memory of another generator has another form
            self.ranges = [replace(write_range, memories={}) for write_range in self.ranges]
        self.energy, self.steer, self.held = before.energy, before.steer, before.held
        self.takes = before.takes
        self.written, self.next_frame = list(before.written), before.next_frame
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
                self.ranges[-1].good_bars.update(before.good_bars)
        self.cursor_beat = min(self.cursor_beat, beat) if before is not None else beat

    def replace_instance(self, old: SegmentInstance, new: SegmentInstance) -> None:
        """Replace an instance in the write ranges by one that is equal in all that generators read."""
        self.ranges = [
            replace(s, context=replace(s.context, instance=new)) if s.context.instance is old else s
            for s in self.ranges
        ]

    def begin(self, context: ComposeContext, position: int) -> list[Command]:
        """Start writing at beat 0; the notes follow with `write`.

        A restored instance starts before beat 0: up to `RECALLED_BARS` of its past bars are composed, so
        that the generator's memory is what it was.
        """
        write_range = WriteRange(context, 0.0)
        instance = context.instance
        bar, entered = instance.bar_at(instance.local(0.0)), instance.bar_at(instance.offset_beats)
        for past in range(max(entered, bar - RECALLED_BARS), bar):
            self._recall(write_range, past, instance.beat_of(instance.bar_start(past)))
        self.ranges, self.cursor_beat = [write_range], 0.0
        return []

    def compose_ahead(self, context: ComposeContext) -> bool:
        """Compose the first bar of a segment that may come, and keep it; False if it was kept already.

        One that another process is composing, or the plan of which it makes, is left to it.
        """
        before, start = len(self.bars), context.instance.start_beat
        write_range = WriteRange(context, start)
        is_awaited = context.plan.under(self.held).part_at(context.first_bar).is_awaited
        if (is_awaited or self.bars.awaited) and not self.rests(context, 0):
            known = key_of(self, write_range, 0, start)
            told = (known.plan, known.memory, context)
            if self.bars.leave_open(known.key, *told, is_awaited=is_awaited):
                return True
        if self.bars.source.is_immediate:
            self._recall(write_range, 0, start)
            return len(self.bars) > before or before == KEPT_BARS
        known = key_of(self, write_range, 0, start)
        self.bars.ask(request_of(self, write_range, 0, known, 0), is_ahead=True)
        return True

    def prepare(self) -> bool:
        """Work out a stage of the plan of the bar at the cursor; False if nothing of it is left to do."""
        write_range = self.range_at(self.cursor_beat)
        if write_range is None or not self.bars.source.is_immediate:
            return False
        instance = write_range.context.instance
        bar = instance.bar_at(instance.local(self.cursor_beat))
        if bar < 0 or self.rests(write_range.context, bar):
            return False
        plan = write_range.context.plan_of(bar, held_in(self, instance.section, bar))
        return plan.part.prepare() or (plan.following is not None and plan.following.prepare())

    def ask_ahead(self, not_before: int) -> None:
        """Let the bar at the cursor be composed, long before it has to be written."""
        write_range = self.range_at(self.cursor_beat)
        if write_range is None:
            return
        instance = write_range.context.instance
        bar = instance.bar_at(instance.local(self.cursor_beat))
        if not self.rests(write_range.context, bar):
            start = instance.beat_of(instance.bar_start(bar))
            known = key_of(self, write_range, bar, start)
            self.bars.ask(request_of(self, write_range, bar, known, not_before))

    def forget_before(self, frame: int, beat: float) -> None:
        """Drop write ranges that end before a beat."""
        if len(self.ranges) > 1 or (self.ranges and self.ranges[0].ends < beat):
            self.ranges = [write_range for write_range in self.ranges if write_range.ends > beat]

    # ── seams ──────────────────────────────────────────────────────────────────────────────────

    def recordings(self) -> Iterable[Sound]:
        """The recordings that its player may play."""
        return self.player.recordings()

    def lead_in_frames(self, segment: str) -> int:
        """0: it has no pickup."""
        return 0

    def switch(self, seam: SeamContext, *, is_wanted: bool, fill_beat: float | None) -> Switched:
        """Go over a seam: one write range ends, and another begins."""
        was_playing, following, ends = self.is_open_ended, None, seam.beat
        if is_wanted:
            following = seam.context_of()
        elif self.player.can_fade and was_playing:
            faded = seam.frame + max(0, seam.fades.out_start + seam.fades.out_frames)
            ends = seam.tempo.beat_at(faded)
        if fill_beat is not None:
            ends = fill_beat
        preparing = self._make_room(seam, min(ends, seam.beat))
        before = self.plan(seam.beat, ends, following)
        return Switched(before, preparing, self._fade_at(seam, was_playing, is_wanted))

    def _make_room(self, seam: SeamContext, ends: float) -> list[Command]:
        """Withdraw notes after `ends`; of drums also the bar before the seam, where a fill may be played."""
        from_beat = ends
        if self.player.is_percussive and self.ranges:
            bar = max(seam.source.start_beat, seam.beat - seam.source.beats_per_bar)
            from_beat = min(from_beat, max(bar, seam.tempo.beat_at(seam.earliest + self.rewrite_frames)))
        if self.cursor_beat > from_beat + BEAT_TOLERANCE:
            return self.withdraw(seam.tempo.frame_at(from_beat), from_beat, seam.earliest)
        return []

    def _fade_at(self, seam: SeamContext, was_playing: bool, is_wanted: bool) -> list[Command]:
        fades, at, fade = seam.fades, seam.frame, self.player.fade
        if was_playing and not is_wanted and fades.out_frames:
            at = max(seam.earliest, at + fades.out_start)
            return fade(at, 0.0, fades.out_frames, fades.shape_out, seam.group)
        if is_wanted and not was_playing and fades.in_frames + min(0, fades.in_start) > 0:
            # notes begin at the seam: of a fade that begins before it, only the rest is heard
            at = max(seam.earliest, at + max(0, fades.in_start))
            frames = fades.in_frames + min(0, fades.in_start)
            silent = fade(at, 0.0, 0, LINEAR, seam.group)
            return [*silent, *fade(at, 1.0, frames, fades.shape_in, seam.group)]
        if is_wanted:
            return self.fade_in(at, seam.group, seam.tempo.sample_rate)
        return []

    def fade_in(self, at: int, group: int, sample_rate: float) -> list[Command]:
        """Commands that bring its notes to their level without an audible fade."""
        return self.player.fade(at, 1.0, round(INSTRUMENT_FADE_S * sample_rate), LINEAR, group)

    def mute(self, before: WritePlan, seam: SeamContext, at: int, frames: int) -> list[Command]:
        """Do nothing: its write range ends where the fill begins."""
        return []

    def undo(self, before: WritePlan, seam_frame: int, earliest: int, tempo: TempoMap) -> list[Command]:
        """Go back to the write ranges before a seam that is cancelled."""
        self.restore(before)
        # all bars written since are written again: they may have led up to the seam
        at = max(earliest, min(earliest + self.rewrite_frames, seam_frame))
        from_beat = max(before.cursor_beat, tempo.beat_at(at))
        if self.cursor_beat > from_beat + BEAT_TOLERANCE:
            return self.withdraw(tempo.frame_at(from_beat), from_beat, earliest)
        return []

    def restart_clip(self, clip: int, at: int, frames: int) -> list[Command]:
        """Do nothing: no seam stops a clip of it."""
        return []

    def end_sooner(self, at: int, frames: int, tempo: TempoMap) -> list[Command]:
        """End what fades out by `frames` after `at`."""
        beat = tempo.beat_at(at + frames)
        if not self.ranges or self.ranges[-1].ends <= beat or not self.player.can_fade:
            return []
        self.plan(beat, beat, None)
        return [*self.withdraw(at + frames, beat), *self.player.fade(at, 0.0, frames)]

    def withdraw_notes(self, at: int, beat: float) -> list[Command]:
        """Withdraw the notes after a beat, because the tempo changes there."""
        return self.withdraw(at, beat) if self.cursor_beat > beat else []

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def withdraw(self, frame: int, beat: float, earliest: int | None = None) -> list[Command]:
        """Withdraw all notes at `frame` or later, and set the cursor back to `beat`.

        Parameters
        ----------
        frame : int
            Frame of the timeline.
        beat : float
            The beat that belongs to it.
        earliest : int, optional
            Notes of that beat that are played ahead of it are withdrawn as well, down to this frame: what
            comes instead sounds on the beat.  Default: they stay.
        """
        cut, from_beat = frame, beat - BEAT_TOLERANCE
        if earliest is not None:
            is_early = [w.frame for w in self.written if w.frame < frame and w.beat > from_beat]
            if is_early:
                cut = max(earliest, min(is_early))
        withdrawn = [w for w in self.written if w.frame >= cut]
        if withdrawn:
            self.player.restore(withdrawn[0].before)
            self.written = [w for w in self.written if w.frame < cut]
        self.cursor_beat = min(self.cursor_beat, beat)
        self.bars.forget_try()
        posted = [commands.withdraw(self.place.group, cut)]
        # what belongs to an earlier beat stays as it was, however late it is played
        for kept in withdrawn:
            if kept.beat < from_beat:
                before = self.player.state()
                posted += self.player.play(kept.note, kept.frame, kept.frames, self.place.group)
                self.written.append(kept._replace(before=before))
        # notes that are played ahead of their beat stay in the schedule although their beat is withdrawn
        self._already_scheduled = frozenset(
            (w.beat, w.note.pitch) for w in self.written if w.beat > from_beat
        )
        return posted

    def write(
        self, until_beat: float, tempo: TempoMap, not_before: int, most_bars: int = NO_BAR_LIMIT
    ) -> list[Command]:
        """Write bars until the cursor reaches a beat, or until a bar is not there yet.

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
        self.bars.is_waiting = False
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
                notes = self._take(write_range, bar, start, tempo, not_before)
                if notes is None:
                    return posted
                posted += self._post_bar(write_range, bar_ends, notes, start, tempo, not_before)
                self.cursor_beat = min(start + instance.beats_per_bar, bar_ends)
            if self.cursor_beat >= until_beat - BEAT_TOLERANCE:
                break
        return posted

    def _ranges_ahead(self) -> list[tuple[WriteRange, float]]:
        """Write ranges beyond the cursor, each with its end, which is at most the start of the next range."""
        if len(self.ranges) == 1:
            only = self.ranges[0]
            return [(only, only.ends)] if only.ends > self.cursor_beat + BEAT_TOLERANCE else []
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

    def _post_bar(
        self, write_range: WriteRange, ends: float, notes: Sequence[Note], start: float, tempo: TempoMap,
        not_before: int,
    ) -> list[Command]:  # fmt: skip
        # a note ahead of its beat sounds no earlier than the write range begins, such as at a seam
        range_begins, least_beat = write_range.begins, ends - BEAT_TOLERANCE
        first_beat = max(start, range_begins) - BEAT_TOLERANCE
        beats: list[float] = []
        ends_at: list[float] = []
        chosen: list[tuple[float, Note]] = []
        for note in notes:
            onset, duration = note.onset, note.duration
            # as float(note.onset), in a fifth of its time
            written = start + onset.numerator / onset.denominator
            if first_beat <= written < least_beat:
                beat = max(range_begins, written + note.offset_beats)
                if beat < least_beat:
                    beats.append(beat)
                    ends_at.append(min(beat + duration.numerator / duration.denominator, ends))
                    chosen.append((written, note))
        posted: list[Command] = []
        if not chosen:
            return posted
        first = max(tempo.frame_at(self.cursor_beat), not_before)
        early = EARLY_S * tempo.sample_rate
        cursor, scheduled = self.cursor_beat - BEAT_TOLERANCE, self._already_scheduled
        player, group, section = self.player, self.place.group, write_range.context.instance.section
        timed = zip(tempo.frames_at(beats), tempo.frames_at(ends_at), chosen, strict=True)
        for wanted, ended, (written, note) in sorted(timed, key=itemgetter(0)):
            # notes before the cursor are in the schedule already, and some after it that are played early
            if written < cursor or (scheduled and (written, note.pitch) in scheduled):
                continue
            # ahead of its beat; or at a new tempo due earlier than before: withdrawn, and played at once
            if first - wanted >= early:
                continue
            frame = max(wanted, not_before)
            before = player.state()
            posted += player.play(note, frame, ended - frame, group)
            self.written.append(WrittenNote(frame, written, note, section, before, ended - frame))
            if frame < self.next_frame:
                self.next_frame = frame
        return posted

    def rests(self, context: ComposeContext, bar: int) -> bool:
        """Whether the layer is silent in a bar: in an introduction with recordings, muted, or by plan."""
        if bar < 0:
            return context.rests_in_introduction
        spec = self.bars.spec
        if spec.is_performed:
            return False
        if self.steer.mutes(spec.name, is_percussive=spec.is_percussive):
            return True
        return not context.plan_of(bar, self.held).plays(self.place.name)

    def _take(
        self, write_range: WriteRange, bar: int, start: float, tempo: TempoMap, not_before: int
    ) -> tuple[Note, ...] | None:
        """The notes of a bar that is to be written now; None: it is not there yet."""
        if self.rests(write_range.context, bar):
            return ()
        known = key_of(self, write_range, bar, start)
        kept = self.bars.kept(known.key)
        if kept is not None:
            self._go_on(write_range, bar, kept.bar.memory, kept)
            return kept.notes
        request = request_of(self, write_range, bar, known, not_before)
        good = write_range.good_bars.get(bar) or self._good_before(write_range)
        lead_frames = tempo.frame_at(self.cursor_beat) - not_before
        taken = self.bars.take(request, beats_ratio(write_range.context), start, lead_frames, good)
        if taken is None:
            return None
        notes, composed = taken
        memory = request.context.memory if composed is None else composed.bar.memory
        self._go_on(write_range, bar, memory, composed or good)
        return notes

    def _recall(self, write_range: WriteRange, bar: int, start: float) -> None:
        """Compose a bar that is not written, for its memory, or to keep it."""
        if self.rests(write_range.context, bar):
            return
        known = key_of(self, write_range, bar, start)
        composed = self.bars.kept(known.key)
        if composed is None:
            request = request_of(self, write_range, bar, known, 0)
            composed = self.bars.recalled(request, beats_ratio(write_range.context))
        if composed is not None:
            self._go_on(write_range, bar, composed.bar.memory, composed)

    def _go_on(
        self, write_range: WriteRange, bar: int, memory: Mapping[str, Any], good: ComposedBar | None
    ) -> None:
        """Keep what the bar after this one needs."""
        write_range.memories[bar + 1] = memory or NO_MEMORY
        write_range.memories.pop(bar - 8, None)
        if good is not None:
            write_range.good_bars[bar + 1] = good
            write_range.good_bars.pop(bar - 8, None)

    def _good_before(self, write_range: WriteRange) -> ComposedBar | None:
        """The last bar that the generator wrote in the write ranges before one."""
        for before in reversed(self.ranges):
            if before.begins < write_range.begins and before.good_bars:
                return before.good_bars[max(before.good_bars)]
        return None

    def set_tempo(self, tempo_bpm: float, at: int) -> list[Command]:
        """Set the tempo that the generator is told for the bars from now on."""
        if self.is_open_ended:
            last = self.ranges[-1]
            self.ranges[-1] = replace(last, context=replace(last.context, tempo_bpm=tempo_bpm))
        return []

    def pop_sounded(self, frame: int) -> list[WrittenNote]:
        """Remove what lies before a frame, and return the notes among it, which have sounded, in order."""
        if frame <= self.next_frame:
            return []
        done = [w for w in self.written if w.frame < frame]
        self.next_frame = min((w.frame for w in self.written if w.frame >= frame), default=frame)
        if done:
            self.written = [w for w in self.written if w.frame >= frame]
        return sorted((w for w in done if not isinstance(w.note, ControlChange)), key=lambda w: w.frame)
