"""Notes of the section *tension*: the motif as an irregular ostinato, clusters, a lament bass."""

from __future__ import annotations

from tools.nightfall.theory import (
    BAR,
    HARMONY,
    Note,
    arc,
    bass_of,
    chords,
    echoes,
    humanised,
    line,
    midi,
    motif_on,
)  # fmt: skip

STEPS = (0, 3, 6, 9, 12)
"""Five notes on 3 + 3 + 3 + 3 + 4 sixteenths: the motif fills a bar and has no note on beat 3."""

BUILD = ((1, 0.68), (4, 0.74), (5, 0.7), (8, 0.82), (9, 0.72), (12, 0.82), (13, 0.78), (16.9, 0.92))

CLUSTERS = [
    (8, "A4 E5 F5"),
    (8, "Bb4 D5 Eb5"),
    (8, "A4 Bb4 D5"),
    (4, "A4 Bb4 F5"),
    (4, "A4 Bb4 C#5 E5"),
    (4, "D5 E5 F5"),
    (4, "C5 E5 F5"),
    (4, "B4 D5 F5"),
    (4, "Bb4 D5 F5 A5"),
    (4, "Bb4 D5 G5 A5"),
    (4, "Bb4 D5 Eb5 G5"),
    (4, "A4 D5 E5 A5"),
    (4, "C#5 E5 G5 Bb5"),
]

PADS = [
    (4, "D3 A3"), (4, "D3 A3 E4"), (4, "Eb3 Bb3"), (4, "Eb3 Bb3 D4"),
    (4, "G3 D4"), (4, "G3 Bb3 D4"), (4, "Bb3 D4 A3"), (4, "A3 C#4 G3"),
    (4, "D3 A3 D4"), (4, "C3 A3 D4"), (4, "B2 F3 D4"), (4, "Bb2 F3 A3 D4"),
    (4, "G3 Bb3 D4"), (4, "Eb3 Bb3 G3 D4"), (4, "A3 D4 E4"), (4, "A3 C#4 E4 G3"),
]  # fmt: skip


def ostinato() -> list[Note]:
    """Return the plucked motif: first three of its notes, then all five, then with an octave above."""
    notes: list[Note] = []
    for index, chord in enumerate(HARMONY["tension"].split()):
        bar, start = index + 1, index * BAR
        strength = arc(bar, BUILD)
        pitches = motif_on(chord, midi("A3"))
        count = 3 if bar in (1, 2) else 5
        for number, (step, pitch) in enumerate(zip(STEPS[:count], pitches[:count], strict=True)):
            accent = 1.12 if number in (0, 2) else 0.94
            pan = (-0.35, 0.25, 0.4, 0.15, -0.2)[number]
            notes.append(Note(start + step / 4, 0.6, pitch, strength * accent, "pluck", pan))
            if bar >= 11 and number in (1, 2, 4):
                above = Note(start + step / 4, 0.5, pitch + 12, strength * 0.62, "pluck", -pan)
                notes.append(above)
        notes += _ghosts(bar, start, bass_of(chord), strength)
    return humanised(notes, 21, 4.0, 0.06)


def _ghosts(bar: int, start: float, bass: int, strength: float) -> list[Note]:
    """Return muted low notes: eighths from bar 3, sixteenths in the tense bars, a run in bar 16."""
    low = midi("A2") + (bass - midi("A2")) % 12
    steps: tuple[int, ...] = () if bar < 3 else (2, 4, 8, 10, 14)
    if bar in (7, 8, 12, 13, 14, 15):
        steps = (1, 2, 4, 5, 8, 10, 11, 13, 14)
    if bar == 16:
        steps = tuple(range(1, 16))
    notes = []
    for step in steps:
        rise = 0.42 + 0.3 * step / 16 if bar == 16 else 0.46
        pan = 0.3 if step % 2 else -0.3
        notes.append(Note(start + step / 4, 0.2, low, strength * rise, "muted", pan))
    return notes


def strings() -> list[Note]:
    """Return tremolo clusters that swell, and below them a viola with the semitone of the motif."""
    bars = [1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    strengths = [0.92 * arc(bar, BUILD) for bar in bars]
    notes = chords(CLUSTERS, 0, "cluster", strengths, overlap=0.5)
    song = (
        "-:6 A3:1 Bb3:3 A3:4 -:8 D4:1 Eb4:3 D4:2 C#4:4"
        " F4:3 E4:1 E4:2 F4:2 F4:2 D4:2 D4:3 C4:1 Bb3:4 Bb3:2 G3:2 A3:4 C#4:4"
    )
    notes += line(song, 0, "viola", 0.66, legato=1.03, pan=-0.25)
    return humanised(notes, 22, 18.0, 0.05)


def pad() -> list[Note]:
    """Return low chords that swell every two beats."""
    strengths = [0.95 * arc(bar + 1, BUILD) for bar in range(16)]
    notes = chords(PADS, 0, "breathing_pad", strengths, overlap=0.25)
    return humanised(notes, 23, 0.0, 0.03)


def glass() -> list[Note]:
    """Return pairs of high notes from the motif, distant and slightly out of tune."""
    notes = line("-:6 Bb5:0.5 A5:3.5 -:6 D6:0.5 Eb6:1.5", 0, "ping", 0.6, pan=0.5)
    notes += line("-:2 E6:1 -:5 F6:0.5 E6:1.5 -:1.5 Bb5:0.5", 16, "ping", 0.5, pan=-0.5)
    notes += line("-:3 A5:0.5 Bb5:4.5 -:3 B5:0.5 F6:2 -:1 E6:1.5", 32, "ping", 0.6, pan=0.4)
    notes += line("-:2 D6:0.5 Eb6:3.5 -:2 D6:0.5 E6:3.5 -:1 C#6:1", 48, "ping", 0.62, pan=-0.3)
    return humanised(echoes(notes, 0.75, 4, 0.62), 24, 6.0, 0.08)
