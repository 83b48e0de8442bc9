"""What plays just now: the one state that all parts of the conductor share."""

from __future__ import annotations

from collections.abc import Callable

from adaptive.conductor.layout import ScoreLayout
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.material import Material
from adaptive.conductor.messages import Receipt
from adaptive.conductor.passage import Passage
from adaptive.conductor.scope import TickScope
from adaptive.conductor.seams import Seam
from adaptive.conductor.writer import Stay
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.preset.model import Preset
from adaptive.timebase import TempoMap

LOOK_AHEAD_S = 0.05
"""Decisions sound no earlier than this after their tick."""

SILENCE = ""
"""The section that is none: stopped."""


class Stage:
    """The present passage, the planned seam, the tempo, the commands of this tick.

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
    """

    def __init__(
        self,
        preset: Preset,
        layout: ScoreLayout,
        material: Material,
        engine: Engine,
        log: DecisionLog,
    ) -> None:
        self.preset, self.layout, self.material = preset, layout, material
        self.engine, self.log = engine, log
        rate = engine.spec.sample_rate
        self.look_ahead = round(LOOK_AHEAD_S * rate)
        self.scope = TickScope(preset, layout.parameters)
        first = preset.default_section
        self.tempo = TempoMap(rate, material.sections[first].tempo_bpm, preset.beat_unit)
        self.passage = self.passage_in(SILENCE, 0.0, 0.0, 1)
        self.left, self.entered_frame = self.passage, 0
        self.seam: Seam | None = None
        self.is_playing = True
        self.tempo_wanted: float | None = None
        self.now = 0
        self.commands: list[Command] = []
        self.on_receipt: Callable[[Receipt], None] | None = None

    @property
    def earliest(self) -> int:
        """Earliest frame at which a decision of this tick may sound."""
        return self.now + self.look_ahead

    @property
    def wanted_section(self) -> str:
        """Section that plays, or is on its way."""
        return self.seam.target.section if self.seam else self.passage.section

    def layers_of(self, section: str) -> tuple[str, ...]:
        """Layers that play in a section; none in silence."""
        return self.preset.file.sections[section].layers if section else ()

    def length_of(self, section: str) -> int:
        """Beats of a pass of a section."""
        known = self.material.sections.get(section)
        return known.length_beats if known else self.preset.beats_per_bar

    def passage_in(self, section: str, beat: float, offset: float, first_bar: int) -> Passage:
        """A stay in a section that begins at a beat."""
        phrase = self.preset.file.sections[section].phrase_bars if section else 1
        return Passage(
            section,
            beat,
            offset,
            self.length_of(section),
            self.preset.beats_per_bar,
            phrase,
            first_bar,
        )

    def stay_in(self, passage: Passage) -> Stay:
        """A passage as generators see it."""
        table = self.preset.file.sections[passage.section]
        tempo = self.tempo_wanted or self.material.sections[passage.section].tempo_bpm
        return Stay(passage, self.material.harmony[passage.section], table.energy, tempo)

    def log_line(self, kind: str, frame: int, reason: str, **more: object) -> None:
        """Add a line to the log, with the positions of its frame."""
        beat = self.tempo.beat_at(frame)
        passage = self.passage
        if self.seam is not None and frame >= self.seam.frame:
            passage = self.seam.target
        elif frame < self.entered_frame:
            passage = self.left
        section = passage.section_position(max(beat, passage.start_beat))
        self.log.add(kind, frame, passage.position(beat), section, reason, **more)

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
        if message_id is not None:
            self.send(Receipt(message_id, status, reason, frame, position, rule))

    def send(self, receipt: Receipt) -> None:
        """Hand a receipt to whoever listens."""
        if self.on_receipt is not None:
            self.on_receipt(receipt)
