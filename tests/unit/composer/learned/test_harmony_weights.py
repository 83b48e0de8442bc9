from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from adaptive.composer.learned import harmony_weights as weights


def test_the_package_has_weights_and_their_card_that_credits_the_data() -> None:
    card = weights.FILE.with_suffix(".md").read_text(encoding="utf-8")

    assert weights.loaded_harmony().harmony is not None
    assert weights.FILE.stat().st_size < 60_000
    assert "JS Fake Chorales" in card
    assert "Attribution 4.0" in card
    assert hashlib.sha256(weights.FILE.read_bytes()).hexdigest() in card


@pytest.mark.parametrize("damage", ["missing", "cut", "empty", "text", "flipped"])
def test_damaged_weights_give_one_sentence(damage: str, tmp_path: Path) -> None:
    file, whole = tmp_path / "harmony.npz", weights.FILE.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
    contents = {"cut": whole[:middle], "empty": b"", "text": b"not weights", "flipped": flipped}
    if damage != "missing":
        file.write_bytes(contents[damage])
    found = weights.read(file)

    assert found.harmony is None
    assert found.sentence.endswith(": progressions are written by rules")
    assert "\n" not in found.sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chords", np.array(["1", "9:what"])),
        ("chords", np.arange(92)),
        ("is_usual", np.zeros((2, 93), bool)),
        ("is_usual", np.ones(3, bool)),
        ("harmony_0", np.zeros((4, 4), np.int16)),
        ("harmony_3", np.zeros(93, np.float32)),
    ],
)
def test_weights_that_do_not_fit_are_refused(name: str, value: np.ndarray, tmp_path: Path) -> None:
    with np.load(weights.FILE) as arrays:
        changed = {key: arrays[key] for key in arrays.files}
    np.savez(tmp_path / "harmony.npz", **(changed | {name: value}))

    assert "another version" in weights.read(tmp_path / "harmony.npz").sentence
