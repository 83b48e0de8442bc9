"""Rock: power chords in eighths, a bass that follows, a strong backbeat."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

ROCK = Genre(
    name="rock",
    about="power chords in eighths, a bass under them, a strong backbeat; verses and choruses",
    tempo_bpm=(96.0, 126.0, 168.0),
    key="E minor",
    meter="4/4",
    forms=("A B A' B C B", "A A' B A B B'"),
    colour="power",
    progressions={
        "minor": (
            "I | VI | iv | VII // III | VI | VII | I",
            "I | VII | VI | VII // I | VI | VII | I",
            "VI | VII | I | iv // VI | III | iv | I",
            "I | IV | VII | III // VI | iv | v | I",
            "I | N | I | VII // VI | VII | V | I",
            "I | III | IV | VI // iv | VI | V | I",
        ),
        "mixolydian": ("I | VII | IV | v // I | VII | IV | I", "I | IV | I | VII // VII | IV | I | I"),
        "major": ("I | V | vi | IV // I | IV | V | I", "I | bVII | IV | V // I | bVII | IV | I"),
        "dorian": ("I | IV | VII | I // III | VII | IV | I",),
    },
    progression_share=0.8,
    chromaticism=0.15,
    activity=0.05,
    syncopation=0.26,
    in_eighths=True,
    styles={
        "arpeggio": "broken",
        "bass": "pulse",
        "comping": "chug",
        "drums": "drive",
        "ostinato": "motor",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    rests=0.35,
    layers=(
        GenreLayer(
            "drums",
            "drums",
            "drums_studio",
            -5.0,
            0.0,
            -20.0,
            0.5,
            treble_db=-7.0,
            hold_db=-8.0,
            treble_hz=9000.0,
        ),
        GenreLayer("bass", "bass", "bass_pluck", -3.0, 0.0, None, 0.75),
        GenreLayer("guitar", "comping", "guitar_drive", -4.0, 0.6, -22.0, 0.6, -1),
        GenreLayer("lead", "melody", "guitar_lead", -5.0, -0.15, -14.0, 0.5),
        GenreLayer("organ", "pad", "organ", -8.0, -0.7, -18.0, 0.35, is_extra=True),
    ),
    reverb_s=1.4,
    level_db=2.5,
    width=2.0,
    presence_db=4.0,
)
