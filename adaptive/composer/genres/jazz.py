"""Jazz: a swinging quartet: walking bass, ninths, ii–V–I, choruses of AABA."""

from __future__ import annotations

from adaptive.composer.genres.genre import Choruses, Genre, GenreLayer
from adaptive.composer.swing import EIGHTHS, Swing

JAZZ = Genre(
    name="jazz",
    about="a swinging quartet: walking bass, a guitar in ninths, ii-V-I and turnarounds, choruses of A A B A",
    tempo_bpm=(84.0, 132.0, 220.0),
    key="F major",
    meter="4/4",
    forms=("A A B A", "A A B A'"),
    choruses=Choruses(1, trades=True),
    colour="ninths",
    progressions={
        "major": (
            "I vi | ii V7 | I V/ii | ii V7 // I V/IV | IV iv | ii V7 | I",
            "ii V7 | I | IVmaj iii | ii V7 // vi7 | V/V | ii V7 | I",
            "I V/ii | ii V7 | I V/IV | IVmaj iv // iii V/ii | ii V7 | I vi7 | I",
            "IVmaj | iv bVII7 | I | V/ii // ii | V7 | I IV | I",
            "I | V/V | ii | V7 // I | V/V | ii V7 | I",
            "I | iv bVII7 | I vi | ii V7 // I | iv bVII7 | I V7 | I",
            "vi | V/vi | vi7 | V/V // ii | V7 | I IV | I",
            "ii V7 | I vi | ii V7 | I V/ii // ii | iv bVII7 | I V7 | I",
        ),
        "minor": (
            "I | ii V7 | I | V/iv // iv7 | VII | ii V7 | I",
            "I VI | ii V7 | I | V/VI // VImaj | ii | V7 | I",
            "iv7 | V/III | III | VImaj // ii | V7 | ii V7 | I",
            "I | iv7 | I VI | ii V7 // I | iv7 | ii V7 | I",
        ),
        "dorian": (
            "I | I | I | IV // I | IV | v | I",
            "I IV | I IV | III | VII // v | IV | I | I",
        ),
    },
    bridges={
        "major": (
            "V/vi | V/vi | V/ii | V/ii // V/V | V/V | ii | V7",
            "V/IV | V/IV | IVmaj | IVmaj // V/V | V/V | ii | V7",
            "IVmaj | iv bVII7 | I | V/ii // ii | V/V | ii | V7",
            "vi7 | V/vi | vi7 | V/ii // ii | V/V | ii | V7",
        ),
        "minor": (
            "iv7 | VII | III | VImaj // ii | V/V | ii | V7",
            "V/iv | iv7 | V/III | III // VImaj | V/V | ii | V7",
        ),
        "dorian": ("III | III | VII | VII // IV | IV | v | v",),
    },
    progression_share=0.8,
    chromaticism=0.7,
    activity=0.2,
    syncopation=0.38,
    swing=Swing(EIGHTHS, 2.65),
    in_eighths=True,
    upbeats=0.6,
    approaches=0.35,
    tune_in_sevenths=True,
    styles={
        "arpeggio": "broken",
        "bass": "walking",
        "comping": "swing",
        "drums": "jazz",
        "ostinato": "pulse",
        "drone": "pedal",
        "melody": "motif",
        "pad": "sustain",
        "texture": "breaths",
        "countermelody": "line",
    },
    quiet_drums=True,
    rests=0.1,
    layers=(
        GenreLayer("horn", "melody", "lead_reed", -4.0, -0.2, -15.0, 0.5),
        GenreLayer("guitar", "comping", "pluck_guitar", -6.5, 0.65, -18.0, 0.42),
        GenreLayer("bass", "bass", "bass_string", -5.0, 0.0, -24.0, 0.7),
        GenreLayer("brushes", "drums", "drums_jazz", -4.0, 0.15, -18.0, 0.42),
        GenreLayer("clarinet", "countermelody", "winds_clarinet", -8.0, -0.65, -16.0, 0.4, is_extra=True),
    ),
    reverb_s=1.4,
    level_db=4.0,
    width=1.9,
    treble_db=2.5,
)
