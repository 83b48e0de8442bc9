"""How one section hands over to the next: the seam is planned, taken back, arrived at.

All that a seam does is posted when it is decided, revocably, in a group of its own.
"""

from __future__ import annotations

from adaptive.conductor.passage import Passage
from adaptive.conductor.seams import Seam, describe_rule, fades_of
from adaptive.conductor.selector import Choice
from adaptive.conductor.stage import SILENCE, Stage
from adaptive.conductor.writer import GeneratedLayer
from adaptive.engine import commands
from adaptive.kernel.layout import CLIP_START, CLIP_STOP, LINEAR
from adaptive.preset.schema import Fade, TransitionTable
from adaptive.timebase import HAIR

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
        self._seam_groups = groups
        self._seam_turn = 0

    def enter_first(self, choice: Choice) -> None:
        """Begin the first section at frame 0."""
        self.stage.tempo.step(0, self.stage.material.sections[choice.section].tempo_bpm)
        self.stage.passage = self.stage.passage_in(choice.section, 0.0, 0.0, 1)
        fades = fades_of(TransitionTable(), 0.0, self.stage.preset.beats_per_bar, self.stage.tempo)
        for name in self.stage.layers_of(choice.section):
            if name in self.stage.material.stems:
                layer = self.stage.material.stems[name]
                if choice.section in layer.sounds:
                    self.stage.commands += layer.enter(choice.section, 0, 0, 0, "never", fades, 0)
            else:
                self.stage.material.generated[name].enter(self.stage.stay_in(self.stage.passage), 0.0)
        self.stage.log_line("transition", 0, choice.reason, source=None, target=choice.section)

    def rule(self, source: str, target: str) -> TransitionTable:
        """How to get from one section to another; stopping and starting have rules of their own."""
        if target == SILENCE:
            return STOPPING
        if source == SILENCE:
            return TransitionTable(exit_at="immediate")
        return self.stage.preset.transition(source, target)

    def plan(self, section: str, reason: str) -> None:
        """Plan the seam to a section at the first legal exit, and post all that belongs to it."""
        source = self.stage.passage
        rule = self.rule(source.section, section)
        earliest_beat = self.stage.tempo.beat_at(self.stage.earliest + self._pickup_frames(section, rule))
        beat = source.next_boundary(earliest_beat, rule.exit_at)
        frame = max(self.stage.tempo.frame_at(beat), self.stage.earliest)
        offset = 0.0
        if rule.enter_at == "same_position" and section != SILENCE:
            offset = source.within_pass(beat) % self.stage.length_of(section)
        target = self.stage.passage_in(section, beat, offset, source.next_first_bar(beat, offset))
        self._seam_turn += 1
        group = self._seam_groups[self._seam_turn % len(self._seam_groups)]
        fades = fades_of(rule, beat, self.stage.preset.beats_per_bar, self.stage.tempo)
        name = describe_rule(rule, source.section, section)
        if SILENCE in {section, source.section}:
            name = "stop (at the bar, over a bar)" if section == SILENCE else "play (at once)"
        seam = Seam(target, frame, beat, group, name, reason, fades, self.stage.now)
        self.stage.seam = seam
        self._step_tempo(seam, section, seam.frame)
        self._hand_over_stems(seam, rule)
        self._hand_over_generated(seam, source)
        wait = (frame - self.stage.now) / self.stage.tempo.sample_rate
        bound = "look-ahead" if beat <= earliest_beat + HAIR else "exit grid"
        self.stage.log_line(
            "transition", frame, reason, source=source.section or None, target=section or None,
            status="planned", rule=name, decided_frame=self.stage.now, wait_s=round(wait, 4), bound_by=bound,
        )  # fmt: skip

    def _pickup_frames(self, section: str, rule: TransitionTable) -> int:
        """Time a rule insists on having for the longest pickup: the seam waits for it."""
        if rule.pickup != "always" or rule.enter_at != "start":
            return 0
        layers = [
            self.stage.material.stems[name]
            for name in self.stage.layers_of(section)
            if name in self.stage.material.stems
        ]
        return max(
            (layer.sounds[section][0].origin for layer in layers if section in layer.sounds), default=0
        )

    def _step_tempo(self, seam: Seam, section_name: str, frame: int) -> None:
        """Let the tempo that a section wants begin at a seam, unless `frame` has it already."""
        section = self.stage.material.sections.get(section_name)
        if section is None:
            return
        goal = section.tempo_bpm
        if self.stage.tempo_wanted is not None and not section.has_stems:
            goal = self.stage.tempo_wanted
        if abs(self.stage.tempo.tempo_at(frame) - goal) > 1e-9:
            self.stage.tempo.step(self.stage.tempo.exact_frame_at(seam.beat), goal)

    def _hand_over_stems(self, seam: Seam, rule: TransitionTable) -> None:
        section, position = seam.target.section, self._entry_frames(seam.target)
        wanted = set(self.stage.layers_of(section))
        is_same = rule.enter_at == "same_position"
        within = self.stage.passage.within_pass(seam.beat)
        is_at_end = within < 1e-3 or self.stage.passage.length_beats - within < 1e-3
        for name, layer in self.stage.material.stems.items():
            seam.stems_before[name] = layer.snapshot()
            enters = name in wanted and section in layer.sounds
            if enters and layer.goes_on(section, is_same, seam.frame, position):
                continue
            posted = layer.leave(seam.frame, is_at_end, seam.fades, self.stage.earliest, seam.group)
            if enters:
                posted += layer.enter(
                    section, seam.frame, position, self.stage.earliest, rule.pickup, seam.fades,
                    seam.group,
                )  # fmt: skip
            seam.early += [c for c in posted if c.frame < seam.frame]
            self.stage.commands += posted

    def _entry_frames(self, target: Passage) -> int:
        section = self.stage.material.sections.get(target.section)
        if section is None or target.offset_beats == 0.0:
            return 0
        return round(target.offset_beats * section.loop_frames / section.length_beats)

    def _hand_over_generated(self, seam: Seam, source: Passage) -> None:
        wanted = set(self.stage.layers_of(seam.target.section))
        for name, layer in self.stage.material.generated.items():
            stays, was_playing = name in wanted, layer.stay is not None
            following = self.stage.stay_in(seam.target) if stays else None
            limit = min(seam.beat, layer.limit_beat)
            if not stays and layer.place.instrument is not None and was_playing:
                fades = seam.fades
                limit = self.stage.tempo.beat_at(seam.frame + max(0, fades.out_start + fades.out_frames))
            self._take_back(layer, seam, source)
            seam.plans_before[name] = layer.plan(following, seam.beat, limit)
            if layer.stay is None and stays:
                layer.enter(following, seam.beat)
            self._fade_instrument(layer, seam, was_playing, stays)

    def _take_back(self, layer: GeneratedLayer, seam: Seam, source: Passage) -> None:
        """Withdraw what lies beyond the seam, and the bar before it if a fill may come there."""
        bar = max(source.start_beat, seam.beat - source.beats_per_bar)
        from_beat = seam.beat
        if layer.place.kit is not None and layer.stay is not None:
            from_beat = max(bar, self.stage.tempo.beat_at(self.stage.earliest))
        if layer.cursor_beat > from_beat + HAIR:
            self.stage.commands += layer.withdraw(self.stage.tempo.frame_at(from_beat), from_beat)

    def _fade_instrument(self, layer: GeneratedLayer, seam: Seam, was_playing: bool, stays: bool) -> None:
        instrument, fades, at = layer.place.instrument, seam.fades, seam.frame
        if instrument is None:
            return
        if was_playing and not stays and fades.out_frames:
            at = max(self.stage.earliest, at + fades.out_start)
            steps = [(0.0, fades.out_frames, fades.shape_out)]
        elif stays and not was_playing and fades.in_frames:
            at = max(self.stage.earliest, at + max(0, fades.in_start))
            steps = [(0.0, 0, LINEAR), (1.0, fades.in_frames, fades.shape_in)]
        elif stays:
            steps = [(1.0, round(0.01 * self.stage.tempo.sample_rate), LINEAR)]
        else:
            steps = []
        for gain, frames, shape in steps:
            self.stage.commands.append(
                commands.fade_instrument(at, instrument, gain, frames, shape=shape, group=seam.group)
            )

    def cancel(self, reason: str) -> None:
        """Take the planned seam back: what has not sounded is withdrawn, the rest turned round."""
        seam = self.stage.seam
        if seam is None:
            return
        at = self.stage.earliest
        self.stage.commands.append(commands.withdraw(seam.group, at))
        self._undo_early(seam, at)
        for name, state in seam.stems_before.items():
            self.stage.material.stems[name].restore(state)
        for name, plan in seam.plans_before.items():
            layer = self.stage.material.generated[name]
            layer.restore(plan)
            # all that was written under the plan is written again: it may have led up to the seam
            from_beat = max(plan.cursor_beat, self.stage.tempo.beat_at(at))
            if layer.cursor_beat > from_beat + HAIR:
                self.stage.commands += layer.withdraw(self.stage.tempo.frame_at(from_beat), from_beat)
        # one frame on: the step lies at the exact place, which the seam's frame is rounded from
        self._step_tempo(seam, self.stage.passage.section, seam.frame + 1)
        self.stage.log_line(
            "transition", self.stage.now, reason, source=self.stage.passage.section or None,
            target=seam.target.section or None, status="cancelled", rule=seam.rule,
        )  # fmt: skip
        self.stage.seam = None

    def _undo_early(self, seam: Seam, at: int) -> None:
        """Turn round what had begun before the seam: pickups stop, early fades come back."""
        frames = round(0.03 * self.stage.tempo.sample_rate)
        for command in seam.early:
            if command.frame >= at:
                continue
            if command.operation == CLIP_START:
                self.stage.commands.append(commands.stop_clip(at, command.target, frames))
            elif command.operation == CLIP_STOP:
                self.stage.commands.append(commands.fade_clip(at, command.target, 1.0, frames))

    def arrive(self) -> None:
        """Make the planned section the present one, once its seam has come."""
        seam = self.stage.seam
        if seam is None or self.stage.now < seam.frame:
            return
        source, self.stage.left = self.stage.passage.section, self.stage.passage
        self.stage.passage, self.stage.entered_frame, self.stage.seam = seam.target, seam.frame, None
        self.stage.log_line(
            "layer", seam.frame, f"arrived by {seam.rule}", source=source or None,
            section=seam.target.section or None, layers=list(self.stage.layers_of(seam.target.section)),
        )  # fmt: skip

    def renew(self) -> None:
        """Plan the seam again, in the tempo that is wanted by now."""
        if self.stage.seam is not None:
            section, reason = self.stage.seam.target.section, self.stage.seam.reason
            self.cancel("the tempo changes")
            self.plan(section, reason)

    def change_tempo(self, tempo_bpm: float) -> None:
        """Glide to another tempo within a beat; what lies beyond is written again."""
        at = self.stage.earliest
        beat = self.stage.tempo.beat_at(at)
        choice = None if self.stage.seam is None else (self.stage.seam.target.section, self.stage.seam.reason)
        if self.stage.seam is not None:
            self.cancel("the tempo changes")
        glide = self.stage.tempo.frame_at(beat + 1.0) - at
        for layer in self.stage.material.generated.values():
            if layer.cursor_beat > beat:
                self.stage.commands += layer.withdraw(at, beat)
        self.stage.tempo.ramp(at, tempo_bpm, glide)
        for layer in self.stage.material.generated.values():
            layer.retempo(tempo_bpm)
        if choice is not None:
            self.plan(*choice)
