from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.session.playable import require_playable
from tests.helpers.presets import STEM_LAYERS, make_preset


def test_a_key_of_a_stinger_that_is_none_is_shown_cut_short(tmp_path: Path) -> None:
    body = STEM_LAYERS + '[sections.calm]\nlayers = ["calm"]\n[stingers.hit]\nstem = { "%s" = "blow.wav" }\n'
    preset = make_preset(tmp_path, body % ("A major " * 500))

    with pytest.raises(PresetError) as caught:
        require_playable(preset)

    (fault,) = caught.value.faults
    assert fault.startswith('preset.toml:12 stingers.hit.stem."A major A major')
    assert len(fault) < 300
