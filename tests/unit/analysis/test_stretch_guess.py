from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from adaptive.analysis.stretch_guess import stretch_of_file, stretch_of_layers, stretch_of_preset
from tests.helpers.presets import make_preset

RATE = 44100


def write_drums(path: Path) -> Path:
    random = np.random.default_rng(1)
    beat = random.normal(0, 0.2, 11025) * np.exp(-np.arange(11025) / 600)
    soundfile.write(path, np.tile(beat, 16), RATE)
    return path


def test_a_file_is_heard_and_one_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    drums = write_drums(tmp_path / "drums.wav")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    found = stretch_of_layers({"drums": drums, "broken": broken})

    assert stretch_of_file(broken) is None
    assert list(found) == ["drums"]
    assert found["drums"].kind == "slices"
    assert "decays by" in found["drums"].reason


def test_each_stem_layer_of_a_preset_is_heard(tmp_path: Path) -> None:
    write_drums(tmp_path / "drums.wav")
    body = (
        '[layers.calm]\nstem = "calm.wav"\n[layers.drums]\nstem = { road = "drums.wav" }\n'
        '[layers.bass]\ngenerator = "bass"\n'
        '[sections.road]\nlayers = ["calm", "drums", "bass"]\nlength_bars = 4\n'
    )
    found = stretch_of_preset(make_preset(tmp_path, body, stems={"calm": 220.0}))

    assert {layer: kind.kind for layer, kind in found.items()} == {"calm": "tones", "drums": "slices"}
