"""Reads progressions from JS Fake Chorales: degree, quality, bass and length of chords, and their phrases.

A chord is sought in each beat: the triad or seventh chord that holds most of what sounds; neighbours with one
root are one chord.  A phrase ends where the upper voice holds a note of two beats or more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.training import chorales
from tools.training.chorales import Voice

QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
"""Chords that are told apart: quality and semitones above the root."""

DEGREES = ("1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7")
"""Degree of each number of semitones above the tonic."""

RAISED = {1: "#1", 3: "#2", 8: "#5"}
"""Degree of a diminished chord, where it differs."""

_MAJOR = (0, 2, 4, 5, 7, 9, 11)

LONG_BEATS = 2
"""A note of the upper voice that is so long ends a phrase."""

PARTS = 12
"""Parts of a beat in which notes are read."""

OUTSIDE, MISSING, IN_BASS = 1.3, 0.34, 0.1
"""In beats of one voice: what a beat outside of a chord costs, what a tone of it costs that does not sound,
and what is gained if the root is the bass."""

SEVENTHS = {"maj7": 1.3, "m7b5": 1.1, "m7": 1.0, "dim7": 1.0, "7": 0.9}
"""What a seventh costs, in the same unit: half a beat of it is a passing note, except above a dominant."""

_KINDS = [(root, quality) for root in range(12) for quality in QUALITIES]
_ABOVE = [[(one - root) % 12 for one in range(12)] for root, _ in _KINDS]
_TONES = [QUALITIES[quality] for _, quality in _KINDS]
_MEMBERS = np.array([[one in tones for one in row] for row, tones in zip(_ABOVE, _TONES, strict=True)], float)
_NEEDED = np.array(
    [[one in tones[:2] for one in row] for row, tones in zip(_ABOVE, _TONES, strict=True)], float
)
_COSTS = np.array([SEVENTHS.get(quality, 0.0) for _, quality in _KINDS])

SCALES = {True: frozenset({0, 2, 3, 5, 7, 8, 10, 11}), False: frozenset({0, 2, 4, 5, 7, 9, 11})}
"""Semitones of minor, with both sevenths, and of major."""


@dataclass(frozen=True, slots=True)
class ReadChord:
    """A chord of a chorale: semitones of its root above the tonic, quality, bass above the root, beats."""

    root: int
    quality: str
    bass: int
    beats: int

    @property
    def text(self) -> str:
        """Degree, quality and bass as grammars write them, such as ``2:m7/4``."""
        quality = f":{self.quality}" if self.quality else ""
        root = RAISED.get(self.root, DEGREES[self.root]) if self.is_diminished else DEGREES[self.root]
        tone = QUALITIES[self.quality].index(self.bass)
        number = (int(root[-1]) - 1 + 2 * tone) % 7
        accidental = (self.root + self.bass - _MAJOR[number] + 6) % 12 - 6
        sign = "b" * -accidental if accidental < 0 else "#" * accidental
        return f"{root}{quality}" + (f"/{sign}{number + 1}" if tone else "")

    @property
    def is_diminished(self) -> bool:
        """Whether its fifth is diminished: such a chord leads to the one a semitone above."""
        return 6 in QUALITIES[self.quality]

    @property
    def classes(self) -> frozenset[int]:
        """Its pitch classes above the tonic."""
        return frozenset((self.root + tone) % 12 for tone in QUALITIES[self.quality])


@dataclass(frozen=True, slots=True)
class Progression:
    """The chords of one phrase; whether the chorale is minor, and whether the phrase is its last."""

    chords: tuple[ReadChord, ...]
    is_minor: bool
    is_last: bool


def read(folder: Path) -> tuple[list[list[Progression]], list[list[Progression]]]:
    """Return the phrases of each chorale to train on, and of those that are held out.

    Parameters
    ----------
    folder : Path
        The unpacked data set, with the folders ``midi`` and ``jsf-extended``.
    """
    found = [phrases_of(voices) for _, voices in chorales.voices_of(folder)]
    return (
        [one for number, one in enumerate(found) if number % chorales.HELD_OUT],
        [one for number, one in enumerate(found) if not number % chorales.HELD_OUT],
    )


def phrases_of(voices: list[Voice]) -> list[Progression]:
    """Return the phrases of a chorale of four voices, the upper one first."""
    pitches = _pitches(voices)
    tonic = voices[3][-1][2] % 12
    classes = np.array([[(pitches - tonic) % 12 == one for one in range(12)]]) & (pitches >= 0)
    weights = classes[0].sum(axis=1).reshape(12, -1, PARTS).sum(axis=2).T / PARTS  # voices a beat
    is_minor = bool(weights[:, 3].sum() > weights[:, 4].sum())
    sounding = np.where(pitches < 0, 128, pitches)[:, ::PARTS].min(axis=0)
    beats = _chords(weights, (sounding - tonic) % 12)
    ends = {math.ceil(onset + length) for onset, length, _ in voices[0] if length >= LONG_BEATS}
    phrases, begun = [], 0
    for end in sorted({*ends, len(beats)}):
        chords = _merged(beats[begun:end])
        if chords:
            phrases.append(Progression(tuple(chords), is_minor, end == len(beats)))
        begun = end
    return phrases


def _pitches(voices: list[Voice]) -> NDArray[np.int64]:
    """Return the MIDI pitch of each voice at each part of a beat, -1 where it rests."""
    beats = math.ceil(max(onset + length for voice in voices for onset, length, _ in voice))
    found = np.full((len(voices), beats * PARTS), -1)
    for row, voice in zip(found, voices, strict=True):
        for onset, length, midi in voice:
            row[round(onset * PARTS) : round((onset + length) * PARTS)] = midi
    return found


def _chords(weights: NDArray[np.float64], basses: NDArray[np.int64]) -> list[ReadChord | None]:
    """Return the chord of each beat: the one with the best score, None if none is above 0."""
    inside = weights @ _MEMBERS.T
    scores = inside - OUTSIDE * (weights.sum(axis=1)[:, None] - inside) - _COSTS
    silent = (weights == 0).astype(float)
    scores -= MISSING * (silent @ _MEMBERS.T) + 100.0 * (silent @ _NEEDED.T)
    roots = np.array([root for root, _ in _KINDS])
    scores += IN_BASS * (roots == basses[:, None])
    found: list[ReadChord | None] = []
    for beat, best in enumerate(np.argmax(scores, axis=1).tolist()):
        root, quality = _KINDS[best]
        over = (int(basses[beat]) - root) % 12
        heard = ReadChord(root, quality, over if over in QUALITIES[quality] else 0, 1)
        found.append(heard if scores[beat, best] > 0 else None)
    return found


_LEADING = frozenset({"7", "m7b5", "dim7"})


def _merged(beats: list[ReadChord | None]) -> list[ReadChord]:
    """Return chords of one root as one, with the first bass; a leading seventh that comes later is kept."""
    chords: list[ReadChord] = []
    for one in beats:
        if one is None:
            if chords:
                last = chords[-1]
                chords[-1] = ReadChord(last.root, last.quality, last.bass, last.beats + 1)
        elif chords and chords[-1].root == one.root and _is_same(chords[-1].quality, one.quality):
            last = chords[-1]
            richer = one.quality if one.quality in _LEADING else last.quality
            chords[-1] = ReadChord(last.root, richer, last.bass, last.beats + 1)
        else:
            chords.append(one)
    return chords


def _is_same(one: str, other: str) -> bool:
    return QUALITIES[one][:3] == QUALITIES[other][:3]


def is_chromatic(chord: ReadChord, *, is_minor: bool) -> bool:
    """Whether a chord has a tone outside the key."""
    return not chord.classes <= SCALES[is_minor]
