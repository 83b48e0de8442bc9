from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.names import NamedStem
from adaptive.analysis.tempo_names import name_by_tempo


@pytest.mark.parametrize(
    ("section", "files", "expected"),
    [
        (
            "main",
            (["theme_slow_drums", "theme_slow_bass"], ["theme_fast_drums", "theme_fast_bass"]),
            [
                [("slow", "theme_drums"), ("slow", "theme_bass")],
                [("fast", "theme_drums"), ("fast", "theme_bass")],
            ],
        ),
        ("main", (["drums"], ["drums_fast"]), [[("bpm_100", "drums")], [("fast", "drums")]]),
        ("battle", (["drums"], ["drums_fast"]), [[("battle_bpm_100", "drums")], [("battle_fast", "drums")]]),
        ("main", (["alpha"], ["beta"]), [[("alpha", "music")], [("beta", "music")]]),
        ("main", (["theme 100bpm"], ["theme 120bpm"]), [[("bpm_100", "theme")], [("bpm_120", "theme")]]),
    ],
)
def test_sections_are_called_after_their_own_words_or_their_tempo(
    section: str, files: tuple[list[str], list[str]], expected: list[list[tuple[str, str]]]
) -> None:
    groups = [[NamedStem(Path(f"{name}.wav"), section, "x") for name in names] for names in files]

    found = name_by_tempo(groups, [100.0, 120.0])

    assert [[(stem.section, stem.layer) for stem in stems] for stems in found] == expected
