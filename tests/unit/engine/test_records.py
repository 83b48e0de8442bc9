from __future__ import annotations

import math

import numpy as np
import pytest

from adaptive.engine.records import (
    OPEN_HZ,
    clear_buses,
    fill_bus,
    fill_new_parameter,
    fill_parameter,
    fill_program,
    reset_bus,
    settle_bus,
    smoothing_share,
)
from adaptive.engine.spec import BusSpec, ParameterSpec
from adaptive.kernel import layout as k
from adaptive.kernel.bus_record import BUS_GROUP

RATE = 48000


def groups() -> np.ndarray:
    made = np.zeros(2, BUS_GROUP)
    clear_buses(made)
    return made


def test_a_smoothing_share_leaves_what_it_should_after_its_time() -> None:
    share = smoothing_share(0.5, 64, 48000)

    assert share ** (0.5 * 48000 / 64) == pytest.approx(0.01, rel=1e-9)
    assert smoothing_share(0.0, 64, 48000) == 0.0
    assert smoothing_share(0.3, 64, 48000, left=math.exp(-1)) == pytest.approx(
        math.exp(-64 / 14400), rel=1e-9
    )


def test_a_bus_fills_its_own_column_only() -> None:
    made, untouched = groups(), groups()
    fill_bus(made, 9, BusSpec("a", gain=0.5, pan=0.25, sends=(12,), send_gains=(0.125,)))
    other = [column for column in range(k.PAIRS) if column != 1]

    assert (made[1]["gain_to"][1], made[1]["pan_to"][1]) == (0.5, 0.25)
    assert made[1]["gain_to"][other].tolist() == untouched[1]["gain_to"][other].tolist()
    assert made[0].tobytes() == untouched[0].tobytes()


def test_a_bus_that_is_reset_has_no_ramp_control_or_send() -> None:
    made = groups()
    fill_bus(made, 2, BusSpec("a", gain=0.5, sends=(12,), cutoff_hz=500.0))
    made[0]["gain_frames"][2], made[0]["control_gain"][2] = 4800, 0.25
    reset_bus(made, 2)

    assert [made[0][name][2] for name in ("gain_to", "gain_frames", "control_gain")] == [1.0, 0, 1.0]
    assert made[0]["cutoff_to"][2] == OPEN_HZ
    assert made[0]["first_send"][2] == -1


def test_a_settled_bus_is_where_its_curves_want_it() -> None:
    made = groups()
    settle_bus(made, 3, {k.MAP_GAIN_DB: -10.0})

    assert made[0]["control_gain_now"][3] == pytest.approx(10.0 ** (-10.0 / 20.0))
    assert made[0]["control_pan_now"][4] == 0.0
    assert (
        made[0]["line_value"][6] == pytest.approx(made[0]["line_value"][7]) == pytest.approx(0.3162, abs=1e-4)
    )


def test_a_linear_parameter_crosses_its_range_in_its_time() -> None:
    rows = np.zeros(1, k.PARAMETER)
    fill_new_parameter(rows[0], ParameterSpec("a", 0.0, 10.0, 3.0, rise_s=2.0, is_linear=True), 0, RATE)

    assert rows["rise"][0] * 2.0 * RATE / k.QUANTUM == pytest.approx(10.0)
    assert (rows["value"][0], rows["program"][0]) == (3.0, -1)


def test_new_settings_leave_the_value_and_the_target_of_a_parameter() -> None:
    rows = np.zeros(1, k.PARAMETER)
    fill_new_parameter(rows[0], ParameterSpec("a", default=0.5), 0, RATE)
    rows["target"], rows["value"] = 0.75, 0.625
    fill_parameter(rows[0], ParameterSpec("a", default=0.25, stale_after_s=1.0, fallback=0.0), RATE)

    assert [rows[name][0] for name in ("target", "value", "default", "stale_frames")] == [
        0.75,
        0.625,
        0.25,
        RATE,
    ]
    assert rows["fallback"][0] == 1


def test_programs_are_written_step_by_step() -> None:
    programs = np.zeros(1, k.PROGRAM)
    fill_program(programs[0], ParameterSpec("a", program=((1, 2.0), (3, 0.5))))

    assert programs[0]["length"] == 2
    assert programs[0]["operand"][:2].tolist() == [2.0, 0.5]
