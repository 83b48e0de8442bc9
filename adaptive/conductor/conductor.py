"""The conductor: one step a tick.  Parameters → states → section → seam → notes → commands.

Live, offline and in tests it is this object; it knows neither threads nor the wall clock.  A tick's
step depends on its own state, on the parameter values the kernel recorded for that tick, and on the
messages given for that tick: nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adaptive.conductor.assets import Material
from adaptive.conductor.compose_ahead import Foresight
from adaptive.conductor.layers.generated import DENSITY_STEP
from adaptive.conductor.layout.layout import curve_value
from adaptive.conductor.messages import FireEvent, Message, Receipt
from adaptive.conductor.planned_transition import Seam, Wish
from adaptive.conductor.playback import SILENCE, Stage
from adaptive.conductor.playlists import Playlists
from adaptive.conductor.requests.requests import Requests
from adaptive.conductor.requests.tracker import Outcome, Promises
from adaptive.conductor.saved_state import SavedMusic, restore, save
from adaptive.conductor.segment_instance import Passage
from adaptive.conductor.selector import Choice, Selector
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.transitions.planner import Handover
from adaptive.conductor.variation_log import Takes
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import TICK_FRAMES
from adaptive.preset.schema import Curve
from adaptive.preset.segments import is_bridge
from adaptive.timebase import HAIR, TempoMap

CERTAIN_S = 1.5
"""Notes are written at least this far ahead, so that so long a silence of Python is not heard."""

SOON_S = 0.3
"""What sounds within this time is written in the step that finds it missing."""

BARS_A_STEP = 2
"""Bars written in a step beside those: a bar of one layer takes about a millisecond to compose."""

HISTORY_S = 60.0
"""How long the tempo map remembers what has sounded: nothing looks farther back."""

FIRST_COMMIT = 128
"""Commands of a commit at the start: half of what the kernel files in a quantum."""


ADVANCE_BARS, ADVANCE_S = 2, 3.0
"""A playlist's next section is planned so long before its turn: time for a fill, a pickup, a stall."""


