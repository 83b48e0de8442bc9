"""Applies transitions: stems stop and start, written notes end and begin, fills lead to the seam."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.levels import LayerLevels
from adaptive.conductor.layers.stems import ClipInUse, StemLayer
from adaptive.conductor.one_shots import shot_path
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.kernel.layout import BUS_GAIN, CLIP_GAIN, CLIP_START, CLIP_STOP, INSTRUMENT_FADE, LINEAR
from adaptive.preset.segments import is_bridge
from adaptive.timebase import BEAT_TOLERANCE

UNDO_FADE_S = 0.03
"""Length of the fade that reverses what had begun before the seam of a cancelled transition."""

DECLICK_S = 0.005
"""Length of the fades with which a fill mutes the layers it replaces; the shortest fade of a stop."""

LEVEL_S = 0.02
"""Time in which a layer that goes on without a fade changes to the level of another section."""

INSTRUMENT_FADE_S = 0.01
"""Length of the fade that brings an instrument to its level at a seam where the rule has no fade."""


class TransitionApplier:
    """Posts the commands of a transition in the transition's withdrawal group, and withdraws them again.

    Parameters
    ----------
    playback : PlaybackState
        What plays and is planned.
    outbox : CommandOutbox
        Receives the commands.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self.playback, self.outbox = playback, outbox
        self.levels = LayerLevels(playback.layout, playback.preset.file.sections)
        self._fill_clips = {
            name: [ClipInUse(clip) for clip in place.clips] for name, place in playback.layout.fills.items()
        }

    def take_over(self, before: TransitionApplier) -> None:
        """Keep the clips of fills whose rows are unchanged."""
        old, new = before.playback.layout.fills, self.playback.layout.fills
        kept = {name for name, place in new.items() if place.shares_row(old.get(name))}
        self._fill_clips |= {name: before._fill_clips[name] for name in kept}
        self.levels.take_over(before.levels)

    def post(self, transition: PlannedTransition) -> str | None:
        """Post a transition; returns the name of its fill or why it is left out, None if it has none."""
        fill_beat, fill_note = self._play_fill(transition)
        fill_frame = None if fill_beat is None else self.playback.tempo.frame_at(fill_beat)
        restarted = self._switch_stems(transition, fill_frame)
        self._switch_generated(transition, fill_beat)
        self._switch_levels(transition, restarted)
        if fill_beat is not None:
            self._mute_replaced_stems(transition, fill_beat)
        return fill_note

    # ── stems ──────────────────────────────────────────────────────────────────────────────────

    def _switch_stems(self, transition: PlannedTransition, fill_frame: int | None) -> dict[str, int]:
        """Post what stems do at a seam; returns the first frame of each layer that starts a sound."""
        restarted: dict[str, int] = {}
        segment, position = transition.target.section, self._entry_frames(transition)
        wanted = set(self.playback.layers_of(segment))
        is_at_end = transition.source.ends_pass_at(transition.beat)
        replaced = self._replaced_layers(transition) if fill_frame is not None else set()
        for name, layer in self.playback.assets.stems.items():
            # variations do not change while a fill replaces the layer
            until = transition.frame if fill_frame is None or name not in replaced else fill_frame
            self.outbox.add(layer.undo_changes(until))
            self.outbox.add(layer.write_changes(until))
            transition.stems_before[name] = layer.snapshot()
            posted = self.switch_stem(layer, name in wanted, transition, position, is_at_end)
            transition.early += [c for c in posted if c.frame < transition.frame]
            starts = [c.frame for c in posted if c.operation == CLIP_START]
            restarted |= {name: starts[0]} if starts else {}
            self.outbox.add(posted)
        return restarted

    def switch_stem(
        self, layer: StemLayer, is_wanted: bool, transition: PlannedTransition, position: int, is_at_end: bool
    ) -> list[Command]:
        """Commands of a stem layer at a seam.

        Parameters
        ----------
        layer : StemLayer
            The layer.
        is_wanted : bool
            Whether the destination lists it.
        transition : PlannedTransition
            The transition.
        position : int
            Frames from the start of the destination's pass at which it is entered.
        is_at_end : bool
            Whether the seam is the end of a pass of the source.

        Returns
        -------
        list of Command
            Empty if the layer continues unchanged.
        """
        segment = transition.target.section
        if is_wanted and is_bridge(segment) and not layer.has(segment):
            return []  # the layer continues under the bridge
        enters = is_wanted and layer.has(segment)
        # a segment that is entered at its start restarts the sound; otherwise a sound that fits continues
        may_continue = transition.table.enter_at not in {"start", "loop"} and not is_bridge(segment)
        if enters and layer.already_plays(segment, may_continue, transition.frame, position):
            layer.carry_over(segment, transition.frame)
            return []
        fades = transition.fades
        if enters and layer.crosses_itself(segment):
            fades = fades.into_itself()
        earliest = self.playback.earliest
        posted = layer.leave(transition.frame, is_at_end, fades, earliest, transition.group)
        if enters:
            posted += layer.enter(
                segment,
                transition.frame,
                position,
                earliest,
                transition.table.pickup,
                fades,
                transition.group,
                is_return=transition.table.enter_at == "last_position"
                and self.playback.is_remembered(segment, transition.source.section),
            )
        return posted

    def _entry_frames(self, transition: PlannedTransition) -> int:
        """Frames from the start of the destination's pass at which it is entered."""
        segment_assets = self.playback.assets.segments.get(transition.target.section)
        return 0 if segment_assets is None else segment_assets.frames_into(transition.target.offset_beats)

    # ── levels ─────────────────────────────────────────────────────────────────────────────────

    def _switch_levels(self, transition: PlannedTransition, restarted: Mapping[str, int]) -> None:
        """Post the levels that the destination adds to its layers.

        A layer that enters has its level from its first frame on; one that restarts follows the fade-in, and
        one that goes on the transition's fade.
        """
        transition.levels_before = dict(self.levels.added_db)
        transition.levels = self.levels.enter(transition.target.section)
        fades, rate = transition.fades, self.playback.tempo.sample_rate
        playing = self.playback.layers_of(transition.source.section)
        for name in transition.levels:
            at, frames = transition.frame, round(LEVEL_S * rate)
            if name not in playing:
                frames = round(DECLICK_S * rate)
                at = restarted.get(name, at) - frames
            elif fades.in_frames:
                at, frames = at + fades.in_start, fades.in_frames
            elif name in restarted:
                frames = round(DECLICK_S * rate)
            elif fades.out_frames:
                at, frames = at + fades.out_start, fades.out_frames
            at = max(at, self.playback.earliest)
            posted = self.levels.fade(name, at, frames, transition.group)
            transition.early += [posted] if at < transition.frame else []
            self.outbox.add([posted])

    # ── generated layers ───────────────────────────────────────────────────────────────────────

    def _switch_generated(self, transition: PlannedTransition, fill_beat: float | None) -> None:
        wanted = set(self.playback.layers_of(transition.target.section))
        replaced = self._replaced_layers(transition) if fill_beat is not None else set()
        for name, layer in self.playback.assets.generated.items():
            is_wanted, was_playing = name in wanted, layer.is_open_ended
            following = None
            if is_wanted:
                following = self.playback.compose_context(
                    transition.target, self.playback.origin_of(transition.source)
                )
            ends = transition.beat
            if not is_wanted and layer.place.instrument is not None and was_playing:
                fades = transition.fades
                ends = self.playback.tempo.beat_at(
                    transition.frame + max(0, fades.out_start + fades.out_frames)
                )
            if name in replaced and fill_beat is not None:
                ends = fill_beat
            self._withdraw_notes(layer, transition, min(ends, transition.beat))
            transition.plans_before[name] = layer.plan(transition.beat, ends, following)
            self._fade_instrument(layer, transition, was_playing, is_wanted)

    def _withdraw_notes(self, layer: GeneratedLayer, transition: PlannedTransition, ends: float) -> None:
        """Withdraw notes after `ends`; of drums also the bar before the seam, where a fill may be played."""
        from_beat = ends
        if layer.place.kit is not None and layer.ranges:
            bar = max(transition.source.start_beat, transition.beat - transition.source.beats_per_bar)
            from_beat = min(from_beat, max(bar, self.playback.tempo.beat_at(self.playback.earliest)))
        if layer.cursor_beat > from_beat + BEAT_TOLERANCE:
            self.outbox.add(layer.withdraw(self.playback.tempo.frame_at(from_beat), from_beat))

    def _fade_instrument(
        self, layer: GeneratedLayer, transition: PlannedTransition, was_playing: bool, is_wanted: bool
    ) -> None:
        instrument, fades, at = layer.place.instrument, transition.fades, transition.frame
        if instrument is None:
            return
        if was_playing and not is_wanted and fades.out_frames:
            at = max(self.playback.earliest, at + fades.out_start)
            steps = [(0.0, fades.out_frames, fades.shape_out)]
        elif is_wanted and not was_playing and fades.in_frames + min(0, fades.in_start) > 0:
            # notes begin at the seam: of a fade that begins before it, only the rest is heard
            at = max(self.playback.earliest, at + max(0, fades.in_start))
            frames = fades.in_frames + min(0, fades.in_start)
            steps = [(0.0, 0, LINEAR), (1.0, frames, fades.shape_in)]
        elif is_wanted:
            steps = [(1.0, round(INSTRUMENT_FADE_S * self.playback.tempo.sample_rate), LINEAR)]
        else:
            steps = []
        for gain, frames, shape in steps:
            posted = commands.fade_instrument(
                at, instrument, gain, frames, shape=shape, group=transition.group
            )
            self.outbox.add([posted])
            if at < transition.frame:
                transition.early.append(posted)

    # ── fills ──────────────────────────────────────────────────────────────────────────────────

    def _replaced_layers(self, transition: PlannedTransition) -> set[str]:
        return set(self.playback.preset.file.fills[transition.table.fill or ""].replaces)

    def _play_fill(self, transition: PlannedTransition) -> tuple[float | None, str | None]:
        """Post the rule's fill so that it ends at the seam.

        Returns
        -------
        float or None
            Beat at which it begins; None: there is no fill.
        str or None
            Its name, or why it is left out; None: the rule has none.
        """
        name = transition.table.fill
        if name is None:
            return None, None
        playback = self.playback
        beat = transition.beat - playback.preset.file.fills[name].length_beats
        frame = playback.tempo.frame_at(beat)
        if frame < playback.earliest or beat < transition.source.start_beat - BEAT_TOLERANCE:
            return None, f"{name} is left out: there is no time for it"
        picked, before = playback.shot_picks.pick(shot_path("fills", name))
        shot = playback.assets.fills[name][picked]
        transition.fill_before, transition.fill_take = before, shot.file if before is not None else ""
        lead = shot.sound.origin if frame - shot.sound.origin >= playback.earliest else 0
        clip = min(self._fill_clips[name], key=lambda playing: playing.ends_frame)
        clip.ends_frame = frame + shot.sound.frames
        started = commands.start_clip(
            frame - lead, clip.clip, shot.number, playback.layout.fills[name].bus, position=-lead,
            group=transition.group,
        )  # fmt: skip
        self.outbox.add([started])
        transition.early.append(started)
        return beat, name

    def _mute_replaced_stems(self, transition: PlannedTransition, beat: float) -> None:
        """Mute the stems that the fill replaces, from its beginning to the seam."""
        at = self.playback.tempo.frame_at(beat)
        frames = round(DECLICK_S * self.playback.tempo.sample_rate)
        for name in self._replaced_layers(transition):
            layer = self.playback.assets.stems.get(name)
            before = transition.stems_before.get(name)
            if layer is None or before is None or before.current < 0:
                continue
            playing = layer.clips[before.current]
            silenced = commands.fade_clip(at, playing.clip, 0.0, frames, group=transition.group)
            posted = [silenced]
            if playing is layer.current:  # it continues beyond the seam
                posted.append(
                    commands.fade_clip(transition.frame, playing.clip, 1.0, frames, group=transition.group)
                )
            transition.early.append(silenced)
            self.outbox.add(posted)

    # ── stopping sooner ────────────────────────────────────────────────────────────────────────

    def shorten_fades(self, seconds: float) -> bool:
        """Let what still fades out after a stop end within some seconds; returns whether anything does."""
        playback, at = self.playback, self.playback.earliest
        frames = round(max(DECLICK_S, seconds) * playback.tempo.sample_rate)
        posted: list[Command] = []
        for stem in playback.assets.stems.values():
            posted += stem.shorten_fades(at, frames)
        beat = playback.tempo.beat_at(at + frames)
        for layer in playback.assets.generated.values():
            if not layer.ranges or layer.ranges[-1].ends <= beat or layer.place.instrument is None:
                continue
            layer.plan(beat, beat, None)
            posted += layer.withdraw(at + frames, beat)
            posted.append(commands.fade_instrument(at, layer.place.instrument, 0.0, frames))
        self.outbox.add(posted)
        return bool(posted)

    # ── cancelling ─────────────────────────────────────────────────────────────────────────────

    def undo(self, transition: PlannedTransition) -> None:
        """Withdraw a transition's commands that have not acted, and reverse those that have."""
        playback, at = self.playback, self.playback.earliest
        self.outbox.add([commands.withdraw(transition.group, at)])
        playback.shot_picks.undo(shot_path("fills", transition.table.fill or ""), transition.fill_before)
        self.levels.added_db = dict(transition.levels_before)
        for name, state in transition.stems_before.items():
            layer = playback.assets.stems[name]
            self.outbox.add(layer.undo_changes(transition.frame))
            layer.restore(state)
        self._undo_early(transition, at)
        for name, plan in transition.plans_before.items():
            written = playback.assets.generated[name]
            written.restore(plan)
            # all bars written since are written again: they may have led up to the seam
            from_beat = max(plan.cursor_beat, playback.tempo.beat_at(at))
            if written.cursor_beat > from_beat + BEAT_TOLERANCE:
                self.outbox.add(written.withdraw(playback.tempo.frame_at(from_beat), from_beat))

    def _undo_early(self, transition: PlannedTransition, at: int) -> None:
        """Reverse commands that acted before the seam: pickups and fills stop, early fades are undone."""
        frames = round(UNDO_FADE_S * self.playback.tempo.sample_rate)
        for command in transition.early:
            if command.frame >= at:
                continue
            if command.operation == CLIP_START:
                self.outbox.add([commands.stop_clip(at, command.target, frames)])
            elif command.operation == CLIP_STOP and command.frame + command.i0 <= at:
                for layer in self.playback.assets.stems.values():
                    self.outbox.add(layer.restart_clip(command.target, at, frames))
            elif command.operation == CLIP_STOP or (command.operation == CLIP_GAIN and command.f0 == 0.0):
                self.outbox.add([commands.fade_clip(at, command.target, 1.0, frames)])
            elif command.operation == BUS_GAIN:
                places = self.playback.layout.layers
                names = [name for name in transition.levels if places[name].bus == command.target]
                self.outbox.add([self.levels.fade(name, at, frames) for name in names])
            elif command.operation == INSTRUMENT_FADE:
                self.outbox.add([commands.fade_instrument(at, command.target, 1.0, frames)])
