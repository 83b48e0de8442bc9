"""Applies transitions: stems stop and start, written notes end and begin, fills lead to the seam."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layers.layer_player import SeamContext
from adaptive.conductor.layers.levels import LayerLevels
from adaptive.conductor.one_shots import shot_path
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.kernel.layout import BUS_GAIN, CLIP_GAIN, CLIP_START, CLIP_STOP, INSTRUMENT_FADE
from adaptive.preset.segments import is_bridge
from adaptive.timebase import BEAT_TOLERANCE

UNDO_FADE_S = 0.03
"""Length of the fade that reverses what had begun before the seam of a cancelled transition."""

DECLICK_S = 0.005
"""Length of the fades with which a fill mutes the layers it replaces; the shortest fade of a stop."""

LEVEL_S = 0.02
"""Time in which a layer that goes on without a fade changes to the level of another section."""


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
        seam = self.seam_of(transition)
        restarted = self._switch(transition, seam, fill_beat)
        self._switch_levels(transition, restarted)
        if fill_beat is not None:
            self._mute_replaced(transition, seam, fill_beat)
        return fill_note

    # ── layers ─────────────────────────────────────────────────────────────────────────────────

    def seam_of(self, transition: PlannedTransition) -> SeamContext:
        """A transition as its layers see it."""
        playback, target, table = self.playback, transition.target, transition.table
        segment_assets = playback.assets.segments.get(target.section)
        position = 0 if segment_assets is None else segment_assets.frames_into(target.offset_beats)
        return SeamContext(
            frame=transition.frame,
            beat=transition.beat,
            group=transition.group,
            source=transition.source,
            segment=target.section,
            position=position,
            is_at_end=transition.source.ends_pass_at(transition.beat),
            # a segment that is entered at its start restarts the sound; otherwise a sound that fits continues
            may_continue=table.enter_at not in {"start", "loop"} and not is_bridge(target.section),
            is_bridge=is_bridge(target.section),
            is_return=table.enter_at == "last_position"
            and playback.is_remembered(target.section, transition.source.section),
            pickup=table.pickup,
            fades=transition.fades,
            earliest=playback.earliest,
            tempo=playback.tempo,
            context_of=cache(
                lambda: playback.compose_context(target, playback.origin_of(transition.source))
            ),  # the same for all layers
        )

    def _switch(
        self, transition: PlannedTransition, seam: SeamContext, fill_beat: float | None
    ) -> dict[str, int]:
        """Post what layers do at a seam; returns the first frame of each layer that starts a clip."""
        restarted: dict[str, int] = {}
        posted: list[Command] = []
        wanted = set(self.playback.layers_of(seam.segment))
        replaced = self._replaced_layers(transition) if fill_beat is not None else set()
        for name, player in self.playback.assets.players():
            ends = fill_beat if name in replaced else None
            switched = player.switch(seam, is_wanted=name in wanted, fill_beat=ends)
            transition.layers_before[name] = switched.before
            for command in switched.posted:
                if command.frame < seam.frame:
                    transition.early.append(command)
                if command.operation == CLIP_START:
                    restarted.setdefault(name, command.frame)
            posted += switched.preparing
            posted += switched.posted
        self.outbox.add(posted)
        return restarted

    # ── levels ─────────────────────────────────────────────────────────────────────────────────

    def _switch_levels(self, transition: PlannedTransition, restarted: Mapping[str, int]) -> None:
        """Post the levels that the destination adds to its layers.

        A layer that enters has its level from its first frame on; one that restarts follows the fade-in, and
        one that goes on the transition's fade.
        """
        transition.levels_before = self.levels.state
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
        clip = min(self._fill_clips[name], key=lambda playing: playing.ends_frame)
        clip.sound, clip.zero_frame, clip.way = shot.sound, frame, None
        elastic, lead = playback.assets.fill_tempo.get(name), shot.sound.origin
        if elastic is not None and transition.source.section in elastic.own_bpm:
            elastic.enter(clip, transition.source.section, frame, 0)
        if clip.way is not None:
            lead = int(lead / clip.way.parts[0].rate)
        lead = lead if frame - lead >= playback.earliest else 0
        if clip.way is not None and lead:
            clip.way = clip.way.led_from(frame - lead)
        clip.ends_frame = clip.frame_of(shot.sound.frames)
        started = commands.start_clip(
            frame - lead, clip.clip, shot.number, playback.layout.fills[name].bus,
            position=round(clip.way_position_at(frame - lead)), group=transition.group,
        )  # fmt: skip
        follows = [] if elastic is None else elastic.commands(clip, frame - lead, transition.group)
        self.outbox.add([started, *follows])
        transition.early.append(started)
        return beat, name

    def _mute_replaced(self, transition: PlannedTransition, seam: SeamContext, beat: float) -> None:
        """Mute the layers that the fill replaces, from its beginning to the seam."""
        at = self.playback.tempo.frame_at(beat)
        frames = round(DECLICK_S * self.playback.tempo.sample_rate)
        players = dict(self.playback.assets.players())
        for name in self._replaced_layers(transition):
            if name not in transition.layers_before:
                continue
            posted = players[name].mute(transition.layers_before[name], seam, at, frames)
            transition.early += posted[:1]  # the second one brings it back at the seam
            self.outbox.add(posted)

    # ── stopping sooner ────────────────────────────────────────────────────────────────────────

    def shorten_fades(self, seconds: float) -> bool:
        """Let what still fades out after a stop end within some seconds; returns whether anything does."""
        playback, at = self.playback, self.playback.earliest
        frames = round(max(DECLICK_S, seconds) * playback.tempo.sample_rate)
        posted: list[Command] = []
        for _, player in playback.assets.players():
            posted += player.end_sooner(at, frames, playback.tempo)
        self.outbox.add(posted)
        return bool(posted)

    # ── cancelling ─────────────────────────────────────────────────────────────────────────────

    def undo(self, transition: PlannedTransition) -> None:
        """Withdraw a transition's commands that have not acted, and reverse those that have."""
        playback, at = self.playback, self.playback.earliest
        self.outbox.add([commands.withdraw(transition.group, at)])
        playback.shot_picks.undo(shot_path("fills", transition.table.fill or ""), transition.fill_before)
        self.levels.state = transition.levels_before
        players = dict(playback.assets.players())
        posted: list[Command] = []
        for name, before in transition.layers_before.items():
            posted += players[name].undo(before, transition.frame, at, playback.tempo)
        self.outbox.add(posted)
        self._undo_early(transition, at)

    def _undo_early(self, transition: PlannedTransition, at: int) -> None:
        """Reverse commands that acted before the seam: pickups and fills stop, early fades are undone."""
        frames = round(UNDO_FADE_S * self.playback.tempo.sample_rate)
        for command in transition.early:
            if command.frame >= at:
                continue
            if command.operation == CLIP_START:
                self.outbox.add([commands.stop_clip(at, command.target, frames)])
            elif command.operation == CLIP_STOP and command.frame + command.i0 <= at:
                for _, player in self.playback.assets.players():
                    self.outbox.add(player.restart_clip(command.target, at, frames))
            elif command.operation == CLIP_STOP or (command.operation == CLIP_GAIN and command.f0 == 0.0):
                self.outbox.add([commands.fade_clip(at, command.target, 1.0, frames)])
            elif command.operation == BUS_GAIN:
                places = self.playback.layout.layers
                names = [name for name in transition.levels if places[name].bus == command.target]
                self.outbox.add([self.levels.fade(name, at, frames) for name in names])
            elif command.operation == INSTRUMENT_FADE:
                self.outbox.add([commands.fade_instrument(at, command.target, 1.0, frames)])
