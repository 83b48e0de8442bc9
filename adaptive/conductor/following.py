"""Follows a runner while the music plays: feeds a `Follower`, plays a programme, says which tempo they want.

Nothing here changes the tempo map: `TempoSteering` asks for `target`, once a control step.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from adaptive.conductor.layout.layout import curve_value
from adaptive.conductor.messages import (
    FireEvent,
    Message,
    MoveProgramme,
    SetFollowing,
    SetOutputLatency,
    SetProgramme,
    TakeSteps,
)
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.tempo.source import TempoTarget
from adaptive.errors import InputError
from adaptive.follow.follower import Aim, Follower
from adaptive.follow.from_preset import settings_of
from adaptive.follow.heart_rate import HeartRate
from adaptive.follow.programme import Programme, programme_json, read_programme
from adaptive.follow.programme_player import ProgrammePlayer
from adaptive.follow.rest import Rest
from adaptive.follow.settings import FollowSettings, Mode
from adaptive.kernel.layout import CONTROL_STEP_FRAMES

FollowMessage = TakeSteps | SetProgramme | MoveProgramme | SetFollowing | SetOutputLatency

AIM_EVERY = 4
"""Control steps between two aims: 21 ms at 48 kHz.  Twice as many cost 0.4 ms of asynchrony."""

SAMPLE_S = 1.0
"""Time between two readings of a parameter that is computed, and never arrives."""

MOST_CHANGED = 400.0
"""No number that a message may change is larger."""

ANY_TEMPO, CHANGE_PER_S = (20.0, 400.0), 0.02
"""Range and limit of change of a programme's targets in a preset that follows nobody."""


