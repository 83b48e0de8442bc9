from __future__ import annotations

from fractions import Fraction

from adaptive.api.events import SoundedNote


def test_a_note_of_the_log_has_its_fractions() -> None:
    line = {
        "layer": "lead", "pitch": "Eb4", "midi": 63, "velocity": 0.5, "t": 1.0, "frame": 48000,
        "position": "1.3.0", "onset": "7/3", "duration": "1/6",
    }  # fmt: skip
    note = SoundedNote.of(line)

    assert (note.onset_beats, note.duration_beats, note.seconds) == (Fraction(7, 3), Fraction(1, 6), 1.0)
