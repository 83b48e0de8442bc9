"""How one section hands over to the next: seams are planned, taken back, arrived at.

All that a seam does is posted when it is decided, revocably, in a group of its own.  A way over a bridge
is two seams, planned together, so that a second without Python is not heard between them.
"""

from __future__ import annotations

import msgspec

from adaptive.conductor.layers.stems import Fades
from adaptive.conductor.planned_transition import NO_RULE, Seam, Wish, describe_rule, fades_of
from adaptive.conductor.playback import SILENCE, Stage
from adaptive.conductor.playlists import GOES_ON
from adaptive.conductor.segment_instance import Passage
from adaptive.conductor.transitions.applier import Exchange
from adaptive.conductor.transitions.exit_finder import Route, Router
from adaptive.preset.model import DEFAULT_TRANSITION
from adaptive.preset.schema import Fade, TransitionTable
from adaptive.preset.segments import BRIDGE, bridge_part, is_bridge

STOPPING = TransitionTable(fade_out=Fade(bars=1.0))


class Handover:
    """Plans seams and takes them back.

    Parameters
    ----------
    stage : Stage
        What plays.
    groups : range
        Withdrawal groups, one a seam, in turn.
    """

    def __init__(self, stage: Stage, groups: range) -> None:
        self.stage = stage
        self.router = Router(stage)
        self.exchange = Exchange(stage)
        self._seam_groups = groups
        self._seam_turn = 0

    def take_over(self, before: Handover) -> None:
        """Go on with the seam groups where they were, and with the clips of fills."""
        self._seam_turn = before._seam_turn
        self.exchange.take_over(before.exchange)

    def next_group(self) -> int:
        """The withdrawal group of another seam."""
        self._seam_turn += 1
        return self._seam_groups[self._seam_turn % len(self._seam_groups)]

    def enter_first(self, passage: Passage, reason: str) -> None:
        """Begin with a passage at frame 0; it may have begun before, where saved music goes on."""
        stage, part = self.stage, passage.section
        stage.passage = passage
        if part != SILENCE:
            stay = stage.stay_in(passage)
            made = stage.material.parts[part]
            stage.tempo.step(0, stay.tempo_bpm, passage.beat_unit)
            position = made.frames_into(passage.local(0.0))
            for name in stage.layers_of(part):
                if name in stage.material.generated:
                    stage.material.generated[name].begin(stay)
                elif stage.material.stems[name].has(part):
                    layer = stage.material.stems[name]
                    stage.commands += layer.enter(part, 0, position, 0, "never", Fades(), 0)
        stage.log_line("transition", 0, reason, source=None, target=part or None)

    def rule(self, source: str, target: str) -> TransitionTable:
        """How to get from one section to another; stopping and starting have rules of their own."""
        if target == SILENCE:
            return STOPPING
        if source == SILENCE:
            return TransitionTable(exit_at="immediate")
        return self.stage.preset.transition(source, target)

    def plan(self, wish: Wish) -> None:
        """Plan the way to a section, after all that is planned already: one seam, or two over a bridge."""
        source, section = self.stage.last, wish.section
        origin = self.stage.origin_of(source)
        rule = wish.rule or self.rule(origin.section, section)
        name = describe_rule(rule)
        if rule is DEFAULT_TRANSITION or rule is GOES_ON:
            name = f"{NO_RULE}{name}"
        if SILENCE in {section, origin.section}:
            name = "stop (at the bar, over a bar)" if section == SILENCE else "play (at once)"
        if is_bridge(source.section) and section != SILENCE:
            self._plan_seam(source, section, self._out_of_bridge(source.section, rule), name, wish)
        elif rule.bridge is None:
            self._plan_seam(source, section, rule, name, wish)
        else:
            part = bridge_part(rule.bridge)
            self._plan_seam(source, part, self._into_bridge(part, rule), name, wish)
            self._plan_seam(self.stage.last, section, self._out_of_bridge(part, rule), name, wish)
        self.stage.revision += 1

    def _into_bridge(self, part: str, rule: TransitionTable) -> TransitionTable:
        bridge = self.stage.preset.file.bridges[part.removeprefix(BRIDGE)]
        return msgspec.structs.replace(rule, enter_at="start", fade_in=bridge.fade_in, bridge=None)

    def _out_of_bridge(self, part: str, rule: TransitionTable) -> TransitionTable:
        bridge = self.stage.preset.file.bridges[part.removeprefix(BRIDGE)]
        # a bridge plays once: what the new section's pickup needs is there, or it is left out
        pickup = "auto" if rule.pickup == "always" else rule.pickup
        return msgspec.structs.replace(
            rule, exit_at="end", fade_out=bridge.fade_out, bridge=None, fill=None, pickup=pickup
        )

    def _plan_seam(self, source: Passage, part: str, rule: TransitionTable, name: str, wish: Wish) -> None:
        stage = self.stage
        is_turning = wish.is_turning and source is stage.passage
        route = self.router.find(source, part, rule, is_turning, wish.not_before)
        group = self.next_group()
        before = stage.tempo.snapshot()
        seam = Seam(
            source, route.target, route.frame, route.exit.beat, group, rule, name, wish, stage.now, before
        )
        seam.marker = stage.marker_before(source) if is_bridge(source.section) else route.exit.marker
        self.step_tempo(seam)
        seam.fades = fades_of(rule, seam, stage.tempo)
        # the layers hand over from what is planned so far: the seam joins the stage only after that
        fill = self.exchange.hand_over(seam)
        stage.seams.append(seam)
        self._tell_planned(seam, route, fill)

    def _tell_planned(self, seam: Seam, route: Route, fill: str | None) -> None:
        stage = self.stage
        wait = (seam.frame - stage.now) / stage.tempo.sample_rate
        more = {"fill": fill} if fill else {}
        more |= {"marker": route.exit.marker} if route.exit.marker else {}
        more |= {"note": route.note} if route.note else {}
        stage.log_line(
            "transition", seam.frame, seam.wish.reason, source=seam.source.section or None,
            target=seam.target.section or None, status="planned", rule=seam.rule,
            decided_frame=stage.now, wait_s=round(wait, 4), bound_by=route.bound_by, **more,
        )  # fmt: skip

    def step_tempo(self, seam: Seam) -> None:
        """Let the tempo and meter that a part wants begin at its seam, unless they are there already."""
        stage, made = self.stage, self.stage.material.parts.get(seam.target.section)
        if made is None:
            return
        goal = made.tempo_bpm
        if stage.tempo_wanted is not None and not made.has_stems:
            goal = stage.tempo_wanted
        unit = made.part.beat_unit
        is_other = abs(stage.tempo.tempo_at(seam.frame) - goal) > 1e-9
        if is_other or stage.tempo.beat_unit_at(seam.frame) != unit:
            stage.tempo.step(stage.tempo.exact_frame_at(seam.beat), goal, unit)

    def keep(self) -> int:
        """How many of the planned seams are too near to be taken back."""
        return sum(seam.frame < self.stage.earliest for seam in self.stage.seams)

    def cancel(self, reason: str, keep: int = 0) -> None:
        """Take planned seams back, but for the first `keep`: the last one first."""
        stage = self.stage
        while len(stage.seams) > keep:
            seam = stage.seams[-1]
            self.exchange.take_back(seam)
            stage.tempo.restore(seam.tempo_before)
            is_first = len(stage.seams) == keep + 1
            stage.seams.pop()
            stage.revision += 1
            if is_first:
                stage.log_line(
                    "transition", stage.now, reason, source=seam.source.section or None,
                    target=seam.target.section or None, status="cancelled", rule=seam.rule,
                )  # fmt: skip

    def arrive(self) -> Seam | None:
        """Make the next planned part the present one, once its seam has come; return that seam."""
        stage, seam = self.stage, self.stage.seam
        if seam is None or stage.now < seam.frame:
            return None
        source, stage.left = stage.passage, stage.passage
        if source.section and not is_bridge(source.section):
            stage.left_at[source.section] = source.place_of(seam.beat)
        stage.left_marker = seam.marker
        stage.passage, stage.entered_frame = seam.target, seam.frame
        stage.seams.pop(0)
        stage.arrivals += 1
        stage.log_line(
            "layer", seam.frame, f"arrived by {seam.rule}", source=source.section or None,
            section=seam.target.section or None, layers=list(stage.layers_of(seam.target.section)),
        )  # fmt: skip
        return seam

    def renew(self) -> None:
        """Plan what is planned again, in the tempo that is wanted by now."""
        if self.stage.seams:
            wish = self.stage.seams[-1].wish
            self.cancel("the tempo changes")
            self.plan(wish)

    def change_tempo(self, tempo_bpm: float) -> None:
        """Glide to another tempo within a beat; what lies beyond is written again."""
        stage, at = self.stage, self.stage.earliest
        beat = stage.tempo.beat_at(at)
        wish = stage.seams[-1].wish if stage.seams else None
        self.cancel("the tempo changes")
        glide = stage.tempo.frame_at(beat + 1.0) - at
        for layer in stage.material.generated.values():
            if layer.cursor_beat > beat:
                stage.commands += layer.withdraw(at, beat)
        stage.tempo.ramp(at, tempo_bpm, glide)
        stage.revision += 1
        for layer in stage.material.generated.values():
            layer.retempo(tempo_bpm)
        if wish is not None:
            self.plan(wish)
