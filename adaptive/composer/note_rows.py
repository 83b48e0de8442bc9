"""Notes as rows of plain values, for recordings and for the processes of generators."""

from __future__ import annotations

from fractions import Fraction

from adaptive.music.note import Note

NoteRow = tuple[str, str, str, int, float, float]
"""Onset and duration as fractions, pitch, MIDI number, velocity, offset in beats."""


def note_row(note: Note) -> NoteRow:
    """Return a note as a row; `note_of` gives the same note again.

    Examples
    --------
    >>> note = Note(Fraction(3, 2), Fraction(1), "C4", 60, 0.5)
    >>> note_row(note)
    ('3/2', '1', 'C4', 60, 0.5, 0.0)
    >>> note_of(note_row(note)) == note
    True
    """
    return (
        str(Fraction(note.onset)), str(Fraction(note.duration)), note.pitch, int(note.midi),
        float(note.velocity), float(note.offset_beats),
    )  # fmt: skip


def note_of(row: NoteRow) -> Note:
    """Return the note of a row.

    Raises
    ------
    ValueError, ZeroDivisionError
        Onset or duration is no fraction.
    """
    onset, duration, pitch, midi, velocity, offset_beats = row
    return Note(Fraction(onset), Fraction(duration), pitch, midi, velocity, offset_beats)
