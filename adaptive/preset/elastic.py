"""Whether a preset says that its recordings follow another tempo than their own."""

from __future__ import annotations

from adaptive.preset.schema import PresetFile


def is_elastic(file: PresetFile) -> bool:
    """Whether recordings are prepared for it before the music begins; a message may ask for it later."""
    if file.tempo_follow is not None:
        return True
    if any(stinger.tempo_bpm is not None for stinger in file.stingers.values()):
        return True
    return any(table.stretch is not None or table.transpose != 0.0 for table in file.layers.values())
