"""The conductor: one step a tick.  Parameters → states → section → seam → notes → commands.

Live, offline and in tests it is this object; it knows neither threads nor the wall clock.  A tick's
step depends on its own state, on the parameter values the kernel recorded for that tick, and on the
messages given for that tick: nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adaptive.conductor.assets import Assets
from adaptive.conductor.compose_ahead import ComposeAhead
from adaptive.conductor.layers.generated import DENSITY_STEP
from adaptive.conductor.layout.layout import curve_value
from adaptive.conductor.messages import FireEvent, Message, Receipt
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.planned_transition import PlannedTransition, TransitionRequest
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import Playlists
from adaptive.conductor.requests.requests import Requests
from adaptive.conductor.requests.tracker import Outcome, RequestTracker
from adaptive.conductor.saved_state import SavedMusic, restore, save
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.selector import Choice, Selector
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.transitions.planner import TransitionPlanner
from adaptive.conductor.variation_log import VariationLog
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
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

ADVANCE_BARS, ADVANCE_S = 2, 3.0
"""A playlist's next section is planned so long before its turn: time for a fill, a pickup, a stall."""


class Conductor:
    """Decides what plays, when, and why.

    Parameters
    ----------
    playback : PlaybackState
        The preset, its material and the engine: what plays, and on what.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox | None = None) -> None:
        self.playback = playback
        self.outbox = CommandOutbox(playback.engine) if outbox is None else outbox
        self.selector = Selector(playback.preset)
        self.playlists = Playlists(playback.preset, playback.seed)
        groups = playback.layout.dynamic_groups
        half = len(groups) // 2
        self.planner = TransitionPlanner(playback, self.outbox, groups[:half])
        self.stingers = Stingers(playback, self.outbox, groups[half:])
        self.tracker = RequestTracker(playback)
        self.requests = Requests(playback, self.planner, self.stingers, self.tracker)
        self.compose_ahead = ComposeAhead(playback)
        self._stale: set[str] = set()
        self._held_back: tuple[str, str] | None = None
        self._last_bar = 0
        self.takes = VariationLog(playback)

    @property
    def instance(self) -> SegmentInstance:
        """The present stay in a section."""
        return self.playback.instance

    @property
    def transition(self) -> PlannedTransition | None:
        """The change of section that is planned."""
        return self.playback.transition

    @property
    def tempo(self) -> TempoMap:
        """Where every beat lies."""
        return self.playback.tempo

    @property
    def assets(self) -> Assets:
        """What is played with."""
        return self.playback.assets

    @property
    def look_ahead(self) -> int:
        """Frames between a decision and the earliest it may sound."""
        return self.playback.look_ahead

    @property
    def now(self) -> int:
        """Frame of the tick that was stepped last."""
        return self.playback.now

    @property
    def on_receipt(self) -> Callable[[Receipt], None] | None:
        """Who takes receipts."""
        return self.playback.on_receipt

    @on_receipt.setter
    def on_receipt(self, take: Callable[[Receipt], None] | None) -> None:
        """Let somebody else take them."""
        self.playback.on_receipt = take

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
            instance = self.playback.instance_in(section, 0.0, 0.0, 1)
        else:
            instance = restore(saved, self.playback, self.playlists, self.stingers)
            reason = "goes on where it was saved"
            self._last_bar = instance.bar_number(0.0)
        self.planner.enter_first(instance, reason)
        self._write_ahead(0)
        self.outbox.post_in_order()

    def take_over(self, before: Conductor) -> None:
        """Go on with all that another conductor has under way on the same engine."""
        self.selector.take_over(before.selector)
        self.playlists.take_over(before.playlists, before.instance)
        self.planner.take_over(before.planner)
        self.stingers.take_over(before.stingers)
        self.tracker.take_over(before.tracker)
        self.takes.take_over(before.takes)
        self.requests.take_over(before.requests)
        self._stale, self._held_back, self._last_bar = before._stale, before._held_back, before._last_bar

    def take_back(self, reason: str) -> None:
        """Take back all that is planned."""
        self._cancel(reason, 0)

    def look_at(self, control_step: int) -> None:
        """Let a tick be the present one, and arrive where a seam has come."""
        playback = self.playback
        playback.now = control_step * CONTROL_STEP_FRAMES
        arrived = self.planner.arrive()
        if arrived is not None and arrived.source.section and not is_bridge(arrived.source.section):
            self.playlists.leave(arrived.source, playback.last.section)

    def save(self, preset: str) -> SavedMusic:
        """The musical state, to go on from with another conductor; `preset` is the folder's name."""
        return save(self.playback, self.playlists, self.stingers, preset)

    def step(self, control_step: int, messages: Sequence[Message] = ()) -> None:
        """Decide for one tick; ticks are stepped in order and none is left out."""
        playback = self.playback
        self.look_at(control_step)
        beat = playback.tempo.beat_at(playback.now)
        playback.values.take(
            playback.engine.values_at(control_step), playback.instance.bars_since_entry(beat)
        )
        self._watch_health()
        self.requests.resume()
        # what decides the section first, then what sounds on the section's grid
        events = [message for message in messages if isinstance(message, FireEvent)]
        for message in messages:
            if not isinstance(message, FireEvent):
                self.requests.take(message)
        choice = self.selector.choose(playback.values)
        outcome, reason = self._choose(choice)
        self.tracker.settle(outcome, reason)
        self.stingers.revisit()
        for event in events:
            self.requests.take(event)
        self._follow_density()
        self._write_ahead(playback.earliest)
        if not self.outbox:
            self.compose_ahead.look()
        self._report()
        self._post()

    def _first_choice(self) -> Choice:
        rows = self.playback.engine.memory["history"][0].copy()
        for index in self.playback.layout.parameters.values():
            rows[index] = (self.playback.engine.value(index), 0.0, 0.0)
        self.playback.values.take(rows, 0.0)
        return self.selector.choose(self.playback.values)

    # ── which section ──────────────────────────────────────────────────────────────────────────

    def _choose(self, choice: Choice) -> tuple[Outcome, str]:
        """Plan, or take back, what leads to the section that is wanted; what came of it, and why."""
        playback = self.playback
        wanted = choice.section if playback.is_playing else SILENCE
        if self.playlists.is_within(playback.last.section, wanted):
            self._held_back = None
            self._advance(wanted)
            return Outcome.SETTLED, ""
        reason = choice.reason if playback.is_playing else "stop was asked for"
        keep = self.planner.keep()
        base = playback.transitions[keep - 1].target if keep else playback.instance
        if keep and not is_bridge(base.section):
            return Outcome.LATE, reason  # too late to turn back: decided again on arrival
        if self.playlists.is_within(base.section, wanted):
            self._cancel(reason, keep)
            return Outcome.SETTLED, reason
        if len(playback.transitions) > keep:
            self._cancel(f"{wanted or 'silence'} is wanted instead: {reason}", keep)
        turn = self.playlists.snapshot()
        target = self._target(base.section, wanted)
        # a bridge has no stay of its own, and silence none at all
        if not is_bridge(base.section) and self._must_stay(target, choice):
            self.playlists.restore(turn)
            return Outcome.HELD, reason
        self.planner.plan(TransitionRequest(target, reason, None, is_bridge(base.section), 0.0, turn))
        return Outcome.PLANNED, reason

    def _target(self, source: str, wanted: str) -> str:
        """Section to go to: of a playlist what is drawn, or what was interrupted and is to go on."""
        if wanted == SILENCE:
            return SILENCE
        held = self.playlists.take_up(wanted)
        if held is not None:
            origin = self.playback.left.section if is_bridge(source) else source
            if self.planner.rule(origin, held).enter_at == "last_position":
                return held
        return self.playlists.enter(wanted)

    def _cancel(self, reason: str, keep: int) -> None:
        """Take seams back, and put down what playlists had drawn for them."""
        turn = next(
            (s.request.turn_before for s in self.playback.transitions[keep:] if s.request.turn_before), None
        )
        self.planner.cancel(reason, keep)
        if turn is not None:
            self.playlists.restore(turn)

    def _must_stay(self, section: str, choice: Choice) -> bool:
        playback, instance = self.playback, self.playback.instance
        if not playback.is_playing or instance.section == SILENCE or choice.is_urgent:
            return False
        context = playback.preset.segments[instance.section].min_stay_bars
        rest = context - playback.values.bars_in_section
        if rest <= HAIR:
            return False
        # what counts is where the seam would lie, not when it is asked for
        leaves = instance.next_boundary(
            playback.tempo.beat_at(playback.earliest), self.planner.rule(instance.section, section).exit_at
        )
        if instance.bars_since_entry(leaves) >= context - HAIR:
            return False
        if self._held_back != (instance.section, choice.section):
            self._held_back = (instance.section, choice.section)
            playback.log_line(
                "transition", playback.now, f"stays at least {context} bars, {rest:.1f} more; "
                f"wanted by {choice.reason}", source=instance.section, target=choice.section, status="held",
            )  # fmt: skip
        return True

    def _advance(self, wanted: str) -> None:
        """Plan a playlist's next section, once its turn comes near."""
        playback, tempo = self.playback, self.playback.tempo
        if playback.transitions or not wanted:
            return
        due = self.playlists.due_beat(playback.instance, wanted, tempo.beat_at(playback.now))
        if due is None:
            return
        lead = tempo.frames_between(due - ADVANCE_BARS * playback.instance.beats_per_bar, due)
        lead += round(ADVANCE_S * tempo.sample_rate)
        if tempo.frame_at(due) - lead > playback.now:
            return
        turn = self.playlists.snapshot()
        section, playlist = self.playlists.after(playback.instance.section, wanted)
        if section == playback.instance.section:
            self.playlists.stay_on(playback.instance)
            return
        rule = self.playlists.rule(playback.instance.section, section)
        order = playback.preset.file.playlists[playlist].order
        reason = f"playlist {playlist}: next of {order}"
        self.planner.plan(TransitionRequest(section, reason, rule, False, due, turn))

    def _follow_density(self) -> None:
        """Rewrite from the next bar line on where a layer's density has moved."""
        playback = self.playback
        for name, layer in playback.assets.generated.items():
            control = playback.preset.file.layers[name].density
            if not isinstance(control, Curve):
                continue
            density = curve_value(control, playback.values.number(control.over))
            if abs(density - layer.density) < DENSITY_STEP:
                continue
            layer.density = density
            self.compose_ahead.look_again(name)
            beat = playback.instance.next_boundary(playback.tempo.beat_at(playback.earliest), "bar")
            write_range = layer.range_at(beat)
            if (
                write_range is not None
                and write_range.context.instance is playback.instance
                and beat < layer.cursor_beat
            ):
                self.outbox.add(layer.withdraw(playback.tempo.frame_at(beat), beat))
                playback.log_line(
                    "layer", playback.tempo.frame_at(beat), f"{control.over} moved its density",
                    layer=name, density=round(density, 3),
                )  # fmt: skip

    # ── what is written, and told ──────────────────────────────────────────────────────────────

    def _write_ahead(self, not_before: int) -> None:
        """Write every layer to the end of the next bar, and at least 1.5 s ahead, a few bars a step.

        What sounds next is written at once; the rest waits its turn, the layer that is least ahead first,
        so that a bar line of many layers does not come all in one step.
        """
        playback, tempo = self.playback, self.playback.tempo
        layers = list(playback.assets.generated.values())
        now_beat, instance = tempo.beat_at(playback.now), playback.instance
        rate = tempo.sample_rate
        certain = tempo.beat_at(playback.now + round(CERTAIN_S * rate) + len(layers) * CONTROL_STEP_FRAMES)
        # a hundredth of a beat on: on a bar line the next bar is the one after
        next_bar = instance.next_boundary(now_beat + 0.01, "bar") + instance.beats_per_bar
        until = max(certain, next_bar)
        soon = until if not_before == 0 else tempo.beat_at(playback.now + round(SOON_S * rate))
        for layer in layers:
            self.outbox.add(layer.write(soon, tempo, not_before))
        for _ in range(BARS_A_STEP):
            behind = min(layers, key=lambda layer: layer.cursor_beat, default=None)
            if behind is None or behind.cursor_beat >= until - HAIR:
                break
            before = behind.cursor_beat
            self.outbox.add(behind.write(until, tempo, not_before, 1))
            if behind.cursor_beat == before:
                behind.cursor_beat = until  # it does not play there
        frame = tempo.frame_at(until)
        for stem in self.takes.layers.values():
            self.outbox.add(stem.write_passes(frame))

    def _watch_health(self) -> None:
        for name, table in self.playback.preset.file.parameters.items():
            if table.stale_after_s is None:
                continue
            is_stale = self.playback.values.is_stale(name)
            if is_stale != (name in self._stale):
                self._stale ^= {name}
                word = f"silent for {table.stale_after_s:g} s" if is_stale else "heard again"
                self.playback.log_line(
                    "health", self.playback.now, f"{name}: {word}", parameter=name, stale=is_stale
                )

    def _report(self) -> None:
        for name, layer in self.playback.assets.generated.items():
            self.playback.log_notes(name, layer.style, layer.sounded(self.playback.now))
        self.takes.tell()
        self._report_parameters()
        self.stingers.send_due()

    def _report_parameters(self) -> None:
        bar = self.playback.instance.bar_number(self.playback.tempo.beat_at(self.playback.now))
        if bar == self._last_bar:
            return
        self._last_bar = bar
        self._forget()
        values = {
            name: round(self.playback.values.number(name), 4) for name in self.playback.layout.parameters
        }
        if values:
            self.playback.log_line("parameter", self.playback.now, "at the bar line", values=values)

    def _forget(self) -> None:
        """Drop what has sounded, so that weeks of music take no memory."""
        playback = self.playback
        playback.tempo.forget_before(playback.now - HISTORY_S * playback.tempo.sample_rate)
        beat = playback.tempo.beat_at(playback.now)
        for layer in playback.assets.generated.values():
            layer.forget_before(beat)
        for stem in self.takes.layers.values():
            stem.forget_before(playback.now)

    def _post(self) -> None:
        """Post this tick's commands as one commit; if there is no room, they wait for the next."""
        try:
            self.outbox.post()
        except QueueFullError as error:
            self.playback.log_line(
                "health",
                self.playback.now,
                f"{error}; it is tried again",
                commands=len(self.outbox),
            )
