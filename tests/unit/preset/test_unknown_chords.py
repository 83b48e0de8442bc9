from __future__ import annotations

from pathlib import Path

from adaptive.preset.unknown_chords import check_chords
from tests.helpers.presets import make_preset

BODY = """
[layers.bass]
generator = "bass"
[layers.beat]
generator = "drums"
[layers.calm]
stem = "calm.wav"
[sections.one]
layers = ["bass", "calm"]
length_bars = 4
[sections.two]
layers = ["bass", "calm"]
length_bars = 4
chords = ["Am"]
[sections.three]
layers = ["beat", "calm"]
length_bars = 4
[sections.four]
layers = ["bass"]
length_bars = 4
"""


def test_a_pitched_generator_beside_recordings_needs_chords(tmp_path: Path) -> None:
    found = list(check_chords(make_preset(tmp_path, BODY)))

    assert [finding.at for finding in found] == ["sections.one.layers[1]"]
    assert "`bass` does not know what the recordings of `one` play" in found[0].text
    assert found[0].severity == "warning"
