"""Plans transitions, cancels them, and carries them out.

All commands of a transition are posted when it is planned, in a withdrawal group of their own, so that they
can be cancelled.  Over a bridge there are two transitions.  They are planned together, so that a pause of
Python of a second between the two is not heard.
"""

from __future__ import annotations

import msgspec

from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.planned_transition import (
    NO_RULE,
    PlannedTransition,
    TransitionRequest,
    describe_rule,
    fades_of,
)
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import ADVANCE_RULE, BACK_RULE
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.transitions.applier import DECLICK_S, TransitionApplier
from adaptive.conductor.transitions.exit_finder import ExitFinder, ExitPlan
from adaptive.conductor.transitions.tempo_changes import TempoChanges
from adaptive.preset.model import DEFAULT_TRANSITION
from adaptive.preset.schema import Fade, TransitionTable
from adaptive.preset.segments import BRIDGE, bridge_segment, is_bridge

STOPPING = TransitionTable(fade_out=Fade(bars=1.0))
"""Rule for stop: at the next bar line, with a fade-out of a bar."""


JUMPING = TransitionTable(exit_at="beat", pickup="never")
"""Rule of a jump: at the next beat, without a fade."""

NAMES = {
    ("restart", DEFAULT_TRANSITION): "restart (at the bar; no rule of the preset leads from it to itself)",
    ("jump", JUMPING): "jump (at the beat)",
}
"""Names of the rules that messages bring with them, as the log prints them."""


def stop_rule(seconds: float | None) -> TransitionTable:
    """Rule of a stop: with a time, a fade of that length that begins at once."""
    if seconds is None:
        return STOPPING
    return TransitionTable(exit_at="immediate", fade_out=Fade(seconds=max(DECLICK_S, seconds)))


def stop_name(seconds: float | None) -> str:
    """Name of the rule of a stop, as the log prints it."""
    if seconds is None:
        return "stop (at the bar, over a bar)"
    return f"stop (at once, over {seconds:g} s)" if seconds else "stop (at once)"


