from __future__ import annotations

import numpy as np

from adaptive.engine.arrays import address
from adaptive.engine.instruments import Instruments
from adaptive.kernel.sources.synth_settings import SynthSpec


def of(*specs: SynthSpec) -> tuple[np.ndarray, Instruments]:
    table = np.zeros(4, np.int64)
    instruments = Instruments(table, 48000)
    for row, spec in enumerate(specs):
        instruments.begin(row, spec)
    return table, instruments


def test_the_table_and_the_steps_have_the_addresses_of_the_records() -> None:
    table, instruments = of(SynthSpec(0), SynthSpec(1, voices=40))

    assert instruments.units() == [("synth", int(table[0])), ("synth", int(table[1]))]
    assert int(instruments.record(1)["voices"]) == address(instruments.voices(1))
    assert int(instruments.record(1)["group_count"]) == 3


def test_a_row_with_a_new_owner_gets_memory_of_its_own_size() -> None:
    table, instruments = of(SynthSpec(0))
    before = int(table[0])
    instruments.begin(0, SynthSpec(2, voices=100))

    assert int(table[0]) != before
    assert instruments.on_bus(2) == [0]
    assert instruments.on_bus(0) == []


def test_a_change_of_settings_leaves_record_and_running_state() -> None:
    table, instruments = of(SynthSpec(0))
    before, instruments.record(0)["sounding"] = int(table[0]), 1
    instruments.set(0, SynthSpec(0, cutoff_hz=440.0))

    assert int(table[0]) == before
    assert not instruments.is_at_rest(0)
    assert round(float(instruments.record(0)["cutoff_pitch"])) == 69
