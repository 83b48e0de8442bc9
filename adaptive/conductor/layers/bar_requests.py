"""What a generated layer tells its generator about a bar, and by what the bar is found again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from adaptive.composer.bar import beside_recordings, planned_values
from adaptive.composer.bar_source import BarRequest
from adaptive.composer.context import BarContext
from adaptive.composer.plan.section_plan import BarPlan
from adaptive.composer.steer import HeldHarmony, RegeneratedBars, Steer
from adaptive.conductor.layers.write_range import WriteRange
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.timebase import BEAT_TOLERANCE

TAKE_SEED = 0x9E3779B1
"""Odd factor that spreads the numbers of takes over the bits of a seed."""

NO_MEMORY: Mapping[str, Any] = {}
"""Memory of a generator that has none; one object, because kept bars are found by `id`."""


class ToldLayer(Protocol):
    """The part of a generated layer that its generator is told."""

    place: LayerPlace
    style: str
    octave: int
    seed: int
    density: float
    energy: float | None
    steer: Steer
    held: HeldHarmony
    takes: tuple[RegeneratedBars, ...]


class BarKey(NamedTuple):
    """By what a bar is found, with what has been worked out for it."""

    key: Hashable
    plan: BarPlan
    memory: Mapping[str, Any]
    energy: float
    is_leaving: bool


def key_of(layer: ToldLayer, write_range: WriteRange, bar: int, start: float) -> BarKey:
    """By what a bar is found that starts at a beat: a tenth of the time that `request_of` takes."""
    context, instance = write_range.context, write_range.context.instance
    is_leaving = write_range.leaves_at is not None and (
        start + BEAT_TOLERANCE < write_range.leaves_at <= start + instance.beats_per_bar + BEAT_TOLERANCE
    )
    number = _planned_bar(instance, bar)
    plan = context.plan_of(number, held_in(layer, instance.section, number))
    memory = write_range.memories.get(bar, NO_MEMORY)
    energy = context.energy if layer.energy is None else layer.energy
    # bars that are kept refer to plan and memory, so their ids cannot be reused by other objects
    key = (
        instance.section, bar, layer.density, is_leaving, context.tempo_bpm, energy,
        id(plan), id(memory), layer.steer,
    )  # fmt: skip
    return BarKey(key, plan, memory, energy, is_leaving)


def request_of(
    layer: ToldLayer, write_range: WriteRange, bar: int, known: BarKey, not_before: int
) -> BarRequest:
    """What the generator is told about a bar; `not_before`: the earliest frame that can be written."""
    context, instance, plan = write_range.context, write_range.context.instance, known.plan
    beats, beat_unit = context.meter or (instance.beats_per_bar, int(instance.beat_unit))
    energy, density, style = planned_values(plan, known.energy, layer.density, layer.style)
    bar_context = BarContext(
        section=instance.section,
        bar=_planned_bar(instance, bar),
        phrase_bars=instance.phrase_bars,
        beats=beats,
        beat_unit=beat_unit,
        tempo_bpm=context.tempo_bpm,
        harmony=plan.harmony,
        plan=plan,
        energy=energy,
        density=density,
        is_leaving=known.is_leaving,
        seed=layer.seed ^ plan.rhythm_seed(layer.place.name) ^ plan.part.brief.take * TAKE_SEED,
        style=style,
        octave=layer.octave,
        layer=layer.place.name,
        steer=layer.steer,
        memory=known.memory,
    )
    return BarRequest(known.key, beside_recordings(bar_context), not_before)


def held_in(layer: ToldLayer, section: str, bar: int) -> HeldHarmony:
    """What is held in a bar, with the take that was asked for last."""
    if not layer.takes:
        return layer.held
    number = next(
        (t.number for t in reversed(layer.takes) if t.section == section and t.first <= bar <= t.last), 0
    )
    return replace(layer.held, take=number) if number else layer.held


def _planned_bar(instance: SegmentInstance, bar: int) -> int:
    """The bar of the plan: an introduction leads up to bar 1 as the last bars of a pass do."""
    return bar if bar >= 0 else bar % max(1, instance.length_beats // instance.beats_per_bar)
