"""Chamber: four voices, functional harmony with cadences, no drums."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

CHAMBER = Genre(
    name="chamber",
    about="four or five parts in functional harmony, with cadences, sequences and answers; no drums",
    tempo_bpm=(66.0, 92.0, 132.0),
    key="G major",
    meter="3/4",
    forms=("A A' B A C A'", "A B A C A' B'"),
    colour="plain",
    progressions={
        "major": (
            "I | V6 | I | V // I | IV | ii V7 | I",
            "I | vi | IV | V // I6 | ii | V7 | I",
            "I | V/IV | IV | V // vi | ii | V7 | I",
            "I6 | IV | V/V | V // I | IV | V7 | I",
        ),
        "minor": (
            "I | iv | ii | V // I | VI | ii V7 | I",
            "I | V/iv | iv | V // VI | iv | V7 | I",
            "I | VII | III | V // N | N | V7 | I",
        ),
    },
    progression_share=0.45,
    learned_harmony=True,
    rhythms=(("bar", "half", "bar"), ("half", "bar", "half")),
    chromaticism=0.55,
    activity=0.05,
    syncopation=0.05,
    in_eighths=True,
    styles={
        "arpeggio": "broken",
        "bass": "two_feel",
        "comping": "strum",
        "drums": "pulse",
        "ostinato": "pulse",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "breaths",
        "countermelody": "line",
    },
    rests=0.45,
    layers=(
        GenreLayer("violin", "melody", "strings_solo", -4.0, -0.4, -12.0, 0.5),
        GenreLayer("viola", "countermelody", "winds_clarinet", -3.5, 0.2, -13.0, 0.55),
        GenreLayer("harp", "arpeggio", "pluck_harp", -8.5, 0.55, -12.0, 0.5),
        GenreLayer("cello", "bass", "strings_low", 2.0, 0.2, -14.0, 0.45),
        GenreLayer("choir", "pad", "strings_tutti", -7.0, 0.0, -9.0, 0.35, is_extra=True),
    ),
    reverb_s=2.2,
    level_db=6.0,
    treble_db=4.0,
)
