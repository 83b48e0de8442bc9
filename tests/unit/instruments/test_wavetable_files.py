from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.errors import InputError
from adaptive.instruments.kinds import instrument_spec
from adaptive.instruments.wave_chunks import chunk_of
from adaptive.kernel.sources.descriptor import FileSpec
from adaptive.kernel.sources.wave_bank import WaveBank
from adaptive.preset.instrument_tables import SOURCE_TABLES


def table_of(**keys: object) -> object:
    return SOURCE_TABLES["wavetable"](**keys)


def bank_of(folder: Path, **keys: object) -> WaveBank:
    spec = instrument_spec(table_of(file="waves.wav", **keys), 0, folder)
    assert isinstance(spec, FileSpec)
    assert isinstance(spec.material, WaveBank)
    return spec.material


def written(folder: Path, samples: np.ndarray, chunk: bytes = b"") -> Path:
    path = folder / "waves.wav"
    soundfile.write(path, samples.astype(np.float32), 44100, subtype="FLOAT")
    if chunk:
        content = path.read_bytes() + chunk
        path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])
    return path


def saws(cycles: int, frame: int) -> np.ndarray:
    return np.tile(np.linspace(-0.5, 0.5, frame, endpoint=False), cycles)


@pytest.mark.parametrize(
    ("chunk", "keys", "cycles"),
    [
        (b"", {}, 4),
        (b"", {"frame_size": 1024}, 8),
        (b"clm \x14\x00\x00\x00<!>512  10000000 wav", {}, 16),
        (b"srge\x08\x00\x00\x00\x01\x00\x00\x00\x00\x01\x00\x00", {}, 32),
        (b"srge\x08\x00\x00\x00\x01\x00\x00\x00\x00\x01\x00\x00", {"frame_size": 4096}, 2),
        (b"clm \x0a\x00\x00\x00<!>999999 ", {}, 4),
    ],
)
def test_the_length_of_a_cycle_is_the_presets_or_the_files(
    tmp_path: Path, chunk: bytes, keys: dict[str, object], cycles: int
) -> None:
    written(tmp_path, saws(4, 2048), chunk)

    assert bank_of(tmp_path, **keys).cycles == cycles


def test_a_file_that_is_shorter_than_a_cycle_is_one_cycle(tmp_path: Path) -> None:
    written(tmp_path, saws(1, 600))

    assert bank_of(tmp_path).cycles == 2  # twice the same


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        (np.zeros(4096), "is silent"),
        (np.ones(1), "holds 1 samples"),
        (np.full(4096, 0.2), None),  # a cycle without a wave is silence, not a fault of the file
        (saws(300, 2048), "holds 300 cycles of 2,048 samples; a wavetable has at most 256"),
    ],
)
def test_a_file_without_a_wavetable_is_told_in_a_sentence(
    tmp_path: Path, samples: np.ndarray, told: str | None
) -> None:
    written(tmp_path, samples)
    if told is None:
        assert np.abs(bank_of(tmp_path).data).max() < 1e-3
        return
    with pytest.raises(InputError, match=told) as error:
        bank_of(tmp_path)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no wavetable `waves\.wav`"):
        bank_of(tmp_path)
    (tmp_path / "waves.wav").write_bytes(b"RIFF\x00\x00")
    with pytest.raises(InputError, match="cannot be decoded"):
        bank_of(tmp_path)
    with pytest.raises(InputError, match="`frame_size` must be at least 16"):
        bank_of(tmp_path, frame_size=3)


def test_a_chunk_is_found_behind_others_and_lies_about_its_size_in_vain(tmp_path: Path) -> None:
    path = written(tmp_path, saws(1, 64), b"odd \x01\x00\x00\x00x\x00last\xff\xff\xff\xffabc")

    assert chunk_of(path, b"last", 64) == b"abc"
    assert chunk_of(path, b"none", 64) == b""
