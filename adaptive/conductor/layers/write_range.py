"""Where a generated layer plays, and what its generator is told there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adaptive.composer.plan.section_plan import BarPlan, SectionPlan
from adaptive.composer.steer import HeldHarmony
from adaptive.conductor.layers.layer_bars import ComposedBar
from adaptive.conductor.segment_instance import SegmentInstance

NEVER = 1e15
"""A beat that is never reached: the end of a write range that is not limited by a seam."""


@dataclass(frozen=True, slots=True)
class ComposeContext:
    """What a generator is told about a segment.

    Parameters
    ----------
    instance : SegmentInstance
        The segment that is written for.
    plan : SectionPlan
        What generators read: form, harmony, themes.
    energy : float
        0 … 1.
    tempo_bpm : float
        Quarter notes a minute.
    rests_in_introduction : bool
        Whether nothing is written before bar 1.
    meter : tuple of (int, int) or None
        The meter as written, in which generators count; None: the instance's beats.
    first_bar : int
        Bar of the plan with which the segment begins: not 0 in a bridge that continues a section's harmony.
    """

    instance: SegmentInstance
    plan: SectionPlan
    energy: float
    tempo_bpm: float
    rests_in_introduction: bool = False
    meter: tuple[int, int] | None = None
    first_bar: int = 0

    def plan_of(self, bar: int, held: HeldHarmony) -> BarPlan:
        """The plan of a bar of the segment, counted from 0, with what is held in place of key and chords."""
        return self.plan.under(held).bar(self.first_bar + bar)


@dataclass(frozen=True, slots=True)
class WriteRange:
    """A stretch of the timeline in which a layer plays.

    Parameters
    ----------
    context : ComposeContext
        The segment it belongs to.
    begins, ends : float
        Beats of the timeline; notes are cut at the end.
    leaves_at : float or None
        Beat of the seam at which the segment is left, if one is planned: generators may play a fill there.
    memories : dict
        Bar to the memory that the generator receives for it.
    good_bars : dict
        Bar to the last bar before it that the generator wrote.
    """

    context: ComposeContext
    begins: float
    ends: float = NEVER
    leaves_at: float | None = None
    memories: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    good_bars: dict[int, ComposedBar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Write ranges and cursor of a generated layer, to restore when a planned transition is cancelled."""

    ranges: tuple[WriteRange, ...]
    cursor_beat: float


def beats_ratio(context: ComposeContext) -> Fraction:
    """Beats of the segment for each beat of the meter as written, in which generators count."""
    beats = context.instance.beats_per_bar
    return Fraction(1) if context.meter is None else Fraction(beats, context.meter[0])
