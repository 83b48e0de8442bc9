from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.instruments.soundfont import MODULATOR_ROW
from adaptive.instruments.soundfont_modulators import amounts_of, modulators_of
from adaptive.kernel.sources.sampler_record import BEND, BEND_RANGE, PRESSURE, VELOCITY
from adaptive.kernel.sources.sampler_regions import DEFAULT_MODULATORS, LOUDNESS, Modulator

VELOCITY_TO_LEVEL = (0x0502, 48, 960, 0, 0)


def amounts(*rows: tuple[int, ...]) -> Any:
    return amounts_of(np.array(list(rows), MODULATOR_ROW))


def by_destination(modulators: tuple[Modulator, ...]) -> dict[str, Modulator]:
    return {one.destination: one for one in modulators}


def test_without_modulators_a_zone_has_the_default_ones() -> None:
    made = modulators_of({}, {})

    assert {one.source.control for one in made} == {VELOCITY, 7, 11, 10, 1, PRESSURE, BEND}
    assert {(m.source, m.destination, m.amount_source) for m in made} == {
        (m.source, m.destination, m.amount_source) for m in DEFAULT_MODULATORS
    }
    assert sum(one.amount for one in made) == pytest.approx(sum(one.amount for one in DEFAULT_MODULATORS))
    assert by_destination(made)["pitch"].amount_source.control == BEND_RANGE


def test_those_of_an_instrument_replace_and_those_of_a_program_add() -> None:
    softer = amounts((0x0502, 48, 480, 0, 0))
    more = amounts((0x0502, 48, 240, 0, 0), (0x0081, 8, -1200, 0, 2))
    made = modulators_of(softer, more)
    level = next(one for one in made if one.source.control == VELOCITY)
    wheel = next(one for one in made if one.destination == "cutoff")

    assert level.amount == pytest.approx(LOUDNESS * 0.75)
    assert (wheel.amount, wheel.is_absolute, wheel.source.control) == (-12.0, True, 1)


def test_an_amount_of_nothing_takes_a_default_one_away() -> None:
    made = modulators_of(amounts((0x0502, 48, 0, 0, 0), (0x020E, 52, 0, 0x0010, 0)), {})

    assert all(one.source.control not in {VELOCITY, BEND} for one in made)


@pytest.mark.parametrize(
    "row",
    [
        (0x0000, 48, 960, 0, 0), (0x007F, 48, 960, 0, 0), (0x0080 | 32, 48, 1, 0, 0), (0x0502, 90, 9, 0, 0),
        (0x0502, 15, 9, 0, 0), (0x1002, 48, 9, 0, 0), (0x0502, 48, 9, 0x0085 | 0x7F, 0), (0x0502, 8, 9, 0, 1),
    ],
)  # fmt: skip
def test_what_is_not_allowed_or_not_heard_is_left_out(row: tuple[int, ...]) -> None:
    assert len(modulators_of(amounts(row), {})) == len(modulators_of({}, {}))
