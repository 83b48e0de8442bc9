"""Requests, into which every input turns what it receives, checked against the preset.

A transaction is a list of requests that act together.  An invalid request is refused on its own, with one
sentence; the other requests of its transaction act.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from adaptive.conductor.messages import (
    FireEvent,
    ForgetPlace,
    Jump,
    LockLayers,
    Message,
    Regenerate,
    Restart,
    SetChord,
    SetFollowing,
    SetKey,
    SetMix,
    SetMood,
    SetSnapshot,
    SetState,
    SetSteer,
    SetTempo,
    TakeSteps,
    Transport,
)
from adaptive.conductor.mix_targets import mix_targets, why_unplaced
from adaptive.errors import InputError, ProtocolError
from adaptive.inputs import follow_checks
from adaptive.inputs.control_message import MoveControl, with_controls
from adaptive.inputs.follow_checks import ExchangeClock, StampedSteps
from adaptive.inputs.hello import hello_of
from adaptive.inputs.note_message import PlayNote, check_note, layers_with_notes
from adaptive.inputs.reading_source import ReadingSource, arbitrated
from adaptive.inputs.shown import shown
from adaptive.inputs.similar_names import nearest, nearest_or_all
from adaptive.inputs.subscribe import Subscribe
from adaptive.music.chord import Chord
from adaptive.music.controls import CONTROLS, OF_ALL_LAYERS, SWITCHES
from adaptive.music.mood import MOODS, kin_of
from adaptive.music.scale import Key
from adaptive.preset.model import Preset
from adaptive.preset.readings import NoReadings
from adaptive.preset.schema import Where
from adaptive.preset.snapshots import snapshot_events

LONGEST_ID = 128
LONGEST_S = 3600.0
"""Longest time that a change may take, in seconds."""

LAST_BAR = 4096
"""Number of the last bar that `jump` may name: a section has no more."""

LAST_REGENERATED = 1_000_000
"""Last bar that `regenerate` may name."""

LARGEST = 1e300
"""Largest number that is accepted: whole numbers in JSON may have more digits than a float can hold."""

MOST_REQUESTS = 1024
"""Most requests in one transaction."""


@dataclass(frozen=True, slots=True)
class SetParameter:
    """Set a parameter; the latest value wins.

    It moves there in a straight line within `seconds`.  `is_clamped`: the value was out of range.  `source`
    is the input that it came through; None: the message names the parameter.
    """

    name: str
    value: float
    id: str | None = None
    is_clamped: bool = field(default=False, compare=False)
    seconds: float = 0.0
    source: ReadingSource | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NoReading:
    """A number that a parameter's `ignore` lists: value and age of the parameter stay."""

    name: str
    value: float
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Set the listener's volume, 0 … 1, which is squared to a gain.  It is not part of the music.

    It changes over `seconds`; 0: as fast as is heard without a click.  `is_clamped`: it was out of range.
    """

    volume: float
    id: str | None = None
    seconds: float = 0.0
    is_clamped: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class SetPaused:
    """Pause or resume; the position stays."""

    is_paused: bool
    id: str | None = None


@dataclass(frozen=True, slots=True)
class LoadPreset:
    """Play another preset, by the name of its folder; it is searched in the preset folders only.

    With `exit_at`, what plays goes on to that place of its grid.  With `seed`, which no client can send, the
    chance of the other music is another one.
    """

    name: str
    id: str | None = None
    exit_at: Where | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class SaveMusic:
    """Answer with the musical state."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class RestoreMusic:
    """Continue where music was saved."""

    document: Mapping[str, Any]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ReloadPreset:
    """Read the preset from its folder again."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class UndoEdit:
    """Go back to the preset before the last edit."""

    id: str | None = None


Request = (
    Message
    | SetParameter
    | NoReading
    | SetVolume
    | SetPaused
    | LoadPreset
    | SaveMusic
    | RestoreMusic
    | ReloadPreset
    | UndoEdit
    | Subscribe
    | StampedSteps
    | ExchangeClock
    | PlayNote
    | MoveControl
)
TOPICS = frozenset(
    {"ahead", "bar", "beat", "harmony", "section", "meters", "receipt", "parameters", "programme"}
)


@dataclass(frozen=True, slots=True)
class RequestFault:
    """A refused request: one sentence, its place in a list, and the request's id."""

    error: str
    at: str = ""
    id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The JSON object that is sent."""
        return {"error": self.error, "at": self.at, "id": self.id}


@dataclass(slots=True)
class Transaction:
    """Requests that act together, and the faults of those that were refused."""

    requests: list[Request] = field(default_factory=list)
    faults: list[RequestFault] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether it contains only parameters."""
        return all(isinstance(request, SetParameter) for request in self.requests)


