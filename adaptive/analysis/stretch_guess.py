"""Proposes how the stems of a folder or of a preset are stretched, from half a minute of each layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from adaptive.engine.decode import MemoryBudget, decode
from adaptive.engine.resample import resample
from adaptive.engine.stretch_kind import StretchKind, propose_stretch
from adaptive.engine.stretch_plan import plan_sound
from adaptive.errors import AudioFileError
from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge

RATE = 48000
HEARD_S = 30.0
"""To find the onsets of so much takes a third of a second."""

LIMIT_BYTES = 1_000_000_000


def stretch_of_file(path: Path) -> StretchKind | None:
    """Propose how a file is stretched; None if it cannot be read."""
    try:
        audio = resample(decode(path, MemoryBudget(LIMIT_BYTES, RATE)), RATE)[:2, : round(HEARD_S * RATE)]
    except AudioFileError:
        return None
    if audio.shape[0] == 1:
        audio = np.concatenate([audio, audio])
    audio = np.ascontiguousarray(audio)
    return propose_stretch(audio, plan_sound(audio, RATE), RATE)


def stretch_of_layers(files: Mapping[str, Path]) -> dict[str, StretchKind]:
    """Propose how layers are stretched, each from one of its files."""
    found = {layer: stretch_of_file(path) for layer, path in files.items()}
    return {layer: kind for layer, kind in found.items() if kind is not None}


def stretch_of_preset(preset: Preset) -> dict[str, StretchKind]:
    """Propose how the stem layers of a preset are stretched, each from its first file."""
    first: dict[str, Path] = {}
    for name, segment in preset.segments.items():
        for layer in () if is_bridge(name) else segment.layers:
            paths = preset.variations(layer, name)
            if paths and layer not in first:
                first[layer] = paths[0]
    return stretch_of_layers(first)
