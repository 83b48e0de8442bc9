"""Maps instruments to General MIDI programmes, for exported MIDI files.

Examples
--------
>>> programme("bass_deep", "bass", {})
38
"""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.preset import patch_library
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
    "flute": 73,  # flute
    "choir": 52,  # choir aahs
    "fiddle": 40,  # violin
    "cello": 42,  # cello
    "strings_short": 48,  # string ensemble 1
    "guitar_nylon": 24,  # nylon guitar
    "guitar_clean": 27,  # clean guitar
    "guitar_drive": 30,  # distortion guitar
    "guitar_lead": 29,  # overdriven guitar
    "piano_soft": 0,  # grand piano
    "electric_piano": 4,  # electric piano 1
    "organ": 16,  # drawbar organ
    "reed": 66,  # tenor saxophone
    "bass_upright": 32,  # acoustic bass
    "sub_bass": 38,  # synth bass 1
    "reese": 39,  # synth bass 2
    "saw_stab": 62,  # synth brass 1
}
"""Maps a built-in patch to its programme, 0 … 127 as in a MIDI message."""

PROGRAMME_NAMES = (
    "Acoustic Grand Piano", "Bright Acoustic Piano", "Electric Grand Piano", "Honky-tonk Piano",
    "Electric Piano 1", "Electric Piano 2", "Harpsichord", "Clavi", "Celesta", "Glockenspiel", "Music Box",
    "Vibraphone", "Marimba", "Xylophone", "Tubular Bells", "Dulcimer", "Drawbar Organ", "Percussive Organ",
    "Rock Organ", "Church Organ", "Reed Organ", "Accordion", "Harmonica", "Tango Accordion",
    "Acoustic Guitar (nylon)", "Acoustic Guitar (steel)", "Electric Guitar (jazz)",
    "Electric Guitar (clean)", "Electric Guitar (muted)", "Overdriven Guitar", "Distortion Guitar",
    "Guitar Harmonics", "Acoustic Bass", "Electric Bass (finger)", "Electric Bass (pick)", "Fretless Bass",
    "Slap Bass 1", "Slap Bass 2", "Synth Bass 1", "Synth Bass 2", "Violin", "Viola", "Cello", "Contrabass",
    "Tremolo Strings", "Pizzicato Strings", "Orchestral Harp", "Timpani", "String Ensemble 1",
    "String Ensemble 2", "Synth Strings 1", "Synth Strings 2", "Choir Aahs", "Voice Oohs", "Synth Voice",
    "Orchestra Hit", "Trumpet", "Trombone", "Tuba", "Muted Trumpet", "French Horn", "Brass Section",
    "Synth Brass 1", "Synth Brass 2", "Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax", "Oboe",
    "English Horn", "Bassoon", "Clarinet", "Piccolo", "Flute", "Recorder", "Pan Flute", "Blown Bottle",
    "Shakuhachi", "Whistle", "Ocarina", "Lead 1 (square)", "Lead 2 (sawtooth)", "Lead 3 (calliope)",
    "Lead 4 (chiff)", "Lead 5 (charang)", "Lead 6 (voice)", "Lead 7 (fifths)", "Lead 8 (bass + lead)",
    "Pad 1 (new age)", "Pad 2 (warm)", "Pad 3 (polysynth)", "Pad 4 (choir)", "Pad 5 (bowed)",
    "Pad 6 (metallic)", "Pad 7 (halo)", "Pad 8 (sweep)", "FX 1 (rain)", "FX 2 (soundtrack)",
    "FX 3 (crystal)", "FX 4 (atmosphere)", "FX 5 (brightness)", "FX 6 (goblins)", "FX 7 (echoes)",
    "FX 8 (sci-fi)", "Sitar", "Banjo", "Shamisen", "Koto", "Kalimba", "Bag pipe", "Fiddle", "Shanai",
    "Tinkle Bell", "Agogo", "Steel Drums", "Woodblock", "Taiko Drum", "Melodic Tom", "Synth Drum",
    "Reverse Cymbal", "Guitar Fret Noise", "Breath Noise", "Seashore", "Bird Tweet", "Telephone Ring",
    "Helicopter", "Applause", "Gunshot",
)  # fmt: skip
"""Names of the programmes, 0 … 127 ("General MIDI System Level 1", MIDI Association)."""

OF_GENERATOR: Mapping[str, int] = {
    "bass": 38, "pad": 89, "arpeggio": 88, "melody": 81,
    "comping": 4, "countermelody": 48, "drone": 97, "ostinato": 45, "texture": 92,
}  # fmt: skip
"""Maps a generator to the programme of a custom patch that has no built-in base."""

OF_ROLE: Mapping[str, int] = {
    "bass": 38, "lead": 81, "pad": 89, "keys": 4, "pluck": 24, "mallet": 12, "strings": 48, "winds": 73,
    "choir": 52, "texture": 97,
}  # fmt: skip
"""Maps the role of a factory patch to a programme."""

OF_WORD: Mapping[str, int] = {
    "acid": 38, "string": 48, "reed": 80, "sine": 80, "ice": 92, "sweep": 95, "drawbar": 16, "clav": 7,
    "felt": 0, "harp": 46, "koto": 107, "vibes": 11, "glock": 9, "bells": 14, "spiccato": 45, "low": 43,
    "solo": 40, "clarinet": 71, "brass": 61, "bottle": 76, "oh": 53, "breath": 85, "wind": 122, "bowls": 98,
    "sparkle": 96, "vowel": 85, "vapour": 91, "prism": 92, "bow": 40, "cello": 42, "chalumeau": 71,
    "pipe": 75, "horn": 60, "strings": 50, "glass": 92, "rain": 96, "breeze": 122,
}  # fmt: skip
"""Maps a word of the name of a factory patch to the programme that is nearer than that of its role."""

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
    patch = patch_library.find(name) if isinstance(name, str) else None
    if isinstance(name, str) and patch is not None and patch.role in OF_ROLE:
        return next((OF_WORD[word] for word in name.split("_")[1:] if word in OF_WORD), OF_ROLE[patch.role])
    return OF_GENERATOR.get(generator, OTHERWISE)
