"""Drum and bass: broken beats at 165 to 178, a long low bass, wide chords."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

DRUM_AND_BASS = Genre(
    name="drum_and_bass",
    about="broken beats at 165 to 178, a long low bass at half their speed, wide chords that change slowly",
    tempo_bpm=(165.0, 172.0, 178.0),
    key="F minor",
    meter="4/4",
    forms=("A A' B A C A'", "A B A' C A' B"),
    colour="sevenths",
    progressions={
        "minor": (
            "I | iv7 | VII | III // VI | VI | iv7 | I",
            "I | VI | III | VII // I | iv7 | v | I",
            "VImaj | VImaj | iv7 | VII // III | VI | v | I",
            "I | iv7 | VI | v // I | VI | VII | I",
        ),
        "dorian": ("I | I | IV | IV // I | VII | IV | I",),
        "phrygian": ("I | I | II | II // I | VI | II | I",),
        "major": ("IVmaj | IVmaj | vi | I // ii | IVmaj | I | I",),
    },
    progression_share=0.85,
    rhythms=(("slow", "bar", "slow"), ("slow", "slow", "bar")),
    chromaticism=0.05,
    activity=-0.3,
    syncopation=0.2,
    in_eighths=True,
    styles={
        "arpeggio": "broken",
        "bass": "sub",
        "comping": "syncopated",
        "drums": "breaks",
        "ostinato": "motor",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    looseness=1.2,
    rests=0.45,
    layers=(
        GenreLayer(
            "breaks",
            "drums",
            "drums_punch",
            -6.5,
            0.0,
            -24.0,
            0.6,
            treble_db=-5.0,
            hold_db=-4.0,
            treble_hz=9000.0,
        ),
        GenreLayer("reese", "bass", "reese", -2.0, 0.0, None, 0.4),
        GenreLayer("pad", "pad", "pad_wide", -2.0, 0.0, -8.0, 0.35),
        GenreLayer("keys", "comping", "pluck_synth", -7.0, 0.5, -12.0, 0.25),
        GenreLayer("voice", "melody", "lead_reed", -8.5, -0.3, -6.0, 0.35),
        GenreLayer("spark", "arpeggio", "pluck_synth", -11.0, 0.65, -10.0, 0.5, is_extra=True),
    ),
    reverb_s=2.4,
    level_db=1.0,
    width=2.0,
    presence_db=5.5,
)
