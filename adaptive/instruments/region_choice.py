"""Chooses the regions of a sampler that a note plays, where more than key and velocity decides it.

Round robin, random draws, key switches, gates and crossfades of controllers, and what plays when a note ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from adaptive.kernel.sources.sampler_regions import OCTAVES_A_DB, Crossfade, Region, RegionRule
from adaptive.kernel.sources.sampler_settings import SampleSet

SILENT_OCTAVES = -24.0
DRAW_FACTOR = 0x9E3779B97F4A7C15
PLAIN = RegionRule()


class ChosenRegion(NamedTuple):
    """A region that a note plays, its level in octaves (1 is 6.02 dB), and its pitch.

    `root` is the key that all notes of it play, None: their own; `semitones` is added.
    """

    number: int
    level_octaves: float
    root: float | None = None
    semitones: float = 0.0


@dataclass(slots=True)
class RegionChooser:
    """Chooses regions, note by note.

    Parameters
    ----------
    samples : SampleSet
        The regions.
    first_switch : int or None
        The key switch that is on at first; None: what the regions say.
    """

    samples: SampleSet
    first_switch: int | None = None
    controls: dict[int, float] = field(default_factory=dict)
    _notes: int = 0
    _turns: dict[int, int] = field(default_factory=dict)
    _switch: int | None = None
    _spans: set[tuple[int, int]] = field(default_factory=set)
    _started: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the rules' first switch, the keys that are switches, and what controllers start."""
        rules = [(number, region.rule or PLAIN) for number, region in enumerate(self.samples.regions)]
        told = (rule.first_switch for _, rule in rules if rule.first_switch is not None)
        self._switch = next(told, None) if self.first_switch is None else self.first_switch
        self._spans = {rule.switch_keys for _, rule in rules if rule.switch_keys is not None}
        self._started = {
            control: [number for number, other in rules if any(one[0] == control for one in other.starts)]
            for _, rule in rules
            for control, _, _ in rule.starts
        }

    def state(self) -> Any:
        """What the next choice depends on, apart from the controls."""
        return self._notes, dict(self._turns), self._switch

    def restore(self, state: Any) -> None:
        """Restore a state."""
        self._notes, turns, self._switch = state
        self._turns = dict(turns)

    def is_switch(self, key: int) -> bool:
        """Whether a key chooses what others play."""
        return any(low <= key <= high for low, high in self._spans)

    def begin(self, key: int, velocity: int, *, is_alone: bool = True) -> list[ChosenRegion]:
        """What a note plays when it begins; velocity from 1 to 127.

        `is_alone` says whether no other key is held.
        """
        self._notes += 1
        if self.is_switch(key):
            self._switch = key
        return list(self._chosen(key, velocity, is_release=False, seconds=0.0, is_alone=is_alone))

    def end(self, key: int, velocity: int, seconds: float) -> list[ChosenRegion]:
        """What a note plays when it ends after so many seconds."""
        return list(self._chosen(key, velocity, is_release=True, seconds=seconds))

    def move(self, control: int, value: float) -> list[ChosenRegion]:
        """Set a controller (0 … 1); return what it starts."""
        before, now = self._control(control), 127.0 * value
        self.controls[control] = value
        found = []
        for number in self._started.get(control, ()):
            rule = self.samples.regions[number].rule or PLAIN
            entered = any(
                one == control and low <= now <= high and not low <= before <= high
                for one, low, high in rule.starts
            )
            if entered:
                found.append((number, rule))
        self._notes += bool(found)
        plays: dict[int, bool] = {}
        for _, rule in found:
            if rule.number not in plays:
                plays[rule.number] = self._plays(rule, self._draw(0), is_alone=True)
        return [
            ChosenRegion(number, self._random_octaves(rule), self.samples.regions[number].root_key)
            for number, rule in found
            if plays[rule.number]
        ]

    def most_notes(self, number: int) -> int:
        """Notes of one key that may play a region at a time; 0: any number."""
        rule = self.samples.regions[number].rule
        return 0 if rule is None else rule.most_notes

    def _draw(self, salt: int) -> float:
        """A number from 0 to 1 for the present note: upper bits of a product with an odd number."""
        return (((self._notes + (salt << 32)) * DRAW_FACTOR) & (2**64 - 1)) / 2**64

    def _random_octaves(self, rule: RegionRule) -> float:
        return rule.random_db * OCTAVES_A_DB * self._draw(2 * rule.number + 1) if rule.random_db else 0.0

    def _chosen(
        self, key: int, velocity: int, *, is_release: bool, seconds: float, is_alone: bool = True
    ) -> Iterator[ChosenRegion]:
        draw = self._draw(0)
        plays: dict[int, bool] = {}
        for number in self.samples.chosen(key, velocity):
            region = self.samples.regions[number]
            rule = region.rule or PLAIN
            if rule.is_release != is_release or rule.starts:
                continue
            if region.rule is None:
                yield ChosenRegion(number, 0.0)
                continue
            if rule.number not in plays:
                plays[rule.number] = self._plays(rule, draw, is_alone=is_alone)
            level = self._level(region, rule, key, velocity) - rule.decay_db * OCTAVES_A_DB * seconds
            if plays[rule.number] and level > SILENT_OCTAVES:
                level += self._random_octaves(rule)
                cents = rule.random_cents * (2.0 * self._draw(2 * rule.number + 2) - 1.0)
                root = region.root_key if rule.plays_root else None
                yield ChosenRegion(number, level, root, cents / 100.0)

    def _plays(self, rule: RegionRule, draw: float, *, is_alone: bool) -> bool:
        if rule.before and (rule.before == "alone") != is_alone:
            return False
        if not rule.draw[0] <= draw < rule.draw[1] and rule.draw != (0.0, 1.0):
            return False
        if rule.switches is not None and (
            self._switch is None or not rule.switches[0] <= self._switch <= rule.switches[1]
        ):
            return False
        for control, low, high in rule.controls:
            if not low <= self._control(control) <= high:
                return False
        turn = self._turns.get(rule.number, 0)
        if rule.turns > 1:
            self._turns[rule.number] = turn + 1
        return turn % rule.turns == rule.turn - 1

    def _control(self, number: int) -> float:
        """A controller from 0 to 127."""
        return 127.0 * self.controls.get(number, self.samples.at_rest.get(number, 0.0))

    def _level(self, region: Region, rule: RegionRule, key: int, velocity: int) -> float:
        """Octaves of gain of the crossfades of a region."""
        level = 0.0
        for one in rule.crossfades:
            at = {"key": float(key), "velocity": float(velocity)}.get(str(one.source))
            level += _gain_octaves(one, self._control(int(one.source)) if at is None else at)
        if rule.velocity_gains:
            velocities, gains = zip(*rule.velocity_gains, strict=True)
            gain = float(np.interp(velocity, velocities, gains))
            level += math.log2(gain) if gain > 0.0 else 2.0 * SILENT_OCTAVES
        return level


def _gain_octaves(one: Crossfade, at: float) -> float:
    share = 1.0 if at >= one.high else 0.0 if at <= one.low else (at - one.low) / (one.high - one.low)
    if one.low >= one.high:
        share = 1.0 if at >= one.high else 0.0
    if not one.is_rising:
        share = 1.0 - share
    if share <= 0.0:
        return 2.0 * SILENT_OCTAVES
    return math.log2(share) * (0.5 if one.has_equal_power else 1.0)
