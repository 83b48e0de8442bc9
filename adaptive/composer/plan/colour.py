"""The colour of chords: how far triads are extended, by genre and by the tension that is asked for.

A colour keeps the root, the bass and the function of a chord.  Sevenths and ninths are those of the key,
except above dominants of minor chords, whose ninth is minor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from adaptive.music.chord import Chord
from adaptive.music.scale import Key

LADDERS: Mapping[str, tuple[str, ...]] = {
    "plain": ("triads", "plain", "sevenths", "ninths", "altered"),
    "triads": ("power", "triads", "sevenths", "ninths", "altered"),
    "open": ("power", "triads", "open", "ninths", "altered"),
    "power": ("power", "power", "sevenths", "ninths", "altered"),
    "sevenths": ("triads", "sevenths", "ninths", "altered"),
    "ninths": ("triads", "sevenths", "ninths", "altered"),
    "dominants": ("triads", "sevenths", "dominants", "altered"),
}
"""Colours from the least tension to the most, by the colour that chords have where none is asked for."""

_TRIAD = {"7": "", "maj7": "", "m7": "m", "add9": "", "madd9": "m", "m7b5": "dim", "7sus4": "sus4", "6": "",
          "m6": "m", "9": "", "maj9": "", "m9": "m"}  # fmt: skip
_POWER = frozenset({"", "m", "7", "maj7", "m7", "sus4", "add9", "madd9"})
_ALTERED = {"": "maj7#11", "maj7": "maj7#11", "maj9": "maj7#11", "9": "7#9", "13": "7#9", "7b9": "7#9",
            "7": "7#9", "m7": "m9", "m": "mmaj7", "add9": "maj7#11"}  # fmt: skip


def _plain(chord: Chord, key: Key) -> str:
    del key
    return chord.quality


def _triads(chord: Chord, key: Key) -> str:
    del key
    return _TRIAD.get(chord.quality, chord.quality)


def _power(chord: Chord, key: Key) -> str:
    del key
    return "5" if chord.quality in _POWER else chord.quality


def _open(chord: Chord, key: Key) -> str:
    if _has(chord, key, 2) and chord.quality in {"", "m"}:
        return "add9" if not chord.quality else "madd9"
    return chord.quality


def _sevenths(chord: Chord, key: Key) -> str:
    quality = chord.quality
    if quality == "":
        if _has(chord, key, 11):
            return "maj7"
        is_dominant = (chord.root.pitch_class - key.tonic.pitch_class) % 12 in {0, 7}
        if is_dominant and _has(chord, key, 10):
            return "7"
        return "add9" if _has(chord, key, 2) else quality
    if quality == "m":
        return "m7" if _has(chord, key, 10) else "m6"
    return {"sus4": "7sus4", "dim": "m7b5"}.get(quality, quality)


def _ninths(chord: Chord, key: Key) -> str:
    quality = _sevenths(chord, key)
    if quality == "7":
        return _dominant_ninth(chord, key)
    if quality in {"maj7", "m7", "m6"} and not _has(chord, key, 2):
        return quality
    return {"maj7": "maj9", "m7": "m9", "7sus4": "9sus4", "m6": "m69"}.get(quality, quality)


def _dominant_ninth(chord: Chord, key: Key) -> str:
    """Return the dominant that leads to the chord a fifth below: with a minor ninth into a minor chord."""
    target = chord.root.pitch_class + 5
    into_major = (target + 4) % 12 in key.pitch_classes or chord.root.pitch_class == key.tonic.pitch_class
    if not into_major:
        return "7b9"
    is_fifth = (chord.root.pitch_class - key.tonic.pitch_class) % 12 == 7
    return "13" if is_fifth and key.mode == "major" else "9"


def _dominants(chord: Chord, key: Key) -> str:
    if chord.quality in {"", "7"}:
        return "9"
    return _ninths(chord, key)


def _altered(chord: Chord, key: Key) -> str:
    quality = _ninths(chord, key)
    return _ALTERED.get(quality, quality)


def _has(chord: Chord, key: Key, above: int) -> bool:
    return (chord.root.pitch_class + above) % 12 in key.pitch_classes


_SEVENTH = {"maj9": "maj7", "m9": "m7", "9": "7", "13": "7", "m69": "m6", "9sus4": "7sus4", "69": "6"}


@lru_cache(maxsize=512)
def without_ninth(chord: Chord) -> Chord:
    """Return a chord without ninth and thirteenth, unless they are altered.

    Examples
    --------
    >>> str(without_ninth(Chord.parse("G13"))), str(without_ninth(Chord.parse("D7b9")))
    ('G7', 'D7b9')
    """
    return replace(chord, quality=_SEVENTH[chord.quality]) if chord.quality in _SEVENTH else chord


COLOURS: Mapping[str, Callable[[Chord, Key], str]] = {
    "plain": _plain,
    "triads": _triads,
    "power": _power,
    "open": _open,
    "sevenths": _sevenths,
    "ninths": _ninths,
    "dominants": _dominants,
    "altered": _altered,
}
"""Colours by name."""


@lru_cache(maxsize=2048)
def coloured(chord: Chord, key: Key, colour: str) -> Chord:
    """Return a chord in a colour.

    Examples
    --------
    >>> str(coloured(Chord.parse("G7"), Key.parse("C"), "ninths"))
    'G13'
    >>> str(coloured(Chord.parse("Am"), Key.parse("A minor"), "sevenths"))
    'Am7'
    """
    if chord.is_silent:
        return chord
    quality = COLOURS[colour](chord, key)
    return chord if quality == chord.quality else replace(chord, quality=quality)


def tension_colour(own: str, tension: float, drawn: float) -> str:
    """Return the colour of a chord at a tension of 0 to 1.

    Parameters
    ----------
    own : str
        Its colour where no tension is asked for, and at 0.5.
    tension : float
        0: the plainest of its ladder; 1: the most altered.
    drawn : float
        Number of the chord, 0 to 1: chords take the next colour one after another as tension rises.
    """
    ladder = LADDERS[own]
    middle, last = len(ladder) - 1 - ladder[::-1].index(own), len(ladder) - 1
    at = 2.0 * tension * middle if tension <= 0.5 else middle + (2.0 * tension - 1.0) * (last - middle)
    return ladder[min(last, int(at + 0.999 * drawn))]
