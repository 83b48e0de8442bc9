"""House: four on the floor, open hats between, stabs, an off-beat bass."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

HOUSE = Genre(
    name="house",
    about="four on the floor with open hats between, stabs in minor sevenths, a bass off the beat",
    tempo_bpm=(116.0, 123.0, 130.0),
    key="A minor",
    meter="4/4",
    forms=("A A B C A' B", "A B A C B' A"),
    colour="sevenths",
    progressions={
        "minor": (
            "I | I | iv7 | VII // III | VI | v | I",
            "I | iv7 | VII | III // VI | iv7 | I | I",
            "VImaj | VII | I | v // VImaj | VII | I | I",
            "I | v | VI | iv7 // I | VI | ii | I",
        ),
        "dorian": ("I | IV | I | IV // I | v | IV | I", "I | VII | IV | I // III | VII | IV | I"),
        "major": (
            "ii | iii | IVmaj | I // ii | iii | IVmaj | I",
            "vi7 | IVmaj | I | V // vi7 | IVmaj | ii | I",
        ),
    },
    progression_share=0.9,
    rhythms=(("bar", "bar", "bar"), ("slow", "bar", "slow")),
    chromaticism=0.05,
    activity=0.0,
    syncopation=0.4,
    in_eighths=True,
    approaches=0.3,
    styles={
        "arpeggio": "up",
        "bass": "offbeat",
        "comping": "syncopated",
        "drums": "house",
        "ostinato": "motor",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    rests=0.4,
    layers=(
        GenreLayer(
            "beat",
            "drums",
            "drums_punch",
            -7.5,
            0.0,
            -26.0,
            0.5,
            treble_db=-7.0,
            hold_db=-4.0,
            treble_hz=9000.0,
        ),
        GenreLayer("bass", "bass", "bass_solid", -5.0, 0.0, None, 0.6),
        GenreLayer("stabs", "comping", "keys_drawbar", -3.0, 0.3, -14.0, 0.42, chorus=0.35),
        GenreLayer("pad", "pad", "pad_sweep", -3.5, 0.0, -10.0, 0.3),
        GenreLayer("voice", "melody", "lead_saw", -6.0, -0.15, -10.0, 0.42),
        GenreLayer("spark", "arpeggio", "pluck_synth", -8.0, -0.55, -10.0, 0.6, is_extra=True),
    ),
    reverb_s=1.8,
    level_db=2.0,
    width=2.0,
    treble_db=4.0,
    presence_db=2.0,
)
