"""Stingers: one-shots on a grid, aligned by their own first beat, with room made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adaptive.conductor.layout import LayerPlace
from adaptive.conductor.stems import Playing
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.preset.schema import StingerTable
from adaptive.units import db_to_gain

DUCK_S = 0.06
RECOVER_S = 0.6


@dataclass(frozen=True, slots=True)
class StingerPlan:
    """A stinger that will be heard: its apex, its first frame, its commands."""

    apex_frame: int
    first_frame: int
    commands: tuple[Command, ...]


@dataclass(slots=True)
class Stingers:
    """Who may sound when.

    Parameters
    ----------
    tables : dict
        The preset's stingers.
    sounds : dict
        Name to (sound, number in the engine's table).
    places : mapping
        Strip and clips of each.
    ducked : sequence of int
        Strips that make room.
    duck_group : int
        Withdrawal group of the ducking.
    groups : range
        Withdrawal groups, used in turn.
    sample_rate : int
        Frames a second.
    """

    tables: dict[str, StingerTable]
    sounds: dict[str, tuple[Sound, int]]
    places: Mapping[str, LayerPlace]
    ducked: Sequence[int]
    duck_group: int
    groups: range
    sample_rate: int
    last_apex: dict[str, int] = field(default_factory=dict)
    ducked_until: int = 0
    duck_gain: float = 1.0
    playing: dict[str, list[Playing]] = field(default_factory=dict)
    _turn: int = 0

    def __post_init__(self) -> None:
        self.playing = {name: [Playing(clip) for clip in p.clips] for name, p in self.places.items()}

    def earliest_apex(self, name: str, earliest: int) -> int:
        """First frame at which a stinger's first beat can be heard."""
        return earliest + self.sounds[name][0].origin

    def refusal(self, name: str, apex: int, received: int, expires_s: float | None) -> str | None:
        """Why a stinger is not played, or None."""
        table = self.tables[name]
        life = min(table.expires_s, table.expires_s if expires_s is None else expires_s)
        if apex - received > life * self.sample_rate:
            wait = (apex - received) / self.sample_rate
            return f"the next place for it was {wait:.2f} s away, it expires after {life:g} s"
        last = self.last_apex.get(name)
        if last is not None and apex - last < table.cooldown_s * self.sample_rate:
            rest = table.cooldown_s - (apex - last) / self.sample_rate
            return f"it may sound again in {rest:.2f} s (cooldown {table.cooldown_s:g} s)"
        return None

    def plan(self, name: str, apex: int, velocity: float, earliest: int) -> StingerPlan:
        """Schedule a stinger so that its first beat lands on `apex`."""
        table, (sound, number) = self.tables[name], self.sounds[name]
        group = self.groups[self._turn % len(self.groups)]
        self._turn += 1
        clip = min(self.playing[name], key=lambda playing: playing.ends_frame)
        first = apex - sound.origin
        clip.sound, clip.ends_frame = sound, first + sound.frames
        gain = db_to_gain(table.level_db) * velocity * velocity
        posted = [
            commands.start_clip(
                first,
                clip.clip,
                number,
                self.places[name].bus,
                position=-sound.origin,
                gain=gain,
                pan=table.pan,
                group=group,
            )
        ]
        self.last_apex[name] = apex
        if table.duck_db < 0.0:
            posted += self._duck(db_to_gain(table.duck_db), first, apex, first + sound.frames)
        return StingerPlan(apex, first, tuple(posted))

    def _duck(self, gain: float, first: int, apex: int, last: int) -> list[Command]:
        frames, back = round(DUCK_S * self.sample_rate), round(RECOVER_S * self.sample_rate)
        posted: list[Command] = []
        duck_group = self.duck_group
        if first < self.ducked_until:
            gain = min(gain, self.duck_gain)
            last = max(last, self.ducked_until)
            posted.append(commands.withdraw(duck_group, first))
        # a short one has its room at the blow all the same
        recovers = max(apex + frames, last - back)
        self.duck_gain, self.ducked_until = gain, max(last, recovers)
        for bus in self.ducked:
            posted.append(commands.duck_bus(first, bus, gain, frames, group=duck_group))
            posted.append(commands.duck_bus(recovers, bus, 1.0, back, group=duck_group))
        return posted
