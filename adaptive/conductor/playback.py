"""The playback state: what plays and what is planned, shared by all parts of the conductor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.steer import NOTHING_HELD, HeldHarmony
from adaptive.conductor.assets import Assets
from adaptive.conductor.elastic import make_elastic
from adaptive.conductor.layers.generated import WrittenNote
from adaptive.conductor.layers.write_range import ComposeContext
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.log import DecisionLog, Line
from adaptive.conductor.messages import Receipt
from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.shot_picks import ShotPicks
from adaptive.conductor.step_values import StepState, StepValues
from adaptive.conductor.tempo.range import tempo_in
from adaptive.engine.engine import Engine
from adaptive.preset.model import Preset
from adaptive.preset.segments import grid_of, is_bridge
from adaptive.preset.timing import LOOK_AHEAD_S, first_bars_s
from adaptive.timebase import BEAT_TOLERANCE, TempoMap

SILENCE = ""
"""Name of the section while playback is stopped."""


@dataclass(frozen=True, slots=True)
class PlaybackMemory:
    """What playback remembers, apart from planned transitions; the fields are those of `PlaybackState`."""

    tempo: TempoMap
    instance: SegmentInstance
    previous: SegmentInstance
    exit_marker: str
    entered_frame: int
    left_at: Mapping[str, float]
    visits: Mapping[str, int]
    forgotten: frozenset[str]
    arrivals: int
    revision: int
    is_playing: bool
    stop_s: float | None
    tempo_wanted: float | None
    tempo_live: float | None
    held: HeldHarmony
    now: int
    shot_picks: Any
    values: StepState


class PlaybackState:
    """The present segment, the planned transitions and the tempo.

    All objects of the conductor read it; commands for the engine go to a `CommandOutbox`.  Few write it: the
    conductor sets `now`; `Requests` sets `is_playing`, `tempo_wanted` and the states; `Steering` sets `held`;
    `TransitionPlanner` changes everything about segments, transitions and the tempo; a live edit enters the
    edited segment.

    Parameters
    ----------
    preset : Preset
        The preset that plays.
    layout : PresetLayout
        The engine rows of its layers.
    assets : Assets
        Its sounds and generators, ready to play.
    engine : Engine
        Records the parameter values of every control step.
    log : DecisionLog
        Receives every decision.
    seed : int
        Seed of all random choices.

    Attributes
    ----------
    instance : SegmentInstance
        The segment that plays now.
    previous : SegmentInstance
        The segment that played before it.
    exit_marker : str
        Marker at which the last section was left; carried over a bridge; empty: none.
    entered_frame : int
        Frame at which `instance` was entered.
    transitions : list of PlannedTransition
        The planned transitions in order: one, or two with a bridge between them.
    left_at : dict
        Section to the beat, counted from its own start, at which it was left last.
    visits : dict
        Section to the number of times it has been entered.
    forgotten : set of str
        The present section, if its place is not to be remembered when it is left.
    arrivals : int
        Number of transitions that have been carried out; it seeds the choice of random entry markers.
    revision : int
        Increases whenever a transition is planned or cancelled or the tempo changes; stingers compare it
        to find out whether their place has to be found again.
    shot_picks : ShotPicks
        Picks among the files of stingers and fills.
    is_playing : bool
        False after a stop message.
    stop_s : float or None
        Length of the fade of a stop that begins at once; None: at the bar line.
    tempo_wanted : float or None
        Tempo that a message asked for, in quarter notes a minute; None: none did.
    tempo_live : float or None
        Tempo that a live source asks for, and that the tempo map leads to; None: none asks.
    held : HeldHarmony
        Key, mode and chord that messages hold in place of those of the sections.
    held_before, held_beat : HeldHarmony, float
        What was held before, and the beat of the timeline from which what is held now is heard.
    now : int
        First frame of the present control step.
    """

    def __init__(
        self,
        preset: Preset,
        layout: PresetLayout,
        assets: Assets,
        engine: Engine,
        log: DecisionLog,
        seed: int = 0,
    ) -> None:
        self.preset, self.layout, self.assets = preset, layout, assets
        self.engine, self.log, self.seed = engine, log, seed
        rate = engine.spec.sample_rate
        self.look_ahead = round(LOOK_AHEAD_S * rate)
        self.values = StepValues(preset, layout.parameters)
        grid = grid_of(preset.file)
        self._silence = (grid.beats_per_bar, grid.beat_unit)
        self._first_bars = {name: round(first_bars_s(preset, name) * rate) for name in preset.segments}
        self.tempo = TempoMap(rate, preset.file.tempo_bpm, grid.beat_unit)
        self.instance = self.instance_in(SILENCE, 0.0, 0.0, 1)
        self.previous, self.exit_marker, self.entered_frame = self.instance, "", 0
        self.transitions: list[PlannedTransition] = []
        self.left_at: dict[str, float] = {}
        self.visits: dict[str, int] = {}
        self.forgotten: set[str] = set()
        self.shot_picks = ShotPicks(assets.shot_pickers)
        self.arrivals = 0
        self.revision = 0
        self.is_playing = True
        self.stop_s: float | None = None
        self.tempo_wanted: float | None = None
        self.tempo_live: float | None = None
        self.held = self.held_before = NOTHING_HELD
        self.held_beat = 0.0
        self.now = 0
        self.on_receipt: Callable[[Receipt], None] | None = None
        if engine.spec.is_elastic:
            self.follow_tempo()

    @property
    def state(self) -> PlaybackMemory:
        """What is remembered from step to step."""
        return PlaybackMemory(
            self.tempo, self.instance, self.previous, self.exit_marker, self.entered_frame,
            dict(self.left_at), dict(self.visits), frozenset(self.forgotten), self.arrivals, self.revision,
            self.is_playing, self.stop_s, self.tempo_wanted, self.tempo_live, self.held, self.now,
            self.shot_picks.state, self.values.state,
        )  # fmt: skip

    @state.setter
    def state(self, state: PlaybackMemory) -> None:
        """Continue from a state."""
        self.tempo, self.instance, self.previous = state.tempo, state.instance, state.previous
        self.exit_marker, self.entered_frame = state.exit_marker, state.entered_frame
        self.left_at, self.visits = dict(state.left_at), dict(state.visits)
        self.forgotten = set(state.forgotten)
        self.arrivals, self.revision = state.arrivals, state.revision
        self.is_playing, self.stop_s = state.is_playing, state.stop_s
        self.tempo_wanted, self.tempo_live, self.held = state.tempo_wanted, state.tempo_live, state.held
        self.now = state.now
        self.shot_picks.state, self.values.state = state.shot_picks, state.values
        if self.engine.spec.is_elastic:
            self.follow_tempo()

    def fitting(self, state: PlaybackMemory) -> PlaybackMemory:
        """What of a state this preset has: its sections, its files and its states."""
        segments = self.preset.segments
        return replace(
            state,
            left_at={name: beat for name, beat in state.left_at.items() if name in segments},
            visits={name: count for name, count in state.visits.items() if name in segments},
            forgotten=state.forgotten & set(segments),
            shot_picks=self.shot_picks.fitting(state.shot_picks),
            values=self.values.fitting(state.values),
        )

    def take_over(self, before: PlaybackState) -> None:
        """Continue from another playback state, whose planned transitions have been cancelled."""
        self.state = self.fitting(replace(before.state, revision=before.revision + 1))
        self.on_receipt = before.on_receipt

    def enter(self, instance: SegmentInstance, frame: int) -> None:
        """Make an instance the present one; `frame` is that of its seam."""
        self.previous, self.instance, self.entered_frame = self.instance, instance, frame
        self.count_visit(instance)

    def count_visit(self, instance: SegmentInstance) -> None:
        """Count that a section has been entered; to go on where it was left is no further visit."""
        if instance.section:
            self.visits[instance.section] = max(self.visits.get(instance.section, 0), instance.visit + 1)

    def visit_of(self, segment: str, offset: float) -> int:
        """The visit that begins where a segment is entered: the last one if it goes on from a later bar."""
        visits = self.visits.get(segment, 0)
        return max(0, visits - 1) if offset > BEAT_TOLERANCE else visits

    def leave_place(self, section: str, beat: float) -> None:
        """Remember the local beat at which a section is left, unless its place was forgotten."""
        if section in self.forgotten:
            self.forgotten.discard(section)
            self.left_at.pop(section, None)
        else:
            self.left_at[section] = beat

    def forget_place(self, section: str) -> bool:
        """Forget where a section was left, or will be left if it plays; returns whether that is known."""
        is_present = self.instance.section == section
        if is_present:
            self.forgotten.add(section)
        return self.left_at.pop(section, None) is not None or is_present

    def place_to_keep(self, section: str, beat: float) -> float:
        """The local beat at which a section that is about to be left is entered again."""
        return 0.0 if section in self.forgotten else beat

    def is_remembered(self, section: str, source: str) -> bool:
        """Whether a section was left, or is about to be, and not forgotten; `source` is left at this seam."""
        left = {transition.source.section for transition in self.transitions} | {source}
        return section in self.left_at or (section in left and section not in self.forgotten)

    @property
    def earliest(self) -> int:
        """Earliest frame at which a decision of this control step may sound."""
        return self.now + self.look_ahead

    @property
    def transition(self) -> PlannedTransition | None:
        """The next planned transition."""
        return self.transitions[0] if self.transitions else None

    @property
    def destination(self) -> SegmentInstance:
        """The last planned segment; the present one if nothing is planned."""
        return self.transitions[-1].target if self.transitions else self.instance

    def origin_of(self, instance: SegmentInstance) -> SegmentInstance:
        """The section that leads to what follows: for a bridge the section before it, else itself."""
        if not is_bridge(instance.section):
            return instance
        for transition in self.transitions:
            if transition.target is instance:
                return transition.source
        return self.previous

    def marker_before(self, instance: SegmentInstance) -> str:
        """The marker at which the section before this segment was left; empty: at none."""
        return next(
            (transition.marker for transition in self.transitions if transition.target is instance),
            self.exit_marker,
        )

    def instances(self) -> Iterator[tuple[SegmentInstance, float]]:
        """The present segment and the planned ones, each with the beat at which it ends."""
        instance = self.instance
        for transition in self.transitions:
            yield instance, transition.beat
            instance = transition.target
        yield instance, float("inf")

    def layers_of(self, segment: str) -> tuple[str, ...]:
        """Layers that play in a segment; none in silence."""
        return self.preset.segments[segment].layers if segment else ()

    def length_of(self, segment: str) -> int:
        """Length of one pass of a segment, in beats."""
        return self.assets.segments[segment].length_beats if segment else self._silence[0]

    def first_bars_frames(self, segment: str) -> int:
        """Frames in which the bars are written that follow a seam, if many layers are generated."""
        return self._first_bars.get(segment, 0)

    def intro_of(self, segment: str) -> int:
        """Length of the introduction of a segment, in beats."""
        return self.assets.segments[segment].intro_beats if segment else 0

    def start_of(self, segment: str) -> float:
        """Local beat at which a segment begins: that of its introduction, if it has one."""
        return float(-self.intro_of(segment))

    def instance_in(self, segment: str, beat: float, offset: float, first_bar: int) -> SegmentInstance:
        """An instance of a segment that starts at a beat of the timeline, `offset` beats into the segment."""
        if segment:
            return SegmentInstance.of(
                self.preset.segments[segment], self.length_of(segment), beat, offset, first_bar,
                self.intro_of(segment), self.visit_of(segment, offset),
            )  # fmt: skip
        beats, unit = self._silence
        return SegmentInstance(segment, beat, offset, beats, beats, 1, first_bar, unit)

    def tempo_in(self, segment: str) -> float:
        """The tempo at which a segment is to be played: what is asked for, within its range, or its own."""
        wanted = self.tempo_live if self.tempo_wanted is None else self.tempo_wanted
        return tempo_in(self.preset, self.assets.segments.get(segment), wanted)

    def tempo_after(self, seam_frame: int, segment: str) -> float:
        """The tempo of a segment that begins at a seam; one that a live source asks for goes on over it."""
        if self.tempo_wanted is not None or self.tempo_live is None:
            return self.tempo_in(segment)
        at_seam = self.tempo.tempo_at(seam_frame)
        return tempo_in(self.preset, self.assets.segments.get(segment), at_seam)

    def follow_tempo(self) -> None:
        """Let recorded layers follow the tempo map from now on, if there are any."""
        if self.assets.stems or any(one.tempo_bpm for one in self.preset.file.stingers.values()):
            make_elastic(self.preset, self.layout, self.assets, self.engine, self.tempo)

    def compose_context(
        self, instance: SegmentInstance, origin: SegmentInstance | None = None
    ) -> ComposeContext:
        """What generators are told about a segment; a bridge without chords continues those of `origin`."""
        segment_assets = self.assets.segments[instance.section]
        tempo_bpm = self.tempo_in(instance.section)
        plans, first_bar = self.assets.plans.get(instance.section), 0
        plan = None if plans is None else plans.visit(instance.visit)
        if plan is None:
            plan, first_bar = self._plan_after(origin or instance, instance.start_beat)
        # what is recorded in an introduction has chords that nobody declared
        return ComposeContext(
            instance,
            plan,
            segment_assets.segment.energy,
            tempo_bpm,
            segment_assets.has_stems,
            segment_assets.segment.meter,
            first_bar,
        )

    def _plan_after(self, origin: SegmentInstance, beat: float) -> tuple[SectionPlan, int]:
        """The plan of a section, and its bar that contains a beat."""
        plan = self.assets.plans[origin.section].visit(origin.visit)
        return plan, max(0, origin.bar_at(origin.local(beat) + 1e-6))

    def instance_at(self, frame: int) -> SegmentInstance:
        """The segment that plays at a frame: past, present or planned."""
        instance = self.previous if frame < self.entered_frame else self.instance
        for transition in self.transitions:
            if frame >= transition.frame:
                instance = transition.target
        return instance

    def position_at(self, frame: int) -> str:
        """``bar.beat.tick`` of a frame."""
        return self.instance_at(frame).position(self.tempo.beat_at(frame))

    def log_line(self, kind: str, frame: int, reason: str, **more: object) -> None:
        """Add a line to the log, with the positions that belong to its frame."""
        self.log.keep(self.made_line(kind, frame, reason, **more))

    def made_line(self, kind: str, frame: int, reason: str, **more: object) -> Line:
        """Return a line as `log_line` adds it, which is not in the log."""
        position, section = self._positions(frame)
        return self.log.made(kind, frame, position, section, reason, **more)

    def _positions(self, frame: int) -> tuple[str, str]:
        """``bar.beat.tick`` of a frame on the timeline, and within the pass."""
        beat, instance = self.tempo.beat_at(frame), self.instance_at(frame)
        return instance.position(beat), instance.section_position(max(beat, instance.start_beat))

    def log_notes(self, layer: str, style: str, notes: Sequence[WrittenNote]) -> None:
        """Add a line to the log for each of these notes, which have sounded."""
        frame, position, section = -1, "", ""
        for done in notes:
            note = done.note
            if done.frame != frame:  # the notes of a chord have one place
                frame = done.frame
                position, section = self._positions(frame)
            self.log.keep(
                self.log.made(
                    "note", frame, position, section, style, layer=layer, pitch=note.pitch, midi=note.midi,
                    onset=str(note.onset), duration=str(note.duration), velocity=round(note.velocity, 3),
                    offset_beats=round(note.offset_beats, 4),
                )
            )  # fmt: skip

    def receipt(
        self,
        message_id: str | None,
        status: str,
        reason: str,
        frame: int | None = None,
        position: str = "",
        rule: str = "",
    ) -> None:
        """Create a receipt and hand it to the session, if the message had an id."""
        if message_id is not None and self.on_receipt is not None:
            self.on_receipt(Receipt(message_id, status, reason, frame, position, rule))

    def receipts_of_done(self, message_id: str | None, words: str, frame: int) -> None:
        """Create the receipts of a message that was carried out at once and is heard from a frame on."""
        self.receipt(message_id, "accepted", words, frame, self.position_at(frame))
        self.receipt(message_id, "finished", "")
