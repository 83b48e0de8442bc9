"""Notes of the section *explore*: a drone, distant chords, and the motif on glass."""

from __future__ import annotations

from dataclasses import replace

from tools.nightfall.theory import Note, arc, chords, echoes, humanised, line, midi

SWELL = ((1, 0.64), (5, 0.72), (8, 0.62), (9, 0.66), (12, 0.76), (13, 0.74), (16, 0.6))

VOICINGS = [
    (8, "D3 A3 E4 F4"),
    (8, "Bb2 F3 A3 D4"),
    (8, "G2 F3 Bb3 D4 A4"),
    (4, "Eb3 G3 Bb3 D4"),
    (4, "A2 E3 A3 D4"),
    (8, "D3 F3 A3 E4"),
    (4, "F2 C4 A3 G4"),
    (4, "G2 D3 B3 A4"),
    (4, "Bb2 F3 D4 A4"),
    (4, "G2 F3 D4 Bb4"),
    (4, "Eb3 G3 D4 Bb4"),
    (4, "A2 G3 C4 E4"),
]


def pad() -> list[Note]:
    """Return distant chords; voices join them in bars 5 and 6 and from bar 11."""
    bars = [1, 3, 5, 7, 8, 9, 11, 12, 13, 14, 15, 16]
    notes = chords(VOICINGS, 0, "night_pad", [arc(bar, SWELL) for bar in bars], overlap=0.6)
    choir = [(4, "A4 C4"), (4, "B4 D4"), (4, "A4 D4"), (4, "Bb4 D4")]
    notes += chords(choir, 40, "ooh", [0.5, 0.66, 0.58, 0.48], overlap=0.5)
    notes += chords([(8, "D4 A3")], 16, "ooh", [0.45], overlap=0.5)
    return humanised(notes, 11, 20.0, 0.04)


def drone() -> list[Note]:
    """Return the low drone, and high noise above it."""
    roots = "D2:16 G1:8 Eb2:4 A1:4 D2:16 Bb1:4 G1:4 Eb2:4 A1:4"
    upper = "D3:16 D3:8 Eb3:4 A2:4 D3:16 D3:8 Eb3:4 A2:4"
    notes = _swelling(line(roots, 0, "sub", 0.82, legato=1.04))
    notes += _swelling(line(upper, 0, "reed", 0.74, legato=1.06))
    notes += line("-:8 A3:8 -:16 A3:12 -:8 A3:8", 0, "reed", 0.5, legato=1.1)
    air = "D6:12 A5:12 -:4 E6:12 D6:8 B5:4 A5:10"
    notes += line(air, 2, "wind", 0.8, legato=1.2)
    return humanised(notes, 12, 30.0, 0.03)


def _swelling(notes: list[Note]) -> list[Note]:
    """Return the notes with a part of the section's dynamics applied."""
    return [
        replace(note, velocity=note.velocity * (0.55 + 0.6 * arc(note.beat / 4 + 1, SWELL))) for note in notes
    ]


def glass() -> list[Note]:
    """Return the motif over D, over G and over Bb, with fragments of it between."""
    motif = "D5:1.5 A5:0.5 Bb5:2 A5:1 E5:3"
    notes = line(motif, 2, "glass", 0.72)
    notes += line("-:3 E6:1 -:2 D6:2", 8, "glass", 0.36)
    notes += line("G4:1.5 D5:0.5 Eb5:2 D5:1 A4:3", 18, "glass", 0.68)
    notes += line("-:1 Bb5:1 G5:2 E6:1.5 A5:2.5", 24, "glass", 0.48)
    # second half: the motif varied, then the one bright bar
    notes += line("-:1 E5:1.5 A5:0.5 F5:1 D5:4", 32, "glass", 0.62)
    notes += line("C5:1 F5:1 G5:1 A5:1 B5:2.5 A5:0.5 G5:1", 40, "glass", 0.66)
    notes += line("Bb4:1.5 F5:0.5 G5:2 F5:1 D5:1.5 -:1.5", 48.0, "glass", 0.72)
    notes += line("D6:2.5 Bb5:1.5 -:1 E5:3", 56, "glass", 0.42)
    notes = echoes(notes, 0.75, 3, 0.58)
    notes += [
        Note(28, 3.5, midi("A5"), 0.5, "bowed", 0.3),
        Note(28, 3.5, midi("E6"), 0.4, "bowed", -0.3),
        Note(44, 4.0, midi("D6"), 0.55, "bowed", -0.4),
        Note(44, 4.0, midi("G6"), 0.36, "bowed", 0.4),
        Note(60, 3.5, midi("C6"), 0.42, "bowed", 0.3),
    ]
    return humanised(notes, 13, 9.0, 0.06)
