from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.mix_targets import mix_targets
from adaptive.preset.load import load
from adaptive.preset.mix_paths import is_level, mix_paths
from adaptive.session.performance import vocabulary
from tests.helpers.presets import two_sections

PRESETS = Path(__file__).parents[3] / "presets"

BUSES = """
[buses.far]
inserts = [{ kind = "eq", id = "tone" }]
sends = { reverb = -6.0 }
[master]
cutoff_hz = 12000.0
inserts = [{ kind = "limiter" }]
[stingers.hit]
stem = "calm.wav"
sends = { far = -3.0 }
"""


@pytest.mark.parametrize("name", ["nightfall", "lanterns", "stride", None])
def test_paths_and_ranges_are_those_that_messages_can_hold(name: str | None, tmp_path: Path) -> None:
    preset = (
        two_sections(tmp_path, more=BUSES) if name is None else load(PRESETS / name, vocabulary=vocabulary())
    )
    targets = mix_targets(preset)
    # the cutoff of the master needs a bus, which a snapshot brings
    found = {path: limits for path, limits in mix_paths(preset.file).items() if path in targets}

    assert found == {path: (target.low, target.high) for path, target in targets.items()}
    assert set(mix_paths(preset.file)) - set(found) <= {"master.cutoff_hz"}
    assert {path for path in found if is_level(path)} == {path for path in targets if targets[path].is_level}