class TempoFollowing:
    """Listens to a runner, and plays the listener's programme.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    fire : callable
        Fires an event: the cue of a programme.
    """

    def __init__(self, playback: PlaybackState, fire: Callable[[FireEvent], None]) -> None:
        self._playback, self._fire = playback, fire
        self._table = playback.preset.file.tempo_follow
        settings = settings_of(playback.preset)
        self.follower = None if settings is None else Follower(settings)
        self.settings: FollowSettings | None = settings
        self.heart_rate = HeartRate()
        self.programme: ProgrammePlayer | None = None
        self.output_latency_s = 0.0
        self.aim = Aim(None)
        self.wanted: TempoTarget | None = None
        self.changes: dict[str, Any] = {}
        self._rest = Rest()
        self._arrivals: dict[str, int] = {}
        self._steps_until_aim = 0
        self._bar = 0

    # ── what comes in ──────────────────────────────────────────────────────────────────────────

    @property
    def is_used(self) -> bool:
        """Whether there is anybody to follow, or a programme."""
        return self._table is not None or self.programme is not None

    @property
    def present_spm(self) -> float:
        """The runner's cadence in steps a minute; 0 while there is none, or the runner stands."""
        spm = self.aim.cadence_spm
        if spm is None or self.follower is None or self.follower.is_standing(self._now_s):
            return 0.0
        return spm

    def begin(self, values: Mapping[str, float], messages: Sequence[Message]) -> None:
        """Take what was set before the first frame."""
        table = self._table
        cadence = values.get(table.parameter or "") if table is not None else None
        if self.follower is not None and cadence is not None:
            self.follower.take_reading(0.0, cadence)
        for message in messages:
            if isinstance(message, SetProgramme | MoveProgramme | SetFollowing | SetOutputLatency):
                self.handle(message)
        if self.is_used:
            self._decide()

    def take_over(self, before: TempoFollowing) -> None:
        """Go on after an edit; a runner who is followed in another way is listened to anew."""
        if self.settings == before.settings:
            self.follower = before.follower
        self.changes = before.changes
        self._apply_changes()
        self.heart_rate, self.programme = before.heart_rate, before.programme
        self.output_latency_s, self._arrivals = before.output_latency_s, before._arrivals
        self.aim, self.wanted, self._bar = before.aim, before.wanted, before._bar

    def handle(self, message: FollowMessage) -> None:
        """Handle a message."""
        if isinstance(message, TakeSteps):
            self._take_steps(message)
        elif isinstance(message, SetOutputLatency):
            self.output_latency_s = message.milliseconds / 1000.0
            self._done(message.id, f"heard {message.milliseconds:g} ms after its frame")
        elif isinstance(message, SetProgramme):
            self._set_programme(message)
        elif isinstance(message, SetFollowing):
            self._set_following(message)
        else:
            self._move_programme(message)

    def _take_steps(self, message: TakeSteps) -> None:
        if self.follower is None:
            self._playback.receipt(message.id, "dropped", "this preset does not follow steps any more")
            return
        now = self._now_s
        if message.is_timed and self.follower.repeats(message.ages_s, now):
            self._done(message.id, "left out: this batch came before")
            return
        for age in message.ages_s:
            self.follower.take_step(now - age, now, message.is_timed)
        self._done(message.id, "heard")

    def _set_following(self, message: SetFollowing) -> None:
        if self.follower is None:
            self._playback.receipt(message.id, "dropped", "this preset follows nobody any more")
            return
        asked = {"mode": message.mode, "lead_to_spm": message.lead_to_spm, "lead_ms": message.lead_ms}
        self.changes |= {key: value for key, value in asked.items() if value is not None}
        self._apply_changes()
        self._done(message.id, f"mode {self.follower.settings.mode}")

    def _apply_changes(self) -> None:
        if self.follower is not None:
            self.follower.settings = replace(self.follower.settings, **self.changes)
            self._steps_until_aim = 0

    def _set_programme(self, message: SetProgramme) -> None:
        if message.programme is None:
            self.programme = None
            self._playback.log_line("programme", self._playback.now, "the programme was ended", status="none")
            self._done(message.id, "ended")
            return
        self._begin_programme(message.programme)
        self._done(message.id, f"{len(message.programme.steps)} steps")

    def _begin_programme(self, programme: Programme) -> None:
        settings = self.settings
        beats_per_step, tempi = (1.0, ANY_TEMPO)
        if settings is not None:
            beats_per_step, tempi = settings.beats_per_step, settings.range_bpm
        self.programme = ProgrammePlayer(programme, beats_per_step, tempi)

    def _move_programme(self, message: MoveProgramme) -> None:
        programme = self.programme
        if programme is None:
            self._playback.receipt(message.id, "dropped", "no programme plays")
            return
        if message.word == "skip":
            programme.skip()
        elif message.word == "back":
            programme.back()
        else:
            programme.pause(message.word == "pause")
        self._forget_averages()
        self._done(message.id, message.word)

    def _done(self, message_id: str | None, reason: str) -> None:
        self._playback.receipt(message_id, "accepted", reason)
        self._playback.receipt(message_id, "finished", reason)

    # ── saved music ────────────────────────────────────────────────────────────────────────────

    def saved(self) -> dict[str, Any]:
        """What messages have set, for `restore`: the programme and its place, and how the tempo follows."""
        saved: dict[str, Any] = {"changes": dict(self.changes)} if self.changes else {}
        played = self.programme
        if played is None:
            return saved
        state = played.state
        return saved | {
            "document": programme_json(played.programme), "index": state.index,
            "elapsed_s": round(state.elapsed_s, 3), "is_paused": state.is_paused,
        }  # fmt: skip

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on with what was saved; what cannot be read is left out."""
        with contextlib.suppress(TypeError, ValueError):
            self.changes = _checked(saved.get("changes", {}))
            self._apply_changes()
        try:
            self._begin_programme(read_programme(saved["document"]))
            assert self.programme is not None
            self.programme.resume_at(
                int(saved["index"]), float(saved["elapsed_s"]), saved["is_paused"] is True
            )
        except (InputError, KeyError, TypeError, ValueError, OverflowError):
            self.programme = None

    # ── a control step ─────────────────────────────────────────────────────────────────────────

    @property
    def _now_s(self) -> float:
        return self._playback.now / self._playback.tempo.sample_rate

    def target(self, now: int) -> TempoTarget | None:
        """The tempo that is wanted in the control step that begins at a frame."""
        return self.wanted

    def step(self) -> None:
        """Listen, advance the programme, and decide which tempo is wanted; once a control step."""
        if not self.is_used:
            self.wanted = None
            return
        self._listen()
        self._advance_programme()
        self._steps_until_aim -= 1
        if self._steps_until_aim <= 0:
            self._steps_until_aim = AIM_EVERY
            self._decide()
        self._report()

    def _listen(self) -> None:
        table, follower = self._table, self.follower
        if table is None or follower is None:
            return
        if table.parameter is not None:
            arrived = self._arrived_s(table.parameter)
            if arrived is not None:
                follower.take_reading(arrived, self._playback.values.target(table.parameter))
            self._playback.values.believe(follower.readings.believed(self._now_s))
        if table.heart_rate is not None:
            arrived = self._arrived_s(table.heart_rate)
            if arrived is not None:
                values = self._playback.values
                sent = values.sent(table.heart_rate)
                self.heart_rate.take(arrived, sent, sent != values.target(table.heart_rate))

    def _arrived_s(self, name: str) -> float | None:
        """When a parameter has arrived since the last control step; None: it has not."""
        playback, rate = self._playback, self._playback.tempo.sample_rate
        last = self._arrivals.get(name, 0)
        if name in playback.preset.derived:
            arrival = playback.now if playback.now - last >= SAMPLE_S * rate else last
        else:
            arrival = playback.now - round(playback.values.age(name) * rate)
        if arrival <= last:
            return None
        self._arrivals[name] = arrival
        return arrival / rate

    def _advance_programme(self) -> None:
        programme = self.programme
        if programme is None:
            return
        is_standing = self.follower is not None and self.follower.is_standing(self._now_s)
        if programme.advance(CONTROL_STEP_FRAMES / self._playback.tempo.sample_rate, is_standing=is_standing):
            self._forget_averages()
        for told in programme.pop_told():
            reason = f"step {told.content['progress']}: {told.content['step_name'] or 'the end'}"
            self._playback.log_line("programme", self._playback.now, reason, **told.content)
            if told.status == "cue" and self._table is not None and self._table.cue_event is not None:
                self._fire(FireEvent(self._table.cue_event))

    def _forget_averages(self) -> None:
        self._steps_until_aim = 0
        if self.follower is not None:
            self.follower.forget_averages()

    def _decide(self) -> None:
        playback = self._playback
        if self.follower is not None:
            self.aim = self.follower.aim(self._now_s, self.next_beat_s())
        if self.programme is not None:
            heart = self.heart_rate.now(self._now_s)
            target = self.programme.target_bpm(playback.tempo.tempo_at(playback.earliest), heart)
            if target is not None:
                self.wanted = TempoTarget(target, "programme", self._change_per_s)
                return
        tempo_bpm = self.aim.tempo_bpm if self._table is None else self._followed()
        if tempo_bpm is None:
            self.wanted = None
        else:
            self.wanted = TempoTarget(tempo_bpm, "parameter", self._change_per_s)

    @property
    def _change_per_s(self) -> float:
        return CHANGE_PER_S if self.settings is None else self.settings.change_per_s

    def _followed(self) -> float | None:
        table = self._table
        is_manual = self.follower is not None and self.follower.settings.mode == "manual"
        if table is None or table.tempo_bpm is None or is_manual:
            return self.aim.tempo_bpm
        low, high = table.range_bpm
        value = curve_value(table.tempo_bpm, self._playback.values.number(table.tempo_bpm.over))
        return self._rest.rested(min(max(value, low), high))

    def next_beat_s(self) -> float:
        """When the first quarter note after the look-ahead is heard."""
        playback, at = self._playback, self._playback.earliest
        instance = playback.instance_at(at)
        beats = instance.beat_unit / 4.0  # beats of the grid in a quarter note
        local = instance.local(playback.tempo.beat_at(at)) / beats
        beat = instance.beat_of(math.ceil(local) * beats)
        return playback.tempo.exact_frame_at(beat) / playback.tempo.sample_rate + self.output_latency_s

    def step_frame(self, frame: int) -> float | None:
        """First frame from `frame` on that is heard on a step, or `lead_ms` before it; None: no steps."""
        if self.follower is None:
            return None
        rate = self._playback.tempo.sample_rate
        before_s = self.output_latency_s + self.follower.settings.lead_ms / 1000.0
        step = self.follower.next_step_after(frame / rate + before_s, self._now_s)
        return None if step is None else (step - before_s) * rate

    def _report(self) -> None:
        playback = self._playback
        notes = self.heart_rate.health.pop()
        if self.follower is not None:
            notes += self.follower.pop_notes()
        for note in notes:
            playback.log_line(
                "health",
                playback.now,
                note.text,
                source="tempo_follow",
                trouble=note.kind,
                is_over=note.is_over,
            )
        bar = playback.instance.bar_number(playback.tempo.beat_at(playback.now))
        if bar != self._bar:
            self._bar = bar
            self._log_bar()

    def _log_bar(self) -> None:
        playback, aim = self._playback, self.aim
        tempo_bpm = round(playback.tempo.tempo_at(playback.now), 3)
        cadence = None if aim.cadence_spm is None else round(aim.cadence_spm, 2)
        error_ms = None if aim.phase_error_s is None else round(1000.0 * aim.phase_error_s, 1)
        wanted = None if self.wanted is None else round(self.wanted.tempo_bpm, 3)
        playback.log_line(
            "follow", playback.now, f"follows {aim.follows}", tempo_bpm=tempo_bpm, wanted_bpm=wanted,
            cadence_spm=cadence, phase_error_ms=error_ms, heart_rate=self.heart_rate.now(self._now_s),
        )  # fmt: skip


def _checked(changes: Any) -> dict[str, Any]:
    """Changes of a save that can be; raises ValueError or TypeError for others."""
    kinds = {"mode": str, "lead_to_spm": float, "lead_ms": float}
    found = {key: kinds[key](value) for key, value in dict(changes).items() if key in kinds}
    if found.get("mode", "match") not in get_args(Mode):
        raise ValueError(found["mode"])
    if not all(abs(value) <= MOST_CHANGED for value in found.values() if isinstance(value, float)):
        raise ValueError(found)
    return found
