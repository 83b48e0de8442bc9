"""The conductor: one step a tick.  Parameters → states → section → seam → notes → commands.

Live, offline and in tests it is this object; it knows neither threads nor the wall clock.  A tick's
step depends on its own state, on the parameter values the kernel recorded for that tick, and on the
messages given for that tick: nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adaptive.conductor.layout import ScoreLayout, curve_value
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.material import Material
from adaptive.conductor.messages import FireEvent, Message, Receipt, SetState, SetTempo, Transport
from adaptive.conductor.passage import Passage
from adaptive.conductor.scope import TickScope
from adaptive.conductor.seams import Seam, describe_rule, fades_of
from adaptive.conductor.selector import Choice, Selector
from adaptive.conductor.stingers import Stingers
from adaptive.conductor.writer import DENSITY_STEP, GeneratedLayer, Stay
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import CLIP_START, CLIP_STOP, LINEAR, TICK_FRAMES
from adaptive.preset.model import Preset
from adaptive.preset.schema import Curve, Fade, TransitionTable
from adaptive.timebase import HAIR, TempoMap

LOOK_AHEAD_S = 0.05
"""Decisions sound no earlier than this after their tick."""

CERTAIN_S = 1.5
"""Notes are written at least this far ahead, so that so long a silence of Python is not heard."""

HISTORY_S = 60.0
"""How long the tempo map remembers what has sounded: nothing looks farther back."""

FIRST_COMMIT = 128
"""Commands of a commit at the start: half of what the kernel files in a quantum."""

SILENCE = ""
"""The section that is none: stopped."""

STOPPING = TransitionTable(fade_out=Fade(bars=1.0))


@dataclass(frozen=True, slots=True)
class Ending:
    """A receipt that is due at a frame."""

    frame: int
    receipt: Receipt


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
    seed : int
        Of all that is left to chance.
    """

    def __init__(
        self,
        preset: Preset,
        layout: ScoreLayout,
        material: Material,
        engine: Engine,
        log: DecisionLog,
        seed: int,
    ) -> None:
        self.preset, self.layout, self.material = preset, layout, material
        self.engine, self.log, self.seed = engine, log, seed
        rate = engine.spec.sample_rate
        self.look_ahead = round(LOOK_AHEAD_S * rate)
        self.scope = TickScope(preset, layout.parameters)
        self.selector = Selector(preset)
        first = preset.default_section
        self.tempo = TempoMap(rate, material.sections[first].tempo_bpm, preset.beat_unit)
        self.passage = self._passage(SILENCE, 0.0, 0.0, 1)
        self.seam: Seam | None = None
        self.is_playing = True
        self.tempo_wanted: float | None = None
        self.now = 0
        self.tick = -1
        self.on_receipt: Callable[[Receipt], None] | None = None
        self._endings: list[Ending] = []
        self._commands: list[Command] = []
        self._seam_turn = 0
        self._stale: set[str] = set()
        self._left, self._entered_frame = self.passage, 0
        self._deferred: list[SetTempo] = []
        self._held_back: tuple[str, str] | None = None
        self._last_bar = 0
        groups = layout.dynamic_groups
        half = len(groups) // 2
        self._seam_groups = groups[:half]
        ducked = [place.bus for place in layout.layers.values()]
        self.stingers = Stingers(
            dict(preset.file.stingers), material.stingers, layout.stingers, ducked,
            layout.duck_group, groups[half:], rate,
        )  # fmt: skip

    # ── steps ──────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Post what sounds from frame 0 on; call once, before the first frame is rendered."""
        choice = self._first_choice()
        self._enter_first(choice)
        self._write_ahead(0)
        self._post_in_order()

    def step(self, tick: int, messages: Sequence[Message] = ()) -> None:
        """Decide for one tick; ticks are stepped in order and none is left out."""
        self.tick, self.now = tick, tick * TICK_FRAMES
        self._arrive()
        beat = self.tempo.beat_at(self.now)
        self.scope.take(self.engine.values_at(tick), self.passage.bars_since_entry(beat))
        self._watch_health()
        deferred, self._deferred = self._deferred, []
        for late in deferred:
            self._set_tempo(late, is_deferred=True)
        for message in messages:
            self._take(message)
        self._choose()
        self._follow_density()
        self._write_ahead(self.now + self.look_ahead)
        self._report()
        self._post()

    @property
    def earliest(self) -> int:
        """Earliest frame at which a decision of this tick may sound."""
        return self.now + self.look_ahead

    @property
    def wanted_section(self) -> str:
        """Section that plays, or is on its way."""
        return self.seam.target.section if self.seam else self.passage.section

    # ── begin ──────────────────────────────────────────────────────────────────────────────────

    def _first_choice(self) -> Choice:
        rows = self.engine.memory["history"][0].copy()
        for index in self.layout.parameters.values():
            rows[index] = (self.engine.value(index), 0.0, 0.0)
        self.scope.take(rows, 0.0)
        return self.selector.choose(self.scope)

    def _enter_first(self, choice: Choice) -> None:
        self.tempo.step(0, self.material.sections[choice.section].tempo_bpm)
        self.passage = self._passage(choice.section, 0.0, 0.0, 1)
        fades = fades_of(TransitionTable(), 0.0, self.preset.beats_per_bar, self.tempo)
        for name in self._layers_of(choice.section):
            if name in self.material.stems:
                layer = self.material.stems[name]
                if choice.section in layer.sounds:
                    self._commands += layer.enter(choice.section, 0, 0, 0, "never", fades, 0)
            else:
                self.material.generated[name].enter(self._stay(self.passage), 0.0)
        self._decided("transition", 0, choice.reason, source=None, target=choice.section)

    # ── messages ───────────────────────────────────────────────────────────────────────────────

    def _take(self, message: Message) -> None:
        if isinstance(message, SetState):
            self._set_state(message)
        elif isinstance(message, FireEvent):
            self._fire(message)
        elif isinstance(message, SetTempo):
            self._set_tempo(message)
        else:
            self._transport(message)

    def _set_state(self, message: SetState) -> None:
        before = self.scope.states.get(message.group)
        if before == message.value:
            self._receipt(message.id, "merged", f"{message.group} is {message.value} already")
            return
        self.scope.states[message.group] = message.value
        self._log(
            "state", self.now, f"{message.group} set from outside", group=message.group,
            value=message.value, before=before,
        )  # fmt: skip
        self._receipt(message.id, "accepted", f"{message.group} is now {message.value}")
        self._receipt(message.id, "finished", "taken into account from this tick on")

    def _transport(self, message: Transport) -> None:
        word = "play" if message.is_playing else "stop"
        if self.is_playing == message.is_playing:
            self._receipt(message.id, "merged", f"{word}: already so")
            return
        self.is_playing = message.is_playing
        self._log("state", self.now, f"{word} was asked for", transport=word)
        self._receipt(message.id, "accepted", word)
        self._receipt(message.id, "finished", word)

    def _fire(self, message: FireEvent) -> None:
        name = message.name
        if message.velocity <= 0.0:
            self._receipt(message.id, "dropped", "velocity 0 is a button let go")
            return
        if name not in self.preset.file.stingers:
            self._log("stinger", self.now, "no stinger of this name", event=name, status="dropped")
            self._receipt(message.id, "dropped", f"nothing sounds on {name!r}")
            return
        table = self.preset.file.stingers[name]
        earliest = self.stingers.earliest_apex(name, self.earliest)
        passage = self.passage
        if self.seam and self.seam.frame <= earliest:
            passage = self.seam.target
        beat = passage.next_boundary(self.tempo.beat_at(earliest), table.play_at)
        if self.seam and passage is self.passage and beat > self.seam.beat + HAIR:
            passage = self.seam.target
            beat = passage.next_boundary(self.seam.beat, table.play_at)
        apex = earliest if table.play_at == "immediate" else self.tempo.frame_at(beat)
        apex = max(apex, earliest)
        why = self.stingers.refusal(name, apex, self.now, message.expires_s)
        if why is not None:
            self._log("stinger", self.now, why, event=name, status="dropped")
            self._receipt(message.id, "dropped", why)
            return
        plan = self.stingers.plan(name, apex, message.velocity, self.earliest)
        self._commands += plan.commands
        where = passage.position(self.tempo.beat_at(apex))
        grid = table.play_at if isinstance(table.play_at, str) else f"{table.play_at.every_bars} bars"
        reason = f"event {name}; next {grid} after look-ahead and its own lead-in"
        self._log(
            "stinger", apex, reason, event=name, status="scheduled", starts_frame=plan.first_frame,
            decided_frame=self.now, velocity=round(message.velocity, 3),
        )  # fmt: skip
        self._receipt(message.id, "accepted", reason, apex, where, f"stingers.{name}")
        if message.id is not None:
            done = Receipt(message.id, "finished", "sounded", apex, where, f"stingers.{name}")
            self._endings.append(Ending(apex, done))

    def _set_tempo(self, message: SetTempo, is_deferred: bool = False) -> None:
        if self.seam is not None and self.earliest > self.seam.frame:
            self._deferred.append(message)
            if not is_deferred:
                self._receipt(message.id, "accepted", "tempo")
                self._receipt(message.id, "deferred", "a section is about to begin; right after it")
            return
        section = self.material.sections.get(self.wanted_section)
        if message.tempo_bpm is not None and section is not None and section.has_stems:
            why = (
                f"section {self.wanted_section} has recorded stems, which keep the tempo they were "
                "recorded at"
            )
            self._log("tempo", self.now, why, status="dropped", tempo_bpm=message.tempo_bpm)
            self._receipt(message.id, "dropped", why)
            return
        self.tempo_wanted = message.tempo_bpm
        goal = message.tempo_bpm or (section.tempo_bpm if section else self.preset.file.tempo_bpm)
        playing = self.material.sections.get(self.passage.section)
        if playing is not None and playing.has_stems:
            # what plays keeps its tempo; what is on its way begins in the one that is wanted
            at = self.seam.frame if self.seam is not None else self.earliest
            self._renew_seam()
        else:
            at = self.earliest
            self._change_tempo(goal)
        self._log("tempo", at, "asked for by a message", status="set", tempo_bpm=goal)
        self._receipt(message.id, "started" if is_deferred else "accepted", f"{goal:g} bpm", at)
        self._receipt(message.id, "finished", f"{goal:g} bpm")

    def _renew_seam(self) -> None:
        """Plan the seam again, in the tempo that is wanted by now."""
        if self.seam is not None:
            section, reason = self.seam.target.section, self.seam.reason
            self._cancel_seam("the tempo changes")
            self._plan_seam(section, reason)

    def _change_tempo(self, tempo_bpm: float) -> None:
        at = self.earliest
        beat = self.tempo.beat_at(at)
        choice = None if self.seam is None else (self.seam.target.section, self.seam.reason)
        if self.seam is not None:
            self._cancel_seam("the tempo changes")
        glide = self.tempo.frame_at(beat + 1.0) - at
        for layer in self.material.generated.values():
            if layer.cursor_beat > beat:
                self._commands += layer.withdraw(at, beat)
        self.tempo.ramp(at, tempo_bpm, glide)
        for layer in self.material.generated.values():
            layer.retempo(tempo_bpm)
        if choice is not None:
            self._plan_seam(*choice)

    # ── which section ──────────────────────────────────────────────────────────────────────────

    def _choose(self) -> None:
        choice = self.selector.choose(self.scope)
        section = choice.section if self.is_playing else SILENCE
        if section == self.wanted_section:
            self._held_back = None
            return
        if self.seam is not None and self.earliest > self.seam.frame:
            return  # too late to turn back: decided again on arrival
        reason = choice.reason if self.is_playing else "stop was asked for"
        if section == self.passage.section:
            self._cancel_seam(reason)
            return
        must_stay = self._must_stay(section, choice)
        if self.seam is not None:
            self._cancel_seam(f"{section or 'silence'} is wanted instead: {reason}")
        if not must_stay:
            self._plan_seam(section, reason)

    def _must_stay(self, section: str, choice: Choice) -> bool:
        if not self.is_playing or self.passage.section == SILENCE or choice.is_urgent:
            return False
        passage = self.passage
        stay = self.preset.file.sections[passage.section].min_stay_bars
        rest = stay - self.scope.bars_in_section
        if rest <= HAIR:
            return False
        # what counts is where the seam would lie, not when it is asked for
        leaves = passage.next_boundary(
            self.tempo.beat_at(self.earliest), self._rule(passage.section, section).exit_at
        )
        if passage.bars_since_entry(leaves) >= stay - HAIR:
            return False
        if self._held_back != (self.passage.section, section):
            self._held_back = (self.passage.section, section)
            self._log(
                "transition", self.now, f"stays at least {stay} bars, {rest:.1f} more; "
                f"wanted by {choice.reason}", source=self.passage.section, target=section,
                status="held",
            )  # fmt: skip
        return True

    # ── seams ──────────────────────────────────────────────────────────────────────────────────

    def _rule(self, source: str, target: str) -> TransitionTable:
        if target == SILENCE:
            return STOPPING
        if source == SILENCE:
            return TransitionTable(exit_at="immediate")
        return self.preset.transition(source, target)

    def _plan_seam(self, section: str, reason: str) -> None:
        source = self.passage
        rule = self._rule(source.section, section)
        earliest_beat = self.tempo.beat_at(self.earliest + self._pickup_frames(section, rule))
        beat = source.next_boundary(earliest_beat, rule.exit_at)
        frame = max(self.tempo.frame_at(beat), self.earliest)
        offset = 0.0
        if rule.enter_at == "same_position" and section != SILENCE:
            offset = source.within_pass(beat) % self._length(section)
        target = self._passage(section, beat, offset, source.next_first_bar(beat, offset))
        self._seam_turn += 1
        group = self._seam_groups[self._seam_turn % len(self._seam_groups)]
        fades = fades_of(rule, beat, self.preset.beats_per_bar, self.tempo)
        name = describe_rule(rule, source.section, section)
        seam = Seam(target, frame, beat, group, name, reason, fades, self.now)
        self.seam = seam
        self._change_section_tempo(seam)
        self._hand_over_stems(seam, rule)
        self._hand_over_generated(seam, source)
        wait = (frame - self.now) / self.tempo.sample_rate
        bound = "look-ahead" if beat <= earliest_beat + HAIR else "exit grid"
        self._decided(
            "transition", frame, reason, source=source.section or None, target=section or None,
            status="planned", rule=name, decided_frame=self.now, wait_s=round(wait, 4), bound_by=bound,
        )  # fmt: skip

    def _pickup_frames(self, section: str, rule: TransitionTable) -> int:
        """Time a rule insists on having for the longest pickup: the seam waits for it."""
        if rule.pickup != "always" or rule.enter_at != "start":
            return 0
        layers = [
            self.material.stems[name] for name in self._layers_of(section) if name in self.material.stems
        ]
        return max(
            (layer.sounds[section][0].origin for layer in layers if section in layer.sounds), default=0
        )

    def _change_section_tempo(self, seam: Seam) -> None:
        section = self.material.sections.get(seam.target.section)
        if section is None:
            return
        goal = section.tempo_bpm
        if self.tempo_wanted is not None and not section.has_stems:
            goal = self.tempo_wanted
        if abs(self.tempo.tempo_at(seam.frame) - goal) > 1e-9:
            exact = self.tempo.exact_frame_at(seam.beat)
            self.tempo.step(exact, goal)

    def _hand_over_stems(self, seam: Seam, rule: TransitionTable) -> None:
        section, position = seam.target.section, self._entry_frames(seam.target)
        wanted = set(self._layers_of(section))
        is_same = rule.enter_at == "same_position"
        within = self.passage.within_pass(seam.beat)
        is_at_end = within < 1e-3 or self.passage.length_beats - within < 1e-3
        for name, layer in self.material.stems.items():
            seam.stems_before[name] = layer.snapshot()
            enters = name in wanted and section in layer.sounds
            if enters and layer.goes_on(section, is_same, seam.frame, position):
                continue
            posted = layer.leave(seam.frame, is_at_end, seam.fades, self.earliest, seam.group)
            if enters:
                posted += layer.enter(
                    section, seam.frame, position, self.earliest, rule.pickup, seam.fades,
                    seam.group,
                )  # fmt: skip
            seam.early += [c for c in posted if c.frame < seam.frame]
            self._commands += posted

    def _entry_frames(self, target: Passage) -> int:
        section = self.material.sections.get(target.section)
        if section is None or target.offset_beats == 0.0:
            return 0
        return round(target.offset_beats * section.loop_frames / section.length_beats)

    def _hand_over_generated(self, seam: Seam, source: Passage) -> None:
        wanted = set(self._layers_of(seam.target.section))
        for name, layer in self.material.generated.items():
            stays, was_playing = name in wanted, layer.stay is not None
            following = self._stay(seam.target) if stays else None
            limit = min(seam.beat, layer.limit_beat)
            if not stays and layer.place.instrument is not None and was_playing:
                fades = seam.fades
                limit = self.tempo.beat_at(seam.frame + max(0, fades.out_start + fades.out_frames))
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
            from_beat = max(bar, self.tempo.beat_at(self.earliest))
        if layer.cursor_beat > from_beat + HAIR:
            self._commands += layer.withdraw(self.tempo.frame_at(from_beat), from_beat)

    def _fade_instrument(self, layer: GeneratedLayer, seam: Seam, was_playing: bool, stays: bool) -> None:
        instrument, fades, at = layer.place.instrument, seam.fades, seam.frame
        if instrument is None:
            return
        if was_playing and not stays and fades.out_frames:
            at = max(self.earliest, at + fades.out_start)
            steps = [(0.0, fades.out_frames, fades.shape_out)]
        elif stays and not was_playing and fades.in_frames:
            at = max(self.earliest, at + max(0, fades.in_start))
            steps = [(0.0, 0, LINEAR), (1.0, fades.in_frames, fades.shape_in)]
        elif stays:
            steps = [(1.0, round(0.01 * self.tempo.sample_rate), LINEAR)]
        else:
            steps = []
        for gain, frames, shape in steps:
            self._commands.append(
                commands.fade_instrument(at, instrument, gain, frames, shape=shape, group=seam.group)
            )

    def _cancel_seam(self, reason: str) -> None:
        seam = self.seam
        if seam is None:
            return
        at = self.earliest
        self._commands.append(commands.withdraw(seam.group, at))
        self._undo_early(seam, at)
        for name, state in seam.stems_before.items():
            self.material.stems[name].restore(state)
        for name, plan in seam.plans_before.items():
            layer = self.material.generated[name]
            layer.restore(plan)
            # all that was written under the plan is written again: it may have led up to the seam
            from_beat = max(plan.cursor_beat, self.tempo.beat_at(at))
            if layer.cursor_beat > from_beat + HAIR:
                self._commands += layer.withdraw(self.tempo.frame_at(from_beat), from_beat)
        self._restore_tempo(seam)
        self._decided(
            "transition", self.now, reason, source=self.passage.section or None,
            target=seam.target.section or None, status="cancelled", rule=seam.rule,
        )  # fmt: skip
        self.seam = None

    def _restore_tempo(self, seam: Seam) -> None:
        section = self.material.sections.get(self.passage.section)
        if section is not None:
            goal = section.tempo_bpm
            if self.tempo_wanted is not None and not section.has_stems:
                goal = self.tempo_wanted
            # one frame on: the step lies at the exact place, which the seam's frame is rounded from
            if abs(self.tempo.tempo_at(seam.frame + 1) - goal) > 1e-9:
                self.tempo.step(self.tempo.exact_frame_at(seam.beat), goal)

    def _undo_early(self, seam: Seam, at: int) -> None:
        """Turn round what had begun before the seam: pickups stop, early fades come back."""
        frames = round(0.03 * self.tempo.sample_rate)
        for command in seam.early:
            if command.frame >= at:
                continue
            if command.operation == CLIP_START:
                self._commands.append(commands.stop_clip(at, command.target, frames))
            elif command.operation == CLIP_STOP:
                self._commands.append(commands.fade_clip(at, command.target, 1.0, frames))

    def _arrive(self) -> None:
        seam = self.seam
        if seam is None or self.now < seam.frame:
            return
        source, self._left = self.passage.section, self.passage
        self.passage, self._entered_frame, self.seam = seam.target, seam.frame, None
        self._held_back = None
        self._log(
            "layer", seam.frame, f"arrived by {seam.rule}", source=source or None,
            section=seam.target.section or None, layers=list(self._layers_of(seam.target.section)),
        )  # fmt: skip

    # ── generated layers ───────────────────────────────────────────────────────────────────────

    def _follow_density(self) -> None:
        """Rewrite from the next bar line on where a layer's density has moved."""
        for name, layer in self.material.generated.items():
            control = self.preset.file.layers[name].density
            if not isinstance(control, Curve):
                continue
            density = curve_value(control, self.scope.number(control.over))
            if abs(density - layer.density) < DENSITY_STEP:
                continue
            layer.density = density
            if layer.stay is None:
                continue
            passage = self.passage
            beat = passage.next_boundary(self.tempo.beat_at(self.earliest), "bar")
            if layer.stay.passage is passage and beat < min(layer.cursor_beat, layer.limit_beat):
                self._commands += layer.withdraw(self.tempo.frame_at(beat), beat)
                self._log(
                    "layer", self.tempo.frame_at(beat), f"{control.over} moved its density",
                    layer=name, density=round(density, 3),
                )  # fmt: skip

    def _write_ahead(self, not_before: int) -> None:
        """Write every generated layer to the end of the next bar, and at least 1.5 s ahead."""
        now_beat = self.tempo.beat_at(self.now)
        passage = self.passage
        certain = self.tempo.beat_at(self.now + round(CERTAIN_S * self.tempo.sample_rate))
        # a hundredth of a beat on: on a bar line the next bar is the one after
        next_bar = passage.next_boundary(now_beat + 0.01, "bar") + passage.beats_per_bar
        until = max(certain, next_bar)
        for layer in self.material.generated.values():
            self._commands += layer.write(until, self.tempo, not_before)

    def _stay(self, passage: Passage) -> Stay:
        table = self.preset.file.sections[passage.section]
        tempo = self.tempo_wanted or self.material.sections[passage.section].tempo_bpm
        return Stay(passage, self.material.harmony[passage.section], table.energy, tempo)

    # ── small things ───────────────────────────────────────────────────────────────────────────

    def _layers_of(self, section: str) -> tuple[str, ...]:
        return self.preset.file.sections[section].layers if section else ()

    def _length(self, section: str) -> int:
        known = self.material.sections.get(section)
        return known.length_beats if known else self.preset.beats_per_bar

    def _passage(self, section: str, beat: float, offset: float, first_bar: int) -> Passage:
        phrase = self.preset.file.sections[section].phrase_bars if section else 1
        return Passage(
            section,
            beat,
            offset,
            self._length(section),
            self.preset.beats_per_bar,
            phrase,
            first_bar,
        )

    def _watch_health(self) -> None:
        for name, table in self.preset.file.parameters.items():
            if table.stale_after_s is None:
                continue
            is_stale = self.scope.is_stale(name)
            if is_stale != (name in self._stale):
                self._stale ^= {name}
                word = f"silent for {table.stale_after_s:g} s" if is_stale else "heard again"
                self._log("health", self.now, f"{name}: {word}", parameter=name, stale=is_stale)

    def _report(self) -> None:
        for name, layer in self.material.generated.items():
            for done in layer.sounded(self.now):
                note = done.note
                self._log(
                    "note", done.frame, f"{layer.style}", layer=name, pitch=note.pitch,
                    midi=note.midi, onset=str(note.onset), duration=str(note.duration),
                    velocity=round(note.velocity, 3), offset_beats=round(note.offset_beats, 4),
                )  # fmt: skip
        self._report_parameters()
        due = [ending for ending in self._endings if ending.frame <= self.now]
        if due:
            self._endings = [ending for ending in self._endings if ending.frame > self.now]
            for ending in due:
                self._send(ending.receipt)

    def _report_parameters(self) -> None:
        bar = self.passage.bar_number(self.tempo.beat_at(self.now))
        if bar == self._last_bar:
            return
        self._last_bar = bar
        self.tempo.forget_before(self.now - HISTORY_S * self.tempo.sample_rate)
        values = {name: round(self.scope.number(name), 4) for name in self.layout.parameters}
        if values:
            self._log("parameter", self.now, "at the bar line", values=values)

    def _decided(self, kind: str, frame: int, reason: str, **more: object) -> None:
        self._log(kind, frame, reason, **more)

    def _log(self, kind: str, frame: int, reason: str, **more: object) -> None:
        beat = self.tempo.beat_at(frame)
        passage = self.passage
        if self.seam is not None and frame >= self.seam.frame:
            passage = self.seam.target
        elif frame < self._entered_frame:
            passage = self._left
        section = passage.section_position(max(beat, passage.start_beat))
        self.log.add(kind, frame, passage.position(beat), section, reason, **more)

    def _receipt(
        self,
        message_id: str | None,
        status: str,
        reason: str,
        frame: int | None = None,
        position: str = "",
        rule: str = "",
    ) -> None:
        if message_id is not None:
            self._send(Receipt(message_id, status, reason, frame, position, rule))

    def _send(self, receipt: Receipt) -> None:
        if self.on_receipt is not None:
            self.on_receipt(receipt)

    def _post(self) -> None:
        """Post this tick's commands as one commit; if there is no room, they wait for the next."""
        if not self._commands:
            return
        try:
            self.engine.post(self._commands)
        except QueueFullError as error:
            self._log("health", self.now, f"{error}; it is tried again", commands=len(self._commands))
            return
        self._commands = []

    def _post_in_order(self) -> None:
        """Post the beginning in small commits by frame, so that frame 0 does not wait for bar 2."""
        waiting = sorted(self._commands, key=lambda command: command.frame)
        self._commands = []
        for first in range(0, len(waiting), FIRST_COMMIT):
            self.engine.post(waiting[first : first + FIRST_COMMIT])
