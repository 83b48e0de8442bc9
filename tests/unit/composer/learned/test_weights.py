from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from adaptive.composer.learned import weights


def test_the_package_has_weights_and_a_card_that_credits_their_data() -> None:
    card = weights.FILE.with_suffix(".md").read_text(encoding="utf-8")

    assert weights.loaded().networks is not None
    assert weights.FILE.stat().st_size < 500_000
    assert "Groove MIDI Dataset" in card
    assert "Attribution 4.0" in card


def test_the_card_is_that_of_the_file() -> None:
    card = weights.FILE.with_suffix(".md").read_text(encoding="utf-8")

    assert hashlib.sha256(weights.FILE.read_bytes()).hexdigest() in card


@pytest.mark.parametrize("damage", ["missing", "cut", "empty", "text", "flipped"])
def test_damaged_weights_give_one_sentence(damage: str, tmp_path: Path) -> None:
    file, whole = tmp_path / "drums.npz", weights.FILE.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
    contents = {"cut": whole[:middle], "empty": b"", "text": b"not weights", "flipped": flipped}
    if damage != "missing":
        file.write_bytes(contents[damage])
    found = weights.read(file)

    assert found.networks is None
    assert found.sentence.endswith(": drums and their timing are made by rules")
    assert "\n" not in found.sentence


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    with np.load(weights.FILE) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    changed["feel_0"] = changed["feel_0"][:-1]
    np.savez(tmp_path / "drums.npz", **changed)

    assert "another version" in weights.read(tmp_path / "drums.npz").sentence
