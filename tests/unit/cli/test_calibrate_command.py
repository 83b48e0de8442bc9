from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from adaptive.cli import app, calibrate_command
from adaptive.errors import InputError
from adaptive.preset.check import check
from adaptive.preset.load import load


def test_the_clicks_are_a_preset_without_faults(tmp_path: Path) -> None:
    calibrate_command.write_clicks(tmp_path)
    preset = load(tmp_path)

    assert [one.text for one in check(preset) if one.severity == "fault"] == []
    assert list(preset.file.stingers) == ["click"]


def test_every_line_is_a_tap_with_its_time() -> None:
    taps: list[float] = []
    calibrate_command.collect_taps(["\n", "\n"], taps.append)

    assert len(taps) == 2
    assert taps[0] <= taps[1]


def test_the_latency_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks = [2.5 * k for k in range(20)]
    monkeypatch.setattr(calibrate_command, "_hear", lambda *_: (clicks, [click + 0.213 for click in clicks]))

    result = CliRunner().invoke(app, ["calibrate"])

    assert result.exit_code == 0
    assert "output_latency_ms = 213" in result.output


def test_taps_that_scatter_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks = [2.5 * k for k in range(20)]
    taps = [click + 0.7 * (k % 2) for k, click in enumerate(clicks)]
    monkeypatch.setattr(calibrate_command, "_hear", lambda *_: (clicks, taps))

    with pytest.raises(InputError, match="the taps scatter by"):
        CliRunner().invoke(app, ["calibrate"], catch_exceptions=False)
