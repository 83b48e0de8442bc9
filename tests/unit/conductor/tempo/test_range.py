from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.tempo.range import range_of, tempo_in
from tests.helpers.presets import Player, make_preset

BODY = """
[layers.calm]
stem = "calm.wav"
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["bass"]
length_bars = 4
"""


def test_recordings_have_a_range_and_notes_have_none(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    segments = Player(preset).performance.conductor.assets.segments
    found = range_of(preset, segments["calm"])

    assert found is not None
    assert (found.low_bpm, found.high_bpm) == (120.0, 480.0)
    assert range_of(preset, segments["fight"]) is None
    assert range_of(preset, None) is None


@pytest.mark.parametrize(
    ("section", "wanted", "played"),
    [
        ("calm", None, 240.0), ("calm", 200.0, 200.0), ("calm", 20.0, 120.0), ("calm", 500.0, 480.0),
        ("calm", 240.001, 240.0), ("fight", 20.0, 20.0), ("fight", None, 240.0), ("", 90.0, 90.0),
        ("", None, 240.0),
    ],
)  # fmt: skip
def test_a_tempo_is_brought_into_the_range_of_its_section(
    tmp_path: Path, section: str, wanted: float | None, played: float
) -> None:
    preset = make_preset(tmp_path, BODY)
    segments = Player(preset).performance.conductor.assets.segments

    assert tempo_in(preset, segments.get(section), wanted) == played
