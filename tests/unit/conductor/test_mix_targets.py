from __future__ import annotations

from pathlib import Path

from adaptive.conductor.mix_targets import mix_targets
from tests.helpers.presets import two_sections


def test_every_layer_is_a_target_except_one_that_a_number_silences(tmp_path: Path) -> None:
    more = '[layers.ghost]\nstem = "both.wav"\nlevel_db = -80.0\n'
    preset = two_sections(tmp_path, more=more)

    assert list(mix_targets(preset)) == ["layers.calm.level_db", "layers.fight.level_db"]
