"""The cache of what sounds contain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.engine import stem_content_cache
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.stem_content_cache import stem_content_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stem_content_cache, "cache_folder", lambda: tmp_path)
    return tmp_path / stem_content_cache.FOLDER


def sound(hz: float = 220.0) -> Sound:
    audio = (0.3 * np.sin(2 * np.pi * hz * np.arange(48000) / 48000)).astype(np.float32)
    return Sound(audio, audio, 0, audio.size)


def test_a_sound_is_analysed_once_and_read_after_that(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank, one = Bank(), sound()
    first = stem_content_of(bank, one, (2, 8))
    monkeypatch.setattr(stem_content_cache, "analyse_stem", None)
    again = stem_content_of(Bank(), sound(), (2, 8))

    assert stem_content_of(bank, one, (2, 8)) is first
    assert first.pitches[:, 57].all()
    assert np.array_equal(first.pitches, again.pitches)
    assert np.array_equal(first.onsets, again.onsets)
    assert len(list(folder.iterdir())) == 1


def test_other_samples_and_other_grids_have_files_of_their_own(folder: Path) -> None:
    bank, one = Bank(), sound()
    for grid in ((2, 8), (1, 4)):
        stem_content_of(bank, one, grid)
    stem_content_of(bank, sound(330.0), (2, 8))

    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 and nothing else"])
def test_a_damaged_file_is_made_again(folder: Path, content: bytes) -> None:
    first = stem_content_of(Bank(), sound(), (2, 8))
    file = next(folder.iterdir())
    file.write_bytes(content)

    assert np.array_equal(stem_content_of(Bank(), sound(), (2, 8)).pitches, first.pitches)
    assert file.read_bytes() != content
