"""Levels of layers that differ from section to section: `levels_db`."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.conductor.layout.layout import PresetLayout
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.kernel.layout import BUS_GAIN
from adaptive.preset.schema import SectionTable
from adaptive.units import db_to_gain


class LayerLevels:
    """What each section adds to the levels of its layers.

    A layer that a section does not list keeps the level it had: it may still fade out.

    Parameters
    ----------
    layout : PresetLayout
        The strips, with the level that each layer has of its own.
    sections : Mapping
        The sections of the preset.

    Attributes
    ----------
    state : Mapping of str to float
        Layer to what is added to its level, in decibels, once all planned transitions have taken place; it
        is replaced and never changed.
    """

    def __init__(self, layout: PresetLayout, sections: Mapping[str, SectionTable]) -> None:
        self._layout, self._sections = layout, sections
        self.state: Mapping[str, float] = {}

    def take_over(self, before: LayerLevels) -> None:
        """Continue with the levels before an edit, of layers that keep their rows."""
        old, new = before._layout.layers, self._layout.layers
        kept = {name for name, place in new.items() if place.shares_row(old.get(name))}
        self.state = {name: added for name, added in before.state.items() if name in kept}

    def enter(self, section: str) -> dict[str, float]:
        """Take the levels of a section; returns those that change.  Bridges and silence change none."""
        table = self._sections.get(section)
        if table is None:
            return {}
        wanted = {name: table.levels_db.get(name, 0.0) for name in table.layers}
        changed = {name: added for name, added in wanted.items() if added != self.state.get(name, 0.0)}
        self.state = {**self.state, **changed}
        return changed

    def fade(self, layer: str, at: int, frames: int, group: int = 0) -> Command:
        """The command that brings a layer to its present level."""
        bus = self._layout.layers[layer].bus
        return commands.fade_bus(at, bus, self._gain(layer), frames, group=group)

    def _gain(self, layer: str) -> float:
        own = self._layout.spec.buses[self._layout.layers[layer].bus].gain
        return own * db_to_gain(self.state.get(layer, 0.0))

    def add_to(self, moves: list[Command]) -> list[Command]:
        """Commands that set strips to the levels of layers, with what the section adds to them."""
        added = {
            place.bus: db_to_gain(self.state.get(name, 0.0)) for name, place in self._layout.layers.items()
        }
        return [
            move._replace(f0=move.f0 * added.get(move.target, 1.0)) if move.operation == BUS_GAIN else move
            for move in moves
        ]
