"""What a seam does to the layers: stems stop and start, written notes end and begin, fills lead there."""

from __future__ import annotations

from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.stems import Playing, StemLayer
from adaptive.conductor.planned_transition import Seam
from adaptive.conductor.playback import Stage
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.kernel.layout import CLIP_GAIN, CLIP_START, CLIP_STOP, INSTRUMENT_FADE, LINEAR
from adaptive.preset.segments import is_bridge
from adaptive.timebase import HAIR

TURN_S = 0.03
"""Length of the fade that turns round what had begun before a seam that is taken back."""

FILL_DECLICK_S = 0.005


class Exchange:
    """Posts all that belongs to a seam, in the seam's group, and takes it back.

    Parameters
    ----------
    stage : Stage
        What plays.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._fill_clips = {
            name: [Playing(clip) for clip in place.clips] for name, place in stage.layout.fills.items()
        }

    def take_over(self, before: Exchange) -> None:
        """Keep which clips fills sound in."""
        old, new = before.stage.layout.fills, self.stage.layout.fills
        kept = {name for name, place in new.items() if place.shares_seat(old.get(name))}
        self._fill_clips |= {name: before._fill_clips[name] for name in kept}

    def hand_over(self, seam: Seam) -> str | None:
        """Post the seam; returns what became of its fill, or None if it has none."""
        fill_beat, told = self._play_fill(seam)
        fill_frame = None if fill_beat is None else self.stage.tempo.frame_at(fill_beat)
        self._hand_over_stems(seam, fill_frame)
        self._hand_over_generated(seam, fill_beat)
        if fill_beat is not None:
            self._clear_for_fill(seam, fill_beat)
        return told

    # ── stems ──────────────────────────────────────────────────────────────────────────────────

    def _hand_over_stems(self, seam: Seam, fill_frame: int | None) -> None:
        part, position = seam.target.section, self._entry_frames(seam)
        wanted = set(self.stage.layers_of(part))
        is_at_end = seam.source.ends_pass_at(seam.beat)
        replaced = self._replaced(seam) if fill_frame is not None else set()
        for name, layer in self.stage.material.stems.items():
            # while a fill replaces a layer, its variations do not take turns
            until = seam.frame if fill_frame is None or name not in replaced else fill_frame
            self.stage.commands += layer.unwind(until)
            self.stage.commands += layer.write_passes(until)
            seam.stems_before[name] = layer.snapshot()
            posted = self.exchange_stem(layer, name in wanted, seam, position, is_at_end)
            seam.early += [c for c in posted if c.frame < seam.frame]
            self.stage.commands += posted

    def exchange_stem(
        self, layer: StemLayer, is_wanted: bool, seam: Seam, position: int, is_at_end: bool
    ) -> list[Command]:
        """Commands of one layer at a seam: what is there already goes on, or one thing leaves, one enters."""
        part = seam.target.section
        if is_wanted and is_bridge(part) and not layer.has(part):
            return []  # goes on underneath
        enters = is_wanted and layer.has(part)
        # entered at its own beginning, it starts anew; anywhere else, what is there already goes on
        is_free = seam.table.enter_at != "start" and not is_bridge(part)
        if enters and layer.goes_on(part, is_free, seam.frame, position):
            layer.goes_over(part, seam.frame)
            return []
        fades = seam.fades
        if enters and layer.crosses_itself(part):
            fades = fades.into_itself()
        earliest = self.stage.earliest
        posted = layer.leave(seam.frame, is_at_end, fades, earliest, seam.group)
        if enters:
            posted += layer.enter(
                part, seam.frame, position, earliest, seam.table.pickup, fades, seam.group,
                is_return=seam.table.enter_at == "last_position",
            )  # fmt: skip
        return posted

    def _entry_frames(self, seam: Seam) -> int:
        made = self.stage.material.parts.get(seam.target.section)
        return 0 if made is None else made.frames_into(seam.target.offset_beats)

    # ── generated layers ───────────────────────────────────────────────────────────────────────

    def _hand_over_generated(self, seam: Seam, fill_beat: float | None) -> None:
        wanted = set(self.stage.layers_of(seam.target.section))
        replaced = self._replaced(seam) if fill_beat is not None else set()
        for name, layer in self.stage.material.generated.items():
            stays, was_playing = name in wanted, layer.is_kept
            following = None
            if stays:
                following = self.stage.stay_in(seam.target, self.stage.origin_of(seam.source))
            ends = seam.beat
            if not stays and layer.place.instrument is not None and was_playing:
                fades = seam.fades
                ends = self.stage.tempo.beat_at(seam.frame + max(0, fades.out_start + fades.out_frames))
            if name in replaced and fill_beat is not None:
                ends = fill_beat
            self._take_back(layer, seam, min(ends, seam.beat))
            seam.plans_before[name] = layer.plan(seam.beat, ends, following)
            self._fade_instrument(layer, seam, was_playing, stays)

    def _take_back(self, layer: GeneratedLayer, seam: Seam, ends: float) -> None:
        """Withdraw what lies beyond the seam, and the bar before it if a fill may come there."""
        from_beat = ends
        if layer.place.kit is not None and layer.spans:
            bar = max(seam.source.start_beat, seam.beat - seam.source.beats_per_bar)
            from_beat = min(from_beat, max(bar, self.stage.tempo.beat_at(self.stage.earliest)))
        if layer.cursor_beat > from_beat + HAIR:
            self.stage.commands += layer.withdraw(self.stage.tempo.frame_at(from_beat), from_beat)

    def _fade_instrument(self, layer: GeneratedLayer, seam: Seam, was_playing: bool, stays: bool) -> None:
        instrument, fades, at = layer.place.instrument, seam.fades, seam.frame
        if instrument is None:
            return
        if was_playing and not stays and fades.out_frames:
            at = max(self.stage.earliest, at + fades.out_start)
            steps = [(0.0, fades.out_frames, fades.shape_out)]
        elif stays and not was_playing and fades.in_frames + min(0, fades.in_start) > 0:
            # its notes begin at the seam: of a fade that begins before it, what is left
            at = max(self.stage.earliest, at + max(0, fades.in_start))
            frames = fades.in_frames + min(0, fades.in_start)
            steps = [(0.0, 0, LINEAR), (1.0, frames, fades.shape_in)]
        elif stays:
            steps = [(1.0, round(0.01 * self.stage.tempo.sample_rate), LINEAR)]
        else:
            steps = []
        for gain, frames, shape in steps:
            posted = commands.fade_instrument(at, instrument, gain, frames, shape=shape, group=seam.group)
            self.stage.commands.append(posted)
            if at < seam.frame:
                seam.early.append(posted)

    # ── fills ──────────────────────────────────────────────────────────────────────────────────

    def _replaced(self, seam: Seam) -> set[str]:
        return set(self.stage.preset.file.fills[seam.table.fill or ""].replaces)

    def _play_fill(self, seam: Seam) -> tuple[float | None, str | None]:
        """Post the rule's fill so that it ends at the seam; its beat, and what became of it."""
        name = seam.table.fill
        if name is None:
            return None, None
        stage, shot = self.stage, self.stage.material.fills[name]
        beat = seam.beat - stage.preset.file.fills[name].length_beats
        frame = stage.tempo.frame_at(beat)
        if frame < stage.earliest or beat < seam.source.start_beat - HAIR:
            return None, f"{name} is left out: there is no time for it"
        lead = shot.sound.origin if frame - shot.sound.origin >= stage.earliest else 0
        clip = min(self._fill_clips[name], key=lambda playing: playing.ends_frame)
        clip.ends_frame = frame + shot.sound.frames
        started = commands.start_clip(
            frame - lead, clip.clip, shot.number, stage.layout.fills[name].bus, position=-lead,
            group=seam.group,
        )  # fmt: skip
        stage.commands.append(started)
        seam.early.append(started)
        return beat, name

    def _clear_for_fill(self, seam: Seam, beat: float) -> None:
        """Silence the stems a fill replaces, from its beginning to the seam."""
        at = self.stage.tempo.frame_at(beat)
        frames = round(FILL_DECLICK_S * self.stage.tempo.sample_rate)
        for name in self._replaced(seam):
            layer = self.stage.material.stems.get(name)
            before = seam.stems_before.get(name)
            if layer is None or before is None or before.current < 0:
                continue
            playing = layer.clips[before.current]
            silenced = commands.fade_clip(at, playing.clip, 0.0, frames, group=seam.group)
            posted = [silenced]
            if playing is layer.current:  # it goes on beyond the seam
                posted.append(commands.fade_clip(seam.frame, playing.clip, 1.0, frames, group=seam.group))
            seam.early.append(silenced)
            self.stage.commands += posted

    # ── taking back ────────────────────────────────────────────────────────────────────────────

    def take_back(self, seam: Seam) -> None:
        """Withdraw what has not sounded of a seam, and turn the rest round."""
        stage, at = self.stage, self.stage.earliest
        stage.commands.append(commands.withdraw(seam.group, at))
        for name, state in seam.stems_before.items():
            layer = stage.material.stems[name]
            stage.commands += layer.unwind(seam.frame)
            layer.restore(state)
        self._undo_early(seam, at)
        for name, plan in seam.plans_before.items():
            written = stage.material.generated[name]
            written.restore(plan)
            # all that was written under the plan is written again: it may have led up to the seam
            from_beat = max(plan.cursor_beat, stage.tempo.beat_at(at))
            if written.cursor_beat > from_beat + HAIR:
                stage.commands += written.withdraw(stage.tempo.frame_at(from_beat), from_beat)

    def _undo_early(self, seam: Seam, at: int) -> None:
        """Turn round what had begun before the seam: pickups and fills stop, early fades come back."""
        frames = round(TURN_S * self.stage.tempo.sample_rate)
        for command in seam.early:
            if command.frame >= at:
                continue
            if command.operation == CLIP_START:
                self.stage.commands.append(commands.stop_clip(at, command.target, frames))
            elif command.operation == CLIP_STOP and command.frame + command.i0 <= at:
                for layer in self.stage.material.stems.values():
                    self.stage.commands += layer.start_again(command.target, at, frames)
            elif command.operation == CLIP_STOP or (command.operation == CLIP_GAIN and command.f0 == 0.0):
                self.stage.commands.append(commands.fade_clip(at, command.target, 1.0, frames))
            elif command.operation == INSTRUMENT_FADE:
                self.stage.commands.append(commands.fade_instrument(at, command.target, 1.0, frames))
