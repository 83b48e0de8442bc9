"""The conductor: one step a tick.  Parameters → states → section → seam → notes → commands.

Live, offline and in tests it is this object; it knows neither threads nor the wall clock.  A tick's
step depends on its own state, on the parameter values the kernel recorded for that tick, and on the
messages given for that tick: nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adaptive.conductor.handover import Handover
from adaptive.conductor.layout import ScoreLayout, curve_value
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.material import Material
from adaptive.conductor.messages import FireEvent, Message, Receipt
from adaptive.conductor.passage import Passage
from adaptive.conductor.requests import Requests
from adaptive.conductor.seams import Seam
from adaptive.conductor.selector import Choice, Selector
from adaptive.conductor.stage import SILENCE, Stage
from adaptive.conductor.stingers import Stingers
from adaptive.conductor.writer import DENSITY_STEP
from adaptive.engine.engine import Engine
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import TICK_FRAMES
from adaptive.preset.model import Preset
from adaptive.preset.schema import Curve
from adaptive.timebase import HAIR, TempoMap

CERTAIN_S = 1.5
"""Notes are written at least this far ahead, so that so long a silence of Python is not heard."""

HISTORY_S = 60.0
"""How long the tempo map remembers what has sounded: nothing looks farther back."""

FIRST_COMMIT = 128
"""Commands of a commit at the start: half of what the kernel files in a quantum."""


class Conductor:
    """Decides what plays, when, and why.

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
        self.stage = Stage(preset, layout, material, engine, log)
        self.selector = Selector(preset)
        groups = layout.dynamic_groups
        half = len(groups) // 2
        self.handover = Handover(self.stage, groups[:half])
        ducked = [place.bus for place in layout.layers.values()]
        self.stingers = Stingers(
            dict(preset.file.stingers), material.stingers, layout.stingers, ducked,
            layout.duck_group, groups[half:], engine.spec.sample_rate,
        )  # fmt: skip
        self.requests = Requests(self.stage, self.handover, self.stingers)
        self._stale: set[str] = set()
        self._held_back: tuple[str, str] | None = None
        self._last_bar = 0

    @property
    def passage(self) -> Passage:
        """The present stay in a section."""
        return self.stage.passage

    @property
    def seam(self) -> Seam | None:
        """The change of section that is planned."""
        return self.stage.seam

    @property
    def tempo(self) -> TempoMap:
        """Where every beat lies."""
        return self.stage.tempo

    @property
    def material(self) -> Material:
        """What is played with."""
        return self.stage.material

    @property
    def look_ahead(self) -> int:
        """Frames between a decision and the earliest it may sound."""
        return self.stage.look_ahead

    @property
    def now(self) -> int:
        """Frame of the tick that was stepped last."""
        return self.stage.now

    @property
    def on_receipt(self) -> Callable[[Receipt], None] | None:
        """Who takes receipts."""
        return self.stage.on_receipt

    @on_receipt.setter
    def on_receipt(self, take: Callable[[Receipt], None] | None) -> None:
        """Let somebody else take them."""
        self.stage.on_receipt = take

    def begin(self) -> None:
        """Post what sounds from frame 0 on; call once, before the first frame is rendered."""
        self.handover.enter_first(self._first_choice())
        self._write_ahead(0)
        self._post_in_order()

    def step(self, tick: int, messages: Sequence[Message] = ()) -> None:
        """Decide for one tick; ticks are stepped in order and none is left out."""
        stage = self.stage
        stage.now = tick * TICK_FRAMES
        self.handover.arrive()
        beat = stage.tempo.beat_at(stage.now)
        stage.scope.take(stage.engine.values_at(tick), stage.passage.bars_since_entry(beat))
        self._watch_health()
        self.requests.resume()
        # what decides the section first, then what sounds on the section's grid
        events = [message for message in messages if isinstance(message, FireEvent)]
        for message in messages:
            if not isinstance(message, FireEvent):
                self.requests.take(message)
        self._choose()
        for event in events:
            self.requests.take(event)
        self._follow_density()
        self._write_ahead(stage.earliest)
        self._report()
        self._post()

    def _first_choice(self) -> Choice:
        rows = self.stage.engine.memory["history"][0].copy()
        for index in self.stage.layout.parameters.values():
            rows[index] = (self.stage.engine.value(index), 0.0, 0.0)
        self.stage.scope.take(rows, 0.0)
        return self.selector.choose(self.stage.scope)

    def _choose(self) -> None:
        choice = self.selector.choose(self.stage.scope)
        section = choice.section if self.stage.is_playing else SILENCE
        if section == self.stage.wanted_section:
            self._held_back = None
            return
        if self.stage.seam is not None and self.stage.earliest > self.stage.seam.frame:
            return  # too late to turn back: decided again on arrival
        reason = choice.reason if self.stage.is_playing else "stop was asked for"
        if section == self.stage.passage.section:
            self.handover.cancel(reason)
            return
        must_stay = self._must_stay(section, choice)
        if self.stage.seam is not None:
            self.handover.cancel(f"{section or 'silence'} is wanted instead: {reason}")
        if not must_stay:
            self.handover.plan(section, reason)

    def _must_stay(self, section: str, choice: Choice) -> bool:
        if not self.stage.is_playing or self.stage.passage.section == SILENCE or choice.is_urgent:
            return False
        passage = self.stage.passage
        stay = self.stage.preset.file.sections[passage.section].min_stay_bars
        rest = stay - self.stage.scope.bars_in_section
        if rest <= HAIR:
            return False
        # what counts is where the seam would lie, not when it is asked for
        leaves = passage.next_boundary(
            self.stage.tempo.beat_at(self.stage.earliest),
            self.handover.rule(passage.section, section).exit_at,
        )
        if passage.bars_since_entry(leaves) >= stay - HAIR:
            return False
        if self._held_back != (self.stage.passage.section, section):
            self._held_back = (self.stage.passage.section, section)
            self.stage.log_line(
                "transition", self.stage.now, f"stays at least {stay} bars, {rest:.1f} more; "
                f"wanted by {choice.reason}", source=self.stage.passage.section, target=section,
                status="held",
            )  # fmt: skip
        return True

    def _follow_density(self) -> None:
        """Rewrite from the next bar line on where a layer's density has moved."""
        for name, layer in self.stage.material.generated.items():
            control = self.stage.preset.file.layers[name].density
            if not isinstance(control, Curve):
                continue
            density = curve_value(control, self.stage.scope.number(control.over))
            if abs(density - layer.density) < DENSITY_STEP:
                continue
            layer.density = density
            if layer.stay is None:
                continue
            passage = self.stage.passage
            beat = passage.next_boundary(self.stage.tempo.beat_at(self.stage.earliest), "bar")
            if layer.stay.passage is passage and beat < min(layer.cursor_beat, layer.limit_beat):
                self.stage.commands += layer.withdraw(self.stage.tempo.frame_at(beat), beat)
                self.stage.log_line(
                    "layer", self.stage.tempo.frame_at(beat), f"{control.over} moved its density",
                    layer=name, density=round(density, 3),
                )  # fmt: skip

    def _write_ahead(self, not_before: int) -> None:
        """Write every generated layer to the end of the next bar, and at least 1.5 s ahead."""
        now_beat = self.stage.tempo.beat_at(self.stage.now)
        passage = self.stage.passage
        certain = self.stage.tempo.beat_at(self.stage.now + round(CERTAIN_S * self.stage.tempo.sample_rate))
        # a hundredth of a beat on: on a bar line the next bar is the one after
        next_bar = passage.next_boundary(now_beat + 0.01, "bar") + passage.beats_per_bar
        until = max(certain, next_bar)
        for layer in self.stage.material.generated.values():
            self.stage.commands += layer.write(until, self.stage.tempo, not_before)

    def _watch_health(self) -> None:
        for name, table in self.stage.preset.file.parameters.items():
            if table.stale_after_s is None:
                continue
            is_stale = self.stage.scope.is_stale(name)
            if is_stale != (name in self._stale):
                self._stale ^= {name}
                word = f"silent for {table.stale_after_s:g} s" if is_stale else "heard again"
                self.stage.log_line(
                    "health", self.stage.now, f"{name}: {word}", parameter=name, stale=is_stale
                )

    def _report(self) -> None:
        for name, layer in self.stage.material.generated.items():
            for done in layer.sounded(self.stage.now):
                note = done.note
                self.stage.log_line(
                    "note", done.frame, f"{layer.style}", layer=name, pitch=note.pitch,
                    midi=note.midi, onset=str(note.onset), duration=str(note.duration),
                    velocity=round(note.velocity, 3), offset_beats=round(note.offset_beats, 4),
                )  # fmt: skip
        self._report_parameters()
        self.requests.send_due()

    def _report_parameters(self) -> None:
        bar = self.stage.passage.bar_number(self.stage.tempo.beat_at(self.stage.now))
        if bar == self._last_bar:
            return
        self._last_bar = bar
        self.stage.tempo.forget_before(self.stage.now - HISTORY_S * self.stage.tempo.sample_rate)
        values = {name: round(self.stage.scope.number(name), 4) for name in self.stage.layout.parameters}
        if values:
            self.stage.log_line("parameter", self.stage.now, "at the bar line", values=values)

    def _post(self) -> None:
        """Post this tick's commands as one commit; if there is no room, they wait for the next."""
        if not self.stage.commands:
            return
        try:
            self.stage.engine.post(self.stage.commands)
        except QueueFullError as error:
            self.stage.log_line(
                "health", self.stage.now, f"{error}; it is tried again", commands=len(self.stage.commands)
            )
            return
        self.stage.commands = []

    def _post_in_order(self) -> None:
        """Post the beginning in small commits by frame, so that frame 0 does not wait for bar 2."""
        waiting = sorted(self.stage.commands, key=lambda command: command.frame)
        self.stage.commands = []
        for first in range(0, len(waiting), FIRST_COMMIT):
            self.stage.engine.post(waiting[first : first + FIRST_COMMIT])
