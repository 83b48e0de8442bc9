from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.layout.master import fixed_level_db, needs_master_bus
from adaptive.conductor.layout.row_allocator import NoSpareRowsError
from adaptive.errors import PresetError
from adaptive.preset.check import check
from adaptive.preset.model import Preset
from tests.helpers.measure import click
from tests.helpers.presets import GAIN, HEAD, RATE, Player, make_preset

BODY = """
[parameters.depth]
[layers.low]
stem = "calm.wav"
[layers.high]
stem = "shrill.wav"
[sections.calm]
layers = ["low", "high"]
"""
STEMS = {"calm": 220.0, "shrill": 6000.0}
CURVE = '{ over = "depth", points = [[0.0, %s], [1.0, %s]] }'


def with_master(folder: Path, master: str = "", head: str = HEAD) -> Preset:
    return make_preset(folder, f"{BODY}\n[master]\n{master}\n", head, STEMS)


def levels(preset: Preset, depth: float = 0.0) -> tuple[float, float]:
    """Levels of the low and the high sine in the mix, relative to their files, in decibels."""
    audio = Player(preset, beginning=Beginning({"depth": depth})).play(2 * RATE).master[RATE : 2 * RATE, 0]
    spectrum = np.abs(np.fft.rfft(audio)) * 2 / len(audio)
    low, high = (20.0 * np.log10(max(1e-9, spectrum[round(hz)]) / GAIN) for hz in STEMS.values())
    return float(low), float(high)


def test_a_number_is_another_way_to_say_the_level_of_the_preset_to_the_byte(tmp_path: Path) -> None:
    one = Player(with_master(tmp_path / "a", "level_db = -6.0")).play(RATE).master
    other = Player(with_master(tmp_path / "b", head=HEAD + "level_db = -6.0\n")).play(RATE).master

    assert np.array_equal(one, other)
    assert levels(with_master(tmp_path / "c", "level_db = -6.0"))[0] == pytest.approx(-6.0, abs=0.05)


def test_a_preset_without_a_cutoff_or_a_curve_has_no_bus_for_it(tmp_path: Path) -> None:
    plain = with_master(tmp_path / "a", "level_db = -6.0")
    with_bus = with_master(tmp_path / "b", "cutoff_hz = 1000.0")

    assert not needs_master_bus(plain.file)
    assert lay_out(plain).buses.master is None
    assert lay_out(with_bus).buses.master == len(lay_out(with_bus).spec.buses) - 1
    assert all(bus.output is None for bus in lay_out(plain).spec.buses)


def test_a_cutoff_filters_the_whole_mix_and_only_what_lies_above_it(tmp_path: Path) -> None:
    low, high = levels(with_master(tmp_path, "cutoff_hz = 1500.0\nlevel_db = -6.0"))

    assert low == pytest.approx(-6.0, abs=0.1)
    assert high == pytest.approx(-6.0 - 24.1, abs=1.5)  # two poles, two octaves


def test_curves_follow_their_parameter(tmp_path: Path) -> None:
    curves = f"cutoff_hz = {CURVE % (20000.0, 1500.0)}\nlevel_db = {CURVE % (0.0, -12.0)}"
    preset = with_master(tmp_path, curves)

    assert levels(preset, 0.0) == pytest.approx((0.0, 0.0), abs=0.05)
    low, high = levels(preset, 1.0)
    assert low == pytest.approx(-12.0, abs=0.1)
    assert high < -34.0
    assert check(preset) == []


def test_a_move_of_the_curve_makes_no_click(tmp_path: Path) -> None:
    body = BODY.replace('"low", "high"', '"low"').replace(
        "[parameters.depth]", "[parameters.depth]\nrise_s = 0.2"
    )
    master = f"[master]\nlevel_db = {CURVE % (0.0, -40.0)}\ncutoff_hz = {CURVE % (20000.0, 300.0)}\n"
    player = Player(make_preset(tmp_path, f"{body}\n{master}", HEAD, STEMS))
    player.play(RATE)
    player.performance.engine.set_parameter(player.performance.layout.parameters["depth"], 1.0)
    played = player.play(2 * RATE)

    assert click(played.master[:, 0], 220.0) < 10 ** (-50 / 20)
    assert np.abs(played.master[-RATE // 2 :]).max() < 0.01


def test_edits_move_the_master_and_ask_for_another_engine_if_it_has_no_bus(tmp_path: Path) -> None:
    player = Player(with_master(tmp_path, "cutoff_hz = 1500.0"))
    player.play(RATE // 2)
    player.performance.edit(with_master(tmp_path, "level_db = -20.0"))
    played = player.play(4 * RATE)
    tail = played.master[3 * RATE :, 0]
    plain = Player(with_master(tmp_path / "plain"))

    assert np.abs(tail).max() == pytest.approx(2 * GAIN * 0.1, rel=0.05)
    with pytest.raises(NoSpareRowsError, match="the master got a curve, a cutoff or an insert"):
        plain.performance.edit(with_master(tmp_path / "plain", "cutoff_hz = 1500.0"))


@pytest.mark.parametrize(
    ("master", "head", "expected"),
    [
        ("level_db = 1.0", HEAD + "level_db = 0.0\n", "level_db: says the same as `master.level_db`"),
        ("level_db = 99.0", HEAD, "master.level_db: `level_db` must be between -200 and 24, got 99"),
        ("cutoff_hz = 1.0", HEAD, "master.cutoff_hz: `cutoff_hz` must be between 20 and 20000, got 1"),
        ('level_db = { over = "dept", points = [[0, 0]] }', HEAD, "did you mean `depth`?"),
        ("inserts = 1", HEAD, "master.inserts: must be a list, got 1"),
    ],
)
def test_a_master_that_cannot_be_is_a_fault(tmp_path: Path, master: str, head: str, expected: str) -> None:
    with pytest.raises(PresetError) as caught:
        with_master(tmp_path, master, head)

    assert expected in str(caught.value)


def test_the_fixed_level_is_that_of_the_one_or_the_other(tmp_path: Path) -> None:
    files = [with_master(tmp_path, "", HEAD + "level_db = -2.0\n"), with_master(tmp_path, "level_db = -3.0")]
    files.append(with_master(tmp_path, f"level_db = {CURVE % (0.0, -3.0)}"))

    assert [fixed_level_db(preset.file) for preset in files] == [-2.0, -3.0, 0.0]
