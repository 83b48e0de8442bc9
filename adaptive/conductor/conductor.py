"""The conductor: parameters → states → section → seam → notes → commands, once per control step.

The same object works in live sessions, in offline renders and in tests; it uses neither threads nor the
wall clock.  A step depends on three things only: the conductor's own state, the parameter values that the
kernel recorded for this control step, and the messages given with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from adaptive.composer.genres.mixing import has_learned
from adaptive.composer.learned.harmony_weights import loaded_harmony
from adaptive.composer.learned.weights import loaded
from adaptive.composer.note_rows import note_row
from adaptive.conductor.assets import Assets
from adaptive.conductor.beginning import AS_DECLARED, Beginning, begin_values
from adaptive.conductor.cadence_teller import CadenceTeller
from adaptive.conductor.clock_following import ClockFollowing
from adaptive.conductor.compose_ahead import ComposeAhead
from adaptive.conductor.following import TempoFollowing
from adaptive.conductor.input_health_log import InputHealthLog
from adaptive.conductor.messages import FireEvent, Message, Receipt
from adaptive.conductor.mix import Mix
from adaptive.conductor.mood_tempo import MoodTempo
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.plan_log import PlanLog
from adaptive.conductor.planned_transition import PlannedTransition, TransitionRequest
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import Playlists
from adaptive.conductor.regenerations import Regenerations
from adaptive.conductor.requests.places import PlaceRequests, PlaceState
from adaptive.conductor.requests.requests import Requests
from adaptive.conductor.requests.tracker import Outcome, RequestTracker
from adaptive.conductor.saved_state import (
    SavedMusic,
    restore,
    restore_section_ends,
    save,
    save_section_ends,
)
from adaptive.conductor.saved_steering import locked_of, saved_steering, steering_of, takes_of
from adaptive.conductor.section_ends import SectionEnds
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.selector import Choice, Selector
from adaptive.conductor.steering import Steering
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.tempo_steering import TempoSteering
from adaptive.conductor.tempo_teller import TempoTeller
from adaptive.conductor.transitions.min_stay import MinStay
from adaptive.conductor.transitions.planner import TransitionPlanner
from adaptive.conductor.variation_log import VariationLog
from adaptive.conductor.write_ahead import WriteAhead
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.segments import is_bridge
from adaptive.timebase import TempoMap

HISTORY_S = 60.0
"""How long the tempo map keeps the past: nothing looks farther back."""

ADVANCE_BARS, ADVANCE_S = 2, 3.0
"""A playlist's next section is planned this long before it is due: time for a fill, a pickup or a stall."""


@dataclass(frozen=True, slots=True)
class ConductorState:
    """What the conductor itself remembers from step to step.

    Parameters
    ----------
    stale : frozenset of str
        Parameters that are known to be stale.
    last_bar : int
        Number of the bar whose parameters were logged last.
    """

    stale: frozenset[str] = frozenset()
    last_bar: int = 0


