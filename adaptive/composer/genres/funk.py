"""Funk: one chord with a ninth, sixteenths of bass and guitar, ghost notes."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer
from adaptive.composer.swing import SIXTEENTHS, Swing

FUNK = Genre(
    name="funk",
    about="dominant ninths that stay for long, a bass in sixteenths on the one, scratched chords",
    tempo_bpm=(88.0, 104.0, 120.0),
    key="E mixolydian",
    meter="4/4",
    forms=("A A B A'", "A B A B'"),
    colour="dominants",
    progressions={
        "mixolydian": (
            "I | IV | I | IV // I | ii | v | I",
            "I | I | VII | IV // I | v | IV | I",
            "I | v | I | v // IV | I | VII | I",
        ),
        "dorian": ("I | IV | I | IV // I | IV | VII | I", "I | I | IV | IV // I | v | IV | I"),
        "minor": ("I | iv7 | I | VII // I | iv7 | v | I",),
        "major": ("I | I | IV | I // IV | V | IV | I",),
    },
    progression_share=0.85,
    rhythms=(("slow", "bar", "slow"), ("bar", "half", "slow")),
    chromaticism=0.1,
    activity=0.15,
    syncopation=0.45,
    swing=Swing(SIXTEENTHS, 1.12, 150.0),
    styles={
        "arpeggio": "broken",
        "bass": "sixteenths",
        "comping": "scratch",
        "drums": "funk",
        "ostinato": "motor",
        "drone": "tonic",
        "melody": "motif",
        "pad": "pulse",
        "texture": "breaths",
        "countermelody": "line",
    },
    quiet_drums=True,
    rests=0.3,
    layers=(
        GenreLayer(
            "drums",
            "drums",
            "drums_punch",
            -5.5,
            0.0,
            -22.0,
            0.55,
            treble_db=-6.0,
            hold_db=-4.0,
            treble_hz=9000.0,
        ),
        GenreLayer("bass", "bass", "bass_string", -3.0, 0.0, None, 0.6),
        GenreLayer("guitar", "comping", "keys_clav", -13.5, 0.65, -20.0, 0.55),
        GenreLayer("horns", "melody", "winds_brass", -4.5, -0.3, -16.0, 0.5),
        GenreLayer("strings", "pad", "strings_section", -7.0, -0.55, -18.0, 0.35, is_extra=True),
    ),
    reverb_s=1.0,
    level_db=3.5,
    treble_db=-1.5,
)
