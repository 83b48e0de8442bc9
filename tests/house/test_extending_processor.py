"""The processor on the page for programmers works as printed."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.spec import BusSpec, InsertSpec
from adaptive.kernel import units
from adaptive.kernel.compile import build
from adaptive.kernel.compile.jit import FLAGS, UNIT
from adaptive.kernel.processors.registry import PROCESSORS
from tests.helpers import audit, signals
from tests.helpers.rendering import LEAD, add, engine_of, left_of
from tests.unit.kernel.processors import test_registry as contract

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
NAME = "adaptive.kernel.processors.crush"

CONTRACT: dict[Callable[..., None], list[dict[str, int]]] = {
    contract.test_a_descriptor_is_complete_and_its_ranges_hold_its_defaults: [{}],
    contract.test_the_samples_do_not_depend_on_the_size_of_blocks: [{"block": 64}, {"block": 100}],
    contract.test_silence_stays_silence_and_is_not_processed: [{}],
    contract.test_it_comes_to_rest_after_its_sound_and_then_sounds_as_before: [{}],
    contract.test_invalid_samples_leave_nothing_behind: [{}],
    contract.test_an_insert_does_not_depend_on_its_neighbours: [{}],
    contract.test_every_parameter_steps_over_its_range_without_a_click: [{}],
    contract.test_bypass_leaves_the_signal_and_fades: [{}],
    contract.test_hertz_and_seconds_are_the_same_at_every_rate: [{"rate": 8000}, {"rate": 96000}],
}
"""What every kind of the registry has to keep, and the page promises of its own."""


@pytest.mark.ci
def test_the_processor_of_the_page_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    samples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "crush.py"
    file.write_text(next(sample for sample in samples if "CRUSH = Processor(" in sample), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(NAME, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, NAME, module)
    spec.loader.exec_module(module)
    build.addresses(build.unit_names(()))  # what is loaded is not looked for: `crush` has no cache file
    monkeypatch.setitem(PROCESSORS, "crush", module.CRUSH)
    monkeypatch.setitem(units.UNITS, "crush", (module.unit, UNIT))
    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    made = numba.cfunc(UNIT, nopython=True, cache=False, **flags)(module.unit)
    monkeypatch.setitem(build._loaded, "crush", made.address)
    sound = signals.noise(4800, np.random.default_rng(1), 0.5)
    engine = engine_of(buses=(BusSpec("a", inserts=(InsertSpec("crush", "it", {"bits": 4.0}),)),))
    audio = left_of(engine, 4800, [c.start_clip(LEAD, 0, add(engine, sound), 0)])

    for test, cases in CONTRACT.items():
        for case in cases:
            test(kind="crush", **case)
    np.testing.assert_allclose(audio, np.floor(sound * 8.0 + 0.5) / 8.0, rtol=1e-6)
    assert audit.faults(made.inspect_llvm()) == []
