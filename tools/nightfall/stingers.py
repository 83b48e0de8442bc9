"""The stingers: short, in D, with open intervals that fit every chord of the stems.

Beats are counted from the sync point; negative beats lead up to it.
"""

from __future__ import annotations

from dataclasses import replace

from tools.nightfall.percussion import Hit
from tools.nightfall.theory import Note, echoes, line, midi

LEAD_BEATS = {"kill": 0.25, "hurt": 0.25, "death": 0.5, "respawn": 0.5}
"""Beats from the beginning of each stinger to its sync point."""


def kill() -> tuple[list[Note], list[Hit]]:
    """Return a short upward figure and an open fifth with a ninth: an enemy was killed."""
    notes = line("A4:0.125 D5:0.125", -0.25, "glass", 0.55)
    notes += line("A4:0.125 D5:0.125", -0.25, "spiccato", 0.8)
    notes += [Note(0, 1.5, midi(name), 0.74, "glass", pan)
              for name, pan in (("D5", -0.2), ("A5", 0.2), ("E6", 0.0))]  # fmt: skip
    notes += [Note(0, 0.7, midi(name), 0.9, "horns", 0.1) for name in ("D4", "A4")]
    notes += [Note(0, 0.45, midi(name), 0.85, "low_brass") for name in ("D3", "A2")]
    notes += [
        Note(0.75, 0.6, midi("A5"), 0.34, "glass", 0.6),
        Note(1.5, 0.6, midi("E6"), 0.26, "glass", -0.6),
    ]
    hits = [Hit(0, "high", 0.4, -0.2), Hit(0, "mid", 0.5, 0.2), Hit(0, "tick2", 0.18)]
    return notes, hits


def hurt() -> tuple[list[Note], list[Hit]]:
    """Return a gasp, then a low hit with a minor second: the player was hurt."""
    notes = [Note(0, length, midi(name), velocity, "low_brass", pan) for name, length, velocity, pan in
             (("D2", 0.9, 0.95, 0.0), ("Eb2", 0.7, 0.7, -0.3), ("A2", 0.8, 0.7, 0.3))]  # fmt: skip
    notes += line("Bb3:0.4 A3:1.4", 0.0, "viola", 0.75)
    notes += line("-:0.4 Eb4:0.3 D4:1.1", 0.0, "viola", 0.5, pan=0.3)
    hits = [Hit(-0.25, "gasp", 0.4), Hit(0, "boom", 0.6), Hit(0, "low", 0.8), Hit(0, "crack", 0.3)]
    return notes, hits


def death() -> tuple[list[Note], list[Hit]]:
    """Return the motif backwards, from its last note down to the D: the player died."""
    farewell = "E5:1 A4:1 Bb4:1.5 A4:0.5 D4:3"
    notes = line(farewell, 0, "viola", 0.82, legato=1.08)
    notes += line("E5:1 A4:1 Bb4:1.5 A4:0.5 D4:3", 0, "horns", 0.5, legato=1.0, pan=0.2)
    bells = line("E6:1 A5:1 Bb5:1.5 A5:0.5 D5:3", 0, "glass", 0.6)
    notes += [replace(note, velocity=note.velocity * 0.95) for note in echoes(bells, 0.75, 2, 0.5)]
    for beat, beats, names in ((0, 2, "A3 E4"), (2, 2, "G3 Bb3 D4"), (4, 3, "D3 A3 D4 F4")):
        notes += [Note(beat, beats + 0.3, midi(name), 0.62, "ooh") for name in names.split()]
    notes += line("A2:2 G2:2 D2:3", 0, "low_brass", 0.62, legato=1.0)
    hits = [Hit(-0.5, "breath", 0.4), Hit(0, "gong", 0.5), Hit(0, "boom", 0.8), Hit(0, "low", 0.6),
            Hit(4, "boom", 0.55), Hit(4, "low2", 0.35)]  # fmt: skip
    return notes, hits


def respawn() -> tuple[list[Note], list[Hit]]:
    """Return the motif's first two notes, upward: the player returns."""
    notes = line("D4:0.25 A4:0.25 D5:0.5 A5:3", -0.5, "glass", 0.55)
    notes += [Note(-0.4, 2.4, midi("D5"), 0.4, "bowed", -0.3), Note(0, 2, midi("A5"), 0.4, "bowed", 0.3)]
    return notes, []


STINGERS = {"kill": kill, "hurt": hurt, "death": death, "respawn": respawn}
