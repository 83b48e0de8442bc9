from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.mix_targets import mix_targets
from adaptive.engine.cells import cell_of, curve_value, settle_cell
from adaptive.engine.engine import Engine
from adaptive.errors import InputError
from adaptive.preset.instrument_controls import controlled, instrument_curves
from adaptive.preset.mix_paths import is_level, mix_paths
from tests.helpers.presets import make_preset

BODY = """
[parameters.heat]
[instruments.warm]
kind = "subtractive"
unison = 3
cutoff_hz = { over = "heat", points = [[0, 300], [1, 4000]] }
[layers.pad]
generator = "pad"
instrument = "warm"
[layers.lead]
generator = "melody"
instrument = { kind = "subtractive", resonance = 0.4, filter = "notch" }
[sections.one]
layers = ["pad", "lead"]
length_bars = 4
"""


def test_curves_and_messages_reach_the_parameters_of_an_instrument(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    layout, targets = lay_out(preset), mix_targets(preset)
    (mapping,) = layout.spec.mappings
    engine = Engine(layout.spec)
    target = targets["layers.lead.instrument.resonance"]
    cell = cell_of(engine.memory, target.place(layout))
    settle_cell(engine.memory, target.place(layout), 0.7)
    record = engine.memory.instruments.record(layout.layers["lead"].instrument or 0)

    assert [name for _, name, _ in controlled(preset.file)] == ["pad", "lead"]
    assert [at for at, _ in instrument_curves(preset.file)] == [("instruments", "warm", "cutoff_hz")]
    assert (mapping.name, mapping.instrument) == ("cutoff_hz", layout.layers["pad"].instrument)
    assert curve_value(mapping, engine.memory["parameters"]) == 300.0
    assert (target.low, target.high, target.own, target.has_curve) == (0.0, 0.98, 0.4, False)
    assert mix_paths(preset.file)["layers.pad.instrument.cutoff_hz"] == (20.0, 20000.0)
    assert not is_level("layers.pad.instrument.level_db")
    assert record["wanted"].__array_interface__["data"][0] <= cell
    assert np.float32(0.7) in record["wanted"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('over = "heat"', 'over = "heet"', "`heat`"),
        ("[1, 4000]", "[1, 40000]", "between 20 and 20000"),
        ('"notch"', '"nitch"', "notch"),
        ("resonance = 0.4", "resonanz = 0.4", "`resonance`"),
    ],
)
def test_faults_of_curves_and_names_are_told(tmp_path: Path, before: str, after: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        make_preset(tmp_path, BODY.replace(before, after))
