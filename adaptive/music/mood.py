"""Moods as points of valence and arousal, and the musical means that express them.

Russell (1980) orders moods in a circle by valence (unpleasant to pleasant) and arousal (calm to excited).
The points below are our own, placed in that order; no lexicon's numbers are used.  Which means express them
is taken from the reviews of Gabrielsson and Lindström (2010) and Juslin and Laukka (2004), and from Eerola,
Friberg and Bresin (2013), in whose experiment mode mattered most for valence, and tempo, loudness,
articulation and brightness for arousal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from adaptive.errors import InputError, quoted

MOODS: Mapping[str, tuple[float, float]] = {
    "calm": (0.4, -0.7),
    "peaceful": (0.6, -0.6),
    "dreamy": (0.3, -0.45),
    "tender": (0.5, -0.4),
    "warm": (0.65, -0.25),
    "hopeful": (0.55, 0.15),
    "happy": (0.8, 0.4),
    "playful": (0.7, 0.55),
    "joyful": (0.9, 0.65),
    "triumphant": (0.75, 0.8),
    "heroic": (0.5, 0.75),
    "energetic": (0.4, 0.9),
    "urgent": (-0.2, 0.85),
    "tense": (-0.45, 0.6),
    "anxious": (-0.6, 0.55),
    "angry": (-0.75, 0.85),
    "menacing": (-0.7, 0.35),
    "dark": (-0.65, -0.15),
    "mysterious": (-0.25, -0.2),
    "lonely": (-0.5, -0.5),
    "sad": (-0.7, -0.45),
    "melancholic": (-0.45, -0.35),
    "nostalgic": (-0.1, -0.4),
    "solemn": (-0.2, -0.65),
}
"""Valence and arousal of each word, -1 to 1."""

MODES = ((0.65, "lydian"), (0.15, "major"), (0.0, "mixolydian"), (-0.25, "dorian"), (-0.65, "minor"))
"""Least valence of each mode, brightest first; below them all: phrygian."""

DARKEST = "phrygian"

TEMPO_SHARE = 0.14
"""Share of its tempo by which music is faster at arousal 1, and slower at -1."""


KIN = {
    "aggressive": ("angry", "menacing"), "bright": ("happy", "hopeful"), "brave": ("heroic", "triumphant"),
    "bleak": ("lonely", "dark"), "blissful": ("joyful", "peaceful"), "cheerful": ("happy", "joyful"),
    "cosy": ("warm", "tender"), "cozy": ("warm", "tender"), "creepy": ("menacing", "mysterious"),
    "depressed": ("sad", "lonely"), "eerie": ("mysterious", "menacing"), "epic": ("heroic", "triumphant"),
    "excited": ("energetic", "joyful"), "fearful": ("anxious", "tense"), "frantic": ("urgent", "energetic"),
    "funny": ("playful", "happy"), "furious": ("angry", "urgent"), "gentle": ("tender", "calm"),
    "gloomy": ("dark", "melancholic", "sad"), "grim": ("dark", "menacing"), "loving": ("tender", "warm"),
    "nervous": ("anxious", "tense"), "ominous": ("menacing", "dark"), "quiet": ("calm", "peaceful"),
    "relaxed": ("calm", "peaceful"), "romantic": ("tender", "warm"), "sacred": ("solemn", "peaceful"),
    "scary": ("menacing", "anxious"), "serene": ("peaceful", "calm"), "serious": ("solemn", "dark"),
    "sombre": ("solemn", "dark"), "somber": ("solemn", "dark"), "uplifting": ("hopeful", "triumphant"),
    "wistful": ("nostalgic", "melancholic"),
}  # fmt: skip
"""Words that are no moods, and the moods that are nearest in meaning."""


def kin_of(word: object) -> str:
    """Return words for a sentence that name the moods nearest in meaning; empty: none is known."""
    near = KIN.get(word.lower(), ()) if isinstance(word, str) else ()
    return f"; the nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else ""


def mood_point(word: str) -> tuple[float, float]:
    """Return valence and arousal of a mood.

    Raises
    ------
    InputError
        There is no such mood; the message names the nearest.
    """
    if word in MOODS:
        return MOODS[word]
    near = kin_of(word) or f"; the nearest is {get_close_matches(word, MOODS, 1, 0.0)[0]}"
    message = f"there is no mood {quoted(word)}{near}"
    raise InputError(message)


def mood_mode(valence: float) -> str:
    """Return the mode that expresses a valence: the brighter, the more pleasant."""
    return next((mode for least, mode in MODES if valence >= least), DARKEST)


def mood_mode_of(valence: float, modes: Collection[str]) -> str:
    """Return the one of `modes` that is nearest to what expresses a valence; the brighter of two."""
    order = [*(mode for _, mode in MODES), DARKEST]
    wanted = order.index(mood_mode(valence))
    known = [mode for mode in order if mode in modes]
    return min(known, key=lambda mode: abs(order.index(mode) - wanted)) if known else mood_mode(valence)


def mood_tempo(arousal: float) -> float:
    """Return the factor of the tempo that expresses an arousal of -1 to 1: excited music is faster."""
    return 1.0 + TEMPO_SHARE * arousal


def mood_controls(valence: float, arousal: float) -> dict[str, float]:
    """Return the controls that express a mood.

    Parameters
    ----------
    valence, arousal : float
        -1 to 1.

    Returns
    -------
    dict
        Control to value: excited music has more and louder notes, shorter ones, a brighter sound and more
        syncopation; pleasant music lies higher, is brighter and a little more joined, and its chords are
        less tense.
    """
    return {
        "density": _within(0.5 + 0.32 * arousal + 0.05 * valence),
        "energy": _within(0.5 + 0.42 * arousal + 0.03 * valence),
        "brightness": _within(0.62 + 0.25 * arousal + 0.15 * valence),
        "register": max(-1.0, min(1.0, 0.75 * valence + 0.15 * arousal)),
        "articulation": _within(0.5 - 0.3 * arousal + 0.05 * valence),
        "syncopation": _within(0.35 + 0.25 * arousal),
        "tension": _within(0.45 - 0.3 * valence + 0.15 * arousal),
    }


def _within(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 6)
