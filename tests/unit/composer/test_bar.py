from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.bar import write_bar
from adaptive.composer.bass import bass
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.melody import melody
from tests.unit.composer.composing import contexts

LAYERS = ["melody", "drums", "bass", "pad", "arpeggio"]


def asked_for() -> list[BarContext]:
    return [
        context
        for seed in range(30)
        for context in contexts(seed=seed, bars=48, layers=LAYERS, layer="bass")
        if context.plan.rests_from is not None
    ]


def test_a_layer_that_rests_by_plan_writes_nothing() -> None:
    resting = playing = 0
    for context in contexts(bars=48, layers=LAYERS):
        for layer in LAYERS:
            written = write_bar(bass, replace(context, layer=layer))
            assert bool(written.notes) == context.plan.plays(layer)
            resting, playing = resting + (not written.notes), playing + bool(written.notes)

    assert resting > 0
    assert playing > resting


def test_all_rest_before_some_changes_of_theme() -> None:
    found = asked_for()
    for context in found:
        for note in write_bar(bass, context).notes:
            assert note.onset + note.duration <= context.plan.rests_from

    assert len(found) >= 10


def test_nobody_rests_before_a_transition() -> None:
    for context in asked_for()[:10]:
        leaving = replace(context, is_leaving=True, style="pulse", density=1.0)
        notes = write_bar(bass, leaving).notes

        assert max(note.onset + note.duration for note in notes) > Fraction(2)


def test_an_upbeat_sounds_in_the_rest() -> None:
    heard = 0
    for context in asked_for():
        if context.plan.upbeat and context.plan.plays("melody"):
            notes = write_bar(melody, replace(context, layer="melody", density=0.9)).notes
            heard += any(note.onset >= context.plan.rests_from for note in notes)

    assert heard > 0


def test_the_generator_gets_the_plans_density_and_energy() -> None:
    seen: list[BarContext] = []

    def spy(context: BarContext) -> WrittenBar:
        seen.append(context)
        return WrittenBar(())

    for context in contexts(bars=48, density=0.5):
        write_bar(spy, context)

    assert len({context.density for context in seen}) > 2
    assert len({context.energy for context in seen}) > 2
    assert all(0.0 <= context.energy <= 1.0 for context in seen)
