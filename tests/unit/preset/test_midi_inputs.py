from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.load import load
from tests.unit.preset.preset_files import faults_of, write

HEAD = """\
schema    = 1
name      = "Keys"
tempo_bpm = 120
[parameters.threat]
[layers.pad]
generator = "pad"
[layers.tape]
stem = "stems/tape.wav"
[sections.road]
layers = ["pad", "tape"]
[stingers.hit]
stem = "stems/hit.wav"
"""


def preset_with(folder: Path, table: str) -> Path:
    return write(folder, f"{HEAD}\n[[inputs]]\n{table}\n", "stems/hit.wav", "stems/tape.wav")


@pytest.mark.parametrize(
    "table",
    [
        'midi = "cc 1"\nparameter = "threat"\npickup = true\nchannel = 16\nport = "nano"',
        'midi = "cc 1"\nparameter = "threat"\nrelative = "binary_offset"\ndetents = 40',
        'midi = "notes"\nlayer = "pad"',
        'midi = "notes"\nevent = "hit"',
        'midi = "notes"\nchord = true',
        'midi = "notes"\nlayer = "pad"\nchord = true',
        'midi = "clock"\ntempo = true\ntransport = true',
        'midi = "bend"\nparameter = "threat"\ninput_range = [0, 8191]\nignore = [1]',
    ],
)
def test_what_fits_together_is_no_fault(tmp_path: Path, table: str) -> None:
    load(preset_with(tmp_path, table))


@pytest.mark.parametrize(
    ("table", "key", "sentence"),
    [
        ('parameter = "threat"', "inputs[1]", "must have either `osc` or `midi`, got neither"),
        ('osc = "/a"\nmidi = "cc 1"\nparameter = "threat"', "inputs[1]", "got both"),
        ('osc = "/a"\nparameter = "threat"\npickup = true', "pickup", "goes with `midi`, not with `osc`"),
        ('midi = "cc 200"\nparameter = "threat"', "midi", "needs a number from 0 to 127"),
        ('midi = "cc 1"\nparameter = "threat"\nargument = 2', "argument", "goes with `osc`"),
        ('midi = "cc 1"\nlayer = "pad"', "inputs[1]", "must have exactly one of"),
        ('midi = "cc 1"\nparameter = "threat"\nlayer = "pad"', "layer", 'goes with `midi = "notes"`'),
        ('midi = "notes"\nlayer = "tape"', "layer", "there is no generated layer named `tape`"),
        ('midi = "notes"\nparameter = "threat"', "inputs[1]", "must have exactly one of"),
        ('midi = "cc 1"\nparameter = "threat"\nchord = true', "chord", 'goes with `midi = "notes"`'),
        ('midi = "clock"', "inputs[1]", "a clock needs `tempo = true`"),
        ('midi = "clock"\ntempo = true\nparameter = "threat"', "parameter", "does not go with a clock"),
        ('midi = "cc 1"\nparameter = "threat"\ntempo = true', "tempo", 'goes with `midi = "clock"`'),
        ('midi = "cc 1"\nparameter = "threat"\ndetents = 4', "detents", "goes with `relative`"),
        (
            'midi = "bend"\nparameter = "threat"\nrelative = "binary_offset"', "relative",
            "goes with a controller such as `cc 1`",
        ),
        (
            'midi = "cc 1"\nparameter = "threat"\nrelative = "binary_offset"\ninput_range = [0, 1]',
            "input_range", "does not go with `relative`",
        ),
        (
            'midi = "cc 1"\nparameter = "threat"\nrelative = "binary_offset"\npickup = true', "pickup",
            "does not go with `relative`",
        ),
        ('midi = "cc 1"\nevent = "hit"\npickup = true', "pickup", "goes with `parameter`"),
    ],
)  # fmt: skip
def test_what_cannot_act_together_is_a_fault(tmp_path: Path, table: str, key: str, sentence: str) -> None:
    found = faults_of(preset_with(tmp_path, table))
    assert any(key in one and sentence in one for one in found), found
