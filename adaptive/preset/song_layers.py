"""Layers that play a MIDI file: how they are read, and where their files are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adaptive.errors import InputError
from adaptive.preset.faults import FaultList, KeyPath
from adaptive.preset.model import Preset
from adaptive.preset.schema import LayerTable, PresetFile
from adaptive.preset.song import Song, read_song

MIDI_FILE = "midi_file"
"""What stands for the generator of a layer that plays a MIDI file."""

ALL_CHANNELS = frozenset(range(16))


def with_songs(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document in which layers with `midi` and without a generator have `MIDI_FILE` for one."""
    layers = document.get("layers")
    if not isinstance(layers, dict):
        return document
    made = {
        name: {**table, "generator": MIDI_FILE}
        if isinstance(table, dict) and "midi" in table and "generator" not in table and "stem" not in table
        else table
        for name, table in layers.items()
    }
    return {**document, "layers": made}


def check_songs(file: PresetFile, faults: FaultList) -> None:
    """Check which keys stand beside `midi`."""
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name)
        if layer.midi is not None and layer.generator != MIDI_FILE:
            other = "generator" if layer.stem is None else "stem"
            faults.add((*at, "midi"), f"stands in place of a `{other}`: leave one out")
        if layer.midi is None and layer.generator == MIDI_FILE:
            faults.add((*at, "generator"), 'is not a generator; name the file: `midi = "song.mid"`')
        if layer.midi is None and layer.midi_channels is not None:
            faults.add((*at, "midi_channels"), "goes with `midi`, the name of a MIDI file")
        if layer.midi is not None and layer.style is not None:
            faults.add((*at, "style"), "goes with a `generator`, not with `midi`")


def named_songs(file: PresetFile) -> Iterator[tuple[KeyPath, str]]:
    """Yield each key path that names a MIDI file, with the name."""
    for name, layer in file.layers.items():
        if layer.midi is not None:
            yield ("layers", name, "midi"), layer.midi


def check_files(file: PresetFile, songs: Mapping[str, Any], faults: FaultList) -> None:
    """Read the files, so that a broken one is told."""
    for at, name in named_songs(file):
        if name in songs:
            try:
                read_song(songs[name])
            except InputError as error:
                faults.add(at, str(error))


def song_of(preset: Preset, layer: str) -> Song | None:
    """The MIDI file that a layer plays; None: it plays none."""
    table = preset.file.layers.get(layer)
    return None if table is None or table.midi is None else read_song(preset.songs[table.midi])


def channels_of(table: LayerTable) -> frozenset[int]:
    """The channels of its file that a layer plays, counted from 0."""
    return ALL_CHANNELS if table.midi_channels is None else frozenset(n - 1 for n in table.midi_channels)
