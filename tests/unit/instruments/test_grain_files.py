from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.errors import InputError
from adaptive.instruments.kinds import instrument_spec
from adaptive.kernel.sources.descriptor import FileSpec
from adaptive.kernel.sources.grain_sound import GrainSound
from adaptive.preset.instrument_tables import SOURCE_TABLES


def sound_of(folder: Path, **keys: object) -> GrainSound:
    spec = instrument_spec(SOURCE_TABLES["granular"](file="sound.wav", **keys), 0, folder)
    assert isinstance(spec, FileSpec)
    assert isinstance(spec.material, GrainSound)
    return spec.material


def test_a_file_is_read_with_its_rate_and_key(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "sound.wav", 0.01 * rng.standard_normal((8000, 2)), 32000)
    sound = sound_of(tmp_path)

    assert (sound.sample_rate, sound.root) == (32000.0, 60.0)
    assert sound.frames[0] == 7999
    assert sound.gain == pytest.approx(18.0, rel=0.1)
    assert sound_of(tmp_path, root_key=48.0).root == 48.0


@pytest.mark.parametrize(
    ("samples", "rate", "told"),
    [
        (np.zeros(48000), 48000, "sound.wav is silent; grains need a sound"),
        (np.ones(1), 48000, "sound.wav lasts 0.0 ms; grains need 20 or more"),
        (np.zeros(3600 * 100), 100, "sound.wav lasts 3,600 s; grains are cut from at most 120 s"),
    ],
)
def test_a_file_without_grains_is_told_in_a_sentence(
    tmp_path: Path, samples: np.ndarray, rate: int, told: str
) -> None:
    soundfile.write(tmp_path / "sound.wav", samples, rate)
    with pytest.raises(InputError, match=told):
        sound_of(tmp_path)


def test_a_missing_file_and_a_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no audio file `sound\.wav`"):
        sound_of(tmp_path)
    (tmp_path / "sound.wav").write_text("no sound")
    with pytest.raises(InputError, match="cannot be decoded"):
        sound_of(tmp_path)
