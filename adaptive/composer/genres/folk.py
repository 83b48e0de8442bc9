"""Folk: modal tunes over a drone, plucked chords, a frame drum, in six or four."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

FOLK = Genre(
    name="folk",
    about="modal tunes in pairs of strains over a drone, plucked strings, a frame drum",
    tempo_bpm=(72.0, 104.0, 132.0),
    key="D dorian",
    meter="6/8",
    forms=("A A' B B' A A'", "A A' B B C A'"),
    colour="triads",
    progressions={
        "dorian": (
            "I | VII | I | v // I | VII | v | I",
            "I | IV | VII | v // III | VII | v | I",
            "I | I | IV | VII // I | v | ii | I",
            "III | VII | I | IV // III | VII | IV | I",
        ),
        "mixolydian": ("I | VII | I | v // I | IV | VII | I", "I | IV | ii | v // I | v | IV | I"),
        "minor": ("I | VII | VI | VII // I | III | VII | I", "I | III | VII | v // VI | VII | v | I"),
        "major": ("I | IV | I | V // I | IV | V | I", "I | vi | IV | V // IV | I | V | I"),
    },
    progression_share=0.8,
    chromaticism=0.0,
    activity=0.25,
    syncopation=0.02,
    in_eighths=True,
    styles={
        "arpeggio": "broken",
        "bass": "two_feel",
        "comping": "strum",
        "drums": "frame",
        "ostinato": "pulse",
        "drone": "fifth",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    quiet_drums=True,
    rests=0.15,
    layers=(
        GenreLayer("fiddle", "melody", "strings_solo", -2.5, -0.3, -14.0, 0.6),
        GenreLayer("pipes", "drone", "lead_reed", -13.0, 0.2, -14.0, 0.4),
        GenreLayer("guitar", "comping", "pluck_guitar", -8.0, 0.55, -16.0, 0.55),
        GenreLayer("bass", "bass", "bass_string", -5.5, 0.0, -20.0, 0.45),
        GenreLayer("frame", "drums", "drums_jazz", -7.0, -0.1, -16.0, 0.64, is_extra=True),
        GenreLayer("whistle", "countermelody", "winds_flute", -9.0, 0.55, -10.0, 0.5, is_extra=True),
    ),
    reverb_s=1.5,
    level_db=3.5,
    treble_db=2.5,
)
