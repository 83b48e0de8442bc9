"""Tempo, pitch, the harmony of each section and the motif of *nightfall*, for all parts.

The motif is 1 - 5 - b6 - 5 - 2: up a fifth, up and down a semitone, then down to the unresolved second.
In D minor: D A Bb A E.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

RATE = 48000
BPM = 112.5
BEAT = 25600
"""Frames of a beat: a whole number at this tempo, and 100 control steps."""

BAR = 4
"""Beats in a bar."""

BARS = 16
"""Bars in every section."""

LENGTH = BARS * BAR

HARMONY = {
    "explore": "Dm Dm Bbmaj7 Bbmaj7 Gm7 Gm7 Ebmaj7 Asus4 Dm Dm F G Bbmaj7 Gm7 Ebmaj7 Am7",
    "tension": "Dm Dm Ebmaj7 Ebmaj7 Gm Gm Bbmaj7 A7 Dm Dm/C Bdim Bbmaj7 Gm Ebmaj7 Asus4 A7",
    "combat": "Dm Dm Bb C Gm Eb A A Dm F C G Bb Gm Eb A",
}
"""One chord for each bar; ``preset.toml`` has the same chords for the generated layers."""

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True)
class Note:
    """A note: onset and length in beats, MIDI pitch, velocity from 0 to 1, patch, pan."""

    beat: float
    beats: float
    pitch: float
    velocity: float
    patch: str
    pan: float = 0.0


def midi(name: str) -> int:
    """MIDI number of a spelled pitch: ``"D4"`` is 62, ``"Bb2"`` is 46."""
    step = _STEPS[name[0]]
    accidentals = name[1:].rstrip("0123456789-")
    octave = int(name[1 + len(accidentals) :])
    return 12 * (octave + 1) + step + accidentals.count("#") - accidentals.count("b")


def root_of(chord: str) -> tuple[int, str]:
    """Return pitch class and quality of a chord symbol; a slash bass is ignored."""
    symbol = chord.partition("/")[0]
    size = 2 if len(symbol) > 1 and symbol[1] in "#b" else 1
    name, quality = symbol[:size], symbol[size:]
    pitch_class = (_STEPS[name[0]] + name.count("#") - name[1:].count("b")) % 12
    return pitch_class, quality


def bass_of(chord: str) -> int:
    """Return the pitch class of the bass note."""
    return root_of(chord.partition("/")[2] or chord)[0]


def third_of(quality: str) -> int:
    """Return the semitones from the root to the third, or to the note that replaces it."""
    if quality.startswith("sus4"):
        return 5
    return 4 if not quality or quality[0] == "7" or quality.startswith("maj") else 3


def motif_on(chord: str, low: int) -> list[int]:
    """Return the motif transposed to a chord; its first note is the lowest root at or above `low`.

    Minor chords have 1 5 b6 5 2, major chords 1 5 6 5 2; on the dominant the last note is its third.
    """
    pitch_class, quality = root_of(chord)
    root = low + (pitch_class - low) % 12
    fifth, sixth, last = 7, 9, 2
    if quality.startswith("dim"):
        fifth, sixth, last = 6, 8, 3
    elif third_of(quality) == 3 or pitch_class == 9:
        sixth = 8
    if pitch_class == 9:
        last = 4 if third_of(quality) == 4 else 5
    return [root, root + fifth, root + sixth, root + fifth, root + last]


def line(
    text: str, start: float, patch: str, velocity: float, *, legato: float = 1.0, pan: float = 0.0
) -> list[Note]:
    """Return the notes of a melody such as ``"D4:2 A4:1.5 -:0.5"``: pitches (``-`` is a rest) and beats."""
    notes, at = [], start
    for word in text.split():
        name, _, length = word.partition(":")
        beats = float(length)
        if name != "-":
            notes.append(Note(at, beats * legato, midi(name), velocity, patch, pan))
        at += beats
    return notes


def chords(
    voicings: Iterable[tuple[float, str]], start: float, patch: str, velocities: Sequence[float],
    *, overlap: float = 0.4,
) -> list[Note]:  # fmt: skip
    """Return held chords, one after another: (beats, ``"D3 A3 E4"``), with a velocity for each."""
    notes, at = [], start
    for (beats, names), velocity in zip(voicings, velocities, strict=True):
        pitches = [midi(name) for name in names.split()]
        for number, pitch in enumerate(pitches):
            pan = 0.0 if len(pitches) == 1 else 0.7 * (number / (len(pitches) - 1) - 0.5)
            notes.append(Note(at, beats + overlap, pitch, velocity, patch, pan))
        at += beats
    return notes


def echoes(notes: Iterable[Note], delay: float, count: int, share: float) -> list[Note]:
    """Return the notes and `count` softer echoes, panned left and right; echoes after the end are dropped."""
    result = []
    for note in notes:
        result.append(note)
        for number in range(1, count + 1):
            side = 0.75 if (number + int(note.pitch)) % 2 else -0.75
            at = note.beat + number * delay
            if at < LENGTH:
                repeat = replace(note, beat=at, velocity=note.velocity * share**number, pan=side)
                result.append(repeat)
    return result


def humanised(notes: Iterable[Note], seed: int, ms: float, spread: float) -> list[Note]:
    """Move onsets by a few milliseconds and velocities by a few percent; notes at or before beat 0 stay."""
    rng = np.random.default_rng(seed)
    result = []
    for note in notes:
        shift = float(rng.normal(0.0, ms / 1000.0)) * BPM / 60.0
        factor = float(np.clip(1.0 + rng.normal(0.0, spread), 0.7, 1.25))
        beat = note.beat if note.beat <= 0.0 else max(0.0, note.beat + shift)
        velocity = float(np.clip(note.velocity * factor, 0.02, 1.0))
        result.append(replace(note, beat=beat, velocity=velocity))
    return result


def arc(bar: float, points: Sequence[tuple[float, float]]) -> float:
    """Return the section's dynamics at a bar, interpolated between points (bar, value)."""
    at, values = zip(*points, strict=True)
    return float(np.interp(bar, at, values))
