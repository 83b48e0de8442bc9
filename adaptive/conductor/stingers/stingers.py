"""Stingers: one-shots placed on a grid by their sync point, with the other strips ducked under them.

The *sync point* is the frame of a stinger's own first beat.  When a transition or the tempo is planned
again, scheduled stingers are placed again: on the grid of the segment that plays then, or they are dropped
with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.messages import FireEvent
from adaptive.conductor.one_shots import OneShot, shot_path
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.stingers.ducking import Ducking, DuckWindow
from adaptive.conductor.stingers.shot_tempo import ends_at, enter, keep_up, lead_frames
from adaptive.conductor.variation_picker import PickState
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.engine.spec import EngineRow
from adaptive.music.chord import Chord
from adaptive.music.degrees import nearest_key, pitch_of_degree, pitch_over_chord
from adaptive.music.note import Note
from adaptive.music.scale import Key
from adaptive.preset.grids import describe
from adaptive.preset.schema import StingerTable
from adaptive.timebase import BEAT_TOLERANCE
from adaptive.units import db_to_gain

NOTES_NEAR = 72.0
"""Degree 1 of a written stinger is the tonic nearest to C5, before its `octave`."""

RELEASE_S = 0.5
"""A written stinger counts as finished this long after its last note."""


@dataclass(frozen=True, slots=True)
class StingerPlace:
    """Where a stinger lands: the frame of its sync point, the beat, and the segment that plays there."""

    sync_point: int
    beat: float
    instance: SegmentInstance


@dataclass(slots=True)
class ScheduledStinger:
    """A stinger that is scheduled or sounds.

    Parameters
    ----------
    message : FireEvent
        The event that fired it.
    table : StingerTable
        Its settings.
    layer_place : LayerPlace
        Its engine rows.
    asked_frame : int
        First frame of the control step of the event.
    group : int
        Withdrawal group of its commands.
    place : StingerPlace
        Where it lands.
    first, last : int
        Its first frame, and the frame after its last.
    clip, clip_ended : ClipInUse or None, int
        The clip that plays it, and the frame from which that clip was free before.
    sound : Sound or None
        Its recording; None for a written stinger.
    is_begun : bool
        Whether its sync point has passed.
    log_fields : dict
        Further keys for the log: the pitches and the key of a written stinger; the file, of several.
    picked : dict
        Index of the file that was picked, and the pick state before, by the name of the picker.
    """

    message: FireEvent
    table: StingerTable
    layer_place: LayerPlace
    asked_frame: int
    group: int
    place: StingerPlace
    first: int = 0
    last: int = 0
    clip: ClipInUse | None = None
    clip_ended: int = 0
    sound: Sound | None = None
    is_begun: bool = False
    log_fields: dict[str, object] = field(default_factory=dict)
    picked: dict[str, tuple[int, PickState | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StingersState:
    """What stingers remember.

    Parameters
    ----------
    sync_points : Mapping
        Frame of the latest sync point of each stinger, from which its cooldown is counted; frames before 0
        are negative.
    fired_count : int
        Number of stingers so far; it chooses their withdrawal groups.
    revision : int
        `PlaybackState.revision` for which scheduled stingers have their places.
    """

    sync_points: Mapping[str, int] = field(default_factory=dict)
    fired_count: int = 0
    revision: int = 0


class Stingers:
    """Places, posts, moves and drops stingers.

    Parameters
    ----------
    playback : PlaybackState
        What plays and is planned.
    outbox : CommandOutbox
        Receives the commands.
    groups : range
        Withdrawal groups for stingers, used in rotation.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox, groups: range) -> None:
        self.playback, self.outbox, self._groups = playback, outbox, groups
        rate = playback.engine.spec.sample_rate
        self._tables = dict(playback.preset.file.stingers)
        places = playback.layout.stingers
        self._clips = {name: [ClipInUse(clip) for clip in place.clips] for name, place in places.items()}
        ducked = [place.bus for place in playback.layout.layers.values()]
        ducked += [place.bus for place in playback.layout.bridges.values()]
        self._ducking = Ducking(ducked, playback.layout.duck_group, rate)
        self._is_ducking = any(table.duck_db < 0.0 for table in self._tables.values())
        self._scheduled: list[ScheduledStinger] = []
        self.state = StingersState()

    def take_over(self, before: Stingers) -> None:
        """Keep the stingers that are scheduled or sound, and the cooldowns.

        A stinger that the edit removed, or moved to other rows, plays to its end if it has begun; if not, it
        is dropped.
        """
        old, new = before.playback.layout.stingers, self.playback.layout.stingers
        kept = {name for name, place in new.items() if place.shares_row(old.get(name))}
        self._clips |= {name: before._clips[name] for name in kept}
        self._scheduled, self.state = before._scheduled, before.state
        self._is_ducking = self._is_ducking or before._is_ducking
        taken = {place.bus for place in self.playback.layout.places().values()}
        self._ducking.state = before._ducking.state
        self._ducking.duck_too(before._ducking.buses, taken)
        for stinger in list(self._scheduled):
            if stinger.message.name in kept:
                stinger.table = self._tables[stinger.message.name]
            elif stinger.first >= self.playback.earliest:
                self._withdraw(stinger)
                self._scheduled.remove(stinger)
                self._drop(
                    stinger.message, "the preset was edited: the stinger was removed or changed its kind"
                )
        owners, old_owners = self.playback.layout.spec.owners, before.playback.layout.spec.owners
        self._write_ducking(
            [bus for bus in self._ducking.buses if owners.get(("bus", bus)) != old_owners.get(("bus", bus))]
        )

    def rows(self) -> set[EngineRow]:
        """Engine rows of all scheduled and sounding stingers; they must not be reused, even while silent."""
        return {row for stinger in self._scheduled for row in stinger.layer_place.rows()}

    def sounds(self) -> list[Sound]:
        """Recordings of all scheduled and sounding stingers."""
        return [stinger.sound for stinger in self._scheduled if stinger.sound is not None]

    # ── events ─────────────────────────────────────────────────────────────────────────────────

    def fire(self, message: FireEvent) -> None:
        """Schedule the stinger of an event, or drop it with a reason."""
        playback, name = self.playback, message.name
        if message.velocity <= 0.0:
            playback.receipt(message.id, "dropped", "velocity 0: a button was released")
            return
        if name not in self._tables:
            self._drop(message, "no stinger of this name", f"nothing sounds on {name!r}")
            return
        found = self._find(name)
        place = found if isinstance(found, StingerPlace) else None
        why = found if place is None else self._refusal(message, place, playback.now, None)
        if place is None or why is not None:
            self._drop(message, str(why))
            return
        self.state = replace(self.state, fired_count=self.state.fired_count + 1)
        layer_place = playback.layout.stingers[name]
        stinger = ScheduledStinger(
            message,
            self._tables[name],
            layer_place,
            playback.now,
            self._groups[self.state.fired_count % len(self._groups)],
            place,
        )
        is_doubled = any(
            one.message.name == name and one.place.sync_point == place.sync_point for one in self._scheduled
        )
        self._scheduled.append(stinger)
        self._post(stinger)
        self._write_ducking()
        reason = (
            f"event {name}; next {describe(self._tables[name].play_at)} after look-ahead and its own lead-in"
        )
        if is_doubled:
            reason += "; another one sounds with it, so it is twice as loud (`cooldown_s` keeps it from that)"
        self._log(stinger, "scheduled", reason)
        playback.receipt(
            message.id, "accepted", reason, place.sync_point, self._position(place), f"stingers.{name}"
        )

    def revisit(self) -> None:
        """Place scheduled stingers again if the plan has changed since the last call."""
        if self.state.revision == self.playback.revision:
            return
        self.state, moved = replace(self.state, revision=self.playback.revision), False
        for stinger in list(self._scheduled):
            if stinger.first < self.playback.earliest or stinger.message.name not in self._tables:
                self._keep_up(stinger)  # its lead-in can no longer be withdrawn: it keeps its place
                continue
            found = self._find(stinger.message.name)
            if found == stinger.place:
                continue
            moved = True
            self._withdraw(stinger)
            why = found if isinstance(found, str) else None
            if isinstance(found, StingerPlace):
                why = self._refusal(stinger.message, found, stinger.asked_frame, stinger)
            if isinstance(found, str) or why is not None:
                self._scheduled.remove(stinger)
                self._take_back(stinger)
                self._drop(stinger.message, f"what is planned has changed: {why}")
                continue
            stinger.place = found
            self._post(stinger)
            reason = "what is planned has changed: it lands on the grid of what plays then"
            self._log(stinger, "moved", reason)
            self.playback.receipt(
                stinger.message.id, "deferred", reason, found.sync_point, self._position(found),
                f"stingers.{stinger.message.name}",
            )  # fmt: skip
        if moved:
            self._write_ducking()

    def report(self) -> None:
        """Create the receipts of stingers that have started or finished."""
        if not self._scheduled:
            return
        now = self.playback.now
        for stinger in self._scheduled:
            if not stinger.is_begun and stinger.place.sync_point <= now:
                stinger.is_begun = True
                reached = {stinger.message.name: stinger.place.sync_point}
                self.state = replace(self.state, sync_points={**self.state.sync_points, **reached})
                self._receipt(stinger, "started", "its first beat sounds")
        over = [stinger for stinger in self._scheduled if stinger.is_begun and stinger.last <= now]
        for stinger in over:
            self._scheduled.remove(stinger)
            self._receipt(stinger, "finished", "sounded")

    def fitting(self, state: StingersState) -> StingersState:
        """A state without the stingers that this preset does not have."""
        known = {name: frame for name, frame in state.sync_points.items() if name in self._tables}
        return replace(state, sync_points=known)

    def _receipt(self, stinger: ScheduledStinger, status: str, reason: str) -> None:
        place, rule = stinger.place, f"stingers.{stinger.message.name}"
        self.playback.receipt(
            stinger.message.id, status, reason, place.sync_point, self._position(place), rule
        )

    # ── where it lands ─────────────────────────────────────────────────────────────────────────

    def _find(self, name: str) -> StingerPlace | str:
        """The first place on which a stinger can land, or the reason why there is none."""
        playback, table = self.playback, self._tables[name]
        tempo, earliest = playback.tempo, playback.earliest
        if table.notes:
            lead = max(0.0, -min(note.at for note in table.notes))
            beat = tempo.beat_at(earliest) + lead
        else:
            elastic = playback.assets.stinger_tempo.get(name)
            longest = max(shot.sound.origin for shot in playback.assets.stingers[name])
            beat = tempo.beat_at(earliest + lead_frames(elastic, name, longest, earliest))
        no_grid_place = True
        for instance, ends in playback.instances():
            if beat >= ends - BEAT_TOLERANCE:
                continue
            found = instance.next_exit(max(beat, instance.start_beat), table.play_at)
            no_grid_place = no_grid_place and found is None
            if found is not None and found.beat < ends - BEAT_TOLERANCE:
                return StingerPlace(max(tempo.frame_at(found.beat), earliest), found.beat, instance)
            if table.no_room == "drop" and ends < float("inf"):
                return f"there is no room for it before {instance.section} is left"
        if no_grid_place:
            return f"there is no {describe(table.play_at)} in what plays"
        return "there is no place for it in what is planned"

    def _refusal(
        self, message: FireEvent, place: StingerPlace, asked: int, itself: ScheduledStinger | None
    ) -> str | None:
        """Why a stinger is not played at a place; None if it is.

        `asked` is the frame of the event; `itself` is left out of the cooldown when it is placed again.
        """
        table, rate = self._tables[message.name], self.playback.tempo.sample_rate
        life = min(table.expires_s, table.expires_s if message.expires_s is None else message.expires_s)
        if place.sync_point - asked > life * rate:
            wait = (place.sync_point - asked) / rate
            return f"the next place for it was {wait:.2f} s away, it expires after {life:g} s"
        same_name = [stinger for stinger in self._scheduled if stinger.message.name == message.name]
        others = [stinger for stinger in same_name if stinger is not itself]
        places = len(self._clips[message.name])
        if places and sum(not stinger.is_begun for stinger in others) >= places:
            return f"{places} of it are on their way already"
        sync_points = [stinger.place.sync_point for stinger in others]
        reached = self.state.sync_points.get(message.name)
        sync_points += [] if reached is None else [reached]
        near = min((abs(place.sync_point - sync_point) for sync_point in sync_points), default=None)
        if near is not None and near < table.cooldown_s * rate:
            rest = table.cooldown_s - near / rate
            return f"it may sound again in {rest:.2f} s (cooldown {table.cooldown_s:g} s)"
        return None

    def _position(self, place: StingerPlace) -> str:
        return place.instance.position(self.playback.tempo.beat_at(place.sync_point))

    # ── commands ───────────────────────────────────────────────────────────────────────────────

    def _post(self, stinger: ScheduledStinger) -> None:
        table = stinger.table
        posted = self._post_notes(stinger, table) if table.notes else self._post_sound(stinger, table)
        self.outbox.add(posted)
        if table.duck_db < 0.0:  # it does not count as finished before the ducking recovers
            stinger.last = max(stinger.last, self._ducking.recovers_at(self._duck_window(stinger)))

    def _post_sound(self, stinger: ScheduledStinger, table: StingerTable) -> list[Command]:
        name, velocity = stinger.message.name, stinger.message.velocity
        shot = self._variant(stinger)
        clip = min(self._clips[name], key=lambda playing: playing.ends_frame)
        elastic = self.playback.assets.stinger_tempo.get(name)
        stinger.first = enter(clip, elastic, name, shot.sound, stinger.place.sync_point)
        stinger.last = ends_at(clip, elastic, shot.sound)
        stinger.clip, stinger.clip_ended, clip.ends_frame = clip, clip.ends_frame, stinger.last
        stinger.sound = shot.sound
        gain = db_to_gain(table.level_db) * velocity * velocity
        bus = self.playback.layout.stingers[name].bus
        started = commands.start_clip(
            stinger.first, clip.clip, shot.number, bus, position=round(clip.way_position_at(stinger.first)),
            gain=gain, pan=table.pan, group=stinger.group,
        )  # fmt: skip
        return [started, *([] if elastic is None else elastic.commands(clip, stinger.first, stinger.group))]

    def _keep_up(self, stinger: ScheduledStinger) -> None:
        """Let a stinger that sounds follow the tempo, if it has a tempo of its own."""
        clip, name = stinger.clip, stinger.message.name
        elastic = self.playback.assets.stinger_tempo.get(name)
        if clip is None or elastic is None or stinger.sound is None:
            return
        if stinger.last <= self.playback.earliest:
            return
        self.outbox.add(keep_up(clip, elastic, name, self.playback.earliest))
        ends = ends_at(clip, elastic, stinger.sound)
        stinger.last = max(stinger.last, ends)
        clip.ends_frame = max(clip.ends_frame, ends)

    def _variant(self, stinger: ScheduledStinger) -> OneShot:
        """The next of the recordings whose key is nearest to the key at the stinger's place.

        A stinger that moves keeps what was picked, unless another key is nearest there.
        """
        name = stinger.message.name
        shots = self.playback.assets.stingers[name]
        keys = [shot.key for shot in shots if shot.key is not None]
        key = keys[nearest_key(self._harmony(stinger.place)[0], keys)] if keys else None
        path = shot_path("stingers", name, key)
        if path not in stinger.picked:
            self._take_back(stinger)
            stinger.picked = {path: self.playback.shot_picks.pick(path)}
        picked, before = stinger.picked[path]
        variants = [shot for shot in shots if shot.key == key]
        shot = variants[min(picked, len(variants) - 1)]  # an edit may have removed files
        stinger.log_fields = {} if before is None else {"take": shot.file}
        return shot

    def _take_back(self, stinger: ScheduledStinger) -> None:
        """Take back what was picked for a stinger that does not sound."""
        for path, (_, before) in stinger.picked.items():
            self.playback.shot_picks.undo(path, before)

    def _post_notes(self, stinger: ScheduledStinger, table: StingerTable) -> list[Command]:
        """Commands of a written stinger, transposed to the key or the chord at its sync point."""
        playback, place = self.playback, stinger.place
        key, chord = self._harmony(place)
        near = NOTES_NEAR + 12.0 * table.octave
        player = playback.assets.stinger_players[stinger.message.name]
        posted: list[Command] = []
        pitches = []
        stinger.first = stinger.last = place.sync_point
        for note in sorted(table.notes, key=lambda note: note.at):
            if table.follows == "chord":
                pitch = pitch_over_chord(chord, key, note.degree, near)
            else:
                pitch = pitch_of_degree(key, note.degree, near)
            frame = max(playback.tempo.frame_at(place.beat + note.at), playback.earliest)
            ends = playback.tempo.frame_at(place.beat + note.at + note.beats)
            stinger.first, stinger.last = min(stinger.first, frame), max(stinger.last, ends)
            velocity = note.velocity * stinger.message.velocity
            frames = max(1, ends - frame)
            written = Note(Fraction(0), Fraction(1), str(pitch), pitch.midi, velocity)
            posted += player.play(written, frame, frames, stinger.group)
            pitches.append(str(pitch))
        stinger.last += round(RELEASE_S * playback.tempo.sample_rate)
        stinger.log_fields = {"pitches": pitches, "key": str(key)}
        return posted

    def _harmony(self, place: StingerPlace) -> tuple[Key, Chord]:
        playback, instance = self.playback, place.instance
        if instance.section == SILENCE:
            instance = playback.instance_in(playback.preset.first_section, instance.start_beat, 0.0, 1)
        context = playback.compose_context(instance, playback.origin_of(instance))
        bar, within = divmod(max(0.0, instance.local(place.beat)) + BEAT_TOLERANCE, instance.beats_per_bar)
        harmony = context.plan_of(int(bar), self.playback.held).harmony
        # chords count the beats of the meter as written
        within *= self._written_beats(instance) / instance.beats_per_bar
        chord = [chord for onset, chord in harmony.chords if float(onset) <= within][-1]
        return harmony.key, Chord(harmony.key.tonic, "5", harmony.key.tonic) if chord.is_silent else chord

    def _written_beats(self, instance: SegmentInstance) -> int:
        segment = self.playback.preset.segments.get(instance.section)
        return instance.beats_per_bar if segment is None else segment.meter[0]

    def _withdraw(self, stinger: ScheduledStinger) -> None:
        self.outbox.add([commands.withdraw(stinger.group, self.playback.earliest)])
        if stinger.clip is not None:
            stinger.clip.ends_frame = stinger.clip_ended
            stinger.clip = None

    def _write_ducking(self, added: Sequence[int] = ()) -> None:
        if not self._is_ducking:
            return
        windows = [self._duck_window(stinger) for stinger in self._scheduled if stinger.table.duck_db < 0.0]
        self.outbox.add(self._ducking.write(windows, self.playback.earliest, added))

    def _duck_window(self, stinger: ScheduledStinger) -> DuckWindow:
        gain = db_to_gain(stinger.table.duck_db)
        return DuckWindow(stinger.first, stinger.place.sync_point, stinger.last, gain)

    # ── log and receipts ───────────────────────────────────────────────────────────────────────

    def _log(self, stinger: ScheduledStinger, status: str, reason: str) -> None:
        playback, sync_point = self.playback, stinger.place.sync_point
        playback.log_line(
            "stinger",
            sync_point,
            reason,
            event=stinger.message.name,
            status=status,
            starts_frame=stinger.first,
            decided_frame=playback.now,
            wait_s=round((sync_point - playback.now) / playback.tempo.sample_rate, 4),
            velocity=round(stinger.message.velocity, 3),
            **stinger.log_fields,
        )

    def _drop(self, message: FireEvent, why: str, told: str | None = None) -> None:
        self.playback.log_line("stinger", self.playback.now, why, event=message.name, status="dropped")
        self.playback.receipt(message.id, "dropped", told or why)
