"""A wall clock that is put right while OSC comes (`cases/devices.md`, 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.inputs.message import Checker
from adaptive.inputs.osc import NTP_EPOCH_S, OscReader, OscServer
from tests.helpers.presets import two_sections

TRUE_S = 1_812_000_000.0


def test_a_time_tag_counts_as_now_until_the_clock_is_right_and_is_kept_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset, told = two_sections(tmp_path / "small"), list[str]()
    server = OscServer(OscReader(preset, Checker(preset)), lambda *_: None, told.append)
    tag = round((TRUE_S + 0.2 + NTP_EPOCH_S) * 2**32)
    delays = []
    for off_by_s in (-13 * 86400.0, 0.0):
        monkeypatch.setattr("adaptive.inputs.osc.time.time", lambda off=off_by_s: TRUE_S + off)
        delays.append(server._delay(tag, "console"))

    assert delays == [0.0, pytest.approx(0.2, abs=1e-5)]
    assert told == ["OSC from console: sends time tags more than a second off; they count as now"]
