"""What `check --listen` hears: which layer masks which, and which section is much louder than the others.

Each section is played, with values of parameters and states that choose it, and every layer is recorded
before the master.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adaptive.analysis.loudness import loudness_of
from adaptive.analysis.masking import Masked, masked_layers
from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import Jump, SetState
from adaptive.engine.bank import Bank
from adaptive.inputs.trace import Trace, TraceLine
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.expression import evaluate
from adaptive.preset.finding import Finding, warning
from adaptive.preset.model import Preset
from adaptive.session.offline import Renderer
from adaptive.session.render_job import make_job

Audio = np.ndarray[Any, np.dtype[np.float32]]

RATE = 48000
PLAYED_S, SKIPPED_S = 14.0, 2.0
"""Each section is played so long; its beginning, in which fades end, is left out."""

JUMP_LU = 6.0
"""A section so much louder or softer than the median of all is told."""

MOST_TRIED, STEPS = 4000, 7


@dataclass(slots=True)
class _Values:
    """Values of parameters and states, as a `Scope` for expressions."""

    values: dict[str, float | str] = field(default_factory=dict)
    bars_in_section: float = 100.0

    def value(self, name: str) -> float | str:
        return self.values[name]

    def age(self, _name: str) -> float:
        return 0.0

    def is_stale(self, _name: str) -> bool:
        return False

    def is_healthy(self, _name: str) -> bool:
        return True

    def hysteresis(self, _name: str) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class HeardSection:
    """What was heard of a section: its loudness, and the layers that are masked."""

    name: str
    integrated_lufs: float | None
    masked: tuple[Masked, ...]
    beginning: Beginning


def listen(preset: Preset, bank: Bank | None = None) -> list[HeardSection]:
    """Play every section that parameters and states can choose."""
    bank = bank or Bank(RATE)
    return [_heard(preset, name, beginning, bank) for name, beginning in ways_into(preset).items()]


def findings_of_listening(heard: list[HeardSection]) -> Iterator[Finding]:
    """Warnings about masked layers and jumps of loudness."""
    for section in heard:
        for one in section.masked:
            text = (
                f"in `{section.name}` {100.0 * one.share:.0f} % of it lie under `{one.by}`, from "
                f"{one.low_hz:.0f} to {one.high_hz:.0f} Hz: it is hardly heard there"
            )
            yield warning(("layers", one.layer), text)
    known = {one.name: one.integrated_lufs for one in heard if one.integrated_lufs is not None}
    if len(known) < 2:
        return
    middle = float(np.median(list(known.values())))
    for name, lufs in known.items():
        apart = lufs - middle
        if abs(apart) > JUMP_LU:
            word = "louder" if apart > 0.0 else "softer"
            text = f"is {abs(apart):.1f} LU {word} than the sections are in the middle ({middle:.1f} LUFS)"
            yield warning(("sections", name), text)


def ways_into(preset: Preset) -> dict[str, Beginning]:
    """Values of parameters and states that choose each section; those that nothing chooses are left out.

    A parameter or state has its default where that chooses the section, otherwise the value in the middle of
    those that do.  A section of a playlist has the values that choose the playlist.
    """
    defaults: dict[str, Any] = {
        name: table.range[0] if table.default is None else table.default
        for name, table in preset.file.parameters.items()
        if name not in preset.derived
    }
    settable = {
        name: sorted({*map(float, np.linspace(*preset.file.parameters[name].range, STEPS)), default})
        for name, default in defaults.items()
    }
    groups = {name: list(group.values) for name, group in preset.state_groups.items()}
    defaults |= {name: group.default for name, group in preset.state_groups.items()}
    axes: dict[str, list[Any]] = {**settable, **groups}
    count = math.prod(len(values) for values in axes.values())
    rng = np.random.default_rng(0)
    if count <= MOST_TRIED:
        tried: Iterator[tuple[Any, ...]] = itertools.product(*axes.values())
    else:
        drawn = [rng.integers(len(values), size=MOST_TRIED) for values in axes.values()]
        rows = zip(*drawn, strict=True)
        tried = (tuple(values[i] for values, i in zip(axes.values(), row, strict=True)) for row in rows)
    found: dict[str, list[dict[str, Any]]] = {}
    for combination in tried:
        values = dict(zip(axes, combination, strict=True))
        section = _chosen(preset, values)
        for name in sections_of(preset, section):
            found.setdefault(name, []).append(values)
    chosen = {name: _usual(rows, defaults) for name, rows in found.items()}
    return {name: _beginning(chosen[name], groups) for name in preset.file.sections if name in chosen}


def sections_of(preset: Preset, name: str) -> tuple[str, ...]:
    """The sections that a name of a section or a playlist stands for."""
    if name in preset.file.sections:
        return (name,)
    return preset.file.playlists[name].play if name in preset.file.playlists else ()


def _usual(rows: list[dict[str, Any]], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Of all that choose a section: what has the most defaults, and else lies in the middle."""
    for name, default in defaults.items():
        rows = [row for row in rows if row[name] == default] or rows
    return rows[len(rows) // 2]


def _chosen(preset: Preset, values: Mapping[str, Any]) -> str:
    scope = _Values(dict(values))
    for name, expression in preset.derived.items():
        low, high = preset.file.parameters[name].range
        scope.values[name] = min(max(float(evaluate(expression, scope)), low), high)
    for place, line in enumerate(preset.select):
        condition = preset.when.get(place)
        if condition is None or evaluate(condition, scope):
            return line.section
    return preset.first_section


def _beginning(values: Mapping[str, Any], groups: Mapping[str, Any]) -> Beginning:
    numbers = {name: float(value) for name, value in values.items() if name not in groups}
    return Beginning(numbers, [SetState(name, values[name]) for name in groups])


def render_section(
    preset: Preset, name: str, beginning: Beginning, bank: Bank, seconds: float = PLAYED_S
) -> tuple[Audio, dict[str, Audio]]:
    """Play a section from its beginning; return the mix and each of its layers, shape (frames, 2).

    The first `SKIPPED_S` are left out.  Layers are recorded before the master, and each before its bus.
    """
    jump = TraceLine(CONTROL_STEP_FRAMES, (), (Jump(name),))
    is_chosen = _chosen(preset, _values(beginning)) == name
    trace = None if is_chosen else Trace((jump,), {}, seconds, {})
    job = replace(make_job(preset, trace, RATE, seconds, None, "cut"), beginning=beginning)
    renderer = Renderer(job, bank)
    try:
        engine, layout = renderer.performance.engine, renderer.performance.layout
        engine.listen_to_buses(CONTROL_STEP_FRAMES)
        rows = {
            layer: place.bus
            for layer, place in layout.layers.items()
            if layer in preset.file.sections[name].layers
        }
        mixed: list[Audio] = []
        taken: list[Audio] = []
        for piece in renderer.control_steps():
            mixed.append(np.array(piece))
            taken.append(engine.take_buses()[list(rows.values())])
        mix, taps = np.concatenate(mixed), np.concatenate(taken, axis=2)
        first = round(SKIPPED_S * RATE)
        return mix[first:], {layer: taps[row, :, first:].T for row, layer in enumerate(rows)}
    finally:
        renderer.performance.close()


def _values(beginning: Beginning) -> dict[str, Any]:
    states = {one.group: one.value for one in beginning.messages if isinstance(one, SetState)}
    return {**beginning.values, **states}


def _heard(preset: Preset, name: str, beginning: Beginning, bank: Bank) -> HeardSection:
    mix, taps = render_section(preset, name, beginning, bank)
    layers = {layer: audio.mean(axis=1) for layer, audio in taps.items()}
    loudness = loudness_of(mix.T, RATE, has_true_peak=False)
    return HeardSection(name, loudness.integrated_lufs, tuple(masked_layers(layers, RATE)), beginning)
