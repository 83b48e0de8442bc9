from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.instruments.soundfont import MODULATOR_ROW
from adaptive.instruments.soundfont_modulators import amounts_of, generator_offset, modulators_of
from adaptive.kernel.sources.sampler_record import (
    BEND,
    BEND_RANGE,
    DESTINATIONS,
    FIRST_LINK,
    OFFSETS,
    PRESSURE,
    VELOCITY,
)
from adaptive.kernel.sources.sampler_regions import DEFAULT_MODULATORS, LOUDNESS, Modulator
from adaptive.music.generator_parameters import GENERATORS

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


def test_a_modulator_that_others_move_comes_after_them() -> None:
    """0 and 1 move 2, which moves 3, which moves the cutoff; 4 and 5 move each other."""
    made = modulators_of(
        amounts(
            (0x0081, 0x8002, 64, 0, 0), (0x0001 | 0x80, 0x8002, 63, 0x0002, 0), (0x007F, 0x8003, 127, 0, 0),
            (0x027F, 8, -2400, 0, 0), (0x007F, 0x8005, 9, 0, 0), (0x007F, 0x8004, 9, 0, 0),
        ),
        {},
    )  # fmt: skip
    own = [one for one in made if one.destination.startswith("link") or one.source.control >= FIRST_LINK]

    assert [(one.source.control, one.destination, round(one.amount, 6)) for one in own] == [
        (1, "link_0", round(64 / 127, 6)), (1, "link_0", round(63 / 127, 6)),
        (FIRST_LINK, "link_1", 1.0), (FIRST_LINK + 1, "cutoff", -24.0),
    ]  # fmt: skip
    assert own[3].source.is_bipolar
    assert own[1].amount_source.control == VELOCITY
    assert len(made) == len(own) + len(DEFAULT_MODULATORS)


def test_a_generator_that_midi_moves_has_a_destination_and_a_unit() -> None:
    moved = {name: generator_offset(GENERATORS + number, 600.0) for name, number in (
        ("cutoff", 8), ("fine", 52), ("coarse", 51), ("attenuation", 48), ("loop", 2), ("keys", 43),
    )}  # fmt: skip

    assert moved["cutoff"] == (OFFSETS + DESTINATIONS.index("cutoff"), 6.0)
    assert moved["fine"] == (OFFSETS + DESTINATIONS.index("pitch"), 6.0)
    assert moved["coarse"] == (OFFSETS + len(DESTINATIONS) + DESTINATIONS.index("pitch"), 600.0)
    assert moved["attenuation"] == (
        OFFSETS + DESTINATIONS.index("attenuation"), pytest.approx(60.0 / 6.0206, abs=1e-4),
    )  # fmt: skip
    assert moved["loop"] is moved["keys"] is None
