"""Stingers: one-shots on a grid, aligned by their own first beat, with room made for them.

One that is on its way looks for its place again when a seam or the tempo is planned anew: it lands on the
grid of whatever plays there, or says why it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adaptive.conductor.assets import OneShot
from adaptive.conductor.layers.stems import ClipInUse
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.messages import FireEvent
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.stingers.ducking import Ducking, DuckWindow
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.engine.spec import EngineRow
from adaptive.music.chord import Chord
from adaptive.music.degrees import nearest_key, pitch_of_degree, pitch_over_chord
from adaptive.music.scale import Key
from adaptive.preset.grids import describe
from adaptive.preset.schema import StingerTable
from adaptive.timebase import HAIR
from adaptive.units import db_to_gain

NOTES_NEAR = 72.0
"""Degree 1 of a written stinger is the tonic nearest to C5, before its `octave`."""

RELEASE_S = 0.5
"""A written stinger counts as over so long after its last note."""


@dataclass(frozen=True, slots=True)
class StingerPlace:
    """Where a stinger's first beat lands."""

    sync_point: int
    beat: float
    instance: SegmentInstance


@dataclass(slots=True)
class ScheduledStinger:
    """A stinger on its way, or sounding."""

    message: FireEvent
    table: StingerTable
    row: LayerPlace
    asked_frame: int
    group: int
    place: StingerPlace
    first: int = 0
    last: int = 0
    clip: ClipInUse | None = None
    clip_ended: int = 0
    sound: Sound | None = None
    is_begun: bool = False
    words: dict[str, object] = field(default_factory=dict)


