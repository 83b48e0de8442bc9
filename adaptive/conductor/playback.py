"""What plays just now: the one state that all parts of the conductor share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from adaptive.composer.context import Harmony
from adaptive.conductor.assets import Material
from adaptive.conductor.layers.generated import Stay, Written
from adaptive.conductor.layout.layout import ScoreLayout
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.messages import Receipt
from adaptive.conductor.planned_transition import Seam
from adaptive.conductor.segment_instance import Passage
from adaptive.conductor.tick_values import TickScope
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge, read_meter
from adaptive.timebase import TempoMap

LOOK_AHEAD_S = 0.05
"""Decisions sound no earlier than this after their tick."""

SILENCE = ""
"""The section that is none: stopped."""


class Stage:
    """The present passage, the planned seams, the tempo, the commands of this tick.

    Parameters
    ----------
    preset : Preset
        The score.
    layout : ScoreLayout
        Where its layers are in the engine.
    material : Material
        Its sounds and generators, made ready.
    engine : Engine
        Takes the commands, records the parameters.
    log : DecisionLog
        Gets every decision.
    seed : int
        Of all that is left to chance.

    Attributes
    ----------
    seams : list of Seam
        What is planned, in order: one change of section, or two with a bridge between.
    left_at : dict
        Section to the beat, counted from its own beginning, at which it was left last.
    revision : int
        Rises whenever a seam or the tempo is planned anew: what hangs on them looks again.
    """

    def __init__(
        self,
        preset: Preset,
        layout: ScoreLayout,
        material: Material,
        engine: Engine,
        log: DecisionLog,
        seed: int = 0,
    ) -> None:
        self.preset, self.layout, self.material = preset, layout, material
        self.engine, self.log, self.seed = engine, log, seed
        rate = engine.spec.sample_rate
        self.look_ahead = round(LOOK_AHEAD_S * rate)
        self.scope = TickScope(preset, layout.parameters)
        beats, unit = read_meter(preset.file.meter)
        self._silence = (beats, unit)
        self.tempo = TempoMap(rate, preset.file.tempo_bpm, unit)
        self.passage = self.passage_in(SILENCE, 0.0, 0.0, 1)
        self.left, self.left_marker, self.entered_frame = self.passage, "", 0
        self.seams: list[Seam] = []
        self.left_at: dict[str, float] = {}
        self.arrivals = 0
        self.revision = 0
        self.is_playing = True
        self.tempo_wanted: float | None = None
        self.now = 0
        self.commands: list[Command] = []
        self.on_receipt: Callable[[Receipt], None] | None = None

    def take_over(self, before: Stage) -> None:
        """Go on with what plays on a stage before this one; its seams have been taken back."""
        self.tempo, self.passage, self.left = before.tempo, before.passage, before.left
        self.left_marker, self.entered_frame = before.left_marker, before.entered_frame
        self.left_at = {name: beat for name, beat in before.left_at.items() if name in self.preset.parts}
        self.arrivals, self.revision = before.arrivals, before.revision + 1
        self.is_playing, self.tempo_wanted = before.is_playing, before.tempo_wanted
        self.now, self.commands, self.on_receipt = before.now, before.commands, before.on_receipt
        self.scope.take_over(before.scope, self.preset.state_groups)

    @property
    def earliest(self) -> int:
        """Earliest frame at which a decision of this tick may sound."""
        return self.now + self.look_ahead

    @property
    def seam(self) -> Seam | None:
        """The next seam that is planned."""
        return self.seams[0] if self.seams else None

    @property
    def last(self) -> Passage:
        """The passage all that is planned leads to."""
        return self.seams[-1].target if self.seams else self.passage

    @property
    def wanted_section(self) -> str:
        """Section that plays, or is on its way."""
        return self.last.section

    def origin_of(self, passage: Passage) -> Passage:
        """Where a passage counts as coming from: of a bridge, the section before it."""
        if not is_bridge(passage.section):
            return passage
        for seam in self.seams:
            if seam.target is passage:
                return seam.source
        return self.left

    def marker_before(self, passage: Passage) -> str:
        """The marker at which the way to a passage began; empty if it began at none."""
        return next((seam.marker for seam in self.seams if seam.target is passage), self.left_marker)

    def passages(self) -> Iterator[tuple[Passage, float]]:
        """The present passage and those planned, each with the beat at which it ends."""
        passage = self.passage
        for seam in self.seams:
            yield passage, seam.beat
            passage = seam.target
        yield passage, float("inf")

    def layers_of(self, part: str) -> tuple[str, ...]:
        """Layers that play in a part; none in silence."""
        return self.preset.parts[part].layers if part else ()

    def length_of(self, part: str) -> int:
        """Beats of a pass of a part."""
        return self.material.parts[part].length_beats if part else self._silence[0]

    def passage_in(self, part: str, beat: float, offset: float, first_bar: int) -> Passage:
        """A stay in a part that begins at a beat."""
        if part:
            return Passage.of(self.preset.parts[part], self.length_of(part), beat, offset, first_bar)
        beats, unit = self._silence
        return Passage(part, beat, offset, beats, beats, 1, first_bar, unit)

    def stay_in(self, passage: Passage, origin: Passage | None = None) -> Stay:
        """A passage as generators see it; a bridge without chords goes on with those of its origin."""
        material = self.material.parts[passage.section]
        tempo = material.tempo_bpm
        if self.tempo_wanted is not None and not material.has_stems:
            tempo = self.tempo_wanted
        harmony = self.material.harmony.get(passage.section)
        if harmony is None:
            harmony = self._harmony_after(origin or passage, passage.start_beat)
        return Stay(passage, harmony, material.part.energy, tempo)

    def _harmony_after(self, origin: Passage, beat: float) -> Callable[[int], Harmony]:
        """Harmony of a section from a beat on, bar by bar."""
        harmony = self.material.harmony[origin.section]
        first = int((origin.local(beat) + 1e-6) // origin.beats_per_bar)
        return lambda bar: harmony(first + bar)

    def passage_at(self, frame: int) -> Passage:
        """The passage a frame lies in, as far as is planned."""
        passage = self.left if frame < self.entered_frame else self.passage
        for seam in self.seams:
            if frame >= seam.frame:
                passage = seam.target
        return passage

    def position_at(self, frame: int) -> str:
        """``bar.beat.tick`` of a frame."""
        return self.passage_at(frame).position(self.tempo.beat_at(frame))

    def log_line(self, kind: str, frame: int, reason: str, **more: object) -> None:
        """Add a line to the log, with the positions of its frame."""
        beat, passage = self.tempo.beat_at(frame), self.passage_at(frame)
        section = passage.section_position(max(beat, passage.start_beat))
        self.log.add(kind, frame, passage.position(beat), section, reason, **more)

    def log_notes(self, layer: str, style: str, notes: Sequence[Written]) -> None:
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
