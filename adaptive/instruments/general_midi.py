"""Which programme of General MIDI comes nearest to an instrument: for whoever opens the notes elsewhere.

Examples
--------
>>> programme("bass_deep", "bass", {})
38
"""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.preset.schema import InstrumentTable

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
"""Built-in patch → programme, counted from 0 as the bytes do."""

OF_GENERATOR: Mapping[str, int] = {"bass": 38, "pad": 89, "arpeggio": 88, "melody": 81}
"""For a patch of the preset's own that starts from none of ours: what its part suggests."""

OTHERWISE = 88  # new age pad


def programme(instrument: str, generator: str, instruments: Mapping[str, InstrumentTable]) -> int:
    """Return the programme, 0 … 127, that suits a layer.

    Parameters
    ----------
    instrument : str
        A built-in patch or one of the preset's.
    generator : str
        What writes the layer.
    instruments : Mapping
        ``[instruments]`` of the preset.
    """
    table = instruments.get(instrument)
    name = instrument if table is None else table.base
    if name is not None and name in PROGRAMMES:
        return PROGRAMMES[name]
    return OF_GENERATOR.get(generator, OTHERWISE)
