"""By how much a recorded layer is transposed in a section."""

from __future__ import annotations

from adaptive.errors import InputError
from adaptive.music.scale import Key
from adaptive.preset.model import Preset

OCTAVE = 12


def semitones_of(preset: Preset, layer: str, segment: str) -> float:
    """Semitones by which a layer is transposed in a segment.

    With ``transpose = "key"``, the way from the tonic of the file's key, in which it was recorded, to that of
    the segment's key: at most six semitones up, five down.
    """
    table = preset.file.layers.get(layer)
    if table is None:
        return 0.0
    if not isinstance(table.transpose, str):
        return float(table.transpose)
    try:
        recorded, wanted = Key.parse(preset.file.key), Key.parse(preset.segments[segment].key)
    except InputError:  # told as a fault of that key
        return 0.0
    way = (wanted.tonic.pitch_class - recorded.tonic.pitch_class) % OCTAVE
    return float(way - OCTAVE if way > OCTAVE // 2 else way)
