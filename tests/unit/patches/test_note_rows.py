"""What a patch is given, without pyo: rows of notes, and how they are placed."""

from __future__ import annotations

import numpy as np

from adaptive.patches.messages import PatchNote
from adaptive.patches.note_rows import NoteRows

RATE = 48000


def rows(voices: int = 2) -> NoteRows:
    return NoteRows(voices, 64, RATE)


def test_a_note_begins_and_ends_at_its_frames() -> None:
    made = rows()
    made.replace((PatchNote(70, 100, 64.0, 0.5),))
    made.fill(0)

    assert not made.gate.any()
    made.fill(64)
    assert (np.flatnonzero(made.gate[0]) + 64).tolist() == list(range(70, 128))
    assert (made.pitch[0, 6:] == 64.0).all()
    made.fill(128)
    assert (np.flatnonzero(made.gate[0]) + 128).tolist() == list(range(128, 170))
    made.fill(192)
    assert not made.gate.any()


def test_notes_that_are_withdrawn_before_they_begin_are_not_played() -> None:
    made = rows()
    made.replace((PatchNote(0, 640, 60.0, 1.0), PatchNote(100, 64, 62.0, 1.0)))
    made.fill(0)
    made.replace((PatchNote(0, 640, 60.0, 1.0), PatchNote(130, 64, 65.0, 1.0)))
    made.fill(64)

    assert made.gate[0].all()
    assert not made.gate[1].any()
    made.fill(128)
    assert made.pitch[1, -1] == 65.0


def test_the_oldest_voice_is_taken_and_closes_for_a_frame() -> None:
    made = rows(1)
    made.replace((PatchNote(0, 6400, 60.0, 1.0), PatchNote(96, 6400, 67.0, 1.0)))
    made.fill(0)
    made.fill(64)

    assert np.flatnonzero(made.gate[0] == 0.0).tolist() == [31]
    assert made.pitch[0, 40] == 67.0


def test_a_late_note_is_played_if_it_lasts_long_enough() -> None:
    late = 4800
    made = rows()
    made.replace((PatchNote(0, 3 * late, 60.0, 1.0), PatchNote(10, late, 72.0, 1.0)))
    made.fill(late)

    assert made.gate[0].all()
    assert not made.gate[1].any()
