"""Stem layers: which clip plays which file, what happens at a seam, and when variations change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from adaptive.conductor.layers.clip_in_use import FOREVER, ClipInUse
from adaptive.conductor.layers.fades import Fades
from adaptive.conductor.layers.layer_player import SeamContext, Switched
from adaptive.conductor.layers.stem_state import (
    ClipState,
    Introduction,
    LayerState,
    VariationChange,
    fitting_picks,
    scaled,
    sound_of,
)
from adaptive.conductor.layers.stem_tempo import StemTempo
from adaptive.conductor.layers.write_range import ComposeContext
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.variation_picker import PickState, VariationPicker
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel import layout as kernel
from adaptive.preset.segments import is_bridge
from adaptive.timebase import TempoMap


@dataclass(slots=True)
class StemLayer:
    """A stem layer: its sounds by segment, and the clips that play them.

    Parameters
    ----------
    place : LayerPlace
        Its strip and clips.
    sounds : Mapping
        Maps a segment to its variations: each is a sound and the sound's number in the engine's table.
    declick_frames : int
        Length of the fade wherever a sound is cut or entered in its middle.
    tolerance_frames : int
        If the end of a loop is at most this far from a seam, it counts as lying on the seam.
    pickers : Mapping
        Maps a segment to the picker of its variations; only segments with several variations are in it.
    pass_frames : Mapping
        Maps a segment to the length of its pass in frames.
    introductions : Mapping
        Maps a segment to its introduction; only segments that have one.
    first_passes : Mapping
        Maps a segment to the sound of its first pass and its number; only where it is another than the loop.
    """

    place: LayerPlace
    sounds: Mapping[str, tuple[tuple[Sound, int], ...]]
    declick_frames: int
    tolerance_frames: int
    pickers: Mapping[str, VariationPicker] = field(default_factory=dict)
    pass_frames: Mapping[str, int] = field(default_factory=dict)
    introductions: Mapping[str, Introduction] = field(default_factory=dict)
    first_passes: Mapping[str, tuple[Sound, int]] = field(default_factory=dict)
    clips: list[ClipInUse] = field(default_factory=list)
    current: ClipInUse | None = None
    segment: str = ""
    next_change: int = FOREVER
    next_position: float = 0.0  # where the present clip is at `next_change`, like `ClipInUse.way_position_at`
    elastic: StemTempo | None = None  # None: it plays at the tempo it was recorded at
    picks: dict[str, PickState] = field(default_factory=dict)
    picks_before: dict[str, PickState] = field(default_factory=dict)  # the pick states before the last pick
    left_with: dict[str, int] = field(default_factory=dict)  # the variation that played when a segment ended
    changes: list[VariationChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clips = [ClipInUse(clip) for clip in self.place.clips]

    @property
    def changes_sounds(self) -> bool:
        """Whether its sound may change without a seam, to another variation or from introduction to loop."""
        if self.pickers or self.first_passes:
            return True
        return bool(self.introductions) and any(one.sound is not None for one in self.introductions.values())

    def is_streamed(self, segment: str, *, may_continue: bool) -> bool:
        """Whether a segment has a streamed sound, other than one that plays now and may simply go on."""
        playing = self.current.sound if may_continue and self.current is not None else None
        sounds = (sound for sound, _ in self.sounds.get(segment, ()))
        return any(sound.stream is not None and sound is not playing for sound in sounds)

    def lead_in_frames(self, segment: str) -> int:
        """Frames of the longest pickup: what plays before the first beat of a segment."""
        intro = self.introductions.get(segment)
        if intro is not None and intro.sound is not None:
            frames = intro.sound.origin - scaled(intro.frames, intro.sound)
        else:
            held = intro.frames if intro is not None and intro.is_held else 0
            first = self.first_passes.get(segment)
            sounds = self.sounds.get(segment, ()) if first is None else (first,)
            frames = max((sound.origin - scaled(held, sound) for sound, _ in sounds), default=0)
        if self.elastic is None or segment not in self.sounds:
            return frames
        return self.elastic.frames_for(frames, segment, self.sounds[segment][0][0])

    def snapshot(self) -> LayerState:
        """The present state."""
        states = [ClipState.of(clip) for clip in self.clips]
        current = -1 if self.current is None else self.clips.index(self.current)
        return LayerState(
            tuple(states), current, self.segment, self.next_change, self.next_position, dict(self.picks),
            dict(self.picks_before), dict(self.left_with),
        )  # fmt: skip

    def restore(self, state: LayerState) -> None:
        """Restore a snapshot."""
        for clip, before in zip(self.clips, state.clips, strict=True):
            before.restore(clip)
        self.current = None if state.current < 0 else self.clips[state.current]
        self.segment, self.next_change = state.segment, state.next_change
        self.next_position = state.next_position
        self.picks, self.picks_before = dict(state.picks), dict(state.picks_before)
        self.left_with = dict(state.left_with)

    def take_over(self, before: StemLayer) -> None:
        """Continue with the clips of the layer before an edit, and with its pick states where they fit."""
        self.clips, self.changes = before.clips, before.changes
        self.restore(self.fitting(before.snapshot()))

    def set_picks(self, picks: Mapping[str, PickState], left_with: Mapping[str, int]) -> None:
        """Set pick states and last variations where they fit the variations of this layer."""
        self.restore(self.fitting(self.snapshot()._replace(picks=picks, left_with=left_with)))

    def fitting(self, state: LayerState) -> LayerState:
        """A state without what the variations of this layer do not have, after a save or an edit."""
        return fitting_picks(state, {segment: len(self.sounds[segment]) for segment in self.pickers})

    def has_same_material(self, before: StemLayer, segment: str) -> bool:
        """Whether a segment has the same sounds, picker and length as in the layer before an edit."""
        return (
            self.pickers.get(segment) == before.pickers.get(segment)
            and self.pass_frames.get(segment) == before.pass_frames.get(segment)
            and sound_of(self.introductions.get(segment)) is sound_of(before.introductions.get(segment))
            and self._first_pass(segment) is before._first_pass(segment)
            and [id(sound) for sound, _ in self.sounds.get(segment, ())]
            == [id(sound) for sound, _ in before.sounds.get(segment, ())]
        )

    def has(self, segment: str) -> bool:
        """Whether the layer has a sound for a segment."""
        return segment in self.sounds

    def _is_at(self, clip: ClipInUse, segment: str, at: int, position: int) -> bool:
        """Whether a clip plays a sound of a segment, within a frame of `position`, at a frame."""
        intro = self.introductions.get(segment)
        tolerance = 1 if clip.way is None else 2  # positions of a stretched clip are rounded twice
        if intro is not None and position < 0:
            expected = [intro.sound, self._first_pass(segment)]
            if expected == [None, None]:
                expected = [sound for sound, _ in self.sounds[segment]]
            is_known = clip.sound is not None and any(clip.sound is sound for sound in expected)
            assert clip.sound is not None  # it is known
            return is_known and abs(clip.position_at(at) - scaled(position, clip.sound)) <= tolerance
        if clip.sound is not None and clip.sound is self._first_pass(segment):
            place = scaled(position % self.pass_frames[segment], clip.sound)
            return abs(clip.position_at(at) - place) <= tolerance
        if clip.sound is None or all(clip.sound is not sound for sound, _ in self.sounds[segment]):
            return False
        place, loop = clip.position_at(at), clip.sound.loop_frames
        if place < 0:
            return False
        off = place - scaled(position, clip.sound) % loop
        return abs(off if clip.way is None else (off + loop // 2) % loop - loop // 2) <= tolerance

    def already_plays(self, segment: str, is_same_position: bool, at: int, position: int) -> bool:
        """Whether the present clip plays the segment's sound at `position` already, and can simply continue.

        `is_same_position` says whether the segment's sound may continue at all.  If it is false, the segment
        starts its sound anew, and the result is False.
        """
        if self.current is None or not is_same_position or segment not in self.sounds:
            return False
        return self._is_at(self.current, segment, at, position)

    def crosses_itself(self, segment: str) -> bool:
        """Whether the segment has the sound that plays now; a crossfade would be of a sound with itself."""
        if self.current is None:
            return False
        playing = self.current.sound
        for sound, _ in self.sounds.get(segment, ()):  # noqa: SIM110  # a generator costs three times as much
            if sound is playing:
                return True
        return False

    def leave(self, at: int, is_at_end: bool, fades: Fades, earliest: int, group: int) -> list[Command]:
        """Stop what plays at a seam.

        Parameters
        ----------
        at : int
            Frame of the seam.
        is_at_end : bool
            Whether a pass of the segment ends at the seam.  If a pass of the sound ends there too, and the
            rule asks for no fade-out, the sound is not stopped and its tail rings on.
        fades : Fades
            Fades of the seam.
        earliest : int
            Earliest frame at which a fade may begin.
        group : int
            Withdrawal group of the commands.
        """
        playing, due = self.current, self.next_change
        if playing is not None and self.segment in self.pickers:
            sounds = [sound for sound, _ in self.sounds[self.segment]]
            matches = (n for n, sound in enumerate(sounds) if sound is playing.sound)
            variation = next(matches, None)  # None: an edit removed it from the segment
            if variation is not None:
                self.left_with[self.segment] = variation
        self.current, self.next_change = None, FOREVER
        if playing is None or playing.sound is None:
            return []
        if not playing.sound.loop_frames:  # an introduction or a first pass: it ends where the loop is due
            is_at_end = is_at_end and abs(at - due) <= self.tolerance_frames
        if fades.out_frames == 0 and is_at_end and playing.is_at_end(at, self.tolerance_frames):
            playing.ends_frame = at + playing.sound.frames
            if not playing.sound.loop_frames:
                return []  # it rings on by itself
            return [commands.release_clip(at, playing.clip, group=group)]
        frames = max(fades.out_frames, self.declick_frames)
        begins = max(at + fades.out_start, earliest, playing.starts_frame)
        playing.ends_frame, playing.is_stopping = begins + frames, True
        return [commands.stop_clip(begins, playing.clip, frames, shape=fades.shape_out, group=group)]

    def shorten_fades(self, at: int, frames: int) -> list[Command]:
        """Let clips that fade out beyond a time end by then: `frames` after the frame `at`."""
        posted: list[Command] = []
        for clip in self.clips:
            if clip.is_stopping and at + frames < clip.ends_frame < FOREVER:
                clip.ends_frame = at + frames
                posted.append(commands.stop_clip(at, clip.clip, frames))
        return posted

    def fading_clip(self, segment: str, at: int, position: int) -> ClipInUse | None:
        """A clip that still fades out at the segment's position, so that it can be faded in again."""
        for clip in self.clips:
            if clip.is_stopping and at < clip.ends_frame and self._is_at(clip, segment, at, position):
                return clip
        return None

    def enter(
        self,
        segment: str,
        at: int,
        position: int,
        earliest: int,
        pickup: str,
        fades: Fades,
        group: int,
        *,
        is_return: bool = False,
    ) -> list[Command]:
        """Start the segment's sound at a seam.

        Parameters
        ----------
        segment : str
            Segment that is entered.
        at : int
            Frame of the seam.
        position : int
            Frames from the start of the pass at which it is entered; negative: in the introduction.
        earliest : int
            Earliest frame at which the sound may begin.
        pickup : str
            ``auto``, ``always`` or ``never``: whether the pickup sounds, the part of the file before beat 1.
        fades : Fades
            Fades of the seam.
        group : int
            Withdrawal group of the commands.
        is_return : bool
            Play the variation that played when the segment was left, instead of the next pick.
        """
        intro = self.introductions.get(segment)
        is_beginning = position == 0 or (intro is not None and position == -intro.frames)
        if not is_beginning:
            again = self.fading_clip(segment, at, position)
            if again is not None:
                again.ends_frame, again.is_stopping = FOREVER, False
                posted = self._keep_up(again, segment, at, group)
                self._set_current(segment, again, at)
                frames = max(fades.in_frames, self.declick_frames)
                fade = commands.fade_clip(at, again.clip, 1.0, frames, shape=fades.shape_in, group=group)
                return [*posted, fade]
        if intro is not None and intro.sound is not None and position < 0:
            sound, number = intro.sound, intro.number
            self.picks_before[segment] = self.picks.get(segment, PickState())
        elif segment in self.first_passes:
            sound, number = self.first_passes[segment]
            self.picks_before[segment] = self.picks.get(segment, PickState())
        elif is_return:
            sound, number = self._last_variation(segment)
        else:
            sound, number = self._pick_variation(segment)
        playing = self._free_clip()
        lead = 0
        # what the sound holds before its beginning, which is no pickup if it is the introduction
        before = (
            0
            if position == 0 and intro is not None and intro.is_held
            else sound.origin + scaled(position, sound)
        )
        playing.sound, playing.ends_frame, playing.is_stopping = sound, FOREVER, False
        playing.zero_frame, playing.way = at - position, None
        if self.elastic is not None:
            self.elastic.enter(playing, segment, at, position * sound.scale)
        if playing.way is not None:
            before = int(before / playing.way.parts[0].rate)
        if is_beginning and pickup != "never" and before > 0 and at - before >= earliest:
            lead = before
        self._set_current(segment, playing, at)
        first = at - lead
        fade_frames = fades.in_frames or (0 if is_beginning else self.declick_frames)
        fade_start = at + fades.in_start if fades.in_frames else at
        is_in_pass = False
        if fade_frames and fade_start < first:
            # the fade-in begins before the seam, and so does the sound, in the middle of a pass
            first = max(fade_start, earliest)
            is_in_pass = position >= 0
        if playing.way is not None and first < at:
            playing.way = playing.way.led_from(first)
        start_position = self._begin_at(playing, first, is_in_pass=is_in_pass)
        playing.starts_frame = first
        gain = 0.0 if fade_frames else 1.0
        posted = [
            commands.start_clip(
                first,
                playing.clip,
                number,
                self.place.bus,
                position=start_position,
                gain=gain,
                group=group,
            ),
            *self._tempo_commands(playing, first, group),
        ]
        if fade_frames:
            begin = max(fade_start, first)
            posted.append(
                commands.fade_clip(begin, playing.clip, 1.0, fade_frames, shape=fades.shape_in, group=group)
            )
        return posted

    def _begin_at(self, playing: ClipInUse, first: int, *, is_in_pass: bool = False) -> int:
        """Position at which the kernel begins a clip at a frame; a loop may begin in the middle of a pass."""
        position = round(playing.way_position_at(first))
        loop = playing.sound.loop_frames if playing.sound else 0
        begin = position % loop if loop and (is_in_pass or position >= loop) else position
        playing.shift = begin - position
        return begin

    def _tempo_commands(self, playing: ClipInUse, at: int, group: int) -> list[Command]:
        return [] if self.elastic is None else self.elastic.commands(playing, at, group)

    def _keep_up(self, playing: ClipInUse, segment: str, at: int, group: int) -> list[Command]:
        """Let a clip that goes on follow the tempo of what follows a seam."""
        return [] if self.elastic is None else self.elastic.keep_up(playing, segment, at, group)

    def carry_over(self, segment: str, at: int, group: int) -> list[Command]:
        """Let the present clip go on in another segment."""
        if self.current is None:
            return []
        posted = self._keep_up(self.current, segment, at, group)
        self._set_current(segment, self.current, at)
        return posted

    def restart_clip(self, clip: int, at: int, frames: int) -> list[Command]:
        """Restart a clip that was stopped, at the position it would have reached, with a fade-in."""
        playing = self.current
        if playing is None or playing.clip != clip or playing.sound is None:
            return []
        number = next(n for s, n in self.numbered() if s is playing.sound)
        if playing.way is not None:
            playing.take(playing.way.from_frame(at))
        position = self._begin_at(playing, at, is_in_pass=playing.way_position_at(at) >= 0)
        return [
            commands.start_clip(at, clip, number, self.place.bus, position=position, gain=0.0),
            *self._tempo_commands(playing, at, 0 if self.elastic is None else self.elastic.group),
            commands.fade_clip(at, clip, 1.0, frames, shape=kernel.EQUAL_POWER_IN),
        ]

    def recordings(self) -> Iterator[Sound]:
        """The recordings that it may play."""
        return (sound for sound, _ in self.numbered())

    def numbered(self) -> Iterator[tuple[Sound, int]]:
        """All sounds of the layer, with their numbers."""
        for sounds in self.sounds.values():
            yield from sounds
        for intro in self.introductions.values():
            if intro.sound is not None:
                yield intro.sound, intro.number
        yield from self.first_passes.values()

    def _first_pass(self, segment: str) -> Sound | None:
        return self.first_passes[segment][0] if segment in self.first_passes else None

    def _free_clip(self) -> ClipInUse:
        return min(self.clips, key=lambda clip: clip.ends_frame)

    def _last_variation(self, segment: str) -> tuple[Sound, int]:
        left = self.left_with.get(segment)
        if left is None or left >= len(self.sounds[segment]):  # an edit may have removed variations
            return self._pick_variation(segment)
        return self.sounds[segment][left]

    def _pick_variation(self, segment: str) -> tuple[Sound, int]:
        variants = self.sounds[segment]
        picker = self.pickers.get(segment)
        if picker is None:
            return variants[0]
        self.picks_before[segment] = self.picks.get(segment, PickState())
        picked, self.picks[segment] = picker.pick(self.picks_before[segment])
        return variants[picked]

    def _set_current(self, segment: str, playing: ClipInUse, at: int) -> None:
        """Record what plays from a frame on, and when the next variation, or the loop, is due."""
        self.current, self.segment, self.next_change = playing, segment, FOREVER
        if playing.sound is not None and playing.sound is sound_of(self.introductions.get(segment)):
            self._change_at(playing, 0.0)
        elif playing.sound is not None and playing.sound is self._first_pass(segment):
            self._change_at(playing, scaled(self.pass_frames[segment], playing.sound))
        elif segment in self.pickers and not is_bridge(segment):  # a bridge plays once
            length = self._pass_of(playing)
            passes = max(0, round(playing.way_position_at(at))) // length
            self._change_at(playing, (passes + 1) * length)

    def _pass_of(self, playing: ClipInUse) -> int:
        """Length of a pass of the present segment, in frames of what a clip plays."""
        frames = self.pass_frames[self.segment]
        return frames if playing.sound is None else scaled(frames, playing.sound)

    def _change_at(self, playing: ClipInUse, position: float) -> None:
        """Note that another sound is due where the present clip reaches a position."""
        self.next_position, self.next_change = position, playing.frame_of(position)

    # ── seams ──────────────────────────────────────────────────────────────────────────────────

    def begin(self, context: ComposeContext, position: int) -> list[Command]:
        """Start the segment's sound at frame 0, if the layer has one for it."""
        segment = context.instance.section
        return self.enter(segment, 0, position, 0, "never", Fades(), 0) if self.has(segment) else []

    def switch(self, seam: SeamContext, *, is_wanted: bool, fill_beat: float | None) -> Switched:
        """Go over a seam."""
        # variations do not change while a fill replaces the layer
        until = seam.frame if fill_beat is None else seam.tempo.frame_at(fill_beat)
        preparing = [*self.undo_changes(until), *self.write_changes(until)]
        before = self.snapshot()
        return Switched(before, preparing, self.cross(seam, is_wanted=is_wanted))

    def cross(self, seam: SeamContext, *, is_wanted: bool) -> list[Command]:
        """Stop, start or carry over the sound at a seam; empty if it continues unchanged."""
        segment = seam.segment
        if is_wanted and seam.is_bridge and not self.has(segment):  # the layer continues under the bridge
            if self.current is None:
                return []
            posted = self._keep_up(self.current, self.segment, seam.frame, seam.group)
            if posted and self.next_change < FOREVER:
                self._change_at(self.current, self.next_position)
            return posted
        enters = is_wanted and self.has(segment)
        if enters and self.already_plays(segment, seam.may_continue, seam.frame, seam.position):
            return self.carry_over(segment, seam.frame, seam.group)
        fades = seam.fades
        if enters and self.crosses_itself(segment):
            fades = fades.into_itself()
        posted = self.leave(seam.frame, seam.is_at_end, fades, seam.earliest, seam.group)
        if enters:
            posted += self.enter(
                segment, seam.frame, seam.position, seam.earliest, seam.pickup, fades, seam.group,
                is_return=seam.is_return,
            )  # fmt: skip
        return posted

    def mute(self, before: LayerState, seam: SeamContext, at: int, frames: int) -> list[Command]:
        """Mute what plays before a seam, from `at` to the seam."""
        if before.current < 0:
            return []
        playing = self.clips[before.current]
        posted = [commands.fade_clip(at, playing.clip, 0.0, frames, group=seam.group)]
        if playing is self.current:  # it continues beyond the seam
            posted.append(commands.fade_clip(seam.frame, playing.clip, 1.0, frames, group=seam.group))
        return posted

    def undo(self, before: LayerState, seam_frame: int, earliest: int, tempo: TempoMap) -> list[Command]:
        """Go back to the state before a seam that is cancelled."""
        posted = self.undo_changes(seam_frame)
        self.restore(before)
        return posted

    def end_sooner(self, at: int, frames: int, tempo: TempoMap) -> list[Command]:
        """End what fades out by `frames` after `at`."""
        return self.shorten_fades(at, frames)

    def withdraw_notes(self, at: int, beat: float) -> list[Command]:
        """Do nothing: a recording has no notes to withdraw."""
        return []

    def set_tempo(self, tempo_bpm: float, at: int) -> list[Command]:
        """Follow the tempo map, which has changed from the frame `at` on.

        What fades out or rings keeps the speed that it has.
        """
        if self.elastic is None:
            return []
        posted = self.undo_changes(at)
        for clip in self.clips:
            if clip.sound is None or clip.ends_frame <= at:
                continue
            if clip is self.current:
                posted += self.elastic.follow(clip, self.segment, at)
            else:  # the rest of its way has been withdrawn
                posted += self.elastic.commands(clip, at, self.elastic.group)
        if self.current is not None and self.next_change < FOREVER:
            self._change_at(self.current, self.next_position)
        return posted

    # ── variations ─────────────────────────────────────────────────────────────────────────────

    def write_changes(self, until: int) -> list[Command]:
        """Return the commands that change the variation, or start the loop after an introduction.

        Only changes before the frame `until` are returned.
        """
        posted: list[Command] = []
        while self.current is not None and self.next_change < until:
            at, group = self.next_change, self.place.group
            self.changes.append(VariationChange(at, self.snapshot()))
            sound, number = self._next_sound(self.current)
            is_last = self.segment not in self.pickers and sound is not self._first_pass(self.segment)
            old = self.current
            self.next_change = FOREVER
            if sound is old.sound:
                if not is_last:
                    self._change_at(old, self.next_position + self._pass_of(old))
                continue
            new = self._free_clip()
            old.ends_frame = at + (old.sound.frames if old.sound else 0)
            new.sound, new.zero_frame, new.starts_frame, new.ends_frame = sound, at, at, FOREVER
            new.is_stopping, new.way, new.shift = False, None, 0
            if self.elastic is not None and old.way is not None:
                place = (old.way.position - self.next_position) * sound.scale
                place /= 1.0 if old.sound is None else old.sound.scale
                new.take(self.elastic.way(self.segment, at, place, sound, old.way.beat))
            self.current = new
            if not is_last:
                self._change_at(new, self._pass_of(new))
            if old.sound is None or old.sound.loop_frames:  # what plays once rings on by itself
                posted.append(commands.release_clip(at, old.clip, group=group))
            posted.append(commands.start_clip(at, new.clip, number, self.place.bus, group=group))
            posted += self._tempo_commands(new, at, group)
        return posted

    def _next_sound(self, playing: ClipInUse) -> tuple[Sound, int]:
        """What follows at the end of a pass or of an introduction, and its number."""
        is_intro = playing.sound is sound_of(self.introductions.get(self.segment))
        if is_intro and self.segment in self.first_passes:
            return self.first_passes[self.segment]
        return self._pick_variation(self.segment)

    def undo_changes(self, frame: int) -> list[Command]:
        """Undo the changes of variation at or after a frame; return the command that withdraws them."""
        before = None
        while self.changes and self.changes[-1].frame >= frame:
            before = self.changes.pop().before
        if before is None:
            return []
        self.restore(before)
        return [commands.withdraw(self.place.group, frame)]

    def picks_at(self, frame: int, playing: Collection[str]) -> dict[str, PickState]:
        """Pick states at a frame, to save.

        For a segment in `playing`, this is the state before its last pick: after a restore that pick is made
        again, and gives the variation that plays now.
        """
        state = next((change.before for change in self.changes if change.frame > frame), self.snapshot())
        before = {segment: pick for segment, pick in state.picks_before.items() if segment in playing}
        return {**state.picks, **before}

    def forget_before(self, frame: int, beat: float) -> None:
        """Forget the changes before a frame: they have sounded and cannot be undone."""
        if self.changes and self.changes[0].frame < frame:
            self.changes = [change for change in self.changes if change.frame >= frame]
