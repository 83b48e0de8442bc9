from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.mix_proposal import HELD, MixChange
from adaptive.errors import InputError
from adaptive.preset.load import load
from adaptive.session import mixing
from adaptive.session.mixing import Mixed, merged_changes, mix_preset, with_changes
from adaptive.session.performance import vocabulary
from tests.helpers.mixes import HEAD, write_mix


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "HEARD_S", 6.0)


def mixed(folder: Path) -> Mixed:
    return mix_preset(load(folder, vocabulary=vocabulary()), None, 0.7)


def test_a_bad_mix_gets_better_and_the_next_run_proposes_nothing(tmp_path: Path) -> None:
    folder = write_mix(tmp_path, {"bass": "level_db = 12.0", "pad": "level_db = -3.0 # far"})
    found = mixed(folder)
    (folder / "preset.toml").write_text(found.text, encoding="utf-8")
    again = mixed(folder)

    assert found.after["distance"] < 0.1 * found.before["distance"]
    assert -20.0 <= found.after["lufs"] <= -16.0
    assert "bass" in {one.layer for one in found.changes}
    assert "# far" in found.text
    assert found.text.count("# of noise") == 4
    assert again.changes == []
    assert again.text == found.text


def test_a_good_mix_is_left_alone(tmp_path: Path) -> None:
    found = mixed(write_mix(tmp_path))

    assert found.changes == []
    assert found.text == found.before_text
    assert found.left == ()


def test_silence_is_one_sentence(tmp_path: Path) -> None:
    quiet = dict.fromkeys(("bass", "lead", "drums", "pad"), "level_db = -80.0")
    with pytest.raises(InputError, match="nothing sounds"):
        mixed(write_mix(tmp_path, quiet))


def test_changes_of_several_rounds_become_one_with_the_first_reason() -> None:
    made = [
        MixChange("a", "level", {"level_db": 3.0}, "first"),
        MixChange("a", "level", {"level_db": -1.0}, "second"),
        MixChange("a", "tone", {"low_db": -2.0}, "x"),
        MixChange("a", "tone", {"low_db": 2.0}, "y"),
        MixChange("b", HELD, {"threshold_db": -20.0}, "z"),
    ]  # fmt: skip
    merged = merged_changes(made)

    assert [(one.layer, one.kind, dict(one.settings), one.reason) for one in merged] == [
        ("a", "level", {"level_db": 2.0}, "first"), ("b", HELD, {"threshold_db": -20.0}, "z"),
    ]  # fmt: skip


def test_a_table_that_cannot_be_added_to_is_one_sentence() -> None:
    text = HEAD + 'layers.a.stem = "x.wav"\n'
    with pytest.raises(InputError, match=r"write it as \[layers.a\]"):
        with_changes(text, [MixChange("a", "level", {"level_db": 1.0}, "")])
