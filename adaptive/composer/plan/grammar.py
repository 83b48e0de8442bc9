"""A grammar of functional harmony: which chords may precede a chord.

A progression is written backwards from its close.  The weights follow what is common in tonal music
(Piston, *Harmony*; Temperley, *Music and Probability*, 2007): dominants come from predominants, roots fall by
fifths, secondary dominants resolve.  Chords are named by function; `CHORDS` has their degree and quality.
"""

from __future__ import annotations

from collections.abc import Mapping

MAJOR_CHORDS: Mapping[str, str] = {
    "I": "1", "I6": "1/3", "ii": "2:m7", "iii": "3:m", "IV": "4", "IVmaj": "4:maj7", "V": "5", "V7": "5:7",
    "V6": "5/7", "vi": "6:m", "vi7": "6:m7", "iv": "4:m", "bVII": "b7", "bVI": "b6", "N": "b2",
    "bVII7": "b7:7", "V/ii": "6:7", "V/IV": "1:7", "V/V": "2:7", "V/vi": "3:7", "Vsus": "5:sus4",
}  # fmt: skip

MINOR_CHORDS: Mapping[str, str] = {
    "I": "1:m", "I6": "1:m/b3", "ii": "2:m7b5", "III": "b3", "iv": "4:m", "iv7": "4:m7", "IV": "4",
    "v": "5:m", "V": "5", "V7": "5:7", "VI": "b6", "VImaj": "b6:maj7", "VII": "b7", "N": "b2",
    "V/iv": "1:7", "V/III": "b7:7", "V/V": "2:7", "V/VI": "b3:7", "Vsus": "5:sus4",
}  # fmt: skip

DORIAN_CHORDS: Mapping[str, str] = {
    "I": "1:m7", "ii": "2:m", "III": "b3", "IV": "4", "v": "5:m7", "VII": "b7",
}  # fmt: skip

PHRYGIAN_CHORDS: Mapping[str, str] = {
    "I": "1:m", "II": "b2", "IImaj": "b2:maj7", "III": "b3", "iv": "4:m", "VI": "b6", "vii": "b7:m",
}  # fmt: skip

LYDIAN_CHORDS: Mapping[str, str] = {
    "I": "1", "II": "2", "II/1": "2/1", "iii": "3:m", "V": "5", "vi": "6:m7", "vii": "7:m7",
}  # fmt: skip

MIXOLYDIAN_CHORDS: Mapping[str, str] = {
    "I": "1", "ii": "2:m7", "IV": "4", "v": "5:m7", "vi": "6:m", "VII": "b7", "VIIadd": "b7:add9",
}  # fmt: skip

LOCRIAN_CHORDS: Mapping[str, str] = {
    "I": "1:m7b5", "II": "b2:maj7", "iii": "b3:m", "V": "b5", "VI": "b6", "vii": "b7:m7",
}  # fmt: skip

Weights = Mapping[str, float]

