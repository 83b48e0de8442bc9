"""Stingers: one-shots on a grid, aligned by their own first beat, with room made for them.

One that is on its way looks for its place again when a seam or the tempo is planned anew: it lands on the
grid of whatever plays there, or says why it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adaptive.conductor.assets import OneShot
from adaptive.conductor.layers.stems import Playing
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.messages import FireEvent
from adaptive.conductor.playback import SILENCE, Stage
from adaptive.conductor.segment_instance import Passage
from adaptive.conductor.stingers.ducking import Ducking, Room
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.engine.spec import Seat
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
class Place:
    """Where a stinger's first beat lands."""

    apex: int
    beat: float
    passage: Passage


@dataclass(slots=True)
class Hit:
    """A stinger on its way, or sounding."""

    message: FireEvent
    table: StingerTable
    seat: LayerPlace
    asked_frame: int
    group: int
    place: Place
    first: int = 0
    last: int = 0
    clip: Playing | None = None
    clip_ended: int = 0
    sound: Sound | None = None
    is_begun: bool = False
    words: dict[str, object] = field(default_factory=dict)


class Stingers:
    """Who may sound when.

    Parameters
    ----------
    stage : Stage
        What plays, and what is planned.
    groups : range
        Withdrawal groups, used in turn.
    """

    def __init__(self, stage: Stage, groups: range) -> None:
        self.stage, self._groups = stage, groups
        rate = stage.engine.spec.sample_rate
        self._tables = dict(stage.preset.file.stingers)
        places = stage.layout.stingers
        self._clips = {name: [Playing(clip) for clip in place.clips] for name, place in places.items()}
        ducked = [place.bus for place in stage.layout.layers.values()]
        ducked += [place.bus for place in stage.layout.bridges.values()]
        self._ducking = Ducking(ducked, stage.layout.duck_group, rate)
        self._is_ducking = any(table.duck_db < 0.0 for table in self._tables.values())
        self._hits: list[Hit] = []
        self._last_apex: dict[str, int] = {}
        self._turn, self._revision = 0, 0

    def take_over(self, before: Stingers) -> None:
        """Keep what is on its way or sounds, and how long each has to rest.

        A stinger that is no more, or is played by other means, sounds on where it is if it has begun.
        """
        old, new = before.stage.layout.stingers, self.stage.layout.stingers
        kept = {name for name, place in new.items() if place.shares_seat(old.get(name))}
        self._clips |= {name: before._clips[name] for name in kept}
        self._hits, self._last_apex = before._hits, before._last_apex
        self._turn, self._revision = before._turn, before._revision
        self._is_ducking = self._is_ducking or before._is_ducking
        taken = {place.bus for place in self.stage.layout.places().values()}
        self._ducking.take_over(before._ducking, taken)
        for hit in list(self._hits):
            if hit.message.name in kept:
                hit.table = self._tables[hit.message.name]
            elif hit.first >= self.stage.earliest:
                self._withdraw(hit)
                self._hits.remove(hit)
                self._drop(hit.message, "the preset was edited: it is no more, or played by other means")
        seated, was_seated = (layout.spec.tenants for layout in (self.stage.layout, before.stage.layout))
        self._make_room(
            [bus for bus in self._ducking.buses if seated.get(("bus", bus)) != was_seated.get(("bus", bus))]
        )

    def seats(self) -> set[Seat]:
        """Seats of those on their way or sounding: nobody else may have them, however silent they are."""
        return {seat for hit in self._hits for seat in hit.seat.seats()}

    def sounds(self) -> list[Sound]:
        """Recordings that are on their way, or sound."""
        return [hit.sound for hit in self._hits if hit.sound is not None]

    # ── what is asked ──────────────────────────────────────────────────────────────────────────

    def fire(self, message: FireEvent) -> None:
        """Schedule the stinger of an event, or say why not."""
        stage, name = self.stage, message.name
        if message.velocity <= 0.0:
            stage.receipt(message.id, "dropped", "velocity 0 is a button let go")
            return
        if name not in self._tables:
            self._drop(message, "no stinger of this name", f"nothing sounds on {name!r}")
            return
        found = self._find(name)
        place = found if isinstance(found, Place) else None
        why = found if place is None else self._refusal(message, place, stage.now, None)
        if place is None or why is not None:
            self._drop(message, str(why))
            return
        self._turn += 1
        seat = stage.layout.stingers[name]
        hit = Hit(
            message, self._tables[name], seat, stage.now, self._groups[self._turn % len(self._groups)], place
        )
        self._hits.append(hit)
        self._post(hit)
        self._make_room()
        reason = (
            f"event {name}; next {describe(self._tables[name].play_at)} after look-ahead and its own lead-in"
        )
        self._tell(hit, "scheduled", reason)
        stage.receipt(message.id, "accepted", reason, place.apex, self._position(place), f"stingers.{name}")

    def revisit(self) -> None:
        """Find the places of what has not begun again, if what is planned has changed since."""
        if self._revision == self.stage.revision:
            return
        self._revision, moved = self.stage.revision, False
        for hit in list(self._hits):
            if hit.first < self.stage.earliest or hit.message.name not in self._tables:
                continue  # its lead-in is certain: it lands where it was promised
            found = self._find(hit.message.name)
            if found == hit.place:
                continue
            moved = True
            self._withdraw(hit)
            why = found if isinstance(found, str) else None
            if isinstance(found, Place):
                why = self._refusal(hit.message, found, hit.asked_frame, hit)
            if isinstance(found, str) or why is not None:
                self._hits.remove(hit)
                self._drop(hit.message, f"what is planned has changed: {why}")
                continue
            hit.place = found
            self._post(hit)
            reason = "what is planned has changed: it lands on the grid of what plays then"
            self._tell(hit, "moved", reason)
            self.stage.receipt(
                hit.message.id, "deferred", reason, found.apex, self._position(found),
                f"stingers.{hit.message.name}",
            )  # fmt: skip
        if moved:
            self._make_room()

    def send_due(self) -> None:
        """Tell what has begun and what is over."""
        now = self.stage.now
        for hit in self._hits:
            if not hit.is_begun and hit.place.apex <= now:
                hit.is_begun = True
                self._last_apex[hit.message.name] = hit.place.apex
                self._end(hit, "started", "its first beat sounds")
        over = [hit for hit in self._hits if hit.is_begun and hit.last <= now]
        for hit in over:
            self._hits.remove(hit)
            self._end(hit, "finished", "sounded")

    def last_apexes(self) -> dict[str, int]:
        """Frame of each stinger's last first beat."""
        return dict(self._last_apex)

    def rest(self, apexes: Mapping[str, int]) -> None:
        """Let stingers rest as if their first beats had sounded at these frames."""
        self._last_apex = {name: apex for name, apex in apexes.items() if name in self._tables}

    def _end(self, hit: Hit, status: str, reason: str) -> None:
        place, rule = hit.place, f"stingers.{hit.message.name}"
        self.stage.receipt(hit.message.id, status, reason, place.apex, self._position(place), rule)

    # ── where it lands ─────────────────────────────────────────────────────────────────────────

    def _find(self, name: str) -> Place | str:
        """The first place it can land on, or why there is none."""
        stage, table = self.stage, self._tables[name]
        tempo, earliest = stage.tempo, stage.earliest
        if table.notes:
            lead = max(0.0, -min(note.at for note in table.notes))
            beat = tempo.beat_at(earliest) + lead
        else:
            beat = tempo.beat_at(earliest + max(shot.sound.origin for shot in stage.material.stingers[name]))
        homeless = True
        for passage, ends in stage.passages():
            if beat >= ends - HAIR:
                continue
            found = passage.next_exit(max(beat, passage.start_beat), table.play_at)
            homeless = homeless and found is None
            if found is not None and found.beat < ends - HAIR:
                return Place(max(tempo.frame_at(found.beat), earliest), found.beat, passage)
            if table.no_room == "drop" and ends < float("inf"):
                return f"there is no room for it before {passage.section} is left"
        if homeless:
            return f"there is no {describe(table.play_at)} in what plays"
        return "there is no place for it in what is planned"

    def _refusal(self, message: FireEvent, place: Place, asked: int, itself: Hit | None) -> str | None:
        """Why a stinger is not played at a place, or None."""
        table, rate = self._tables[message.name], self.stage.tempo.sample_rate
        life = min(table.expires_s, table.expires_s if message.expires_s is None else message.expires_s)
        if place.apex - asked > life * rate:
            wait = (place.apex - asked) / rate
            return f"the next place for it was {wait:.2f} s away, it expires after {life:g} s"
        others = [hit for hit in self._hits if hit is not itself and hit.message.name == message.name]
        places = len(self._clips[message.name])
        if places and sum(not hit.is_begun for hit in others) >= places:
            return f"{places} of it are on their way already"
        apexes = [hit.place.apex for hit in others]
        apexes += [self._last_apex[message.name]] if message.name in self._last_apex else []
        near = min((abs(place.apex - apex) for apex in apexes), default=None)
        if near is not None and near < table.cooldown_s * rate:
            rest = table.cooldown_s - near / rate
            return f"it may sound again in {rest:.2f} s (cooldown {table.cooldown_s:g} s)"
        return None

    def _position(self, place: Place) -> str:
        return place.passage.position(self.stage.tempo.beat_at(place.apex))

    # ── what it posts ──────────────────────────────────────────────────────────────────────────

    def _post(self, hit: Hit) -> None:
        table = hit.table
        posted = self._post_notes(hit, table) if table.notes else self._post_sound(hit, table)
        self.stage.commands += posted
        if table.duck_db < 0.0:  # it is not over before the room it makes begins to close
            hit.last = max(hit.last, self._ducking.ends(self._room(hit)))

    def _post_sound(self, hit: Hit, table: StingerTable) -> list[Command]:
        name, velocity = hit.message.name, hit.message.velocity
        shot = self._variant(name, hit.place)
        clip = min(self._clips[name], key=lambda playing: playing.ends_frame)
        hit.first = hit.place.apex - shot.sound.origin
        hit.last = hit.first + shot.sound.frames
        hit.clip, hit.clip_ended, clip.ends_frame = clip, clip.ends_frame, hit.last
        hit.sound = shot.sound
        gain = db_to_gain(table.level_db) * velocity * velocity
        bus = self.stage.layout.stingers[name].bus
        return [
            commands.start_clip(
                hit.first, clip.clip, shot.number, bus, position=-shot.sound.origin, gain=gain,
                pan=table.pan, group=hit.group,
            )
        ]  # fmt: skip

    def _variant(self, name: str, place: Place) -> OneShot:
        """The recording made for the key of the moment, or the most like it."""
        shots = self.stage.material.stingers[name]
        keys = [shot.key for shot in shots if shot.key is not None]
        if len(keys) < 2:
            return shots[0]
        return shots[nearest_key(self._harmony(place)[0], keys)]

    def _post_notes(self, hit: Hit, table: StingerTable) -> list[Command]:
        """Notes of a written stinger, in the key or over the chord that its first beat lands on."""
        stage, place = self.stage, hit.place
        key, chord = self._harmony(place)
        near = NOTES_NEAR + 12.0 * table.octave
        instrument = stage.layout.stingers[hit.message.name].instrument or 0
        posted, pitches = [], []
        hit.first = hit.last = place.apex
        for note in sorted(table.notes, key=lambda note: note.at):
            if table.follows == "chord":
                pitch = pitch_over_chord(chord, key, note.degree, near)
            else:
                pitch = pitch_of_degree(key, note.degree, near)
            frame = max(stage.tempo.frame_at(place.beat + note.at), stage.earliest)
            ends = stage.tempo.frame_at(place.beat + note.at + note.beats)
            hit.first, hit.last = min(hit.first, frame), max(hit.last, ends)
            velocity = note.velocity * hit.message.velocity
            frames = max(1, ends - frame)
            posted.append(
                commands.play_note(frame, instrument, float(pitch.midi), velocity, frames, group=hit.group)
            )
            pitches.append(str(pitch))
        hit.last += round(RELEASE_S * stage.tempo.sample_rate)
        hit.words = {"pitches": pitches, "key": str(key)}
        return posted

    def _harmony(self, place: Place) -> tuple[Key, Chord]:
        stage, passage = self.stage, place.passage
        if passage.section == SILENCE:
            passage = stage.passage_in(stage.preset.first_section, passage.start_beat, 0.0, 1)
        harmony_of = stage.stay_in(passage, stage.origin_of(passage)).harmony_of
        bar, within = divmod(max(0.0, passage.local(place.beat)) + HAIR, passage.beats_per_bar)
        harmony = harmony_of(int(bar))
        chord = [chord for onset, chord in harmony.chords if float(onset) <= within][-1]
        return harmony.key, chord

    def _withdraw(self, hit: Hit) -> None:
        self.stage.commands.append(commands.withdraw(hit.group, self.stage.earliest))
        if hit.clip is not None:
            hit.clip.ends_frame = hit.clip_ended
            hit.clip = None

    def _make_room(self, came: Sequence[int] = ()) -> None:
        if not self._is_ducking:
            return
        rooms = [self._room(hit) for hit in self._hits if hit.table.duck_db < 0.0]
        self.stage.commands += self._ducking.write(rooms, self.stage.earliest, came)

    def _room(self, hit: Hit) -> Room:
        gain = db_to_gain(hit.table.duck_db)
        return Room(hit.first, hit.place.apex, hit.last, gain)

    # ── what it tells ──────────────────────────────────────────────────────────────────────────

    def _tell(self, hit: Hit, status: str, reason: str) -> None:
        stage, apex = self.stage, hit.place.apex
        stage.log_line(
            "stinger", apex, reason, event=hit.message.name, status=status, starts_frame=hit.first,
            decided_frame=stage.now, wait_s=round((apex - stage.now) / stage.tempo.sample_rate, 4),
            velocity=round(hit.message.velocity, 3), **hit.words,
        )  # fmt: skip

    def _drop(self, message: FireEvent, why: str, told: str | None = None) -> None:
        self.stage.log_line("stinger", self.stage.now, why, event=message.name, status="dropped")
        self.stage.receipt(message.id, "dropped", told or why)
