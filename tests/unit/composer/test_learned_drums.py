from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adaptive.composer.context import BarContext
from adaptive.composer.drums import drums
from adaptive.composer.learned import weights
from adaptive.composer.learned_drums import PLAYS_AS, learned_strokes, with_feel
from adaptive.composer.percussion import HANDS
from adaptive.composer.steer import Steer
from adaptive.composer.strokes import STYLES, Pattern
from tests.unit.composer.composing import compose, contexts, shape


def asked(**more: object) -> list[BarContext]:
    return contexts(layer="drums", **more)  # type: ignore[arg-type]


def test_every_learned_style_is_one_of_the_generators_that_rules_can_write_too() -> None:
    assert set(PLAYS_AS) <= set(STYLES)


def test_density_is_followed_in_rank() -> None:
    counts = [sum(map(len, compose(drums, asked(style="drive", density=n / 10)))) for n in range(11)]
    ranks = np.argsort(np.argsort(counts))

    assert np.corrcoef(ranks, np.arange(11))[0, 1] > 0.95
    assert counts[10] > 4 * counts[0]


def test_bars_vary_and_a_bar_is_found_without_those_before_it() -> None:
    bars = asked(style="funk", bars=16, density=0.6)
    shapes = [shape(bar) for bar in compose(drums, bars)]

    assert len({frozenset(one) for one in shapes}) >= 11
    assert shape(drums(bars[13]).notes) == shapes[13]


def test_the_drive_keeps_its_backbeat() -> None:
    bars = compose(drums, asked(style="drive", bars=6, density=0.5))
    struck = sum((note.onset in (1, 3)) for bar in bars for note in bar if note.pitch == "snare")

    assert struck >= 10


@pytest.mark.parametrize("style", list(PLAYS_AS))
def test_nobody_needs_a_third_hand_or_plays_ride_and_hat(style: str) -> None:
    for bar in compose(drums, asked(style=style, bars=8, density=1.0, energy=1.0)):
        for onset in {note.onset for note in bar}:
            struck = {note.pitch for note in bar if note.onset == onset and note.pitch in HANDS}
            assert len(struck) <= 2
            assert not ("ride" in struck and struck & {"hat", "hat_open"})


def test_rules_write_where_the_networks_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    context = asked(style="drive")[0]

    assert learned_strokes(context, "drive") is not None
    assert learned_strokes(replace(context, steer=Steer(learned=False)), "drive") is None
    assert learned_strokes(asked(style="drive", beats=3)[0], "drive") is None
    assert learned_strokes(context, "taiko") is None
    monkeypatch.setattr(weights, "networks", lambda: None)
    assert learned_strokes(context, "drive") is None
    assert drums(context).notes


def test_a_rule_made_pattern_gets_the_timing_of_people_and_keeps_its_strokes() -> None:
    context = asked(style="halftime", density=0.8)[0]
    rules = STYLES["halftime"](Pattern.of(context))
    felt = with_feel(context, rules, "halftime")

    assert [(s.piece, s.onset, s.density) for s in felt] == [(s.piece, s.onset, s.density) for s in rules]
    assert any(stroke.late_ms for stroke in felt)
    assert with_feel(replace(context, steer=Steer(learned=False)), rules, "halftime") == rules