class Conductor:
    """Decides what plays, when, and why.

    Parameters
    ----------
    playback : PlaybackState
        What plays: the preset, its assets, the engine and the log.
    outbox : CommandOutbox, optional
        Receives the commands; an edit passes the outbox of the conductor before.  Default: a new one.
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
        self.places = PlaceRequests(
            playback, self.selector, self.planner, self.playlists, self.tracker, self._cancel
        )
        self.mix = Mix(playback, self.outbox)
        self.following = TempoFollowing(playback, self.stingers.fire)
        self.clock_following = ClockFollowing(playback, self.following)
        self.steering = Steering(playback, self.outbox)
        self.regenerations = Regenerations(playback, self.outbox, self.steering)
        self.requests = Requests(
            playback, self.planner, self.stingers, self.tracker, self.places, self.mix, self.following,
            self.steering, self.regenerations, self.clock_following,
        )  # fmt: skip
        self.min_stay = MinStay(playback, self.planner)
        self.section_ends = SectionEnds(playback, self.selector, self.planner, self.playlists)
        self.write_ahead = WriteAhead(playback, self.outbox)
        self.compose_ahead = ComposeAhead(playback)
        self.state = ConductorState()
        self.variation_log = VariationLog(playback)
        self.tempo_teller = TempoTeller(playback, self.outbox)
        self.cadence_teller = CadenceTeller(playback, self.outbox, self.following)
        self._input_health = InputHealthLog(playback)
        self.tempo_steering = TempoSteering(playback, self.planner)
        self.tempo_steering.sources = (
            self.clock_following,
            self.following,
            MoodTempo(playback, self.steering),
        )
        self.plan_log = PlanLog(playback)

    @property
    def instance(self) -> SegmentInstance:
        """The segment that plays now."""
        return self.playback.instance

    @property
    def transition(self) -> PlannedTransition | None:
        """The next planned transition."""
        return self.playback.transition

    @property
    def tempo(self) -> TempoMap:
        """Maps beats to frames."""
        return self.playback.tempo

    @property
    def assets(self) -> Assets:
        """Sounds, layers and generators of the preset."""
        return self.playback.assets

    @property
    def look_ahead(self) -> int:
        """Frames between a decision and the earliest frame at which it may sound."""
        return self.playback.look_ahead

    @property
    def now(self) -> int:
        """First frame of the control step that was stepped last."""
        return self.playback.now

    @property
    def on_receipt(self) -> Callable[[Receipt], None] | None:
        """Callback that receives the receipts of messages with an id."""
        return self.playback.on_receipt

    @on_receipt.setter
    def on_receipt(self, callback: Callable[[Receipt], None] | None) -> None:
        """Set the callback."""
        self.playback.on_receipt = callback

    def begin(self, saved: SavedMusic | None = None, beginning: Beginning = AS_DECLARED) -> None:
        """Post what sounds from frame 0 on; call once, before the first frame is rendered.

        Parameters
        ----------
        saved : SavedMusic, optional
            A saved state to continue from.
        beginning : Beginning
            What is set before the first section is chosen; it has no effect on saved music.

        Raises
        ------
        InputError
            The preset does not have the section that was saved.
        """
        if saved is None:
            section, reason = self._first_section(beginning)
            instance = self.playback.instance_in(section, 0.0, self.playback.start_of(section), 1)
            self.requests.begin_tempo(beginning.messages, section)
            self.mix.begin(beginning.messages)
            self.following.begin(beginning.values, beginning.messages)
            self.steering.begin(beginning.messages)
        else:
            instance = restore(saved, self.playback, self.playlists, self.stingers)
            self._read_first_values()
            restore_section_ends(saved, self.selector, self.section_ends)
            self.places.state = self.places.fitting(PlaceState(saved.jumped))
            self.mix.restore(saved.mix, saved.snapshots)
            self.following.restore(saved.following)
            self.steering.restore(steering_of(saved.steering))
            self.steering.begin()
            self.regenerations.restore(takes_of(saved.steering))
            self.steering.restore_locked(locked_of(saved.steering))
            reason = "goes on where it was saved"
            self.state = ConductorState(last_bar=instance.bar_number(0.0))
        self.tempo_steering.begin(instance.section)
        self._tell_weights()
        self.planner.enter_first(instance, reason)
        self.write_ahead.step(0)
        self._report_bars()
        self.outbox.post_in_order()

    def _tell_weights(self) -> None:
        """Log why drums or progressions are made by rules alone, if learned weights cannot be used."""
        layers = self.playback.assets.generated.values()
        if any(layer.bars.spec.name == "drums" for layer in layers) and loaded().sentence:
            self.playback.log_line("health", 0, loaded().sentence)
        styles = tuple(layer.style for layer in layers if layer.bars.spec.name != "drums")
        if has_learned(styles) and loaded_harmony().sentence:
            self.playback.log_line("health", 0, loaded_harmony().sentence)

    def take_over(self, before: Conductor) -> None:
        """Continue all that another conductor has under way on the same engine."""
        self.selector.state = before.selector.state
        self.playlists.take_over(before.playlists, before.instance)
        self.planner.take_over(before.planner)
        self.section_ends.state = self.section_ends.fitting(before.section_ends.state)
        self.stingers.take_over(before.stingers)
        self.tracker.state = before.tracker.state
        self.variation_log.state = self.variation_log.fitting(before.variation_log.state)
        self.plan_log.state = before.plan_log.state
        self.tempo_steering.take_over(before.tempo_steering)
        self.requests.state = before.requests.state
        self.places.state = self.places.fitting(before.places.state)
        self.mix.take_over(before.mix)
        self.following.take_over(before.following)
        self.clock_following.take_over(before.clock_following)
        self.cadence_teller.take_over(before.cadence_teller)
        self.steering.take_over(before.steering)
        self.regenerations.restore(before.regenerations.state)
        self.min_stay.told = before.min_stay.told
        self.state = before.state

    def cancel_planned(self, reason: str) -> None:
        """Cancel all planned transitions."""
        self._cancel(reason, 0)

    def advance_to(self, control_step: int) -> None:
        """Advance to a control step, and carry out the transition whose seam it has reached."""
        playback = self.playback
        playback.now = control_step * CONTROL_STEP_FRAMES
        arrived = self.planner.arrive()
        if arrived is not None and arrived.source.section and not is_bridge(arrived.source.section):
            self.playlists.leave(arrived.source, playback.destination.section)
            self.section_ends.leave(arrived, playback.destination.section)
            if arrived.request.section_end is not None:
                self.places.end(arrived.source.section)

    def save(self, preset: str) -> SavedMusic:
        """The musical state, from which another conductor can continue; `preset` is the folder's name."""
        music = save(self.playback, self.playlists, self.stingers, preset, self.places.state.jumped)
        music = msgspec.structs.replace(
            music, mix=dict(self.mix.held), snapshots=self.mix.snapshots.saved(),
            following=self.following.saved(),
            steering=saved_steering(
                self.steering.state, self.steering.locked_layers(), self.regenerations.state
            ),
        )  # fmt: skip
        return save_section_ends(music, self.selector, self.section_ends)

    def step(self, control_step: int, messages: Sequence[Message] = ()) -> None:
        """Decide for one control step; control steps come in order, without gaps."""
        playback = self.playback
        self.advance_to(control_step)
        beat = playback.tempo.beat_at(playback.now)
        playback.values.update(
            playback.engine.values_at(control_step), playback.instance.bars_since_entry(beat)
        )
        self._watch_health()
        self.mix.step()
        self.requests.resume()
        # messages that select the section come first, then the events that are placed on its grid
        events = [message for message in messages if isinstance(message, FireEvent)] if messages else []
        for message in messages:
            if not isinstance(message, FireEvent):
                self.requests.handle(message)
        self.following.step()
        self.tempo_steering.step()
        choice = self.section_ends.choice(self.selector.choose(playback.values))
        self.section_ends.report()
        outcome, reason = self._choose(choice)
        self.tracker.update(outcome, reason)
        self.stingers.revisit()
        for event in events:
            self.requests.handle(event)
        self.mix.blend()
        self.tempo_teller.tell()
        self.cadence_teller.tell()
        self.steering.step()
        self.write_ahead.step(playback.earliest)
        if not self.outbox:
            self.compose_ahead.compose_next()
        self._report()
        self._post()

    def _first_section(self, beginning: Beginning) -> tuple[str, str]:
        """The section to begin with, and the reason."""
        begin_values(beginning.values, self.playback)
        self.requests.begin(beginning.messages)
        choice = self._first_choice()
        if not self.playback.is_playing:
            return SILENCE, "stop was asked for"
        return self.playlists.enter(choice.section), choice.reason

    def _first_choice(self) -> Choice:
        self._read_first_values()
        return self.selector.choose(self.playback.values)

    def _read_first_values(self) -> None:
        """Read what was set before the first frame: the history of values is still empty."""
        rows = self.playback.engine.memory["history"][0].copy()
        for index in self.playback.layout.parameters.values():
            value = self.playback.engine.value(index)
            rows[index] = (value, 0.0, 0.0, value, value)
        self.playback.values.update(rows, 0.0)

    # ── which section ──────────────────────────────────────────────────────────────────────────

    def _choose(self, choice: Choice) -> tuple[Outcome, str]:
        """Plan or cancel transitions so that they lead to the selected section.

        Returns
        -------
        Outcome
            What was done.
        str
            The reason of the selection.
        """
        playback, choice = self.playback, self.places.choice(choice)
        wanted = choice.section
        if self.section_ends.is_as_planned(choice):
            return Outcome.SETTLED, ""
        if self.section_ends.is_outdated(wanted) and not self.planner.locked_count():
            self._cancel(f"{wanted or 'silence'} is wanted before the end", 0)
        if self.playlists.is_within(playback.destination.section, wanted):
            self.min_stay.release()
            self._advance(choice)
            return Outcome.SETTLED, ""
        reason = choice.reason if playback.is_playing else "stop was asked for"
        locked = self.planner.locked_count()
        base = playback.transitions[locked - 1].target if locked else playback.instance
        if locked and not is_bridge(base.section):
            return Outcome.LATE, reason  # too near to be cancelled: decided again on arrival
        if self.playlists.is_within(base.section, wanted):
            self._cancel(reason, locked)
            self._advance(choice)
            return Outcome.SETTLED, reason
        if len(playback.transitions) > locked:
            self._cancel(f"{wanted or 'silence'} is wanted instead: {reason}", locked)
        playlists_before = self.playlists.state
        target = self._target(base.section, wanted)
        # `min_stay_bars` does not apply to bridges and silence
        if not is_bridge(base.section) and self.min_stay.holds(target, choice):
            self.playlists.state = playlists_before
            return Outcome.HELD, reason
        self.planner.plan(
            TransitionRequest(
                target,
                reason,
                None,
                is_bridge(base.section),
                self._first_beat(base.section),
                playlists_before,
            )
        )
        return Outcome.PLANNED, reason

    def _first_beat(self, source: str) -> float:
        """Beat before which what follows must not begin: out of silence, that of the runner's next step."""
        if source != SILENCE:
            return 0.0
        frame = self.following.step_frame(self.playback.earliest)
        return 0.0 if frame is None else self.playback.tempo.beat_at(frame)

    def _target(self, source: str, wanted: str) -> str:
        """The section to go to.

        A playlist stands for its next pick.  The section in which the playlist was interrupted is resumed
        instead if the rule to it enters at ``last_position``.
        """
        if wanted == SILENCE:
            return SILENCE
        interrupted = self.playlists.interrupted_section(wanted)
        if interrupted is not None:
            origin = self.playback.previous.section if is_bridge(source) else source
            if self.planner.rule(origin, interrupted).enter_at == "last_position":
                return interrupted
        return self.playlists.enter(wanted)

    def _cancel(self, reason: str, keep: int) -> None:
        """Cancel transitions beyond the first `keep`, and restore the playlists' state before them."""
        cancelled = [transition.request for transition in self.playback.transitions[keep:]]
        playlists_before = next((r.playlists_before for r in cancelled if r.playlists_before), None)
        self.planner.cancel(reason, keep)
        if playlists_before is not None:
            self.playlists.state = playlists_before

    def _advance(self, choice: Choice) -> None:
        """Plan a section's end or a playlist's next section, `ADVANCE_BARS` and `ADVANCE_S` ahead of it."""
        playback, tempo, wanted = self.playback, self.playback.tempo, choice.section
        if playback.transitions or wanted == SILENCE:
            return
        ends = self.section_ends.due_beat(choice)
        due = ends
        if due is None:
            due = self.playlists.due_beat(playback.instance, wanted, tempo.beat_at(playback.now))
        if due is None:
            return
        lead = tempo.frames_between(due - ADVANCE_BARS * playback.instance.beats_per_bar, due)
        lead += round(ADVANCE_S * tempo.sample_rate)
        if tempo.frame_at(due) - lead > playback.now:
            return
        if ends is not None:
            self.section_ends.plan(choice, ends, self._target)
            return
        playlists_before = self.playlists.state
        section, playlist = self.playlists.pick_next(playback.instance.section, wanted)
        if section == playback.instance.section:
            self.playlists.repeat(playback.instance)
            return
        rule = self.playlists.rule(playback.instance.section, section)
        order = playback.preset.file.playlists[playlist].order
        reason = f"playlist {playlist}: next of {order}"
        self.planner.plan(TransitionRequest(section, reason, rule, False, due, playlists_before))

    # ── reports ────────────────────────────────────────────────────────────────────────────────

    def _watch_health(self) -> None:
        self._input_health.follow()
        for name, table in self.playback.preset.file.parameters.items():
            if table.stale_after_s is None:
                continue
            is_stale = self.playback.values.is_stale(name)
            if is_stale != (name in self.state.stale):
                self.state = replace(self.state, stale=self.state.stale ^ {name})
                word = f"silent for {table.stale_after_s:g} s" if is_stale else "heard again"
                self.playback.log_line(
                    "health", self.playback.now, f"{name}: {word}", parameter=name, stale=is_stale
                )

    def _report(self) -> None:
        now = self.playback.now
        for name, layer in self.playback.assets.generated.items():
            if layer.next_frame < now:
                sounded = layer.pop_sounded(now)
                if sounded:
                    self.playback.log_notes(name, layer.style, sounded)
        self._report_bars()
        self.variation_log.report()
        self.plan_log.report()
        self._report_parameters()
        self.stingers.report()

    def _report_bars(self) -> None:
        """Log the bars that came late or not at all, and those that a generator would not write again."""
        playback, rate = self.playback, self.playback.tempo.sample_rate
        for name, layer in playback.assets.generated.items():
            if not layer.bars.reports:
                continue
            for report in layer.bars.pop_reports():
                frame = playback.tempo.frame_at(report.beat)
                decided = max(0, report.settled_frame - playback.look_ahead)
                playback.log_line(
                    "bar", frame, report.reason, layer=name, section=report.section, bar=report.bar,
                    status="missing" if report.reason else "written",
                    wait_s=round((frame - decided) / rate, 4),
                    tried_frame=report.tried_frame, settled_frame=report.settled_frame,
                    **({} if report.notes is None else {"notes": [note_row(note) for note in report.notes]}),
                )  # fmt: skip

    def _report_parameters(self) -> None:
        bar = self.playback.instance.bar_number(self.playback.tempo.beat_at(self.playback.now))
        if bar == self.state.last_bar:
            return
        self.state = replace(self.state, last_bar=bar)
        self._forget()
        values = {
            name: round(self.playback.values.number(name), 4) for name in self.playback.layout.parameters
        }
        if values:
            self.playback.log_line("parameter", self.playback.now, "at the bar line", values=values)

    def _forget(self) -> None:
        """Drop records of what has sounded, so that memory does not grow over weeks of music."""
        playback = self.playback
        playback.tempo.forget_before(playback.now - HISTORY_S * playback.tempo.sample_rate)
        beat = playback.tempo.beat_at(playback.now)
        for _, player in playback.assets.players():
            player.forget_before(playback.now, beat)

    def _post(self) -> None:
        """Post the commands of this step as one commit; if the queue is full, retry in the next step."""
        try:
            self.outbox.post()
        except QueueFullError as error:
            self.playback.log_line(
                "health",
                self.playback.now,
                f"{error}; it is tried again",
                commands=len(self.outbox),
            )
