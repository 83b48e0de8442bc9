"""Chooses the regions of a sampler that a note plays, where more than key and velocity decides it.

Round robin, random draws, key switches, gates and crossfades of controllers, and what plays when a note ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from adaptive.kernel.sources.sampler_regions import OCTAVES_A_DB, Crossfade, Region, RegionRule
from adaptive.kernel.sources.sampler_settings import SampleSet

SILENT_OCTAVES = -24.0
DRAW_FACTOR = 0x9E3779B97F4A7C15
PLAIN = RegionRule()


class ChosenRegion(NamedTuple):
    """A region that a note plays, and its level in octaves; 1 is 6.02 dB."""

    number: int
    level_octaves: float


@dataclass(slots=True)
class RegionChooser:
    """Chooses regions, note by note.

    Parameters
    ----------
    samples : SampleSet
        The regions.
    """

    samples: SampleSet
    controls: dict[int, float] = field(default_factory=dict)
    _notes: int = 0
    _turns: dict[int, int] = field(default_factory=dict)
    _switch: int | None = None

    def __post_init__(self) -> None:
        """Read the rules' first switch."""
        for region in self.samples.regions:
            rule = region.rule
            if rule is not None and rule.first_switch is not None and self._switch is None:
                self._switch = rule.first_switch

    def state(self) -> Any:
        """What the next choice depends on, apart from the controls."""
        return self._notes, dict(self._turns), self._switch

    def restore(self, state: Any) -> None:
        """Restore a state."""
        self._notes, turns, self._switch = state
        self._turns = dict(turns)

    def begin(self, key: int, velocity: int) -> list[ChosenRegion]:
        """What a note plays when it begins; velocity from 1 to 127."""
        self._notes += 1
        for region in self.samples.regions:
            span = None if region.rule is None else region.rule.switch_keys
            if span is not None and span[0] <= key <= span[1]:
                self._switch = key
                break
        return list(self._chosen(key, velocity, is_release=False, seconds=0.0))

    def end(self, key: int, velocity: int, seconds: float) -> list[ChosenRegion]:
        """What a note plays when it ends after so many seconds."""
        return list(self._chosen(key, velocity, is_release=True, seconds=seconds))

    def most_notes(self, number: int) -> int:
        """Notes of one key that may play a region at a time; 0: any number."""
        rule = self.samples.regions[number].rule
        return 0 if rule is None else rule.most_notes

    def _chosen(self, key: int, velocity: int, *, is_release: bool, seconds: float) -> Iterator[ChosenRegion]:
        # the upper bits of a product with an odd number are spread over 0 … 1
        draw = ((self._notes * DRAW_FACTOR) & (2**64 - 1)) / 2**64
        plays: dict[int, bool] = {}
        for number in self.samples.chosen(key, velocity):
            region = self.samples.regions[number]
            rule = region.rule or PLAIN
            if rule.is_release != is_release:
                continue
            if region.rule is None:
                yield ChosenRegion(number, 0.0)
                continue
            if rule.number not in plays:
                plays[rule.number] = self._plays(rule, draw)
            level = self._level(region, rule, key, velocity) - rule.decay_db * OCTAVES_A_DB * seconds
            if plays[rule.number] and level > SILENT_OCTAVES:
                yield ChosenRegion(number, level)

    def _plays(self, rule: RegionRule, draw: float) -> bool:
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