class Conductor:
    """Decides what plays, when, and why.

    Parameters
    ----------
    stage : Stage
        The preset, its material and the engine: what plays, and on what.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.selector = Selector(stage.preset)
        self.playlists = Playlists(stage.preset, stage.seed)
        groups = stage.layout.dynamic_groups
        half = len(groups) // 2
        self.handover = Handover(stage, groups[:half])
        self.stingers = Stingers(stage, groups[half:])
        self.promises = Promises(stage)
        self.requests = Requests(stage, self.handover, self.stingers, self.promises)
        self.foresight = Foresight(stage)
        self._stale: set[str] = set()
        self._held_back: tuple[str, str] | None = None
        self._last_bar = 0
        self.takes = Takes(stage)

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

    def begin(self, saved: SavedMusic | None = None) -> None:
        """Post what sounds from frame 0 on; call once, before the first frame is rendered.

        Parameters
        ----------
        saved : SavedMusic, optional
            Where to go on.

        Raises
        ------
        InputError
            What was saved is of another preset: it has no such section.
        """
        if saved is None:
            choice = self._first_choice()
            section, reason = self.playlists.enter(choice.section), choice.reason
            passage = self.stage.passage_in(section, 0.0, 0.0, 1)
        else:
            passage = restore(saved, self.stage, self.playlists, self.stingers)
            reason = "goes on where it was saved"
            self._last_bar = passage.bar_number(0.0)
        self.handover.enter_first(passage, reason)
        self._write_ahead(0)
        self._post_in_order()

    def take_over(self, before: Conductor) -> None:
        """Go on with all that another conductor has under way on the same engine."""
        self.selector.take_over(before.selector)
        self.playlists.take_over(before.playlists, before.passage)
        self.handover.take_over(before.handover)
        self.stingers.take_over(before.stingers)
        self.promises.take_over(before.promises)
        self.takes.take_over(before.takes)
        self.requests.take_over(before.requests)
        self._stale, self._held_back, self._last_bar = before._stale, before._held_back, before._last_bar

    def take_back(self, reason: str) -> None:
        """Take back all that is planned."""
        self._cancel(reason, 0)

    def look_at(self, tick: int) -> None:
        """Let a tick be the present one, and arrive where a seam has come."""
        stage = self.stage
        stage.now = tick * TICK_FRAMES
        arrived = self.handover.arrive()
        if arrived is not None and arrived.source.section and not is_bridge(arrived.source.section):
            self.playlists.leave(arrived.source, stage.last.section)

    def save(self, preset: str) -> SavedMusic:
        """The musical state, to go on from with another conductor; `preset` is the folder's name."""
        return save(self.stage, self.playlists, self.stingers, preset)

    def step(self, tick: int, messages: Sequence[Message] = ()) -> None:
        """Decide for one tick; ticks are stepped in order and none is left out."""
        stage = self.stage
        self.look_at(tick)
        beat = stage.tempo.beat_at(stage.now)
        stage.scope.take(stage.engine.values_at(tick), stage.passage.bars_since_entry(beat))
        self._watch_health()
        self.requests.resume()
        # what decides the section first, then what sounds on the section's grid
        events = [message for message in messages if isinstance(message, FireEvent)]
        for message in messages:
            if not isinstance(message, FireEvent):
                self.requests.take(message)
        choice = self.selector.choose(stage.scope)
        outcome, reason = self._choose(choice)
        self.promises.settle(outcome, reason)
        self.stingers.revisit()
        for event in events:
            self.requests.take(event)
        self._follow_density()
        self._write_ahead(stage.earliest)
        if not stage.commands:
            self.foresight.look()
        self._report()
        self._post()

    def _first_choice(self) -> Choice:
        rows = self.stage.engine.memory["history"][0].copy()
        for index in self.stage.layout.parameters.values():
            rows[index] = (self.stage.engine.value(index), 0.0, 0.0)
        self.stage.scope.take(rows, 0.0)
        return self.selector.choose(self.stage.scope)

    # ── which section ──────────────────────────────────────────────────────────────────────────

    def _choose(self, choice: Choice) -> tuple[Outcome, str]:
        """Plan, or take back, what leads to the section that is wanted; what came of it, and why."""
        stage = self.stage
        wanted = choice.section if stage.is_playing else SILENCE
        if self.playlists.is_within(stage.last.section, wanted):
            self._held_back = None
            self._advance(wanted)
            return Outcome.SETTLED, ""
        reason = choice.reason if stage.is_playing else "stop was asked for"
        keep = self.handover.keep()
        base = stage.seams[keep - 1].target if keep else stage.passage
        if keep and not is_bridge(base.section):
            return Outcome.LATE, reason  # too late to turn back: decided again on arrival
        if self.playlists.is_within(base.section, wanted):
            self._cancel(reason, keep)
            return Outcome.SETTLED, reason
        if len(stage.seams) > keep:
            self._cancel(f"{wanted or 'silence'} is wanted instead: {reason}", keep)
        turn = self.playlists.snapshot()
        target = self._target(base.section, wanted)
        # a bridge has no stay of its own, and silence none at all
        if not is_bridge(base.section) and self._must_stay(target, choice):
            self.playlists.restore(turn)
            return Outcome.HELD, reason
        self.handover.plan(Wish(target, reason, None, is_bridge(base.section), 0.0, turn))
        return Outcome.PLANNED, reason

    def _target(self, source: str, wanted: str) -> str:
        """Section to go to: of a playlist what is drawn, or what was interrupted and is to go on."""
        if wanted == SILENCE:
            return SILENCE
        held = self.playlists.take_up(wanted)
        if held is not None:
            origin = self.stage.left.section if is_bridge(source) else source
            if self.handover.rule(origin, held).enter_at == "last_position":
                return held
        return self.playlists.enter(wanted)

    def _cancel(self, reason: str, keep: int) -> None:
        """Take seams back, and put down what playlists had drawn for them."""
        turn = next((s.wish.turn_before for s in self.stage.seams[keep:] if s.wish.turn_before), None)
        self.handover.cancel(reason, keep)
        if turn is not None:
            self.playlists.restore(turn)

    def _must_stay(self, section: str, choice: Choice) -> bool:
        stage, passage = self.stage, self.stage.passage
        if not stage.is_playing or passage.section == SILENCE or choice.is_urgent:
            return False
        stay = stage.preset.parts[passage.section].min_stay_bars
        rest = stay - stage.scope.bars_in_section
        if rest <= HAIR:
            return False
        # what counts is where the seam would lie, not when it is asked for
        leaves = passage.next_boundary(
            stage.tempo.beat_at(stage.earliest), self.handover.rule(passage.section, section).exit_at
        )
        if passage.bars_since_entry(leaves) >= stay - HAIR:
            return False
        if self._held_back != (passage.section, choice.section):
            self._held_back = (passage.section, choice.section)
            stage.log_line(
                "transition", stage.now, f"stays at least {stay} bars, {rest:.1f} more; "
                f"wanted by {choice.reason}", source=passage.section, target=choice.section, status="held",
            )  # fmt: skip
        return True

    def _advance(self, wanted: str) -> None:
        """Plan a playlist's next section, once its turn comes near."""
        stage, tempo = self.stage, self.stage.tempo
        if stage.seams or not wanted:
            return
        due = self.playlists.due_beat(stage.passage, wanted, tempo.beat_at(stage.now))
        if due is None:
            return
        lead = tempo.frames_between(due - ADVANCE_BARS * stage.passage.beats_per_bar, due)
        lead += round(ADVANCE_S * tempo.sample_rate)
        if tempo.frame_at(due) - lead > stage.now:
            return
        turn = self.playlists.snapshot()
        section, playlist = self.playlists.after(stage.passage.section, wanted)
        if section == stage.passage.section:
            self.playlists.stay_on(stage.passage)
            return
        rule = self.playlists.rule(stage.passage.section, section)
        order = stage.preset.file.playlists[playlist].order
        reason = f"playlist {playlist}: next of {order}"
        self.handover.plan(Wish(section, reason, rule, False, due, turn))

    def _follow_density(self) -> None:
        """Rewrite from the next bar line on where a layer's density has moved."""
        stage = self.stage
        for name, layer in stage.material.generated.items():
            control = stage.preset.file.layers[name].density
            if not isinstance(control, Curve):
                continue
            density = curve_value(control, stage.scope.number(control.over))
            if abs(density - layer.density) < DENSITY_STEP:
                continue
            layer.density = density
            self.foresight.look_again(name)
            beat = stage.passage.next_boundary(stage.tempo.beat_at(stage.earliest), "bar")
            span = layer.span_at(beat)
            if span is not None and span.stay.passage is stage.passage and beat < layer.cursor_beat:
                stage.commands += layer.withdraw(stage.tempo.frame_at(beat), beat)
                stage.log_line(
                    "layer", stage.tempo.frame_at(beat), f"{control.over} moved its density",
                    layer=name, density=round(density, 3),
                )  # fmt: skip

    # ── what is written, and told ──────────────────────────────────────────────────────────────

    def _write_ahead(self, not_before: int) -> None:
        """Write every layer to the end of the next bar, and at least 1.5 s ahead, a few bars a step.

        What sounds next is written at once; the rest waits its turn, the layer that is least ahead first,
        so that a bar line of many layers does not come all in one step.
        """
        stage, tempo = self.stage, self.stage.tempo
        layers = list(stage.material.generated.values())
        now_beat, passage = tempo.beat_at(stage.now), stage.passage
        rate = tempo.sample_rate
        certain = tempo.beat_at(stage.now + round(CERTAIN_S * rate) + len(layers) * TICK_FRAMES)
        # a hundredth of a beat on: on a bar line the next bar is the one after
        next_bar = passage.next_boundary(now_beat + 0.01, "bar") + passage.beats_per_bar
        until = max(certain, next_bar)
        soon = until if not_before == 0 else tempo.beat_at(stage.now + round(SOON_S * rate))
        for layer in layers:
            stage.commands += layer.write(soon, tempo, not_before)
        for _ in range(BARS_A_STEP):
            behind = min(layers, key=lambda layer: layer.cursor_beat, default=None)
            if behind is None or behind.cursor_beat >= until - HAIR:
                break
            before = behind.cursor_beat
            stage.commands += behind.write(until, tempo, not_before, 1)
            if behind.cursor_beat == before:
                behind.cursor_beat = until  # it does not play there
        frame = tempo.frame_at(until)
        for stem in self.takes.layers.values():
            stage.commands += stem.write_passes(frame)

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
            self.stage.log_notes(name, layer.style, layer.sounded(self.stage.now))
        self.takes.tell()
        self._report_parameters()
        self.stingers.send_due()

    def _report_parameters(self) -> None:
        bar = self.stage.passage.bar_number(self.stage.tempo.beat_at(self.stage.now))
        if bar == self._last_bar:
            return
        self._last_bar = bar
        self._forget()
        values = {name: round(self.stage.scope.number(name), 4) for name in self.stage.layout.parameters}
        if values:
            self.stage.log_line("parameter", self.stage.now, "at the bar line", values=values)

    def _forget(self) -> None:
        """Drop what has sounded, so that weeks of music take no memory."""
        stage = self.stage
        stage.tempo.forget_before(stage.now - HISTORY_S * stage.tempo.sample_rate)
        beat = stage.tempo.beat_at(stage.now)
        for layer in stage.material.generated.values():
            layer.forget_before(beat)
        for stem in self.takes.layers.values():
            stem.forget_before(stage.now)

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
