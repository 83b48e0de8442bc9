"""Chords over time: bars as presets write them, and a progression where none is written.

Examples
--------
>>> [(str(onset), str(chord)) for onset, chord in parse_bar("Dm7 G7", 4)]
[('0', 'Dm7'), ('2', 'G7')]
>>> default_progression(Key.parse("A minor"))
('Am', 'F', 'Dm7', 'Esus4 E')
"""

from __future__ import annotations

from fractions import Fraction

from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.pitch import Interval
from adaptive.music.scale import Key

MAX_CHORDS_A_BAR = 16
"""More chords than sixteenths in a 4/4 bar are a mistake, not music."""

# Degree and quality.  Every loop leaves home, moves by common tones, and ends where home is wanted.
_PROGRESSIONS: dict[str, tuple[str, ...]] = {
    "major": ("1", "6:m7", "4:maj7", "5:sus4 5"),
    "minor": ("1:m", "b6", "4:m7", "5:sus4 5"),
    "harmonic minor": ("1:m", "b6", "2:m7b5", "5:7"),
    "melodic minor": ("1:m", "4:7", "2:m7", "5:7"),
    "dorian": ("1:m7", "4", "b3:maj7", "b7"),
    "phrygian": ("1:m", "b2", "b7:m", "b2:maj7"),
    "lydian": ("1", "2/1", "7:m7", "2"),
    "mixolydian": ("1", "b7", "4", "1:sus4 1"),
    "locrian": ("1:m7b5", "b2:maj7", "b5", "b7:m7"),
}


def parse_bar(text: str, beats: int) -> tuple[tuple[Fraction, Chord], ...]:
    """Read the chords of a bar; several split it evenly.

    Parameters
    ----------
    text : str
        Chord symbols with spaces between them: ``"Dm7 G7"``.
    beats : int
        Beats of the bar.

    Returns
    -------
    tuple of (Fraction, Chord)
        Onset in beats, and chord; the first onset is 0.

    Raises
    ------
    InputError
        There is no chord, too many, or one that cannot be read.
    """
    symbols = text.split()
    if not symbols:
        raise InputError("a bar without a chord: write at least one, such as `Am`")
    if len(symbols) > MAX_CHORDS_A_BAR:
        message = f"a bar of {len(symbols)} chords: write at most {MAX_CHORDS_A_BAR}"
        raise InputError(message)
    share = Fraction(beats, len(symbols))
    return tuple((share * place, Chord.parse(symbol)) for place, symbol in enumerate(symbols))


def default_progression(key: Key) -> tuple[str, ...]:
    """Return four bars that belong to a key, as `parse_bar` reads them."""
    return tuple(_bar(key, text) for text in _PROGRESSIONS[key.mode])


def _bar(key: Key, text: str) -> str:
    return " ".join(_symbol(key, part) for part in text.split())


def _symbol(key: Key, part: str) -> str:
    head, _, bass = part.partition("/")
    degree, _, quality = head.partition(":")
    root = key.tonic.transposed(Interval.parse(degree))
    over = key.tonic.transposed(Interval.parse(bass)) if bass else root
    return str(Chord(root, quality, over))
