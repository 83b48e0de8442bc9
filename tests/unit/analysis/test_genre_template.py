from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.genre_template import tempo_and_key
from adaptive.analysis.proposal import genre_preset
from adaptive.composer.genres.registry import GENRES
from adaptive.errors import InputError
from adaptive.preset.load import load
from tests.unit.analysis.made_presets import findings


@pytest.mark.parametrize("name", GENRES)
def test_a_preset_of_a_genre_has_no_finding(name: str, tmp_path: Path) -> None:
    genre_preset(tmp_path / "new", name, "tender")

    preset = load(tmp_path / "new")
    assert (findings(preset), preset.stems) == ([], {})
    assert {layer.style for layer in preset.file.layers.values()} == {name}
    assert list(preset.file.sections) == ["calm", "full"]


def test_a_mood_sets_mode_and_tempo_within_the_genre() -> None:
    assert tempo_and_key(GENRES["jazz"], "sad") == (124.0, "F minor")
    assert tempo_and_key(GENRES["jazz"]) == (132.0, "F major")
    assert tempo_and_key(GENRES["drum_and_bass"], "energetic")[0] == 178.0


def test_unknown_genres_and_moods_are_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the nearest is jazz"):
        genre_preset(tmp_path / "a", "jaz")
    with pytest.raises(InputError, match="the nearest is tender"):
        genre_preset(tmp_path / "b", "jazz", "tendr")
