"""What a patch is given, without pyo: rows of notes, and how they are placed."""

from __future__ import annotations

import numpy as np

from adaptive.patches.messages import LivePatchNote, PatchNote
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


def test_a_live_note_is_held_until_it_is_told_to_end_beside_written_ones() -> None:
    made = rows()
    made.replace((PatchNote(0, 640, 60.0, 1.0),))
    made.play((LivePatchNote(70, 64.0, 0.5),))
    made.fill(0)
    made.fill(64)

    assert (np.flatnonzero(made.gate[1]) + 64).tolist() == list(range(70, 128))
    assert (made.pitch[1, 6], made.velocity[1, 6]) == (64.0, 0.5)
    made.replace((PatchNote(0, 640, 60.0, 1.0), PatchNote(4000, 64, 60.0, 1.0)))
    made.fill(128)
    assert made.gate.all()
    made.play((LivePatchNote(200, 64.0, 0.0), LivePatchNote(10, 60.0, 0.0)))  # the second is too late for any
    made.fill(192)
    assert (np.flatnonzero(made.gate[1]) + 192).tolist() == list(range(192, 200))
    assert made.gate[0].all()  # the end of a live note ends no written one


def test_a_live_note_that_comes_late_or_ends_at_once_still_sounds() -> None:
    made = rows()
    made.play((LivePatchNote(0, 64.0, 0.5), LivePatchNote(4, 65.0, 0.5), LivePatchNote(9, 65.0, 0.0)))
    made.fill(64000)

    assert made.gate[0].all()
    assert made.gate[1].sum() >= 1
    made.fill(64064)
    assert made.gate.sum() == 64
