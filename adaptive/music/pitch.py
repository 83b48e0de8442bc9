"""Spelled pitches: C sharp and D flat are different names of one key on the keyboard.

A name is a position on the line of fifths (… B♭ -2, F -1, C 0, G 1, D 2 …).  An interval is a distance on
that line, so transposition keeps the spelling, and the tones of a key are seven neighbours.  Octaves are
numbered as in scientific pitch notation: C4 is MIDI 60.

Examples
--------
>>> Pitch.parse("C#4").midi
61
>>> str(Pitch.parse("Bb3").transposed(Interval.parse("3")))
'D4'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from adaptive.errors import InputError, quoted

LETTERS = "CDEFGAB"
LETTER_SEMITONES = (0, 2, 4, 5, 7, 9, 11)
LETTER_FIFTHS = (0, 2, 4, -1, 1, 3, 5)

TONE_PATTERN = r"[A-Ga-g](?:##|bb|x|#|b|♯♯|♭♭|♯|♭)?"
_TONE = re.compile(rf"({TONE_PATTERN})")
_PITCH = re.compile(rf"({TONE_PATTERN})(-?\d+)")
_INTERVAL = re.compile(r"(bb|b|##|#)?(\d{1,2})")
_SIGNS = str.maketrans({"♯": "#", "♭": "b"})


def _accidental(text: str) -> int:
    plain = text.translate(_SIGNS).replace("x", "##")
    return plain.count("#") - plain.count("b")


@dataclass(frozen=True, slots=True)
class Interval:
    """A spelled ascending interval.

    Parameters
    ----------
    steps : int
        Staff steps; an octave has 7.
    semitones : int
        Keys on the keyboard; an octave has 12.
    """

    steps: int
    semitones: int

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Parse an interval in chord-symbol notation: ``"5"``, ``"b3"``, ``"#11"``.

        Raises
        ------
        InputError
            It is not a number of 1 to 15 with an optional accidental.
        """
        found = _INTERVAL.fullmatch(text)
        if found is None or not 1 <= int(found[2]) <= 15:
            message = f"{quoted(text)} is not an interval: write a number from 1 to 15, such as `b3`"
            raise InputError(message)
        steps = int(found[2]) - 1
        octaves, step = divmod(steps, 7)
        return cls(steps, 12 * octaves + LETTER_SEMITONES[step] + _accidental(found[1] or ""))

    @property
    def fifths(self) -> int:
        """Distance on the line of fifths."""
        octaves, step = divmod(self.steps, 7)
        return LETTER_FIFTHS[step] + 7 * (self.semitones - 12 * octaves - LETTER_SEMITONES[step])


@dataclass(frozen=True, slots=True)
class Tone:
    """A pitch without its octave, as spelled.

    Parameters
    ----------
    fifths : int
        Position on the line of fifths; C is 0.
    """

    fifths: int

    @classmethod
    def parse(cls, text: str) -> Tone:
        """Parse a name such as ``"C#"``, ``"Eb"`` or ``"F♯"``.

        Raises
        ------
        InputError
            It is not a letter A to G with an optional accidental.
        """
        found = _TONE.fullmatch(text.strip())
        if found is None:
            message = f"{quoted(text)} is not a note name: write a letter A to G, such as `C` or `Eb`"
            raise InputError(message)
        letter = LETTERS.index(found[1][0].upper())
        return cls(LETTER_FIFTHS[letter] + 7 * _accidental(found[1][1:]))

    @property
    def letter(self) -> int:
        """Index of the letter in C D E F G A B, from 0."""
        return 4 * self.fifths % 7  # a fifth is four letters

    @property
    def accidental(self) -> int:
        """Number of sharps (positive) or flats (negative)."""
        return (self.fifths + 1) // 7

    @property
    def pitch_class(self) -> int:
        """Pitch class, 0 (C) … 11 (B)."""
        return 7 * self.fifths % 12

    def transposed(self, interval: Interval) -> Tone:
        """Return the tone an interval above."""
        return Tone(self.fifths + interval.fifths)

    def at(self, octave: int) -> Pitch:
        """Return the pitch of this name in an octave."""
        return Pitch(self, octave)

    def nearest(self, midi: float) -> Pitch:
        """Return the pitch of this name nearest to a MIDI number; the upper one if two are equally near."""
        lowest = self.at(-1).midi
        return self.at(-1 + int((midi - lowest + 6) // 12))

    def __str__(self) -> str:
        sign = "#" if self.accidental > 0 else "b"
        return LETTERS[self.letter] + sign * abs(self.accidental)


@dataclass(frozen=True, slots=True)
class Pitch:
    """A tone in an octave."""

    tone: Tone
    octave: int

    @classmethod
    def parse(cls, text: str) -> Pitch:
        """Parse a name and an octave, such as ``"C#4"``, ``"Eb2"`` or ``"B-1"``.

        Raises
        ------
        InputError
            It is not a note name followed by an octave.
        """
        found = _PITCH.fullmatch(text.strip())
        if found is None:
            message = f"{quoted(text)} is not a pitch: write a note name and an octave, such as `C#4`"
            raise InputError(message)
        return cls(Tone.parse(found[1]), int(found[2]))

    @property
    def midi(self) -> int:
        """MIDI number: 60 for C4 and for B#3."""
        return 12 * (self.octave + 1) + LETTER_SEMITONES[self.tone.letter] + self.tone.accidental

    @property
    def step(self) -> int:
        """Staff position: letters counted from C0."""
        return 7 * self.octave + self.tone.letter

    def transposed(self, interval: Interval) -> Pitch:
        """Return the pitch an interval above; the staff steps of the interval decide its spelling."""
        tone = self.tone.transposed(interval)
        return tone.at((self.step + interval.steps) // 7)

    def raised(self, octaves: int) -> Pitch:
        """Return the pitch of the same name `octaves` higher."""
        return Pitch(self.tone, self.octave + octaves)

    def __str__(self) -> str:
        return f"{self.tone}{self.octave}"


@lru_cache(maxsize=4096)
def spell(midi: int, centre: int) -> Pitch:
    """Spell a MIDI number with the name nearest to a place on the line of fifths.

    Parameters
    ----------
    midi : int
        MIDI number.
    centre : int
        Middle of the key on the line: its seven tones are ``centre - 3 … centre + 3``.  Names are chosen
        from ``centre - 5 … centre + 6``, so that the leading note of A minor is G#, not Ab.
    """
    first = centre - 5
    tone = Tone(first + (7 * midi - first) % 12)
    return tone.nearest(midi)
