"""Notes of the section *combat*: the motif in long notes of the horns, over sixteenths, stabs and taiko."""

from __future__ import annotations

from tools.nightfall.theory import (
    BAR,
    HARMONY,
    Note,
    arc,
    chords,
    humanised,
    line,
    midi,
    motif_on,
    root_of,
    third_of,
)  # fmt: skip

DRIVE = ((1, 0.84), (4, 0.8), (5, 0.82), (8.9, 0.92), (9, 0.88), (13, 1.0), (14, 0.94), (16.9, 0.98))

ACCENTS = {0: 1.0, 3: 0.9, 6: 0.92, 8: 0.95, 11: 0.92, 14: 0.88}
"""Accents of the strings on 3 + 3 + 2 sixteenths, twice in a bar."""

THEME = (
    "D4:2 A4:2 Bb4:3 A4:1 F4:2 G4:2 E4:4"
    " G4:2 D5:2 Eb5:3 D5:1 C#5:2 E5:2 A4:3 -:1"
    " D4:1.5 A4:0.5 D5:2 C5:2 A4:1 C5:1 E5:3 D5:0.5 C5:0.5 B4:3 D5:1"
    " F5:2 D5:2 D5:1.5 Eb5:0.5 D5:1 Bb4:1 Bb4:2 G4:2 A4:2 C#5:2"
)
SECOND = (
    "-:8 D4:2 D4:2 C4:4 D4:2 G4:2 G4:3 G4:1 A4:2 A4:2 E4:3 -:1"
    " D4:2 F4:2 F4:4 G4:3 E4:1 G4:3 G4:1 Bb4:2 Bb4:2 G4:4 Eb4:4 E4:2 E4:2"
)
STABS = ((0.0, 1.5, 3.0), (0.0, 0.75, 1.5, 3.0), (0.0, 1.5, 2.25, 3.0), (0.0, 0.75, 2.0, 2.75))

CHOIR = [
    (8, "A3 D4 F4 A4"), (4, "Bb3 D4 F4 Bb4"), (4, "G3 C4 E4 G4"),
    (4, "G3 D4 G4 Bb4"), (4, "G3 Eb4 G4 Bb4"), (4, "A3 C#4 E4 A4"), (4, "A3 E4 A4 C#5"),
    (4, "A3 D4 F4 D5"), (4, "A3 C4 F4 C5"), (4, "G3 C4 E4 C5"), (4, "G3 D4 G4 B4"),
    (4, "Bb3 D4 F4 D5"), (4, "Bb3 D4 G4 Bb4"), (4, "Bb3 Eb4 G4 Bb4"), (4, "A3 C#4 E4 A4"),
]  # fmt: skip


def brass() -> list[Note]:
    """Return low stabs with the drums, and above them the motif in long notes."""
    notes: list[Note] = []
    for index, chord in enumerate(HARMONY["combat"].split()):
        bar, start = index + 1, index * BAR
        root = midi("F2") + (root_of(chord)[0] - midi("F2")) % 12
        strength = arc(bar, DRIVE)
        onsets = STABS[index % 4] if bar not in (8, 16) else (0.0, 0.75, 1.5, 2.25, 3.0, 3.5)
        for number, onset in enumerate(onsets):
            long = 0.9 if onset == onsets[-1] and bar % 4 else 0.38
            push = 0.75 + 0.04 * number if bar in (8, 16) else (0.9, 0.74, 0.8, 0.84)[number]
            for pitch, pan in ((root, 0.0), (root + 7, -0.25), (root + 12, 0.25)):
                notes.append(Note(start + onset, long, pitch, strength * push, "low_brass", pan))
    horns = line(THEME, 0, "horns", 0.9, legato=0.98, pan=0.12)
    horns += line(SECOND, 0, "horns", 0.7, legato=0.98, pan=-0.3)
    notes += [_louder(note, arc(note.beat / BAR + 1, DRIVE)) for note in horns]
    return humanised(notes, 31, 6.0, 0.04)


def _louder(note: Note, by: float) -> Note:
    return Note(note.beat, note.beats, note.pitch, note.velocity * by, note.patch, note.pan)


def strings() -> list[Note]:
    """Return sixteenths, and from bar 5 the motif above them, its notes repeated in sixteenths."""
    notes: list[Note] = []
    for index, chord in enumerate(HARMONY["combat"].split()):
        bar, start = index + 1, index * BAR
        strength = arc(bar, DRIVE)
        pitch_class, quality = root_of(chord)
        root = midi("Bb2") + (pitch_class - midi("Bb2")) % 12
        third = root + 12 + third_of(quality)
        tops = {3: root + 7, 6: root + 12, 11: third, 14: root + 7}
        for step in range(16):
            weight = ACCENTS.get(step, 0.66 if step % 2 == 0 else 0.58)
            pitch = tops.get(step, root)
            pan = -0.3 if step in tops else 0.1
            notes.append(Note(start + step / 4, 0.2, pitch, strength * weight, "spiccato", pan))
        if bar >= 5:
            notes += _violins(bar, start, chord, strength)
    return humanised(notes, 32, 3.5, 0.05)


def _violins(bar: int, start: float, chord: str, strength: float) -> list[Note]:
    pitches = motif_on(chord, midi("G4"))
    held = [pitch for pitch, size in zip(pitches, (3, 3, 3, 3, 4), strict=True) for _ in range(size)]
    shade = 0.66 if bar <= 8 else 0.8
    notes = []
    for step, pitch in enumerate(held):
        weight = 1.0 if step in (0, 3, 6, 9, 12) else 0.72
        velocity = strength * shade * weight
        notes.append(Note(start + step / 4, 0.22, pitch, velocity, "violins", 0.25))
    return notes


def pad() -> list[Note]:
    """Return voices on the chord changes, wide and soft."""
    bars = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    strengths = [0.9 * arc(bar, DRIVE) for bar in bars]
    return humanised(chords(CHOIR, 0, "aah", strengths, overlap=0.2), 33, 8.0, 0.03)
