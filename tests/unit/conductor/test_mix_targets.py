from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.mix_targets import mix_targets
from adaptive.kernel import layout as k
from tests.helpers.presets import make_preset, two_sections

BODY = """
[parameters.heat]
[layers.pad]
generator = "pad"
level_db = -6.0
inserts = [{ kind = "delay", id = "echo", feedback = { over = "heat", points = [[0, 0], [1, 0.5]] } }]
sends = { far = -9.0 }
[layers.ghost]
generator = "pad"
level_db = -80.0
[buses.far]
[stingers.hit]
stem = "calm.wav"
level_db = -3.0
[sections.one]
layers = ["pad"]
length_bars = 4
"""


def test_every_number_of_the_mixer_is_a_target_by_its_key_path(tmp_path: Path) -> None:
    targets = mix_targets(make_preset(tmp_path, BODY))
    pad = [path.removeprefix("layers.pad.") for path in targets if path.startswith("layers.pad.")]

    assert pad[:3] == ["level_db", "pan", "cutoff_hz"]
    assert pad[-2:] == ["sends.reverb", "sends.far"]
    assert "inserts.echo.feedback" in pad
    assert "inserts.echo.longest_s" not in pad
    assert {"buses.far.level_db", "stingers.hit.level_db", "reverb.decay_s", "master.level_db"} <= set(
        targets
    )


def test_a_layer_that_a_number_silences_has_no_level_to_hold(tmp_path: Path) -> None:
    targets = mix_targets(make_preset(tmp_path, BODY))

    assert "layers.ghost.level_db" not in targets
    assert "layers.ghost.pan" in targets


def test_a_target_knows_its_range_its_cell_and_what_the_preset_says(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    targets, layout = mix_targets(preset), lay_out(preset)
    level, send = targets["layers.pad.level_db"], targets["layers.pad.sends.far"]
    feedback = targets["layers.pad.inserts.echo.feedback"]

    assert (level.own, level.in_cell(-12.0)) == (1.0, pytest.approx(10.0 ** (-6.0 / 20.0)))
    assert level.in_cell(-80.0) == 0.0
    assert (feedback.low, feedback.high, feedback.has_curve) == (0.0, 0.95, True)
    place = send.place(layout)
    assert (place.kind, place.bus, place.send) == (k.MAP_SEND_DB, layout.layers["pad"].bus, 1)


def test_the_master_has_a_cutoff_where_the_preset_has_one(tmp_path: Path) -> None:
    plain = mix_targets(two_sections(tmp_path / "a"))
    filtered = mix_targets(two_sections(tmp_path / "b", more="[master]\ncutoff_hz = 20000.0\n"))

    assert "master.cutoff_hz" not in plain
    assert filtered["master.cutoff_hz"].own == 20000.0
