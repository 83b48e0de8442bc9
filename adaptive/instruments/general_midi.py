"""Maps instruments to General MIDI programmes, for exported MIDI files.

Examples
--------
>>> programme("bass_deep", "bass", {})
38
"""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.preset.instrument_tables import AnyInstrumentTable

PROGRAMMES: Mapping[str, int] = {
    "bass_deep": 38,  # synth bass 1
    "bass_pluck": 39,  # synth bass 2
    "pad_warm": 89,  # warm pad
    "pad_glass": 92,  # bowed glass
    "strings_slow": 49,  # slow strings
    "lead_soft": 81,  # sawtooth lead
    "arp_pluck": 45,  # pizzicato strings
    "bell": 14,  # tubular bells
    "brass_low": 61,  # brass section
    "drone_dark": 97,  # soundtrack pad
}
"""Maps a built-in patch to its programme, 0 … 127 as in a MIDI message."""

OF_GENERATOR: Mapping[str, int] = {
    "bass": 38, "pad": 89, "arpeggio": 88, "melody": 81,
    "comping": 4, "countermelody": 48, "drone": 97, "ostinato": 45, "texture": 92,
}  # fmt: skip
"""Maps a generator to the programme of a custom patch that has no built-in base."""

OTHERWISE = 88
"""Programme of any other layer: new age pad."""


def programme(
    instrument: str | AnyInstrumentTable, generator: str, instruments: Mapping[str, AnyInstrumentTable]
) -> int:
    """Return the General MIDI programme of a layer, 0 … 127.

    Parameters
    ----------
    instrument : str
        Name of a built-in patch or of one in the preset.
    generator : str
        Name of the generator that writes the layer.
    instruments : Mapping
        ``[instruments]`` of the preset.
    """
    table = instruments.get(instrument) if isinstance(instrument, str) else instrument
    name = instrument if table is None else getattr(table, "base", None)
    if isinstance(name, str) and name in PROGRAMMES:
        return PROGRAMMES[name]
    return OF_GENERATOR.get(generator, OTHERWISE)
