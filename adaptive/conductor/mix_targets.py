"""What a ``mix`` message can hold: one line of `MIX_TARGETS` for each kind of value.

A target is named by its key path in the preset, such as ``layers.strings.level_db``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from adaptive.conductor.layout.layout import PresetLayout
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.preset.model import Preset
from adaptive.preset.table import Curve
from adaptive.units import SILENCE_DB, db_to_gain

Hold = Callable[[PresetLayout, str, float | None, int, int], list[Command]]
"""Commands that hold a value: from the layout, the name, the value (None lets go), a frame, and the frames
to get there."""


@dataclass(frozen=True, slots=True)
class MixTarget:
    """A kind of value that a message can hold.

    Parameters
    ----------
    table, key : str
        Table and key of the preset: ``layers``, ``level_db``.
    low, high : float
        Range of the value.
    names : callable
        The names in the table that can be held.
    hold : callable
        The commands.
    """

    table: str
    key: str
    low: float
    high: float
    names: Callable[[Preset], Iterable[str]]
    hold: Hold


def _layers(preset: Preset) -> Iterable[str]:
    """Layers whose level can be held: not those that the preset silences by a number, whose gain is 0."""
    for name, table in preset.file.layers.items():
        if isinstance(table.level_db, Curve) or table.level_db > SILENCE_DB:
            yield name


def _hold_layer_level(
    layout: PresetLayout, name: str, level_db: float | None, at: int, frames: int
) -> list[Command]:
    """Hold the level of a layer in place of its own, number or curve.

    The strip's fader holds the own level, if that is a number, and what the section adds; it stays as it is,
    so that transitions do not have to know of what is held.
    """
    bus = layout.layers[name].bus
    if level_db is None:
        return [commands.hold_bus(at, bus, 0.0, frames, share=0.0)]
    return [commands.hold_bus(at, bus, db_to_gain(level_db) / layout.spec.buses[bus].gain, frames)]


MIX_TARGETS: tuple[MixTarget, ...] = (
    MixTarget("layers", "level_db", -120.0, 24.0, _layers, _hold_layer_level),
)  # fmt: skip
"""Every kind of value that can be held."""


def mix_targets(preset: Preset) -> dict[str, tuple[MixTarget, str]]:
    """All targets of a preset: key path to its kind and its name."""
    return {
        f"{target.table}.{name}.{target.key}": (target, name)
        for target in MIX_TARGETS
        for name in target.names(preset)
    }
