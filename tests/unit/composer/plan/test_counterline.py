from __future__ import annotations

from tests.unit.composer.composing import section_plan


def test_notes_are_of_the_chord_and_seldom_the_pitch_class_of_the_tune() -> None:
    same = total = 0
    for seed in range(8):
        part = section_plan(seed=seed).part_at(0)
        for bar, notes in enumerate(part.counterline):
            for note in notes:
                chord = [c for start, c in part.chords[bar] if start <= note.onset][-1]
                assert chord.tone_of(note.pitch.midi)
                for sung in part.tune.bars[bar]:
                    if sung.onset <= note.onset < sung.onset + sung.length:
                        same += sung.pitch.midi % 12 == note.pitch.midi % 12
                        total += 1

    assert same / total < 0.15
