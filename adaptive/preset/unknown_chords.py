"""Finds sections in which recordings play and generators do not know their chords."""

from __future__ import annotations

from collections.abc import Iterator

from adaptive.preset.finding import Finding, warning
from adaptive.preset.lengths import section_stems
from adaptive.preset.model import Preset
from adaptive.preset.song_layers import MIDI_FILE

UNPITCHED = frozenset({"drums"})
"""Built-in generators that need no chords."""


def check_chords(preset: Preset) -> Iterator[Finding]:
    """Find sections with recordings and pitched generators, but without `chords`."""
    for name, table in preset.file.sections.items():
        generators = [
            layer
            for layer in table.layers
            if layer in preset.file.layers
            and preset.file.layers[layer].generator is not None
            and preset.file.layers[layer].generator not in {*UNPITCHED, MIDI_FILE}
        ]
        if generators and not table.chords and section_stems(preset, name):
            yield warning(
                ("sections", name, "layers", table.layers.index(generators[0])),
                f"`{generators[0]}` does not know what the recordings of `{name}` play, so it keeps to the "
                "open fifth of the key; give the section its `chords`, one text for each bar",
            )
