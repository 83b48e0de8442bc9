"""Enters the sounds of a stem layer in the engine's table, transposed where the preset says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adaptive.conductor.layers.stem_state import Introduction
from adaptive.engine.bank import Sound
from adaptive.engine.engine import Engine
from adaptive.preset.model import Preset
from adaptive.preset.transpose import semitones_of


class SoundEntry:
    """Enters what one layer plays.

    Parameters
    ----------
    preset, layer : Preset, str
        The preset, and the name of the layer (of a bridge, that of its segment).
    engine : Engine
        Holds the bank and the table of sounds.
    """

    def __init__(self, preset: Preset, layer: str, engine: Engine) -> None:
        self._preset, self._layer, self._engine = preset, layer, engine

    def sounds(self, loops: Mapping[str, tuple[Sound, ...]]) -> dict[str, tuple[tuple[Sound, int], ...]]:
        """Enter the variations of each segment; return them with their numbers in the table."""
        return {
            segment: tuple(self._enter(segment, sound) for sound in variations)
            for segment, variations in loops.items()
        }

    def introductions(self, found: Mapping[str, Introduction]) -> dict[str, Introduction]:
        """Enter the sounds of introductions that have their own."""
        entered = {}
        for segment, intro in found.items():
            entered[segment] = intro
            if intro.sound is not None:
                sound, number = self._enter(segment, intro.sound)
                entered[segment] = replace(intro, sound=sound, number=number)
        return entered

    def first_passes(self, found: Mapping[str, Sound]) -> dict[str, tuple[Sound, int]]:
        """Enter the sounds of first passes."""
        return {segment: self._enter(segment, sound) for segment, sound in found.items()}

    def _enter(self, segment: str, sound: Sound) -> tuple[Sound, int]:
        made = self._engine.bank.transposed(sound, semitones_of(self._preset, self._layer, segment))
        return made, self._engine.add_sound(made)
