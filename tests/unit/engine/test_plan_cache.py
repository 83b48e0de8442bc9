from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.engine import plan_cache
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.plan_cache import stretch_plan_of

RATE = 48000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(plan_cache, "cache_folder", lambda: tmp_path)
    return tmp_path / plan_cache.FOLDER


def sound(seed: int = 1) -> Sound:
    random = np.random.default_rng(seed)
    beat = random.normal(0, 0.2, 12000) * np.exp(-np.arange(12000) / 600)
    audio = np.tile(beat, 8).astype(np.float32)
    return Sound(audio, audio, 0, audio.size)


def test_a_plan_is_found_once_and_read_after_that(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, kind = stretch_plan_of(Bank(), sound())
    monkeypatch.setattr(plan_cache, "plan_sound", None)
    again, same = stretch_plan_of(Bank(), sound())

    assert len(plan.onsets) == 8
    assert np.array_equal(plan.onsets, again.onsets)
    assert np.array_equal(plan.masks, again.masks)
    assert kind == same
    assert len(list(folder.iterdir())) == 1


def test_a_bank_remembers_a_plan_until_it_forgets_the_sound(folder: Path) -> None:
    bank, one = Bank(), sound()

    assert stretch_plan_of(bank, one)[0] is stretch_plan_of(bank, one)[0]


def test_other_samples_have_another_plan(folder: Path) -> None:
    stretch_plan_of(Bank(), sound(1))
    stretch_plan_of(Bank(), sound(2))

    assert len(list(folder.iterdir())) == 2


def test_a_damaged_file_is_written_again(folder: Path) -> None:
    stretch_plan_of(Bank(), sound())
    path = next(folder.iterdir())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    plan, _ = stretch_plan_of(Bank(), sound())

    assert len(plan.onsets) == 8
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    monkeypatch.setattr(plan_cache, "cache_folder", lambda: blocked)

    assert len(stretch_plan_of(Bank(), sound())[0].onsets) == 8


def test_the_oldest_files_are_deleted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_cache, "MOST_FILES", 2)
    for seed in range(4):
        stretch_plan_of(Bank(), sound(seed))

    assert len(list(folder.iterdir())) == 2