_MAJOR: Mapping[str, Weights] = {
    "I": {"V7": 5, "V": 3, "IV": 2, "iv": 0.5, "bVII": 0.5, "Vsus": 0.5},
    "I6": {"IV": 2, "V": 1, "ii": 1, "I": 1},
    "V7": {"ii": 4, "IV": 3, "V/V": 1.2, "IVmaj": 1, "iv": 0.6, "I6": 1, "vi": 1, "N": 0.4},
    "V": {"ii": 3, "IV": 3, "I": 2, "V/V": 1.2, "vi": 1.5, "Vsus": 0.8, "I6": 1},
    "V6": {"I": 3, "IV": 1, "vi": 1},
    "Vsus": {"ii": 2, "IV": 3, "IVmaj": 1},
    "ii": {"vi": 4, "I": 1.5, "IV": 1, "V/ii": 1.8, "iii": 0.7, "I6": 1, "vi7": 2},
    "IV": {"I": 3, "vi": 2, "I6": 1.5, "V/IV": 1.8, "iii": 1.5, "V": 0.4},
    "IVmaj": {"I": 3, "iii": 2, "vi": 2, "V/IV": 1},
    "vi": {"iii": 3, "I": 2, "V6": 2, "V/vi": 1.8, "V": 1},
    "vi7": {"iii": 3, "V/vi": 1.5, "I": 2},
    "iii": {"I": 3, "vi": 1, "V6": 1},
    "iv": {"IV": 2, "I": 2, "vi": 1, "bVI": 1},
    "bVII": {"IV": 2, "I": 2, "bVI": 1},
    "bVI": {"I": 2, "iv": 1},
    "N": {"vi": 1, "iv": 2, "I": 1},
    "V/ii": {"I": 1.5, "iii": 3, "V": 1},
    "V/IV": {"I": 3, "V": 1},
    "V/V": {"vi": 3, "ii": 1, "I": 1, "V/ii": 1},
    "V/vi": {"I": 2, "ii": 1, "IV": 1},
}
_MINOR: Mapping[str, Weights] = {
    "I": {"V7": 5, "V": 3, "VII": 1.2, "iv": 1.5, "Vsus": 0.5},
    "I6": {"V": 1, "iv": 1, "I": 1, "VII": 1},
    "V7": {"iv": 3, "ii": 4, "VI": 2, "V/V": 1, "N": 0.8, "iv7": 1.5, "I6": 0.6},
    "V": {"iv": 3, "VI": 3, "ii": 2, "I": 2, "Vsus": 0.8, "V/V": 1, "N": 0.5},
    "Vsus": {"iv": 2, "VI": 2, "ii": 2},
    "ii": {"VI": 3, "iv": 1.5, "I": 1.5, "VImaj": 1.5},
    "iv": {"I": 3, "VI": 2, "V/iv": 2.2, "III": 1, "VII": 0.7, "v": 0.7},
    "iv7": {"I": 3, "VII": 2, "V/iv": 1.5},
    "IV": {"I": 2, "v": 1, "III": 1},
    "VI": {"III": 4, "I": 2, "V/VI": 1.5, "iv": 1, "VII": 1, "V": 0.5},
    "VImaj": {"III": 3, "I": 2, "VII": 1},
    "III": {"VII": 4, "V/III": 2.5, "I": 1.5, "VI": 0.7},
    "VII": {"iv": 3, "VI": 1.5, "I": 2, "IV": 0.7, "iv7": 2},
    "v": {"I": 2, "ii": 0.5, "VI": 1},
    "V/iv": {"I": 3, "v": 1, "VI": 1},
    "V/III": {"iv": 3, "ii": 0.5, "VI": 1},
    "V/V": {"VI": 2, "I": 1, "iv": 1},
    "V/VI": {"I": 1, "VII": 2, "V/III": 1},
    "N": {"VI": 3, "iv": 2, "I": 1},
}
_DORIAN: Mapping[str, Weights] = {
    "I": {"IV": 3, "VII": 3, "v": 3, "ii": 1},
    "IV": {"I": 4, "VII": 1.5, "ii": 1, "III": 1},
    "VII": {"IV": 3, "III": 1, "I": 2, "v": 1},
    "v": {"I": 2, "ii": 3, "IV": 1, "III": 1},
    "ii": {"I": 2, "III": 1, "v": 1},
    "III": {"VII": 4, "I": 1.5, "IV": 0.5},
}
_PHRYGIAN: Mapping[str, Weights] = {
    "I": {"II": 4, "vii": 3, "IImaj": 1, "iv": 1},
    "II": {"I": 2, "VI": 3, "iv": 1, "III": 1},
    "IImaj": {"VI": 3, "I": 2},
    "III": {"I": 1, "vii": 1, "iv": 1, "VI": 1},
    "iv": {"I": 3, "VI": 1, "III": 1},
    "VI": {"III": 3, "I": 2, "iv": 1},
    "vii": {"iv": 3, "III": 2, "I": 1, "II": 1},
}
_LYDIAN: Mapping[str, Weights] = {
    "I": {"II": 3, "V": 4, "vii": 1, "II/1": 1},
    "II": {"vi": 3, "I": 2, "iii": 1},
    "II/1": {"I": 1},
    "iii": {"vii": 3, "I": 1, "II": 1},
    "V": {"II": 4, "I": 1, "vi": 1},
    "vi": {"iii": 3, "I": 2, "II": 1},
    "vii": {"I": 2, "II": 1, "vi": 1},
}
_MIXOLYDIAN: Mapping[str, Weights] = {
    "I": {"VII": 3, "v": 3, "IV": 3, "VIIadd": 1},
    "ii": {"vi": 3, "I": 1, "IV": 1},
    "IV": {"I": 3, "VII": 2, "v": 0.5},
    "v": {"ii": 3, "I": 2, "IV": 1},
    "vi": {"I": 2, "IV": 1, "v": 1},
    "VII": {"IV": 3, "I": 2, "ii": 1},
    "VIIadd": {"IV": 3, "I": 1},
}
_LOCRIAN: Mapping[str, Weights] = {
    "I": {"II": 4, "vii": 2, "V": 2},
    "II": {"VI": 3, "I": 2, "V": 1},
    "iii": {"vii": 2, "I": 1},
    "V": {"II": 3, "I": 2},
    "VI": {"iii": 2, "I": 1, "V": 1},
    "vii": {"iii": 1, "V": 1, "I": 1},
}

Grammar = tuple[Mapping[str, str], Mapping[str, Weights]]
"""Maps a function to degree and quality, and to the functions that may precede it with their weights."""

GRAMMARS: Mapping[str, Grammar] = {
    "major": (MAJOR_CHORDS, _MAJOR),
    "minor": (MINOR_CHORDS, _MINOR),
    "harmonic minor": (MINOR_CHORDS, _MINOR),
    "melodic minor": (MINOR_CHORDS, _MINOR),
    "dorian": (DORIAN_CHORDS, _DORIAN),
    "phrygian": (PHRYGIAN_CHORDS, _PHRYGIAN),
    "lydian": (LYDIAN_CHORDS, _LYDIAN),
    "mixolydian": (MIXOLYDIAN_CHORDS, _MIXOLYDIAN),
    "locrian": (LOCRIAN_CHORDS, _LOCRIAN),
}
"""The grammar of each mode."""

CLOSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "major": {"half": ("V",), "open": ("vi", "IV"), "authentic": ("I",)},
    "minor": {"half": ("V",), "open": ("VI", "III"), "authentic": ("I",)},
    "dorian": {"half": ("IV", "v"), "open": ("VII", "III"), "authentic": ("I",)},
    "phrygian": {"half": ("II", "vii"), "open": ("VI", "III"), "authentic": ("I",)},
    "lydian": {"half": ("II", "V"), "open": ("vi", "iii"), "authentic": ("I",)},
    "mixolydian": {"half": ("VII", "v"), "open": ("IV", "vi"), "authentic": ("I",)},
    "locrian": {"half": ("II", "V"), "open": ("VI",), "authentic": ("I",)},
}
"""The chords with which a phrase may close, by mode and by kind of close."""

CHROMATIC = frozenset({"V/ii", "V/IV", "V/V", "V/vi", "V/iv", "V/III", "V/VI", "N", "iv", "bVI", "bVII"})
"""Functions outside the key: more of them as tension rises."""


def closes_of(mode: str) -> Mapping[str, tuple[str, ...]]:
    """Return the closing chords of a mode, by kind of close."""
    return CLOSES.get(mode, CLOSES["minor"])
