from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.errors import PresetError
from adaptive.preset.model import Preset
from adaptive.session.playable import require_playable
from tests.helpers.presets import STEM_LAYERS, make_preset, play
from tests.helpers.soundfont_file import sine, soundfont


def test_a_key_of_a_stinger_that_is_none_is_shown_cut_short(tmp_path: Path) -> None:
    body = STEM_LAYERS + '[sections.calm]\nlayers = ["calm"]\n[stingers.hit]\nstem = { "%s" = "blow.wav" }\n'
    preset = make_preset(tmp_path, body % ("A major " * 500))

    with pytest.raises(PresetError) as caught:
        require_playable(preset)

    (fault,) = caught.value.faults
    assert fault.startswith('preset.toml:12 stingers.hit.stem."A major A major')
    assert len(fault) < 300


FONT = """
[layers.beat]
generator = "drums"
instrument = {{ soundfont = "small.sf2", program = 0, bank = {bank} }}
[layers.tune]
generator = "melody"
instrument = "own"
[instruments.own]
soundfont = "{file}"
program = "Sine"
[sections.calm]
layers = ["beat", "tune"]
length_bars = 2
"""


def with_font(folder: Path, bank: int = 128, file: str = "small.sf2") -> Preset:
    preset = make_preset(folder, FONT.format(bank=bank, file=file), stems={})
    zones = [{"loops": 1, "sample": 0}]
    soundfont(
        folder / "small.sf2", [(sine(), 48000, 60, 480, 528)], [("Sine", 0, 0, zones), ("Kit", 128, 0, zones)]
    )
    return preset


def test_programs_of_a_soundfont_play_melodies_and_drums(tmp_path: Path) -> None:
    played = play(require_playable(with_font(tmp_path)), 2.0)

    assert float(np.abs(played.bus("beat")).max()) > 0.01
    assert float(np.abs(played.bus("tune")).max()) > 0.01


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"bank": 0}, "layers.beat.instrument: `drums` needs a drum kit"),
        ({"file": "lost.sf2"}, "instruments.own: there is no SoundFont `lost.sf2`"),
        ({"file": "preset.toml"}, "instruments.own: `preset.toml` is not a SoundFont"),
    ],
)
def test_a_soundfont_that_cannot_play_a_layer_is_told(
    tmp_path: Path, keys: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PresetError) as caught:
        require_playable(with_font(tmp_path, **keys))

    assert any(sentence in fault for fault in caught.value.faults)
