"""Room for recordings: generated notes neither rub against what is recorded nor cover it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from adaptive.composer.bar import planned
from adaptive.composer.context import BarContext
from adaptive.composer.melody import melody
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.registry import BUILT_IN
from adaptive.composer.room import density_beside, need_beside, with_room
from adaptive.music.note import Note
from tests.unit.composer.composing import contexts, section_plan

BARS = 16
PITCHED = sorted(name for name, spec in BUILT_IN.items() if not spec.is_percussive)


def recorded(pitches: set[int], steps: str = "0" * 16) -> StemBar:
    mask = sum(1 << pitch for pitch in pitches)
    return StemBar(bytes(255 if step == "1" else 0 for step in steps), (mask,) * 4)


def beside(one: StemBar, layer: str, chords: tuple[str, ...] = ()) -> list[BarContext]:
    plan = section_plan(layers=[layer], has_stems=True, chords=chords)
    plan = SectionPlan(replace(plan.brief, stem_bars=(one,)))
    return contexts(plan=plan, layer=layer, bars=BARS, style=BUILT_IN[layer].styles[0])


def written(context: BarContext, layer: str) -> tuple[Note, ...]:
    context = planned(context)
    return with_room(BUILT_IN[layer].function(context).notes, context)


@pytest.mark.parametrize("layer", PITCHED)
@pytest.mark.parametrize("chords", [(), ("Am", "F", "Dm7", "E7")])
def test_no_layer_rubs_against_what_is_recorded(layer: str, chords: tuple[str, ...]) -> None:
    one = recorded({56, 63, 68, 75})  # beside A, E, G and D
    rubbing = notes = 0
    for context in beside(one, layer, chords):
        for note in written(context, layer):
            notes += 1
            rubbing += one.clash_share(note.midi, note.onset, note.duration) >= 0.25

    assert notes > BARS // 4
    assert rubbing == 0 or (chords and layer in {"bass", "drone"} and rubbing < 0.1 * notes)


def test_without_chords_only_tones_of_the_key_are_played() -> None:
    one = recorded({56, 63, 68, 75})
    key = section_plan().brief.key

    played = {note.midi % 12 for context in beside(one, "melody") for note in written(context, "melody")}

    assert played <= key.pitch_classes


def test_a_bass_keeps_the_names_of_its_notes() -> None:
    chords = ("Am", "F")
    for context in beside(recorded({44}), "bass", chords):
        free = BUILT_IN["bass"].function(planned(context)).notes
        kept = written(context, "bass")
        assert {note.midi % 12 for note in kept} <= {note.midi % 12 for note in free}


def test_accompaniment_leaves_the_sixteenths_of_a_recording_to_it() -> None:
    one = recorded(set(), "0110" * 4)
    for context in beside(one, "arpeggio", ("Am", "F")):
        assert not any(one.covers(note.onset, Fraction(1, 4)) for note in written(context, "arpeggio"))


def test_a_busy_recording_means_fewer_notes() -> None:
    calm, busy = recorded(set()), recorded(set(), "1010" * 4)
    counts = [
        sum(len(written(context, "melody")) for context in beside(one, "melody", ("Am", "F")))
        for one in (calm, busy)
    ]

    assert 0.4 * counts[0] < counts[1] < 0.95 * counts[0]


def test_nothing_is_left_out_where_a_recording_is_everywhere() -> None:
    context = beside(recorded(set(), "1" * 16), "melody")[0]

    assert need_beside(context, Fraction(0), 0.5) == 0.5
    assert density_beside(context, 0.4) == pytest.approx(0.3)
    assert density_beside(context, 1.0) == 1.0


def test_without_recordings_nothing_changes() -> None:
    for context in contexts(plan=section_plan(), layer="melody", bars=8):
        notes = melody(planned(context)).notes
        assert with_room(notes, context) is notes
        assert need_beside(context, Fraction(0), 0.5) == 0.5
