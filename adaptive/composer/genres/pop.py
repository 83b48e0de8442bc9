"""Pop: four chords a phrase, verses and choruses, a hook that comes back."""

from __future__ import annotations

from adaptive.composer.genres.genre import Genre, GenreLayer

POP = Genre(
    name="pop",
    about="four chords a phrase, verses and choruses, a hook that comes back, a plain backbeat",
    tempo_bpm=(88.0, 108.0, 128.0),
    key="C major",
    meter="4/4",
    forms=("A B A' B C B'", "A A' B A B B'"),
    colour="triads",
    progressions={
        "major": (
            "I | V | vi | IV // I | IV | V | I",
            "vi | IV | I | V // vi | ii | V | I",
            "I | vi | IV | V // I | vi | ii V | I",
            "IV | I | V | vi // ii | V | I | I",
            "I | iii | vi | IV // ii | IV | V | I",
            "vi | ii | V | I // IV | V | vi | I",
            "I | IV | vi | V // IV | iii | ii V | I",
            "ii | IV | I | V // vi | IV | V | I",
        ),
        "minor": ("I | VI | III | VII // I | VI | VII | I", "VI | VII | I | III // VI | VII | v | I"),
        "mixolydian": ("I | VII | IV | I // v | IV | I | I",),
        "lydian": ("I | II | vi | iii // I | II | V | I",),
    },
    progression_share=0.85,
    chromaticism=0.15,
    activity=0.1,
    syncopation=0.32,
    in_eighths=True,
    styles={
        "arpeggio": "up",
        "bass": "pulse",
        "comping": "keys",
        "drums": "pop",
        "ostinato": "pulse",
        "drone": "tonic",
        "melody": "motif",
        "pad": "sustain",
        "texture": "glints",
        "countermelody": "line",
    },
    rests=0.35,
    layers=(
        GenreLayer("drums", "drums", "drums_studio", -5.5, 0.0, -22.0, 0.45),
        GenreLayer("bass", "bass", "bass_round", -3.0, 0.0, None, 0.5),
        GenreLayer("piano", "comping", "keys_tine", -4.5, 0.5, -18.0, 0.5),
        GenreLayer("voice", "melody", "lead_sine", -3.0, 0.0, -14.0, 0.5),
        GenreLayer("pad", "pad", "pad_wide", -7.0, 0.0, -12.0, 0.35),
        GenreLayer("spark", "arpeggio", "pluck_synth", -11.5, -0.65, -12.0, 0.5, is_extra=True),
    ),
    reverb_s=1.6,
    level_db=2.0,
    width=1.9,
)
