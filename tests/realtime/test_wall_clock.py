"""Jumps of the wall clock do not affect the music."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adaptive.inputs.osc_codec import OscMessage, encode_bundle
from tests.helpers.playing import playing
from tests.helpers.presets import RATE, two_sections

OFF_S = 1.0
"""What a beat may be heard late on a busy machine (0.11 s at a load of 12 on two cores); a jump is a day."""


@pytest.mark.ci
def test_the_music_does_not_care_when_the_wall_clock_jumps(tmp_path: Path) -> None:
    preset = two_sections(tmp_path / "small").folder
    with playing(tmp_path, preset, "--sink", "null", module=("tests.helpers.jumping",)) as engine:
        client = engine.client()
        client.send({"subscribe": ["beat", "section"]})
        beats = [(client.until("beat")["beat"]["frame"] / RATE, time.monotonic()) for _ in range(8)]
        now = int((time.time() + 2_208_988_800) * 2**32)  # noqa: TID251  # a time tag is wall time
        engine.datagram(encode_bundle([OscMessage("/adaptive/state/fight", ())], now))
        client.until("section", seconds=5.0)
        client.close()
        code, said = engine.end(), engine.said()
    off = [at - heard for heard, at in beats]

    assert max(off) - min(off) < OFF_S
    assert code == 0
    assert not any("Traceback" in line for line in said)
