from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.transpose import semitones_of
from tests.helpers.presets import HEAD, make_preset

BODY = """
[layers.calm]
stem = "calm.wav"
transpose = {transpose}
[sections.calm]
layers = ["calm"]
key = "{key}"
"""


@pytest.mark.parametrize(
    ("transpose", "key", "semitones"),
    [
        ("3", "A minor", 3.0), ("-4.5", "C major", -4.5), ('"key"', "A minor", 0.0),
        ('"key"', "C minor", 3.0),
        ('"key"', "E minor", -5.0), ('"key"', "Eb minor", 6.0), ('"key"', "G# minor", -1.0),
    ],
)  # fmt: skip
def test_a_layer_is_transposed_by_semitones_or_to_the_key(
    tmp_path: Path, transpose: str, key: str, semitones: float
) -> None:
    body = BODY.replace("{transpose}", transpose).replace("{key}", key)
    preset = make_preset(tmp_path, body, 'key = "A minor"\n' + HEAD)

    assert semitones_of(preset, "calm", "calm") == semitones
    assert semitones_of(preset, "bridge:x", "calm") == 0.0
