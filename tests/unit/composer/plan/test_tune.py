from __future__ import annotations

from itertools import pairwise

import pytest

from adaptive.composer.plan.tune import HIGH, LOW
from tests.unit.composer.composing import METERS, section_plan
from tools.pieces import ENSEMBLES, plan_of


@pytest.mark.parametrize("key", ["A minor", "Eb major", "D dorian", "G mixolydian"])
def test_second_phrases_close_on_the_tonic_and_first_ones_do_not(key: str) -> None:
    ends = [0, 0]
    for seed in range(12):
        part = section_plan(key=key, seed=seed).part_at(0)
        for phrase in (0, 1):
            last = part.tune.bars[4 * phrase + 3]
            final = max((note for note in last if note.length >= 1), key=lambda note: note.length)
            ends[phrase] += final.pitch.tone == part.brief.key.tonic

    assert ends[0] <= 2
    assert ends[1] >= 11


@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_the_tune_is_one_voice_within_its_bars_and_range(beats: int, unit: int) -> None:
    for seed in range(6):
        part = section_plan(seed=seed, beats=beats, unit=unit, energy=0.8).part_at(0)
        for bar in part.tune.bars:
            for note, after in zip(bar, [*bar[1:], None], strict=True):
                assert note.length > 0
                assert note.onset + note.length <= (beats if after is None else after.onset)
                assert LOW - 3 <= note.pitch.step <= HIGH


def test_a_lifted_return_has_its_second_half_an_octave_higher() -> None:
    higher = 0
    for seed in range(10):
        plan = section_plan(seed=seed, form="A A''", chords=["Am", "F", "Dm", "E"])
        plain, lifted = plan.part_at(0).tune.bars, plan.part_at(8).tune.bars
        highest = [max(n.pitch.midi for bar in bars[4:] for n in bar) for bars in (plain, lifted)]
        higher += highest[1] >= highest[0] + 4

    assert higher >= 8


def test_an_upbeat_leads_by_step_into_the_phrase() -> None:
    heard = 0
    for seed in range(30):
        plan = section_plan(seed=seed)
        upbeat = plan.bar(7).upbeat
        first = plan.part_at(8).tune.bars[0][0]
        if upbeat:
            heard += 1
            assert abs(upbeat[-1].pitch.step - first.pitch.step) == 1
            assert upbeat[-1].onset + upbeat[-1].length == 4

    assert heard >= 10


def test_the_tune_is_silent_where_there_is_no_chord() -> None:
    part = section_plan(chords=["Am", "N.C.", "F", "E"]).part_at(0)

    assert part.tune.bars[1] == ()
    assert part.tune.bars[0]


def test_a_bar_in_the_rhythm_of_an_earlier_one_is_mostly_its_exact_transposition() -> None:
    exact = others = 0
    for seed in range(12):
        part = section_plan(seed=seed, form="A").part_at(0)
        models: dict[tuple, list[int]] = {}
        for bar in part.tune.bars:
            shape = tuple((note.onset, note.length) for note in bar)
            pitches = [note.pitch.midi for note in bar]
            if len(bar) > 2 and shape in models and pitches != models[shape]:
                moves = {one - other for one, other in zip(pitches, models[shape], strict=True)}
                exact, others = exact + (len(moves) == 1), others + (len(moves) > 1)
            models.setdefault(shape, pitches)

    assert exact > 12
    assert exact > others


def test_a_jazz_tune_leads_into_chord_tones_by_semitones_outside_the_key() -> None:
    chromatic = []
    for seed in range(6):
        plan = plan_of(ENSEMBLES["jazz"], seed)
        for part in (plan.part_at(0), plan.part_at(32)):
            for bar in part.tune.bars:
                chromatic += [
                    (after.pitch.midi - note.pitch.midi, note.length, note.is_strong)
                    for note, after in pairwise(bar)
                    if note.pitch.midi % 12 not in part.key.pitch_classes
                    and after.pitch.midi - note.pitch.midi == 1
                ]

    assert len(chromatic) >= 10
    assert all(length <= 0.5 for _, length, _ in chromatic)
    assert not any(is_strong for _, _, is_strong in chromatic)