class TransitionPlanner:
    """Plans and cancels transitions.

    Parameters
    ----------
    playback : PlaybackState
        What plays; its list of planned transitions is changed here and nowhere else.
    outbox : CommandOutbox
        Receives the commands.
    groups : range
        Withdrawal groups for transitions, used in rotation.

    Attributes
    ----------
    state : int
        Number of transitions that were planned: it says which group is next.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox, groups: range) -> None:
        self.playback, self.outbox = playback, outbox
        self.exit_finder = ExitFinder(playback)
        self.applier = TransitionApplier(playback, outbox)
        self.tempo_changes = TempoChanges(playback, outbox)
        self._groups = groups
        self.state = 0
        self._is_moved = False

    def take_over(self, before: TransitionPlanner) -> None:
        """Continue the rotation of groups, and keep the clips of fills."""
        self.state = before.state
        self.applier.take_over(before.applier)

    def next_group(self) -> int:
        """The withdrawal group of the next transition."""
        self.state += 1
        return self._groups[self.state % len(self._groups)]

    def enter_first(self, instance: SegmentInstance, reason: str) -> None:
        """Enter an instance at frame 0; a restored instance starts before beat 0."""
        playback, segment = self.playback, instance.section
        playback.instance = instance
        playback.count_visit(instance)
        if segment != SILENCE:
            context = playback.compose_context(instance)
            self.tempo_changes.begin(context)
            position = playback.assets.segments[segment].frames_into(instance.local(0.0))
            players = dict(playback.assets.players())
            for name in playback.layers_of(segment):
                self.outbox.add(players[name].begin(context, position))
        levels = self.applier.levels.enter(segment)
        self.outbox.add([self.applier.levels.fade(name, 0, 0) for name in levels])
        more = {"levels_db": levels} if levels else {}
        playback.log_line("transition", 0, reason, source=None, target=segment or None, **more)

    def rule(self, source: str, target: str) -> TransitionTable:
        """Rule from one section to another; stop and play have rules of their own."""
        if target == SILENCE:
            return stop_rule(self.playback.stop_s)
        if source == SILENCE:
            return TransitionTable(exit_at="immediate")
        return self.playback.preset.transition(source, target)

    def plan(self, request: TransitionRequest, *, is_moved: bool = False) -> None:
        """Plan one transition to a section, or two over a bridge, after those that are already planned.

        `is_moved`: the same was planned before, and only the tempo has moved it; that is not logged.
        """
        self._is_moved = is_moved
        source, section = self.playback.destination, request.section
        origin = self.playback.origin_of(source)
        rule = request.rule or self.rule(origin.section, section)
        name = describe_rule(rule)
        if rule is DEFAULT_TRANSITION or rule is ADVANCE_RULE or rule is BACK_RULE:
            name = f"{NO_RULE}{name}"
        name = NAMES.get((request.kind, rule), name)
        if SILENCE in {section, origin.section} and request.section_end is None:
            name = stop_name(self.playback.stop_s) if section == SILENCE else "play (at once)"
        if is_bridge(source.section) and section != SILENCE:
            self._plan_transition(source, section, self._out_of_bridge(source.section, rule), name, request)
        elif rule.bridge is None:
            self._plan_transition(source, section, rule, name, request)
        else:
            segment = bridge_segment(rule.bridge)
            self._plan_transition(source, segment, self._into_bridge(segment, rule), name, request)
            self._plan_transition(
                self.playback.destination, section, self._out_of_bridge(segment, rule), name, request
            )
        self.playback.revision += 1

    def _into_bridge(self, segment: str, rule: TransitionTable) -> TransitionTable:
        bridge = self.playback.preset.file.bridges[segment.removeprefix(BRIDGE)]
        return msgspec.structs.replace(rule, enter_at="start", fade_in=bridge.fade_in, bridge=None)

    def _out_of_bridge(self, segment: str, rule: TransitionTable) -> TransitionTable:
        bridge = self.playback.preset.file.bridges[segment.removeprefix(BRIDGE)]
        # a bridge plays only once, so it cannot wait until the pickup fits
        pickup = "auto" if rule.pickup == "always" else rule.pickup
        return msgspec.structs.replace(
            rule, exit_at="end", fade_out=bridge.fade_out, bridge=None, fill=None, pickup=pickup
        )

    def _plan_transition(
        self,
        source: SegmentInstance,
        segment: str,
        rule: TransitionTable,
        name: str,
        request: TransitionRequest,
    ) -> None:
        playback = self.playback
        any_marker = request.is_from_bridge and source is playback.instance
        enter_beat = request.enter_beat if segment == request.section else None
        plan = self.exit_finder.find(source, segment, rule, any_marker, request.not_before, enter_beat)
        group = self.next_group()
        before = playback.tempo.snapshot()
        transition = PlannedTransition(
            source,
            plan.target,
            plan.frame,
            plan.exit.beat,
            group,
            rule,
            name,
            request,
            playback.now,
            before,
        )
        transition.is_moved = self._is_moved
        transition.marker = playback.marker_before(source) if is_bridge(source.section) else plan.exit.marker
        self.tempo_changes.step_at(transition)
        transition.fades = fades_of(rule, transition, playback.tempo)
        # the applier reads the transitions planned before this one, so it is appended afterwards
        fill = self.applier.post(transition)
        playback.transitions.append(transition)
        if not self._is_moved:
            self._log_planned(transition, plan, fill)

    def _log_planned(self, transition: PlannedTransition, plan: ExitPlan, fill: str | None) -> None:
        playback = self.playback
        wait = (transition.frame - playback.now) / playback.tempo.sample_rate
        more = {"fill": fill} if fill else {}
        more |= {"take": transition.fill_take} if transition.fill_take else {}
        more |= {"marker": plan.exit.marker} if plan.exit.marker else {}
        more |= {"note": plan.remark} if plan.remark else {}
        playback.log_line(
            "transition",
            transition.frame,
            transition.request.reason,
            source=transition.source.section or None,
            target=transition.target.section or None,
            status="planned",
            rule=transition.rule,
            decided_frame=playback.now,
            wait_s=round(wait, 4),
            bound_by=plan.bound_by,
            **more,
        )

    def locked_count(self) -> int:
        """Number of planned transitions that are too near to be cancelled."""
        playback = self.playback
        return sum(
            planned.frame < playback.earliest + playback.first_bars_frames(planned.source.section)
            for planned in playback.transitions
        )

    def has_begun(self) -> bool:
        """Whether something that leads to a planned seam sounds, or is about to: a fill, a pickup, a fade."""
        playback = self.playback
        return any(c.frame < playback.earliest for planned in playback.transitions for c in planned.early)

    def cancel(self, reason: str, keep: int = 0, *, is_logged: bool = True) -> None:
        """Cancel planned transitions except the first `keep`, from the last one backwards."""
        playback = self.playback
        while len(playback.transitions) > keep:
            transition = playback.transitions[-1]
            self.applier.undo(transition)
            self.tempo_changes.undo(transition)
            is_first = is_logged and len(playback.transitions) == keep + 1
            playback.transitions.pop()
            playback.revision += 1
            if is_first:
                playback.log_line(
                    "transition", playback.now, reason, source=transition.source.section or None,
                    target=transition.target.section or None, status="cancelled", rule=transition.rule,
                )  # fmt: skip

    def arrive(self) -> PlannedTransition | None:
        """Make the next planned segment the present one if its seam is reached; return its transition."""
        playback, transition = self.playback, self.playback.transition
        if transition is None or playback.now < transition.frame:
            return None
        source = playback.instance
        if source.section and not is_bridge(source.section):
            playback.leave_place(source.section, source.place_of(transition.beat))
        playback.exit_marker = transition.marker
        playback.enter(transition.target, transition.frame)
        playback.transitions.pop(0)
        playback.arrivals += 1
        playback.log_line(
            "layer",
            transition.frame,
            f"arrived by {transition.rule}",
            source=source.section or None,
            section=transition.target.section or None,
            layers=list(playback.layers_of(transition.target.section)),
            **({"levels_db": transition.levels} if transition.levels else {}),
        )
        return transition

    def change_tempo(self, tempo_bpm: float) -> None:
        """Glide to another tempo within a beat; notes and transitions beyond are planned again."""
        playback = self.playback
        request = playback.transitions[-1].request if playback.transitions else None
        self.cancel("the tempo changes")
        self.tempo_changes.glide_to(tempo_bpm)
        if request is not None:
            self.plan(request)

    def steer_tempo(self, tempo_bpm: float, frames: int, told_bpm: float) -> None:
        """Glide to a tempo within some frames, as `TempoChanges.glide_to`; what is planned moves with it."""
        playback = self.playback
        request = playback.transitions[-1].request if playback.transitions else None
        self.cancel("the tempo changes", is_logged=False)
        self.tempo_changes.glide_to(tempo_bpm, frames, told_bpm)
        if request is not None:
            self.plan(request, is_moved=True)
