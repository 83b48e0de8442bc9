"""Steps of the mixer under a low sine, within a quantum: no click, and the same bits in all blocks."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.spec import BusSpec, InsertSpec, MappingSpec
from adaptive.kernel import layout as k
from tests.helpers import measure, signals
from tests.helpers.rendering import add, digest, engine_of

STEP, FRAMES = 24_037, 38_400
BELL = {"low_mid_db": 18.0, "low_mid_q": 8.0, "low_mid_hz": 200.0}


def place(name: str) -> MappingSpec:
    """A parameter of the insert."""
    return MappingSpec(0, k.MAP_INSERT, 0, (), insert="it", name=name)


STEPS = {
    "a level": (None, MappingSpec(0, k.MAP_GAIN_DB, 0, ()), 1.0, 0.001),
    "a bell": (InsertSpec("eq", "it", BELL), place("low_mid_hz"), 200.0, 8000.0),
    "a reverb": (InsertSpec("modulated_reverb", "it", {"mix": 0.0}), place("mix"), 0.0, 1.0),
}


def stepped(name: str, block: int) -> np.ndarray:
    """A sine at 100 Hz and -6 dBFS, and a step to the end of a range, as a message asks for it."""
    insert, where, before, after = STEPS[name]
    engine = engine_of(buses=(BusSpec("a", inserts=() if insert is None else (insert,)),), clips=8)
    held = c.hold_cell(STEP, engine.cell(where), after, 960, own=before, is_ratio=before > 1.0)
    engine.post([c.start_clip(engine.frame, 0, add(engine, signals.sine(100.0, FRAMES, 0.5)), 0), held])
    return np.concatenate([engine.pull(block)[:, 0] for _ in range(FRAMES // block)])


@pytest.mark.parametrize("name", STEPS)
def test_a_step_makes_no_click_and_the_same_bits_in_all_blocks(name: str) -> None:
    audio = stepped(name, 64)
    windows = [audio[at : at + 2400] * np.hanning(2400) for at in range(9600, FRAMES - 2400, 1200)]

    assert max(measure.band_db(window, 2000.0, 24000.0) for window in windows) < -60.0
    assert digest(stepped(name, 100)) == digest(audio)
    # the step was heard, within 50 ms
    late, early = audio[STEP + 2500 : STEP + 7300], audio[STEP - 4800 : STEP]
    assert np.abs(np.std(late) / np.std(early) - 1.0) > 0.02
