"""Snapshots: named sets of mixer values that blend in and out.

A snapshot is on while a message says so, or its event has begun it, or its condition is true.  Its *blend*
goes from 0 to 1 and back along a straight line.  Levels in decibels add up, each times its blend.  Of any
other value, the snapshot of the highest priority gets its blend's share, the next one that of what is left,
and the preset the rest; among equals the later one in the file comes first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec

from adaptive.conductor.messages import SetSnapshot
from adaptive.conductor.planned_transition import fade_length
from adaptive.conductor.playback import PlaybackState
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.expression import Latches, bind
from adaptive.preset.key_path import show_path
from adaptive.preset.mix_paths import is_level
from adaptive.preset.schema import Fade, SnapshotTable
from adaptive.timebase import BEAT_TOLERANCE

USUAL_FADE = Fade(seconds=0.5)
"""In which a snapshot blends in and out, if it says nothing."""


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """What a snapshot remembers.

    Parameters
    ----------
    told : bool or None
        What a message said; None: nothing, or it let go.
    is_begun : bool
        Whether its event has begun it.
    goal : float
        The blend it moves to: 0 or 1.
    blend : float
        Its blend at the end of what has been posted.
    step : float
        Change of the blend in a control step.
    """

    told: bool | None = None
    is_begun: bool = False
    goal: float = 0.0
    blend: float = 0.0
    step: float = 1.0


class SavedSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot in a saved state: what was said, where its blend is and goes, and the seconds that takes."""

    told: bool | None = None
    is_begun: bool = False
    is_on: bool = False
    blend: float = 0.0
    left_s: float = 0.0


