"""Chords over time: parses the chord bars of a preset, and supplies default progressions.

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
"""Limit for one bar: as many chords as a 4/4 bar has sixteenths."""

# ``degree:quality`` of each chord.  Each progression leaves the tonic, moves by common tones, and ends on a
# chord that leads back to the tonic.
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
    """Parse the chords of a bar; several chords divide it evenly.

    Parameters
    ----------
    text : str
        Chord symbols with spaces between them: ``"Dm7 G7"``.
    beats : int
        Beats in the bar.

    Returns
    -------
    tuple of (Fraction, Chord)
        Onset in beats and chord; the first onset is 0.

    Raises
    ------
    InputError
        There is no chord, more than `MAX_CHORDS_A_BAR`, or one that cannot be parsed.
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
    """Return a four-bar progression in a key, in the notation of `parse_bar`."""
    return tuple(_bar(key, text) for text in _PROGRESSIONS[key.mode])


def _bar(key: Key, text: str) -> str:
    return " ".join(_symbol(key, part) for part in text.split())


def _symbol(key: Key, part: str) -> str:
    head, _, bass = part.partition("/")
    degree, _, quality = head.partition(":")
    root = key.tonic.transposed(Interval.parse(degree))
    over = key.tonic.transposed(Interval.parse(bass)) if bass else root
    return str(Chord(root, quality, over))
