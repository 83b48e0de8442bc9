"""Checks the keys of `[[inputs]]` that belong to MIDI."""

from __future__ import annotations

from adaptive.errors import InputError
from adaptive.preset.faults import FaultList, KeyPath, join_names
from adaptive.preset.midi_source import MidiSource
from adaptive.preset.schema import InputTable, PresetFile

MIDI_KEYS = ("port", "channel", "layer", "pickup", "relative", "detents", "chord", "tempo", "transport")
"""Keys that go with `midi`."""

TARGETS = ("parameter", "state", "event")


def targets_of(table: InputTable) -> tuple[str, ...]:
    """Keys of which a table must have exactly one: what the input sets."""
    if table.midi is None:
        return TARGETS
    return ("layer", "event") if table.midi.strip() == "notes" else TARGETS


def sets_chord(table: InputTable) -> bool:
    """Whether the keys of a table set the chord, and no layer has to be played."""
    return table.chord and table.midi is not None and table.midi.strip() == "notes"


def is_clock(table: InputTable) -> bool:
    """Whether a table listens to a MIDI clock, which sets no parameter, state or event."""
    return table.midi is not None and table.midi.strip() == "clock"


def check_midi_input(table: InputTable, i: int, file: PresetFile, faults: FaultList) -> None:
    """Add a fault for every key of an input that cannot act together with another."""
    at: KeyPath = ("inputs", i)
    if (table.osc is None) == (table.midi is None):
        found = "neither" if table.osc is None else "both"
        faults.add(at, f"must have either `osc` or `midi`, got {found}", [(*at, "osc"), (*at, "midi")])
        return
    if table.midi is None:
        for key in MIDI_KEYS:
            if getattr(table, key) not in {None, False}:
                faults.add((*at, key), "goes with `midi`, not with `osc`")
        return
    try:
        source = MidiSource.parse(table.midi)
    except InputError as error:
        faults.add((*at, "midi"), str(error))
        return
    for key in ("argument", "combine"):
        if getattr(table, key):
            faults.add((*at, key), "goes with `osc`, not with `midi`")
    if table.layer is not None:
        _layer(table.layer, source, file, at, faults)
    if table.chord and source.kind != "notes":
        faults.add((*at, "chord"), f'goes with `midi = "notes"`, not with `{source}`')
    _clock(table, source, at, faults)
    _knob(table, source, at, faults)


def _layer(layer: str, source: MidiSource, file: PresetFile, at: KeyPath, faults: FaultList) -> None:
    written = [name for name, one in file.layers.items() if one.generator is not None]
    faults.require_known((*at, "layer"), "generated layer", layer, written)
    if source.kind != "notes":
        faults.add((*at, "layer"), f'goes with `midi = "notes"`, not with `{source}`')


def _clock(table: InputTable, source: MidiSource, at: KeyPath, faults: FaultList) -> None:
    given = [key for key in ("tempo", "transport") if getattr(table, key)]
    if source.kind != "clock":
        for key in given:
            faults.add((*at, key), f'goes with `midi = "clock"`, not with `{source}`')
        return
    if not given:
        faults.add(at, "a clock needs `tempo = true`, `transport = true` or both")
    others = [key for key in (*TARGETS, "layer") if getattr(table, key) is not None]
    if others:
        faults.add((*at, others[0]), f"does not go with a clock; leave {join_names(others)} out")


def _knob(table: InputTable, source: MidiSource, at: KeyPath, faults: FaultList) -> None:
    if table.detents is not None and table.relative is None:
        faults.add((*at, "detents"), "goes with `relative`")
    if table.relative is not None:
        if source.kind != "cc":
            faults.add((*at, "relative"), f"goes with a controller such as `cc 1`, not with `{source}`")
        for key in ("input_range", "factor"):
            if getattr(table, key) is not None:
                faults.add((*at, key), "does not go with `relative`: an encoder sends how far it was turned")
        if table.pickup:
            faults.add((*at, "pickup"), "does not go with `relative`: an encoder has no position")
    for key in ("pickup", "relative"):
        if getattr(table, key) and table.parameter is None:
            faults.add((*at, key), "goes with `parameter`")
