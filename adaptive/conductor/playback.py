"""What plays just now: the one state that all parts of the conductor share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from adaptive.composer.context import Harmony
from adaptive.conductor.assets import Assets
from adaptive.conductor.layers.generated import ComposeContext, WrittenNote
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.messages import Receipt
from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.step_values import StepValues
from adaptive.engine.engine import Engine
from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge, read_meter
from adaptive.timebase import TempoMap

LOOK_AHEAD_S = 0.05
"""Decisions sound no earlier than this after their tick."""

SILENCE = ""
"""The section that is none: stopped."""


class PlaybackState:
    """The present passage, the planned seams, the tempo, the commands of this tick.

    Parameters
    ----------
    preset : Preset
        The score.
    layout : PresetLayout
        Where its layers are in the engine.
    assets : Assets
        Its sounds and generators, made ready.
    engine : Engine
        Takes the commands, records the parameters.
    log : DecisionLog
        Gets every decision.
    seed : int
        Of all that is left to chance.

    Attributes
    ----------
    transitions : list of PlannedTransition
        What is planned, in order: one change of section, or two with a bridge between.
    left_at : dict
        Section to the beat, counted from its own beginning, at which it was left last.
    revision : int
        Rises whenever a seam or the tempo is planned anew: what hangs on them looks again.
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
        beats, unit = read_meter(preset.file.meter)
        self._silence = (beats, unit)
        self.tempo = TempoMap(rate, preset.file.tempo_bpm, unit)
        self.instance = self.instance_in(SILENCE, 0.0, 0.0, 1)
        self.left, self.left_marker, self.entered_frame = self.instance, "", 0
        self.transitions: list[PlannedTransition] = []
        self.left_at: dict[str, float] = {}
        self.arrivals = 0
        self.revision = 0
        self.is_playing = True
        self.tempo_wanted: float | None = None
        self.now = 0
        self.on_receipt: Callable[[Receipt], None] | None = None

    def take_over(self, before: PlaybackState) -> None:
        """Go on with what plays on a stage before this one; its seams have been taken back."""
        self.tempo, self.instance, self.left = before.tempo, before.instance, before.left
        self.left_marker, self.entered_frame = before.left_marker, before.entered_frame
        self.left_at = {name: beat for name, beat in before.left_at.items() if name in self.preset.segments}
        self.arrivals, self.revision = before.arrivals, before.revision + 1
        self.is_playing, self.tempo_wanted = before.is_playing, before.tempo_wanted
        self.now, self.on_receipt = before.now, before.on_receipt
        self.values.take_over(before.values, self.preset.state_groups)

    @property
    def earliest(self) -> int:
        """Earliest frame at which a decision of this tick may sound."""
        return self.now + self.look_ahead

    @property
    def transition(self) -> PlannedTransition | None:
        """The next seam that is planned."""
        return self.transitions[0] if self.transitions else None

    @property
    def last(self) -> SegmentInstance:
        """The passage all that is planned leads to."""
        return self.transitions[-1].target if self.transitions else self.instance

    @property
    def wanted_section(self) -> str:
        """Section that plays, or is on its way."""
        return self.last.section

    def origin_of(self, instance: SegmentInstance) -> SegmentInstance:
        """Where a passage counts as coming from: of a bridge, the section before it."""
        if not is_bridge(instance.section):
            return instance
        for transition in self.transitions:
            if transition.target is instance:
                return transition.source
        return self.left

    def marker_before(self, instance: SegmentInstance) -> str:
        """The marker at which the way to a passage began; empty if it began at none."""
        return next(
            (transition.marker for transition in self.transitions if transition.target is instance),
            self.left_marker,
        )

    def instances(self) -> Iterator[tuple[SegmentInstance, float]]:
        """The present passage and those planned, each with the beat at which it ends."""
        instance = self.instance
        for transition in self.transitions:
            yield instance, transition.beat
            instance = transition.target
        yield instance, float("inf")

    def layers_of(self, segment: str) -> tuple[str, ...]:
        """Layers that play in a part; none in silence."""
        return self.preset.segments[segment].layers if segment else ()

    def length_of(self, segment: str) -> int:
        """Beats of a pass of a part."""
        return self.assets.segments[segment].length_beats if segment else self._silence[0]

    def instance_in(self, segment: str, beat: float, offset: float, first_bar: int) -> SegmentInstance:
        """A stay in a part that begins at a beat."""
        if segment:
            return SegmentInstance.of(
                self.preset.segments[segment], self.length_of(segment), beat, offset, first_bar
            )
        beats, unit = self._silence
        return SegmentInstance(segment, beat, offset, beats, beats, 1, first_bar, unit)

    def compose_context(
        self, instance: SegmentInstance, origin: SegmentInstance | None = None
    ) -> ComposeContext:
        """A passage as generators see it; a bridge without chords goes on with those of its origin."""
        assets = self.assets.segments[instance.section]
        tempo = assets.tempo_bpm
        if self.tempo_wanted is not None and not assets.has_stems:
            tempo = self.tempo_wanted
        harmony = self.assets.harmony.get(instance.section)
        if harmony is None:
            harmony = self._harmony_after(origin or instance, instance.start_beat)
        return ComposeContext(instance, harmony, assets.segment.energy, tempo)

    def _harmony_after(self, origin: SegmentInstance, beat: float) -> Callable[[int], Harmony]:
        """Harmony of a section from a beat on, bar by bar."""
        harmony = self.assets.harmony[origin.section]
        first = int((origin.local(beat) + 1e-6) // origin.beats_per_bar)
        return lambda bar: harmony(first + bar)

    def instance_at(self, frame: int) -> SegmentInstance:
        """The passage a frame lies in, as far as is planned."""
        instance = self.left if frame < self.entered_frame else self.instance
        for transition in self.transitions:
            if frame >= transition.frame:
                instance = transition.target
        return instance

    def position_at(self, frame: int) -> str:
        """``bar.beat.control_step`` of a frame."""
        return self.instance_at(frame).position(self.tempo.beat_at(frame))

    def log_line(self, kind: str, frame: int, reason: str, **more: object) -> None:
        """Add a line to the log, with the positions of its frame."""
        beat, instance = self.tempo.beat_at(frame), self.instance_at(frame)
        section = instance.section_position(max(beat, instance.start_beat))
        self.log.add(kind, frame, instance.position(beat), section, reason, **more)

    def log_notes(self, layer: str, style: str, notes: Sequence[WrittenNote]) -> None:
        """Add a line to the log for each note of a layer that has sounded."""
        for done in notes:
            note = done.note
            self.log_line(
                "note", done.frame, style, layer=layer, pitch=note.pitch, midi=note.midi,
                onset=str(note.onset), duration=str(note.duration), velocity=round(note.velocity, 3),
                offset_beats=round(note.offset_beats, 4),
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
        """Send a receipt, if the message asked for any."""
        if message_id is not None and self.on_receipt is not None:
            self.on_receipt(Receipt(message_id, status, reason, frame, position, rule))
