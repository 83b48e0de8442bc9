"""Hip hop: a heavy kick and snare, a sub bass, short minor loops."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer
from adaptive.composer.swing import SIXTEENTHS, Swing

HIPHOP = Genre(
    name="hiphop",
    about="a heavy kick and snare, a deep bass that speaks with the kick, a short minor loop",
    tempo_bpm=(78.0, 90.0, 104.0),
    key="C minor",
    meter="4/4",
    forms=("A B A B'", "A A B A'"),
    colour="sevenths",
    progressions={
        "minor": (
            "I | I | VI | v // I | VI | v | I",
            "I | iv | I | VII // I | iv | VII | I",
            "I | VI | I | VI // iv | VI | v | I",
            "VI | v | I | iv // VI | VII | I | I",
            "I | ii V7 | I | VI // iv | ii | V7 | I",
            "I | I | N | N // iv | VI | V7 | I",
        ),
        "dorian": ("I | IV | I | IV // I | VII | IV | I",),
        "phrygian": ("I | II | I | vii // I | VI | II | I",),
        "major": ("I | vi | ii | V // IV | iii | ii | I",),
    },
    progression_share=0.75,
    rhythms=(("bar", "bar", "bar"), ("slow", "bar", "slow")),
    chromaticism=0.35,
    activity=0.03,
    syncopation=0.3,
    approaches=0.3,
    swing=Swing(SIXTEENTHS, 1.35, 150.0),
    styles={
        "arpeggio": "broken",
        "bass": "sub",
        "comping": "syncopated",
        "drums": "hiphop",
        "ostinato": "pulse",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    quiet_drums=True,
    rests=0.25,
    layers=(
        GenreLayer(
            "beat",
            "drums",
            "drums_analog",
            -6.5,
            0.0,
            -24.0,
            0.45,
            treble_db=-5.0,
            hold_db=-4.0,
            treble_hz=9000.0,
        ),
        GenreLayer("sub", "bass", "bass_round", -4.0, 0.0, None, 0.5),
        GenreLayer("keys", "comping", "keys_tine", -4.0, 0.5, -16.0, 0.35),
        GenreLayer("bell", "melody", "texture_sparkle", -7.0, -0.3, -10.0, 0.4),
        GenreLayer("strings", "pad", "strings_section", -6.5, 0.0, -12.0, 0.3, is_extra=True),
    ),
    reverb_s=1.3,
    level_db=4.0,
    presence_db=4.0,
)
