"""Twelve channels of a sound card: what each plays is what the render has on it."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from adaptive.session.place import output_plan
from adaptive.site.load import load_site
from tests.helpers.heard import frames_apart, jack_recording
from tests.helpers.playing import playing
from tests.helpers.presets import RATE
from tests.helpers.servers import Jack, running
from tests.render.test_space import FOLLOWS, placed

pytestmark = [pytest.mark.device, pytest.mark.ci]

CHANNELS, SECONDS = 12, 4.0


def site_of_twelve(path: Path) -> Path:
    """A ring of eleven speakers, clockwise from the front, and a sub."""
    text = f"channels = {CHANNELS}\nmax_level_db = -6.0\n"
    for number in range(CHANNELS - 1):
        turn = 2.0 * np.pi * number / (CHANNELS - 1)
        at = f"[{2.0 * np.sin(turn):.4f}, {2.0 * np.cos(turn):.4f}, 0.0]"
        text += f"[[speakers]]\nchannel = {number + 1}\nat_m = {at}\ntrim_db = -1.5\ndelay_ms = 1.0\n"
    path.write_text(text + f'[[speakers]]\nchannel = {CHANNELS}\nkind = "sub"\n')
    return path


def walk(path: Path) -> Path:
    """A trace that leads a sound once round, from the front."""
    times = np.arange(0.2, SECONDS - 0.5, 0.02)
    angles = (360.0 * times / (SECONDS - 0.5) + 180.0) % 360.0 - 180.0
    lines = [
        json.dumps({"t": round(float(at), 3), "heading": round(float(angle), 2)})
        for at, angle in zip(times, angles, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_sound_is_walked_round_twelve_channels(tmp_path: Path) -> None:
    heading = "[parameters.heading]\nrange = [-180.0, 180.0]\ncircular = true\ndefault = 0.0\n"
    folder = placed(tmp_path / "small", FOLLOWS, heading).folder
    site, trace = site_of_twelve(tmp_path / "hall.toml"), walk(tmp_path / "walk.jsonl")
    run = tmp_path / "run"
    arguments = ("--sink", "portaudio", "--site", str(site), "--trace", str(trace), "--record", str(run))
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(Jack(f"space{os.getpid()}", tmp_path / "jack.log", CHANNELS)))
        capture = stack.enter_context(jack_recording(tmp_path, server.environment, CHANNELS))
        more = ("--seconds", str(SECONDS), "--seed", "4")
        with playing(tmp_path, folder, *arguments, *more, environment=server.environment) as engine:
            assert engine.process.wait(60.0) == 0
        heard = capture.audio()
    preset = load(folder, vocabulary=vocabulary())
    plan = output_plan(load_site(site))
    sent = read_trace(run / "trace.jsonl", preset, RATE)
    job = RenderJob(
        preset, 4, sent.seconds, sent, "cut", RATE, CHANNELS, rig=plan.rig, ceiling_db=plan.ceiling_db
    )
    expected = np.concatenate(list(Renderer(job).control_steps()))[: round((SECONDS - 0.1) * RATE)]
    apart = frames_apart(heard, expected, 1e-6, 128)

    assert heard.shape[1] == CHANNELS
    assert (np.abs(expected).max(axis=0) > 0.01).all()
    assert apart.size == 0, f"{apart.size} frames differ, the first at {apart[0] / RATE:.3f} s"
