"""Cinematic: a motor of strings, low brass, large drums, modal minor."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

CINEMATIC = Genre(
    name="cinematic",
    about="a motor of strings under long themes, low brass and large drums; minor, with chords that rise",
    tempo_bpm=(76.0, 100.0, 140.0),
    key="D minor",
    meter="4/4",
    forms=("A A' B A", "A B A B''"),
    colour="triads",
    progressions={
        "minor": (
            "I | VI | III | VII // I | iv | V | I",
            "I | iv | VI | V // I | III | VII | I",
            "I | VI | VII | III // VI | iv | VII | I",
            "VI | VII | III | VI // iv | VII | V | I",
            "I | v | VI | iv // VI | III | VII | I",
        ),
        "major": ("I | vi | IV | bVI // I | iii | bVII | I", "I | bVII | IV | I // vi | IV | bVII | I"),
        "dorian": ("I | IV | VII | IV // I | III | VII | I",),
        "phrygian": ("I | II | VI | II // I | II | vii | I",),
    },
    rhythms=(("bar", "slow", "bar"), ("half", "bar", "slow")),
    activity=-0.15,
    syncopation=0.06,
    in_eighths=True,
    styles={
        "arpeggio": "broken",
        "bass": "pulse",
        "comping": "syncopated",
        "drums": "taiko",
        "ostinato": "motor",
        "drone": "pedal",
        "melody": "motif",
        "pad": "sustain",
        "texture": "breaths",
        "countermelody": "line",
    },
    rests=0.5,
    layers=(
        GenreLayer("motor", "ostinato", "strings_spiccato", -2.0, 0.4, -12.0, 0.6, treble_db=3.0),
        GenreLayer("strings", "pad", "strings_tutti", -3.5, 0.0, -9.0, 0.4),
        GenreLayer("horns", "melody", "winds_brass", -3.0, -0.2, -10.0, 0.5, treble_db=3.0),
        GenreLayer("depth", "bass", "strings_low", -6.0, 0.0, -16.0, 0.35),
        GenreLayer("taiko", "drums", "drums_cinema", -11.0, 0.0, -14.0, 0.55, is_extra=True),
        GenreLayer("violins", "countermelody", "strings_tutti", -3.0, -0.55, -9.0, 0.5, is_extra=True),
    ),
    reverb_s=3.6,
    level_db=2.5,
    treble_db=5.5,
    presence_db=1.0,
    width=1.3,
)