def is_finite_number(value: Any) -> bool:
    """Whether a value is a number that a float can hold.  Booleans are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST and math.isfinite(value)


class Checker:
    """Turns names and values into requests, or refuses them.

    Every method that checks a value raises `ProtocolError`, with one sentence, if it refuses it.

    Parameters
    ----------
    preset : Preset
        Declares the names, ranges and values.
    may_jump : bool
        Whether `jump` is accepted.

    Attributes
    ----------
    phase_event : str or None
        The event that is a step of a runner.
    arbitrated : frozenset of str
        Parameters of which several sources are compared or combined.
    plain_ranges : dict
        Lowest and highest value of the parameters of which nothing else has to be looked at.
    known_events : tuple of str
        Every event that may be sent.
    settable_groups : set of str
        State groups that may be set; the implied group `section` is one only if select reads it.
    generated, playable : list of str
        Layers for which notes are written; those and pyo patches, which play live notes.
    clamped : int
        Values that were clamped so far.
    refused : int
        Values that were refused so far.
    """

    def __init__(self, preset: Preset, *, may_jump: bool = False) -> None:
        self._preset, self._may_jump = preset, may_jump
        self.parameters = {
            name: table.range for name, table in preset.file.parameters.items() if name not in preset.derived
        }
        self.arbitrated = arbitrated(preset.file.inputs)
        self.no_readings = {name: NoReadings(preset.file.parameters[name].ignore) for name in self.parameters}
        self.plain_ranges = {
            name: bounds
            for name, bounds in self.parameters.items()
            if name not in self.arbitrated and not self.no_readings[name]
        }
        self.groups = preset.state_groups
        self.sections = frozenset(preset.file.sections)
        self.generated = layers_with_notes(preset.file)
        self.playable = layers_with_notes(preset.file, has_patches=True)
        conditions = (*preset.when.values(), *preset.snapshot_when.values())
        self._read = {name for condition in conditions for name in condition.names}
        # a declared group may be reserved for later; the implied group has no effect unless select reads it
        self.settable_groups = set(preset.file.states) | (self._read & set(self.groups))
        self.events = tuple(dict.fromkeys((*preset.file.stingers, *snapshot_events(preset.file))))
        follow = preset.file.tempo_follow
        self.phase_event = None if follow is None else follow.phase_event
        self.known_events = self.events if self.phase_event is None else (*self.events, self.phase_event)
        self._step_latency_s = 0.0 if follow is None else follow.input_latency_ms / 1000.0
        self.mix_targets = mix_targets(preset)
        self.clamped = 0
        self.refused = 0

    def parameter(
        self, name: Any, value: Any, message_id: str | None = None, seconds: Any = None
    ) -> SetParameter | NoReading:
        """Check a parameter, and the time in which it is reached."""
        if not isinstance(name, str) or name not in self.parameters:
            known = self._preset.file.parameters
            if isinstance(name, str) and name in known:
                self._refuse(f"{name} is derived from other parameters and cannot be set")
            self._refuse(f"there is no parameter {shown(name)}{nearest(name, self.parameters)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(f"{name} must be a number, got {shown(value)}")
        if not is_finite_number(value):
            self._refuse(f"{name} must be finite, got {shown(value)}")
        low, high = self.parameters[name]
        number = min(max(float(value), low), high)
        # after the clamp too: a recording holds the clamped number, and has to repeat what was done with it
        ignored = self.no_readings[name]
        if ignored and (value in ignored or number in ignored):
            return NoReading(name, float(value), message_id)
        is_clamped = number != value
        self.clamped += is_clamped
        time = 0.0 if seconds is None else self._seconds(seconds)
        return SetParameter(name, number, message_id, is_clamped, time)

    def state(self, group: Any, value: Any, message_id: str | None = None) -> SetState:
        """Check a state.  A number picks a value by its index, from 0."""
        if group not in self.groups:
            self._refuse(f"there is no state group {shown(group)}{nearest_or_all(group, self.groups)}")
        if group not in self.settable_groups:
            self._refuse(f"no line of select reads {group}: sections are chosen by {self._choosers()} here")
        values = self.groups[group].values
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not (is_finite_number(value) and 0 <= value < len(values)):
                self._refuse(f"{group} has values 0 to {len(values) - 1}, got {shown(value)}")
            value = values[int(value)]
        if value not in values:
            self._refuse(f"{group} is never {shown(value)}{nearest_or_all(value, values)}")
        return SetState(group, value, message_id)

    def _choosers(self) -> str:
        named = [name for name in self._preset.file.parameters if name in self._read]
        return " and ".join(
            [", ".join(named[:-1]), named[-1]] if len(named) > 1 else named or ["other means"]
        )

    def only_group(self) -> str:
        """The only state group; refused if there are several."""
        if len(self.groups) != 1:
            example = next(iter(self.groups), "GROUP")
            self._refuse(
                f"say which state group is meant: {', '.join(self.groups)}; "
                f'write {{"state": {{"{example}": "…"}}}}, or `send --state {example}/…`'
            )
        return next(iter(self.groups))

    def event(
        self,
        name: Any,
        velocity: Any = 1.0,
        expires_s: Any = None,
        message_id: str | None = None,
    ) -> FireEvent:
        """Check an event."""
        if name not in self.events:
            self._refuse(f"there is no event {shown(name)}{nearest(name, self.known_events)}")
        velocity = 1.0 if velocity is None else velocity
        for key, number in (("velocity", velocity), ("expires_s", expires_s)):
            if number is not None and not (is_finite_number(number) and number >= 0):
                self._refuse(f"{key} must be a number of at least 0, got {shown(number)}")
        life = None if expires_s is None else float(expires_s)
        return FireEvent(name, min(1.0, float(velocity)), life, message_id)

    def steps(
        self,
        age_s: Any = None,
        at_s: Any = None,
        message_id: str | None = None,
        latency_s: float | None = None,
        least_age_s: float = 0.0,
    ) -> TakeSteps | StampedSteps:
        """Check steps of the event that the tempo follows; `latency_s`: of an input that has one."""
        latency = self._step_latency_s if latency_s is None else latency_s
        return follow_checks.steps(self.phase_event or "", latency, age_s, at_s, message_id, least_age_s)

    def following(self, value: Any, message_id: str | None = None) -> SetFollowing:
        """Check a change of how the tempo follows."""
        table = self._preset.file.tempo_follow
        if table is None:
            self._refuse("this preset follows nobody: it has no [tempo_follow]")
        found = follow_checks.following(value, message_id)
        if found.mode == "lead" and found.lead_to_spm is None and table.lead_to is None:
            self._refuse("lead needs lead_to, the steps a minute to lead to")
        return found

    def tempo(self, value: Any, message_id: str | None = None) -> SetTempo:
        """Check a tempo."""
        if value is None:
            return SetTempo(None, message_id)
        if not is_finite_number(value) or not 20.0 <= value <= 400.0:
            self._refuse(f"tempo must be from 20 to 400 quarter notes a minute, got {shown(value)}")
        return SetTempo(float(value), message_id)

    def volume(self, value: Any, message_id: str | None = None, seconds: Any = None) -> SetVolume:
        """Check a volume, and the time in which it is reached."""
        if not is_finite_number(value):
            self._refuse(f"volume must be a number from 0 to 1, got {shown(value)}")
        is_clamped = not 0.0 <= value <= 1.0
        self.clamped += is_clamped
        time = 0.0 if seconds is None else self._seconds(seconds)
        return SetVolume(min(1.0, max(0.0, float(value))), message_id, time, is_clamped)

    def stop(self, seconds: Any, message_id: str | None = None) -> Transport:
        """Check a stop, with the time that it takes; None: at the bar line."""
        time = None if seconds is None else self._seconds(seconds)
        return Transport(is_playing=False, id=message_id, seconds=time)

    def _seconds(self, value: Any) -> float:
        if not is_finite_number(value) or not 0.0 <= value <= LONGEST_S:
            self._refuse(f"seconds must be a number from 0 to {LONGEST_S:g}, got {shown(value)}")
        return float(value)

    def forget(self, name: Any, message_id: str | None = None) -> ForgetPlace:
        """Check the section or playlist whose place is forgotten."""
        known = (*self._preset.file.sections, *self._preset.file.playlists)
        if name not in known:
            self._refuse(f"there is no section {shown(name)}{nearest_or_all(name, known)}")
        return ForgetPlace(name, message_id)

    def jump(self, section: Any, bar: Any = None, message_id: str | None = None) -> Jump:
        """Check a jump; without a bar it goes to the start of the section."""
        if not self._may_jump:
            self._refuse("jump is for trying out a preset: it is accepted with `adaptive play --allow-jump`")
        known = tuple(self._preset.file.sections)
        if section not in known:
            self._refuse(f"there is no section {shown(section)}{nearest_or_all(section, known)}")
        if bar is None:
            return Jump(section, None, message_id)
        is_whole = isinstance(bar, int | float) and is_finite_number(bar) and float(bar).is_integer()
        if not is_whole or not 1 <= bar <= LAST_BAR:
            self._refuse(f"bar must be a whole number from 1 to {LAST_BAR}, got {shown(bar)}")
        return Jump(section, int(bar), message_id)

    def mix(self, values: Any, message_id: str | None = None, seconds: Any = None) -> SetMix:
        """Check values of the mixer, and the time in which they are reached; None lets one go."""
        if not isinstance(values, Mapping) or not values:
            self._refuse(f'mix must be an object such as {{"layers.NAME.level_db": -6}}, got {shown(values)}')
        checked = tuple((path, self._mix_value(path, value)) for path, value in values.items())
        return SetMix(checked, 0.0 if seconds is None else self._seconds(seconds), message_id)

    def snapshot(self, values: Any, message_id: str | None = None) -> SetSnapshot:
        """Check snapshots that are turned on (true, 1) or off (false, 0) or let go (None), by name."""
        if not isinstance(values, Mapping) or not values:
            self._refuse(f'snapshot must be an object such as {{"underwater": true}}, got {shown(values)}')
        known = self._preset.file.snapshots
        for name, value in values.items():
            if name not in known:
                self._refuse(f"there is no snapshot {shown(name)}{nearest_or_all(name, known)}")
            if value is not None and not isinstance(value, bool) and value not in (0, 1):
                self._refuse(f"snapshot {name} must be true, false or null, got {shown(value)}")
        told = tuple((name, None if value is None else bool(value)) for name, value in values.items())
        return SetSnapshot(told, message_id)

    def _mix_value(self, path: Any, value: Any) -> float | None:
        if path not in self.mix_targets:
            near = (
                why_unplaced(path, self._preset.file)
                or nearest(path, self.mix_targets)
                or f"; a name is a key path such as {next(iter(self.mix_targets))}"
            )
            self._refuse(f"the mixer has no {shown(path)}{near}")
        target = self.mix_targets[path]
        if value is None:
            return None
        if not is_finite_number(value) or not target.low <= value <= target.high:
            self._refuse(
                f"{path} must be a number from {target.low:g} to {target.high:g}, got {shown(value)}"
            )
        return float(value)

    def steer(self, values: Any, layer: Any = None, message_id: str | None = None) -> SetSteer:
        """Check controls of the composer, for a layer or for all; None lets one go."""
        if not isinstance(values, Mapping) or not values:
            self._refuse(f'steer must be an object such as {{"density": 0.8}}, got {shown(values)}')
        if layer is not None:
            self._require_generated(layer)
        for control in OF_ALL_LAYERS & values.keys() if layer is not None else ():
            self._refuse(f"{control} is one for all layers, which share the harmony: leave `layer` out")
        checked = tuple((name, self._control(name, value)) for name, value in values.items())
        clamped = tuple(name for name, value in checked if value is not None and value != float(values[name]))
        return SetSteer(checked, layer or "", message_id, clamped)

    def _control(self, name: Any, value: Any) -> float | None:
        if name not in CONTROLS:
            self._refuse(f"there is no control {shown(name)}{nearest_or_all(name, CONTROLS)}")
        control = CONTROLS[name]
        if value is None:
            return None
        if name in SWITCHES and isinstance(value, bool):
            return float(value)
        if not is_finite_number(value):
            self._refuse(f"{name} must be a number, got {shown(value)}")
        self.clamped += not control.low <= value <= control.high
        return min(control.high, max(control.low, float(value)))

    def mood(self, value: Any, message_id: str | None = None) -> SetMood:
        """Check a mood: a word, an object with `valence` and `arousal`, or None."""
        if value is None:
            return SetMood(None, "", message_id)
        if isinstance(value, str):
            if value not in MOODS:
                self._refuse(
                    f"there is no mood {shown(value)}{kin_of(value) or nearest_or_all(value, MOODS)}"
                )
            return SetMood(MOODS[value], value, message_id)
        if not isinstance(value, Mapping) or not value or set(value) - {"valence", "arousal"}:
            self._refuse(f'mood must be a word or {{"valence": 0, "arousal": 0}}, got {shown(value)}')
        numbers = [value.get("valence", 0.0), value.get("arousal", 0.0)]
        if not all(is_finite_number(number) and -1.0 <= number <= 1.0 for number in numbers):
            self._refuse(f"valence and arousal must be numbers from -1 to 1, got {shown(value)}")
        return SetMood((float(numbers[0]), float(numbers[1])), "", message_id)

    def key(self, value: Any, message_id: str | None = None) -> SetKey:
        """Check a key such as ``D minor``; None lets it go."""
        if value is not None:
            self._require_text("key", value, Key.parse)
        return SetKey(value, message_id)

    def chord(self, value: Any, message_id: str | None = None) -> SetChord:
        """Check a chord such as ``Dm7``; None lets it go."""
        if value is not None:
            self._require_text("chord", value, Chord.parse)
        return SetChord(value, message_id)

    def note(self, layer: Any, pitch: Any, velocity: Any = None, message_id: str | None = None) -> PlayNote:
        """Check a note that is played live on a generated layer or a patch; velocity 0 ends it."""
        return check_note(layer, pitch, velocity, self.playable, message_id)

    @property
    def controllable(self) -> list[str]:
        """Names of the layers whose instruments have controls: those that a sampler plays."""
        return with_controls(self._preset.file, self.playable)

    @property
    def key_of_preset(self) -> Key:
        """The key in which tones are spelled."""
        return Key.parse(self._preset.file.key)

    def lock(self, layers: Any, message_id: str | None = None) -> LockLayers:
        """Check the generated layers that are locked; an empty list unlocks all."""
        return LockLayers(self._generated("lock", layers), message_id)

    def regenerate(self, value: Any, message_id: str | None = None) -> Regenerate:
        """Check the layers that are written anew, and the bars."""
        if not isinstance(value, Mapping) or "layers" not in value or set(value) - {"layers", "bars"}:
            such = '{"layers": ["lead"], "bars": [9, 16]}'
            self._refuse(f"regenerate must be an object such as {such}, got {shown(value)}")
        layers = self._generated("regenerate", value["layers"])
        if not layers:
            self._refuse("regenerate needs a layer")
        bars = value.get("bars")
        if bars is None:
            return Regenerate(layers, None, message_id)
        is_pair = isinstance(bars, list | tuple) and len(bars) == 2
        if not is_pair or not all(is_finite_number(b) and float(b).is_integer() for b in bars):
            self._refuse(f"bars must be two whole numbers, the first and the last bar, got {shown(bars)}")
        first, last = int(bars[0]), int(bars[1])
        if not 1 <= first <= last <= LAST_REGENERATED:
            self._refuse(f"bars must rise and lie from 1 to {LAST_REGENERATED}, got {shown(bars)}")
        return Regenerate(layers, (first, last), message_id)

    def _generated(self, what: str, layers: Any) -> tuple[str, ...]:
        """Check a list of generated layers."""
        if not isinstance(layers, list | tuple):
            self._refuse(f"{what} needs a list of layers, got {shown(layers)}")
        for layer in layers:
            self._require_generated(layer)
        return tuple(dict.fromkeys(layers))

    def _require_generated(self, layer: Any) -> None:
        if layer not in self.generated:
            near = nearest_or_all(layer, self.generated)
            self._refuse(f"there is no generated layer {shown(layer)}{near}")

    def _require_text(self, what: str, value: Any, parse: Callable[[str], object]) -> None:
        if not isinstance(value, str) or len(value) > LONGEST_ID:
            self._refuse(f"{what} must be a short text, got {shown(value)}")
        try:
            parse(value)
        except InputError as error:
            self._refuse(str(error))

    def hello(self) -> dict[str, Any]:
        """The ``hello`` message: what the preset declares."""
        groups = {name: group for name, group in self.groups.items() if name in self.settable_groups}
        return hello_of(self._preset, groups, list(self.known_events), self.playable)

    def _refuse(self, sentence: str) -> NoReturn:
        self.refused += 1
        raise ProtocolError(sentence)


def transport(word: str, message_id: str | None = None) -> Request | None:
    """Request of ``play``, ``stop``, ``pause``, ``resume`` or ``restart``; None for any other word."""
    if word == "restart":
        return Restart(message_id)
    if word in {"play", "stop"}:
        return Transport(word == "play", message_id)
    if word in {"pause", "resume"}:
        return SetPaused(word == "pause", message_id)
    return None
