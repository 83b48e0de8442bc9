from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from adaptive.composer.bass import bass
from adaptive.composer.context import BarContext
from adaptive.composer.drums import drums
from adaptive.composer.feel.performance import MOST_OWN_MS, PUSH_MS, performed, swing_ratio, swung
from adaptive.composer.steer import Steer
from adaptive.music.note import Note
from tests.unit.composer.composing import contexts


def at(tempo_bpm: float, steer: Steer, **more: object) -> list[BarContext]:
    asked = contexts(tempo_bpm=tempo_bpm, style="halftime", density=0.8, bars=32, layer="drums", **more)  # type: ignore[arg-type]
    return [replace(context, steer=steer) for context in asked]


def notes_of(asked: list[BarContext]) -> list[tuple[BarContext, Note, Note]]:
    pairs = []
    for context in asked:
        written = drums(context).notes
        pairs += [(context, *pair) for pair in zip(written, performed(written, context), strict=True)]
    return pairs


def test_without_humanise_and_wander_all_is_exactly_where_it_is_written() -> None:
    steer = Steer(swing=0.0, humanise=0.0, wander=0.0)

    assert all(played.offset_beats == 0.0 for _, _, played in notes_of(at(120.0, steer)))


def test_push_moves_everything_by_the_same_time() -> None:
    steer = Steer(swing=0.0, humanise=0.0, wander=0.0, push=-1.0)

    for _, _, played in notes_of(at(120.0, steer)):
        assert played.offset_beats == pytest.approx(-PUSH_MS / 500.0, abs=1e-4)


def test_two_players_are_never_more_than_19_ms_apart_on_shared_strokes() -> None:
    for humanise in (0.5, 1.0):
        gaps = []
        for context in at(120.0, Steer(swing=0.0, humanise=humanise)):
            other = replace(context, layer="bass", seed=context.seed ^ 5, style="pulse")
            kicks = {
                n.onset: n.offset_beats for n in performed(drums(context).notes, context) if n.pitch == "kick"
            }
            low = {n.onset: n.offset_beats for n in performed(bass(other).notes, other)}
            gaps += [abs(kicks[onset] - low[onset]) * 500.0 for onset in kicks.keys() & low.keys()]
        assert len(gaps) > 20
        assert max(gaps) <= 2 * MOST_OWN_MS + 0.2


def test_people_wander_together_and_more_so_if_asked() -> None:
    spread = []
    for wander in (0.0, 0.5, 1.0):
        late = [n.offset_beats * 500.0 for _, _, n in notes_of(at(120.0, Steer(swing=0.0, wander=wander)))]
        spread.append(float(np.std(late)))

    assert spread[0] < spread[1] < spread[2]
    assert 10.0 < spread[1] < 22.0


def test_velocity_varies_with_humanise_alone() -> None:
    even = notes_of(at(120.0, Steer(humanise=0.0)))
    loose = notes_of(at(120.0, Steer(humanise=0.5)))

    assert all(played.velocity == pytest.approx(written.velocity, abs=1e-3) for _, written, played in even)
    factors = [played.velocity / written.velocity for _, written, played in loose]
    assert 0.1 < float(np.std(factors)) < 0.35


def test_a_swung_note_ends_where_the_next_begins() -> None:
    layers = ("melody", "drums")
    context = contexts(layers=layers, layer="melody")[0]
    jazz = replace(context.plan.part.brief.layers[1], style="jazz")
    brief = replace(context.plan.part.brief, layers=(context.plan.part.brief.layers[0], jazz))
    plan = replace(context.plan, part=replace(context.plan.part, brief=brief))
    context = replace(context, plan=plan, steer=Steer(humanise=0.0, wander=0.0), tempo_bpm=120.0)
    half = Fraction(1, 2)
    line = (
        Note(Fraction(0), half, "C4", 60, 0.5),
        Note(half, half, "D4", 62, 0.5),
        Note(Fraction(1), half, "E4", 64, 0.5),
    )

    for play in (performed, swung):
        first, second, third = play(line, context)
        assert second.offset_beats == pytest.approx(
            swing_ratio(context) / (1 + swing_ratio(context)) - 0.5, abs=1e-3
        )
        assert float(first.duration) == pytest.approx(0.5 + second.offset_beats, abs=2e-3)
        assert float(second.onset + second.duration) + second.offset_beats == pytest.approx(1.0, abs=2e-3)
        assert third.offset_beats == 0.0


def test_a_meter_without_quarters_is_not_swung() -> None:
    assert swing_ratio(replace(contexts(beats=6, unit=8)[0], steer=Steer(swing=1.0))) == 1.0


def test_a_bar_is_played_alike_whenever_it_is_asked_for() -> None:
    context = at(97.0, Steer())[9]

    assert performed(drums(context).notes, context) == performed(drums(context).notes, context)