class Stingers:
    """Who may sound when.

    Parameters
    ----------
    playback : PlaybackState
        What plays, and what is planned.
    outbox : CommandOutbox
        Receives the commands.
    groups : range
        Withdrawal groups, used in turn.
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
        self._hits: list[ScheduledStinger] = []
        self._last_sync_point: dict[str, int] = {}
        self._turn, self._revision = 0, 0

    def take_over(self, before: Stingers) -> None:
        """Keep what is on its way or sounds, and how long each has to rest.

        A stinger that is no more, or is played by other means, sounds on where it is if it has begun.
        """
        old, new = before.playback.layout.stingers, self.playback.layout.stingers
        kept = {name for name, place in new.items() if place.shares_row(old.get(name))}
        self._clips |= {name: before._clips[name] for name in kept}
        self._hits, self._last_sync_point = before._hits, before._last_sync_point
        self._turn, self._revision = before._turn, before._revision
        self._is_ducking = self._is_ducking or before._is_ducking
        taken = {place.bus for place in self.playback.layout.places().values()}
        self._ducking.take_over(before._ducking, taken)
        for hit in list(self._hits):
            if hit.message.name in kept:
                hit.table = self._tables[hit.message.name]
            elif hit.first >= self.playback.earliest:
                self._withdraw(hit)
                self._hits.remove(hit)
                self._drop(hit.message, "the preset was edited: it is no more, or played by other means")
        seated, was_seated = (layout.spec.owners for layout in (self.playback.layout, before.playback.layout))
        self._make_room(
            [bus for bus in self._ducking.buses if seated.get(("bus", bus)) != was_seated.get(("bus", bus))]
        )

    def rows(self) -> set[EngineRow]:
        """Seats of those on their way or sounding: nobody else may have them, however silent they are."""
        return {row for hit in self._hits for row in hit.row.rows()}

    def sounds(self) -> list[Sound]:
        """Recordings that are on their way, or sound."""
        return [hit.sound for hit in self._hits if hit.sound is not None]

    # ── what is asked ──────────────────────────────────────────────────────────────────────────

    def fire(self, message: FireEvent) -> None:
        """Schedule the stinger of an event, or say why not."""
        playback, name = self.playback, message.name
        if message.velocity <= 0.0:
            playback.receipt(message.id, "dropped", "velocity 0 is a button let go")
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
        self._turn += 1
        row = playback.layout.stingers[name]
        hit = ScheduledStinger(
            message,
            self._tables[name],
            row,
            playback.now,
            self._groups[self._turn % len(self._groups)],
            place,
        )
        self._hits.append(hit)
        self._post(hit)
        self._make_room()
        reason = (
            f"event {name}; next {describe(self._tables[name].play_at)} after look-ahead and its own lead-in"
        )
        self._tell(hit, "scheduled", reason)
        playback.receipt(
            message.id, "accepted", reason, place.sync_point, self._position(place), f"stingers.{name}"
        )

    def revisit(self) -> None:
        """Find the places of what has not begun again, if what is planned has changed since."""
        if self._revision == self.playback.revision:
            return
        self._revision, moved = self.playback.revision, False
        for hit in list(self._hits):
            if hit.first < self.playback.earliest or hit.message.name not in self._tables:
                continue  # its lead-in is certain: it lands where it was promised
            found = self._find(hit.message.name)
            if found == hit.place:
                continue
            moved = True
            self._withdraw(hit)
            why = found if isinstance(found, str) else None
            if isinstance(found, StingerPlace):
                why = self._refusal(hit.message, found, hit.asked_frame, hit)
            if isinstance(found, str) or why is not None:
                self._hits.remove(hit)
                self._drop(hit.message, f"what is planned has changed: {why}")
                continue
            hit.place = found
            self._post(hit)
            reason = "what is planned has changed: it lands on the grid of what plays then"
            self._tell(hit, "moved", reason)
            self.playback.receipt(
                hit.message.id, "deferred", reason, found.sync_point, self._position(found),
                f"stingers.{hit.message.name}",
            )  # fmt: skip
        if moved:
            self._make_room()

    def send_due(self) -> None:
        """Tell what has begun and what is over."""
        now = self.playback.now
        for hit in self._hits:
            if not hit.is_begun and hit.place.sync_point <= now:
                hit.is_begun = True
                self._last_sync_point[hit.message.name] = hit.place.sync_point
                self._end(hit, "started", "its first beat sounds")
        over = [hit for hit in self._hits if hit.is_begun and hit.last <= now]
        for hit in over:
            self._hits.remove(hit)
            self._end(hit, "finished", "sounded")

    def last_apexes(self) -> dict[str, int]:
        """Frame of each stinger's last first beat."""
        return dict(self._last_sync_point)

    def rest(self, sync_points: Mapping[str, int]) -> None:
        """Let stingers rest as if their first beats had sounded at these frames."""
        self._last_sync_point = {
            name: sync_point for name, sync_point in sync_points.items() if name in self._tables
        }

    def _end(self, hit: ScheduledStinger, status: str, reason: str) -> None:
        place, rule = hit.place, f"stingers.{hit.message.name}"
        self.playback.receipt(hit.message.id, status, reason, place.sync_point, self._position(place), rule)

    # ── where it lands ─────────────────────────────────────────────────────────────────────────

    def _find(self, name: str) -> StingerPlace | str:
        """The first place it can land on, or why there is none."""
        playback, table = self.playback, self._tables[name]
        tempo, earliest = playback.tempo, playback.earliest
        if table.notes:
            lead = max(0.0, -min(note.at for note in table.notes))
            beat = tempo.beat_at(earliest) + lead
        else:
            beat = tempo.beat_at(earliest + max(shot.sound.origin for shot in playback.assets.stingers[name]))
        homeless = True
        for instance, ends in playback.instances():
            if beat >= ends - HAIR:
                continue
            found = instance.next_exit(max(beat, instance.start_beat), table.play_at)
            homeless = homeless and found is None
            if found is not None and found.beat < ends - HAIR:
                return StingerPlace(max(tempo.frame_at(found.beat), earliest), found.beat, instance)
            if table.no_room == "drop" and ends < float("inf"):
                return f"there is no room for it before {instance.section} is left"
        if homeless:
            return f"there is no {describe(table.play_at)} in what plays"
        return "there is no place for it in what is planned"

    def _refusal(
        self, message: FireEvent, place: StingerPlace, asked: int, itself: ScheduledStinger | None
    ) -> str | None:
        """Why a stinger is not played at a place, or None."""
        table, rate = self._tables[message.name], self.playback.tempo.sample_rate
        life = min(table.expires_s, table.expires_s if message.expires_s is None else message.expires_s)
        if place.sync_point - asked > life * rate:
            wait = (place.sync_point - asked) / rate
            return f"the next place for it was {wait:.2f} s away, it expires after {life:g} s"
        others = [hit for hit in self._hits if hit is not itself and hit.message.name == message.name]
        places = len(self._clips[message.name])
        if places and sum(not hit.is_begun for hit in others) >= places:
            return f"{places} of it are on their way already"
        sync_points = [hit.place.sync_point for hit in others]
        sync_points += [self._last_sync_point[message.name]] if message.name in self._last_sync_point else []
        near = min((abs(place.sync_point - sync_point) for sync_point in sync_points), default=None)
        if near is not None and near < table.cooldown_s * rate:
            rest = table.cooldown_s - near / rate
            return f"it may sound again in {rest:.2f} s (cooldown {table.cooldown_s:g} s)"
        return None

    def _position(self, place: StingerPlace) -> str:
        return place.instance.position(self.playback.tempo.beat_at(place.sync_point))

    # ── what it posts ──────────────────────────────────────────────────────────────────────────

    def _post(self, hit: ScheduledStinger) -> None:
        table = hit.table
        posted = self._post_notes(hit, table) if table.notes else self._post_sound(hit, table)
        self.outbox.add(posted)
        if table.duck_db < 0.0:  # it is not over before the room it makes begins to close
            hit.last = max(hit.last, self._ducking.ends(self._room(hit)))

    def _post_sound(self, hit: ScheduledStinger, table: StingerTable) -> list[Command]:
        name, velocity = hit.message.name, hit.message.velocity
        shot = self._variant(name, hit.place)
        clip = min(self._clips[name], key=lambda playing: playing.ends_frame)
        hit.first = hit.place.sync_point - shot.sound.origin
        hit.last = hit.first + shot.sound.frames
        hit.clip, hit.clip_ended, clip.ends_frame = clip, clip.ends_frame, hit.last
        hit.sound = shot.sound
        gain = db_to_gain(table.level_db) * velocity * velocity
        bus = self.playback.layout.stingers[name].bus
        return [
            commands.start_clip(
                hit.first, clip.clip, shot.number, bus, position=-shot.sound.origin, gain=gain,
                pan=table.pan, group=hit.group,
            )
        ]  # fmt: skip

    def _variant(self, name: str, place: StingerPlace) -> OneShot:
        """The recording made for the key of the moment, or the most like it."""
        shots = self.playback.assets.stingers[name]
        keys = [shot.key for shot in shots if shot.key is not None]
        if len(keys) < 2:
            return shots[0]
        return shots[nearest_key(self._harmony(place)[0], keys)]

    def _post_notes(self, hit: ScheduledStinger, table: StingerTable) -> list[Command]:
        """Notes of a written stinger, in the key or over the chord that its first beat lands on."""
        playback, place = self.playback, hit.place
        key, chord = self._harmony(place)
        near = NOTES_NEAR + 12.0 * table.octave
        instrument = playback.layout.stingers[hit.message.name].instrument or 0
        posted, pitches = [], []
        hit.first = hit.last = place.sync_point
        for note in sorted(table.notes, key=lambda note: note.at):
            if table.follows == "chord":
                pitch = pitch_over_chord(chord, key, note.degree, near)
            else:
                pitch = pitch_of_degree(key, note.degree, near)
            frame = max(playback.tempo.frame_at(place.beat + note.at), playback.earliest)
            ends = playback.tempo.frame_at(place.beat + note.at + note.beats)
            hit.first, hit.last = min(hit.first, frame), max(hit.last, ends)
            velocity = note.velocity * hit.message.velocity
            frames = max(1, ends - frame)
            posted.append(
                commands.play_note(frame, instrument, float(pitch.midi), velocity, frames, group=hit.group)
            )
            pitches.append(str(pitch))
        hit.last += round(RELEASE_S * playback.tempo.sample_rate)
        hit.words = {"pitches": pitches, "key": str(key)}
        return posted

    def _harmony(self, place: StingerPlace) -> tuple[Key, Chord]:
        playback, instance = self.playback, place.instance
        if instance.section == SILENCE:
            instance = playback.instance_in(playback.preset.first_section, instance.start_beat, 0.0, 1)
        harmony_of = playback.compose_context(instance, playback.origin_of(instance)).harmony_of
        bar, within = divmod(max(0.0, instance.local(place.beat)) + HAIR, instance.beats_per_bar)
        harmony = harmony_of(int(bar))
        chord = [chord for onset, chord in harmony.chords if float(onset) <= within][-1]
        return harmony.key, chord

    def _withdraw(self, hit: ScheduledStinger) -> None:
        self.outbox.add([commands.withdraw(hit.group, self.playback.earliest)])
        if hit.clip is not None:
            hit.clip.ends_frame = hit.clip_ended
            hit.clip = None

    def _make_room(self, came: Sequence[int] = ()) -> None:
        if not self._is_ducking:
            return
        rooms = [self._room(hit) for hit in self._hits if hit.table.duck_db < 0.0]
        self.outbox.add(self._ducking.write(rooms, self.playback.earliest, came))

    def _room(self, hit: ScheduledStinger) -> DuckWindow:
        gain = db_to_gain(hit.table.duck_db)
        return DuckWindow(hit.first, hit.place.sync_point, hit.last, gain)

    # ── what it tells ──────────────────────────────────────────────────────────────────────────

    def _tell(self, hit: ScheduledStinger, status: str, reason: str) -> None:
        playback, sync_point = self.playback, hit.place.sync_point
        playback.log_line(
            "stinger",
            sync_point,
            reason,
            event=hit.message.name,
            status=status,
            starts_frame=hit.first,
            decided_frame=playback.now,
            wait_s=round((sync_point - playback.now) / playback.tempo.sample_rate, 4),
            velocity=round(hit.message.velocity, 3),
            **hit.words,
        )

    def _drop(self, message: FireEvent, why: str, told: str | None = None) -> None:
        self.playback.log_line("stinger", self.playback.now, why, event=message.name, status="dropped")
        self.playback.receipt(message.id, "dropped", told or why)
