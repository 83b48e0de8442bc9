"""Ambient: slow chords that hardly move, drones, glints, no beat."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

AMBIENT = Genre(
    name="ambient",
    about="slow added-tone chords over a drone, with single high notes; almost no beat",
    tempo_bpm=(50.0, 66.0, 84.0),
    key="D lydian",
    meter="4/4",
    forms=("A A' B A", "A B A' B'"),
    colour="open",
    progressions={
        "major": (
            "I | I | IVmaj | IVmaj // I | vi7 | IVmaj | I",
            "vi7 | vi7 | IVmaj | IVmaj // vi7 | I | IV | I",
            "I | iii | IVmaj | IV // ii | ii | I | I",
        ),
        "lydian": (
            "I | I | II/1 | II/1 // I | iii | II/1 | I",
            "I | vii | vi | vi // I | II/1 | I | I",
            "vi | vi | II | II // iii | II/1 | I | I",
        ),
        "minor": ("I | I | VImaj | VImaj // I | VI | iv7 | I", "VImaj | VImaj | I | I // III | VII | I | I"),
        "dorian": ("I | I | IV | IV // I | IV | I | I", "I | VII | IV | IV // ii | IV | I | I"),
    },
    progression_share=0.75,
    rhythms=(("slow", "slow", "bar"), ("slow", "bar", "slow")),
    chromaticism=0.1,
    activity=-0.3,
    syncopation=0.05,
    in_eighths=True,
    styles={
        "arpeggio": "sparse",
        "bass": "root",
        "comping": "keys",
        "drums": "pulse",
        "ostinato": "pulse",
        "drone": "fifth",
        "melody": "motif",
        "pad": "swell",
        "texture": "glints",
        "countermelody": "line",
    },
    rests=0.5,
    layers=(
        GenreLayer("ground", "drone", "texture_drone", -5.0, 0.0, -14.0, 0.3),
        GenreLayer("air", "pad", "choir_breath", -2.5, 0.0, -4.0, 0.3, treble_db=7.0),
        GenreLayer("stars", "arpeggio", "mallet_glock", -5.5, 0.5, 0.0, 0.45, treble_db=3.0),
        GenreLayer("tune", "melody", "winds_flute", -8.0, -0.2, -3.0, 0.35, treble_db=3.0),
        GenreLayer("water", "texture", "texture_glass", -4.0, -0.55, -2.0, 0.4, is_extra=True),
        GenreLayer("deep", "bass", "bass_round", -9.0, 0.0, None, 0.2, is_extra=True),
    ),
    reverb_s=7.0,
    level_db=6.0,
    treble_db=5.0,
    warmth_db=-3.0,
    presence_db=6.0,
    width=1.35,
)