class Snapshots:
    """Blends of the snapshots of a preset, control step by control step.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self._tables: dict[str, SnapshotTable] = dict(playback.preset.file.snapshots)
        self.states = dict.fromkeys(self._tables, SnapshotState())
        self._latches = {name: Latches() for name in playback.preset.snapshot_when}
        self._conditions: dict[str, Callable[[], object]] = {}
        order = {name: number for number, name in enumerate(self._tables)}
        self._ranked = sorted(self._tables, key=lambda name: (self._tables[name].priority, order[name]))

    # ── what they are told ─────────────────────────────────────────────────────────────────────

    def tell(self, message: SetSnapshot) -> None:
        """Turn snapshots on or off, or let them go, as a message says."""
        for name, told in message.values:
            if name in self.states:
                self.states[name] = replace(self.states[name], told=told)
        words = ", ".join(f"{name} is {_word(told)}" for name, told in message.values)
        self._playback.receipts_of_done(message.id, words, self._playback.earliest)

    def fire(self, event: str) -> bool:
        """Begin or end the snapshots of an event; return whether there are any."""
        is_known = False
        for name, table in self._tables.items():
            if event in (table.begin_on, table.end_on):
                is_known = True
                self.states[name] = replace(self.states[name], is_begun=event == table.begin_on)
        return is_known

    # ── what they do ───────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Turn those on at once whose condition is true before the first frame."""
        for name in self._tables:
            if self._is_wanted(name):
                self.states[name] = replace(self.states[name], goal=1.0, blend=1.0)

    def step(self) -> set[str]:
        """Move the blends on by a control step; return the key paths of the values that move in it."""
        moving: set[str] = set()
        for name, table in self._tables.items():
            goal = 1.0 if self._is_wanted(name) else 0.0
            if goal != self.states[name].goal and self._is_time(table):
                self._turn(name, goal)
            state = self.states[name]
            if state.blend != state.goal:
                step = min(state.step, abs(state.goal - state.blend))
                blend = state.blend + math.copysign(step, state.goal - state.blend)
                self.states[name] = replace(state, blend=state.goal if step < state.step else blend)
                moving |= table.set.keys()
        return moving

    def added_db(self, path: str) -> float:
        """Decibels that snapshots add to a level."""
        return sum(blend * value for _, blend, value in self._setting(path))

    def mixed(self, path: str) -> tuple[float, float]:
        """The share that snapshots have in a value that is no level, and the value that they make of it."""
        return _mixed((blend, value) for _, blend, value in self._setting(path))

    def paths(self) -> set[str]:
        """Key paths of all values that are set by a snapshot whose blend is above 0."""
        on = (name for name, state in self.states.items() if state.blend > 0.0)
        return {path for name in on for path in self._tables[name].set}

    # ── edits and saved states ─────────────────────────────────────────────────────────────────

    def take_over(self, before: Snapshots) -> None:
        """Go on with the snapshots that an edited preset still has."""
        self.states |= {name: state for name, state in before.states.items() if name in self._tables}
        self._latches |= {name: latch for name, latch in before._latches.items() if name in self._latches}

    def saved(self) -> dict[str, SavedSnapshot]:
        """What a saved state says of them: those that are not at rest and off."""
        step_s = CONTROL_STEP_FRAMES / self._playback.tempo.sample_rate
        return {
            name: SavedSnapshot(
                state.told, state.is_begun, state.goal == 1.0, state.blend,
                abs(state.goal - state.blend) / state.step * step_s,
            )
            for name, state in self.states.items()
            if replace(state, step=1.0) != SnapshotState()
        }  # fmt: skip

    def restore(self, saved: Mapping[str, SavedSnapshot]) -> None:
        """Go on from a saved state."""
        step_s = CONTROL_STEP_FRAMES / self._playback.tempo.sample_rate
        for name, one in saved.items():
            if name in self.states:
                goal = 1.0 if one.is_on else 0.0
                blend = min(max(one.blend, 0.0), 1.0)
                step = 1.0 if one.left_s <= step_s else abs(goal - blend) / one.left_s * step_s
                self.states[name] = SnapshotState(one.told, one.is_begun, goal, blend, max(step, 1e-6))

    # ── the rest ───────────────────────────────────────────────────────────────────────────────

    def _is_wanted(self, name: str) -> bool:
        state = self.states[name]
        is_true = name in self._latches and bool(self._condition(name)())
        return (state.is_begun or is_true) if state.told is None else state.told

    def _condition(self, name: str) -> Callable[[], object]:
        if name not in self._conditions:
            expression = self._playback.preset.snapshot_when[name]
            self._conditions[name] = bind(expression, self._playback.values, self._latches[name])
        return self._conditions[name]

    def _is_time(self, table: SnapshotTable) -> bool:
        """Whether the place of the grid at which a snapshot may turn lies in this control step."""
        playback = self._playback
        if table.change_at == "immediate" or not playback.is_playing:
            return True
        first = playback.earliest
        beat = playback.tempo.beat_at(first)
        for instance, ends in playback.instances():
            if beat >= ends - BEAT_TOLERANCE:
                continue
            found = instance.next_exit(max(beat, instance.start_beat), table.change_at)
            if found is not None and found.beat < ends - BEAT_TOLERANCE:
                return playback.tempo.frame_at(found.beat) < first + CONTROL_STEP_FRAMES
        return False

    def _turn(self, name: str, goal: float) -> None:
        """Begin to blend a snapshot in or out; a turn on the way takes its share of the time."""
        playback, table = self._playback, self._tables[name]
        fade, at = table.fade_in if goal else table.fade_out, playback.earliest
        frames = fade_length(fade or USUAL_FADE, playback.instance.beats_per_bar, playback.tempo, at)
        self.states[name] = replace(
            self.states[name], goal=goal, step=CONTROL_STEP_FRAMES / max(frames, CONTROL_STEP_FRAMES)
        )
        playback.log_line(
            "snapshot", at, self._reason(name), name=name, status="in" if goal else "out",
            seconds=round(frames / playback.tempo.sample_rate, 3),
            shares={path: self._told(path) for path in table.set},
        )  # fmt: skip

    def _reason(self, name: str) -> str:
        state, table = self.states[name], self._tables[name]
        if state.told is not None:
            return f"turned {'on' if state.told else 'off'} by a message"
        if state.is_begun and table.begin_on:
            return f"event {table.begin_on}"
        expression = self._playback.preset.snapshot_when.get(name)
        if expression is None:
            return f"event {table.end_on}" if table.end_on else "let go by a message"
        values = (f"{one} = {_shown(self._playback.values.value(one))}" for one in sorted(expression.names))
        return f"{show_path(('snapshots', name, 'when'))}: {expression.text} ({', '.join(values)})"

    def _setting(self, path: str, *, is_at_goal: bool = False) -> list[tuple[str, float, float]]:
        """Name, blend and value of each snapshot that sets a path, the lowest priority first."""
        blends = {name: state.goal if is_at_goal else state.blend for name, state in self.states.items()}
        return [
            (name, blends[name], self._tables[name].set[path])
            for name in self._ranked
            if blends[name] > 0.0 and path in self._tables[name].set
        ]

    def _told(self, path: str) -> str:
        """What a value will be when all blends have arrived, and by whom."""
        setting = self._setting(path, is_at_goal=True)
        if not setting:
            return "as the preset says"
        if is_level(path):
            parts = " ".join(f"{value:+g} dB by {name}" for name, _, value in setting)
            total = sum(value for _, _, value in setting)
            return parts if len(setting) == 1 else f"{total:+g} dB: {parts}"
        name, _, value = setting[-1]
        below = ", ".join(one for one, _, _ in setting[:-1])
        return f"{value:g} by {name}" + (f", above {below}" if below else "")


def _mixed(setting: Iterable[tuple[float, float]]) -> tuple[float, float]:
    share = total = 0.0
    for blend, value in setting:
        share, total = share + (1.0 - share) * blend, total * (1.0 - blend) + value * blend
    return share, total / share if share > 0.0 else 0.0


def _word(told: bool | None) -> str:
    return "let go" if told is None else "turned on" if told else "turned off"


def _shown(value: float | str) -> str:
    return f"{value:.3f}" if isinstance(value, float) else value
