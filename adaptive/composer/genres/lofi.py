"""Lo-fi: slow hip hop with sevenths on an electric piano, late and dusty."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer
from adaptive.composer.swing import SIXTEENTHS, Swing

LOFI = Genre(
    name="lofi",
    about="slow, late drums under major and minor ninths on an electric piano; short loops that drift",
    tempo_bpm=(66.0, 78.0, 92.0),
    key="Eb major",
    meter="4/4",
    forms=("A A B A'", "A B A B'"),
    colour="ninths",
    progressions={
        "major": (
            "IVmaj | iii | ii | vi7 // IVmaj | V/ii | ii V7 | I",
            "ii | V7 | I | vi7 // IVmaj | iii | ii V7 | I",
            "IVmaj | V/vi | vi7 | ii // IVmaj | iii | ii V7 | I",
            "I | iii | vi7 | IVmaj // IVmaj | iv | I | I",
        ),
        "minor": (
            "iv7 | VII | III | VImaj // iv7 | v | I | I",
            "I | VImaj | iv7 | v // VImaj | VII | I | I",
            "VImaj | v | I | I // iv7 | v | VImaj | I",
        ),
        "dorian": ("I | IV | I | v // I | IV | v | I",),
    },
    progression_share=0.85,
    rhythms=(("bar", "bar", "bar"), ("bar", "half", "slow")),
    activity=-0.1,
    syncopation=0.3,
    swing=Swing(SIXTEENTHS, 1.5, 150.0),
    styles={
        "arpeggio": "sparse",
        "bass": "sub",
        "comping": "keys",
        "drums": "hiphop",
        "ostinato": "pulse",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    rests=0.2,
    layers=(
        GenreLayer("keys", "comping", "keys_tine", -3.0, 0.3, -16.0, 0.5, chorus=0.4),
        GenreLayer("bass", "bass", "bass_round", -2.5, 0.0, None, 0.4),
        GenreLayer(
            "dust",
            "drums",
            "drums_dust",
            -6.0,
            0.0,
            -20.0,
            0.4,
            treble_db=-6.0,
            hold_db=-5.0,
            treble_hz=9000.0,
        ),
        GenreLayer("tune", "melody", "lead_sine", -8.0, -0.3, -12.0, 0.4),
        GenreLayer("haze", "pad", "pad_wide", -6.5, 0.0, -8.0, 0.3, is_extra=True),
    ),
    reverb_s=1.8,
    level_db=3.5,
    width=2.0,
    treble_db=4.0,
    presence_db=3.0,
)
