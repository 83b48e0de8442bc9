"""Cases of loops and places as they were handed in; the other files test the same with their own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary

pytestmark = pytest.mark.foreign_data

PASS = 96000
"""Frames of a pass of each loop: two seconds."""


def case(name: str) -> Path:
    return Path(os.environ["ADAPTIVE_TEST_DATA"]).parent / "cases" / name


def tone_and_rest(audio: np.ndarray) -> tuple[float, np.ndarray]:
    """Largest step of the tone that audio of a whole pass consists of, and what is no part of the tone."""
    bins = np.fft.rfft(audio)
    strongest = int(np.argmax(np.abs(bins)))
    tone = np.zeros_like(bins)
    tone[strongest] = bins[strongest]
    made = np.fft.irfft(tone, len(audio))
    return float(np.abs(np.diff(made)).max()), audio - made


@pytest.mark.parametrize(
    ("name", "rest_db"),
    [
        ("loop_one_frame_long", -60.0),
        ("loop_one_frame_short", -60.0),
        ("loop_rate_44100", -60.0),
        ("loop_rate_96000", -60.0),
        ("join_without_lead_in", None),  # its ends do not meet: the step decays over 5 ms
    ],
)
def test_a_loop_does_not_click(name: str, rest_db: float | None) -> None:
    job = RenderJob(load(case(name), vocabulary=vocabulary()), 0, 5.0, None, "cut")
    heard = np.concatenate(list(Renderer(job).control_steps()))[:, 0].astype(np.float64)
    heard = heard[np.flatnonzero(np.abs(heard) > 1e-3)[0] :]  # the master is late by its look-ahead
    around = heard[PASS // 2 : PASS // 2 + PASS]  # the seam lies in its middle
    step, rest = tone_and_rest(around)
    if rest_db is None:
        # no whole number of cycles; what decays over 5 ms moves by at most pi / 2 of its height in 5 ms
        step = float(np.abs(np.diff(around[: PASS // 4])).max())
        step += 2.0 * float(np.abs(around).max()) * np.pi / 2.0 / 240

    assert np.abs(np.diff(around)).max() < 1.05 * step
    if rest_db is not None:
        assert 20.0 * np.log10(np.abs(rest).max()) < rest_db


@pytest.mark.parametrize(("forget_at", "place"), [(None, "6.1.0"), (8.0, "1.1.0")])
def test_a_fight_goes_on_or_begins_anew_as_the_game_says(
    tmp_path: Path, forget_at: float | None, place: str
) -> None:
    folder = case("last_position_reset")
    lines = [json.loads(line) for line in (folder / "trace.jsonl").read_text(encoding="utf-8").splitlines()]
    if forget_at is not None:
        lines.append({"t": forget_at, "message": {"forget": "boss"}})
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(map(json.dumps, sorted(lines, key=lambda line: line["t"]))), encoding="utf-8")
    preset = load(folder, vocabulary=vocabulary())
    trace = read_trace(path, preset, 48000)
    told: list[str] = []
    for _ in Renderer(
        RenderJob(preset, 0, trace.seconds, trace, "cut"), write_log=told.append
    ).control_steps():
        pass
    arrived = [
        line for line in map(json.loads, told) if line["kind"] == "layer" and line.get("section") == "boss"
    ]

    assert arrived[-1]["section_position"] == place
