"""Reads the tunes of JS Fake Chorales (Peracha 2021, CC BY 4.0) with their harmony."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import mido

HELD_OUT = 10
"""Of so many chorales one is not trained on."""


@dataclass(frozen=True)
class ChoraleNote:
    """A note of the upper voice.

    Parameters
    ----------
    onset, length : Fraction
        In beats from the beginning.
    midi : int
        Pitch.
    harmony : frozenset of int
        Pitch classes above the tonic of the other voices, where it begins.
    """

    onset: Fraction
    length: Fraction
    midi: int
    harmony: frozenset[int]


@dataclass(frozen=True)
class Chorale:
    """A chorale: its tonic (pitch class of the last bass note), whether it is minor, and its tune."""

    name: str
    tonic: int
    is_minor: bool
    tune: tuple[ChoraleNote, ...]


Voice = list[tuple[Fraction, Fraction, int]]


def read(folder: Path) -> tuple[list[Chorale], list[Chorale]]:
    """Return the chorales to train on, and those that are held out.

    Parameters
    ----------
    folder : Path
        The unpacked data set, with the folders ``midi`` and ``jsf-extended``.
    """
    chorales = [_chorale(name, voices) for name, voices in voices_of(folder)]
    return (
        [one for number, one in enumerate(chorales) if number % HELD_OUT],
        [one for number, one in enumerate(chorales) if not number % HELD_OUT],
    )


def voices_of(folder: Path) -> Iterator[tuple[str, list[Voice]]]:
    """Return the name and the four voices of each chorale, the upper voice first."""
    for path in [*sorted((folder / "midi").glob("*.mid")), *sorted((folder / "jsf-extended").glob("*.mid"))]:
        file = mido.MidiFile(path)
        voices = [voice for track in file.tracks if (voice := _voice(track, file.ticks_per_beat))]
        if len(voices) == 4:
            yield path.stem, voices


def _chorale(name: str, voices: list[Voice]) -> Chorale:
    tonic = voices[3][-1][2] % 12
    last = {(voice[-1][2] - tonic) % 12 for voice in voices}
    notes = []
    for onset, length, midi in voices[0]:
        harmony = {
            (other - tonic) % 12
            for voice in voices[1:]
            for start, lasts, other in voice
            if start <= onset < start + lasts
        }
        notes.append(ChoraleNote(onset, length, midi, frozenset(harmony)))
    return Chorale(name, tonic, 3 in last and 4 not in last, tuple(notes))


def _voice(track: mido.MidiTrack, ticks: int) -> Voice:
    """Return the notes of a track: onset, length, pitch."""
    tick, begun, notes = 0, dict[int, int](), list[tuple[Fraction, Fraction, int]]()
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            begun[message.note] = tick
        elif message.type in {"note_on", "note_off"} and message.note in begun:
            start = begun.pop(message.note)
            notes.append((Fraction(start, ticks), Fraction(tick - start, ticks), message.note))
    return sorted(notes)
