from __future__ import annotations

from adaptive.composer.plan.bass_line import HIGH, LOW, bass_pitch
from adaptive.music.pitch import Tone


def test_every_tone_has_a_place_in_the_register_near_the_note_before() -> None:
    for name in ("C", "Db", "E", "F#", "G", "B"):
        for previous in range(LOW, HIGH + 1):
            midi = bass_pitch(Tone.parse(name), previous)
            assert LOW <= midi <= HIGH
            assert midi % 12 == Tone.parse(name).pitch_class
            assert abs(midi - previous) <= 11
