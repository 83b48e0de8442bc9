"""How one section hands over to the next: seams are planned, taken back, arrived at.

All that a seam does is posted when it is decided, revocably, in a group of its own.  A way over a bridge
is two seams, planned together, so that a second without Python is not heard between them.
"""

from __future__ import annotations

import msgspec

from adaptive.conductor.layers.stems import Fades
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.planned_transition import (
    NO_RULE,
    PlannedTransition,
    TransitionRequest,
    describe_rule,
    fades_of,
)
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import GOES_ON
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.transitions.applier import TransitionApplier
from adaptive.conductor.transitions.exit_finder import ExitFinder, ExitPlan
from adaptive.preset.model import DEFAULT_TRANSITION
from adaptive.preset.schema import Fade, TransitionTable
from adaptive.preset.segments import BRIDGE, bridge_segment, is_bridge

STOPPING = TransitionTable(fade_out=Fade(bars=1.0))


class TransitionPlanner:
    """Plans seams and takes them back.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    outbox : CommandOutbox
        Receives the commands.
    groups : range
        Withdrawal groups, one a seam, in turn.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox, groups: range) -> None:
        self.playback, self.outbox = playback, outbox
        self.exit_finder = ExitFinder(playback)
        self.applier = TransitionApplier(playback, outbox)
        self._seam_groups = groups
        self._seam_turn = 0

    def take_over(self, before: TransitionPlanner) -> None:
        """Go on with the seam groups where they were, and with the clips of fills."""
        self._seam_turn = before._seam_turn
        self.applier.take_over(before.applier)

    def next_group(self) -> int:
        """The withdrawal group of another seam."""
        self._seam_turn += 1
        return self._seam_groups[self._seam_turn % len(self._seam_groups)]

    def enter_first(self, instance: SegmentInstance, reason: str) -> None:
        """Begin with a passage at frame 0; it may have begun before, where saved music goes on."""
        playback, segment = self.playback, instance.section
        playback.instance = instance
        if segment != SILENCE:
            context = playback.compose_context(instance)
            made = playback.assets.segments[segment]
            playback.tempo.step(0, context.tempo_bpm, instance.beat_unit)
            position = made.frames_into(instance.local(0.0))
            for name in playback.layers_of(segment):
                if name in playback.assets.generated:
                    playback.assets.generated[name].begin(context)
                elif playback.assets.stems[name].has(segment):
                    layer = playback.assets.stems[name]
                    self.outbox.add(layer.enter(segment, 0, position, 0, "never", Fades(), 0))
        playback.log_line("transition", 0, reason, source=None, target=segment or None)

    def rule(self, source: str, target: str) -> TransitionTable:
        """How to get from one section to another; stopping and starting have rules of their own."""
        if target == SILENCE:
            return STOPPING
        if source == SILENCE:
            return TransitionTable(exit_at="immediate")
        return self.playback.preset.transition(source, target)

    def plan(self, request: TransitionRequest) -> None:
        """Plan the way to a section, after all that is planned already: one seam, or two over a bridge."""
        source, section = self.playback.last, request.section
        origin = self.playback.origin_of(source)
        rule = request.rule or self.rule(origin.section, section)
        name = describe_rule(rule)
        if rule is DEFAULT_TRANSITION or rule is GOES_ON:
            name = f"{NO_RULE}{name}"
        if SILENCE in {section, origin.section}:
            name = "stop (at the bar, over a bar)" if section == SILENCE else "play (at once)"
        if is_bridge(source.section) and section != SILENCE:
            self._plan_transition(source, section, self._out_of_bridge(source.section, rule), name, request)
        elif rule.bridge is None:
            self._plan_transition(source, section, rule, name, request)
        else:
            segment = bridge_segment(rule.bridge)
            self._plan_transition(source, segment, self._into_bridge(segment, rule), name, request)
            self._plan_transition(
                self.playback.last, section, self._out_of_bridge(segment, rule), name, request
            )
        self.playback.revision += 1

    def _into_bridge(self, segment: str, rule: TransitionTable) -> TransitionTable:
        bridge = self.playback.preset.file.bridges[segment.removeprefix(BRIDGE)]
        return msgspec.structs.replace(rule, enter_at="start", fade_in=bridge.fade_in, bridge=None)

    def _out_of_bridge(self, segment: str, rule: TransitionTable) -> TransitionTable:
        bridge = self.playback.preset.file.bridges[segment.removeprefix(BRIDGE)]
        # a bridge plays once: what the new section's pickup needs is there, or it is left out
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
        is_turning = request.is_turning and source is playback.instance
        route = self.exit_finder.find(source, segment, rule, is_turning, request.not_before)
        group = self.next_group()
        before = playback.tempo.snapshot()
        transition = PlannedTransition(
            source,
            route.target,
            route.frame,
            route.exit.beat,
            group,
            rule,
            name,
            request,
            playback.now,
            before,
        )
        transition.marker = playback.marker_before(source) if is_bridge(source.section) else route.exit.marker
        self.step_tempo(transition)
        transition.fades = fades_of(rule, transition, playback.tempo)
        # the layers hand over from what is planned so far: the seam joins the stage only after that
        fill = self.applier.hand_over(transition)
        playback.transitions.append(transition)
        self._tell_planned(transition, route, fill)

    def _tell_planned(self, transition: PlannedTransition, route: ExitPlan, fill: str | None) -> None:
        playback = self.playback
        wait = (transition.frame - playback.now) / playback.tempo.sample_rate
        more = {"fill": fill} if fill else {}
        more |= {"marker": route.exit.marker} if route.exit.marker else {}
        more |= {"note": route.note} if route.note else {}
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
            bound_by=route.bound_by,
            **more,
        )

    def step_tempo(self, transition: PlannedTransition) -> None:
        """Let the tempo and meter that a part wants begin at its seam, unless they are there already."""
        playback, made = self.playback, self.playback.assets.segments.get(transition.target.section)
        if made is None:
            return
        goal = made.tempo_bpm
        if playback.tempo_wanted is not None and not made.has_stems:
            goal = playback.tempo_wanted
        unit = made.segment.beat_unit
        is_other = abs(playback.tempo.tempo_at(transition.frame) - goal) > 1e-9
        if is_other or playback.tempo.beat_unit_at(transition.frame) != unit:
            playback.tempo.step(playback.tempo.exact_frame_at(transition.beat), goal, unit)

    def keep(self) -> int:
        """How many of the planned seams are too near to be taken back."""
        return sum(transition.frame < self.playback.earliest for transition in self.playback.transitions)

    def cancel(self, reason: str, keep: int = 0) -> None:
        """Take planned seams back, but for the first `keep`: the last one first."""
        playback = self.playback
        while len(playback.transitions) > keep:
            transition = playback.transitions[-1]
            self.applier.take_back(transition)
            playback.tempo.restore(transition.tempo_before)
            is_first = len(playback.transitions) == keep + 1
            playback.transitions.pop()
            playback.revision += 1
            if is_first:
                playback.log_line(
                    "transition", playback.now, reason, source=transition.source.section or None,
                    target=transition.target.section or None, status="cancelled", rule=transition.rule,
                )  # fmt: skip

    def arrive(self) -> PlannedTransition | None:
        """Make the next planned part the present one, once its seam has come; return that seam."""
        playback, transition = self.playback, self.playback.transition
        if transition is None or playback.now < transition.frame:
            return None
        source, playback.left = playback.instance, playback.instance
        if source.section and not is_bridge(source.section):
            playback.left_at[source.section] = source.place_of(transition.beat)
        playback.left_marker = transition.marker
        playback.instance, playback.entered_frame = transition.target, transition.frame
        playback.transitions.pop(0)
        playback.arrivals += 1
        playback.log_line(
            "layer",
            transition.frame,
            f"arrived by {transition.rule}",
            source=source.section or None,
            section=transition.target.section or None,
            layers=list(playback.layers_of(transition.target.section)),
        )
        return transition

    def renew(self) -> None:
        """Plan what is planned again, in the tempo that is wanted by now."""
        if self.playback.transitions:
            request = self.playback.transitions[-1].request
            self.cancel("the tempo changes")
            self.plan(request)

    def change_tempo(self, tempo_bpm: float) -> None:
        """Glide to another tempo within a beat; what lies beyond is written again."""
        playback, at = self.playback, self.playback.earliest
        beat = playback.tempo.beat_at(at)
        request = playback.transitions[-1].request if playback.transitions else None
        self.cancel("the tempo changes")
        glide = playback.tempo.frame_at(beat + 1.0) - at
        for layer in playback.assets.generated.values():
            if layer.cursor_beat > beat:
                self.outbox.add(layer.withdraw(at, beat))
        playback.tempo.ramp(at, tempo_bpm, glide)
        playback.revision += 1
        for layer in playback.assets.generated.values():
            layer.retempo(tempo_bpm)
        if request is not None:
            self.plan(request)
