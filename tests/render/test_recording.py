"""Live, offline and after a stall the decisions are the same, and the samples too if nothing was late."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.messages import (
    FireEvent,
    ForgetPlace,
    Jump,
    Message,
    Restart,
    SetChord,
    SetKey,
    SetMix,
    SetMood,
    SetState,
    SetSteer,
    SetTempo,
    Transport,
)
from adaptive.engine.engine import Engine
from adaptive.inputs.message import SetParameter, Transaction
from adaptive.inputs.trace import read_trace
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.model import Preset
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.offline import Renderer, RenderJob, render_to_files
from adaptive.session.performance import Performance
from adaptive.sinks.clocked import ClockedSink
from tests.helpers.commands import run_here
from tests.helpers.presets import HEAD, RATE, Player, make_preset

BODY = """
[parameters.threat]
rise_s = 0.1
fall_s = 0.3
hysteresis = 0.1
[parameters.sensor]
stale_after_s = 0.4
fallback = 0.25
[states.place]
values = ["road", "shelter"]
[layers.calm]
stem = "calm.wav"
level_db = { over = "threat", points = [[0.0, 0.0], [1.0, -12.0]] }
[layers.fight]
stem = "fight.wav"
[layers.drums]
generator = "drums"
density = { over = "threat", points = [[0.0, 0.2], [1.0, 1.0]] }
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm", "drums"]
length_bars = 4
[sections.fight]
layers = ["fight", "drums", "bass"]
length_bars = 4
[sections.written]
layers = ["drums", "bass"]
length_bars = 4
[[select]]
section = "written"
when = "place == 'shelter'"
[[select]]
section = "fight"
when = "threat > 0.6"
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "any"
exit_at = "beat"
fade_out = { beats = 1 }
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
duck_db = -6.0
"""
EPHEMERAL = ("127.0.0.1", 0)


@pytest.fixture
def preset(tmp_path: Path) -> Preset:
    return make_preset(tmp_path / "small", BODY, HEAD.replace("240", "150"))


def steering_request(rng: np.random.Generator) -> Message:
    point = (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1)))
    choices: list[Message] = [
        SetSteer((("density", float(rng.random())),)),
        SetSteer((("energy", None if rng.random() < 0.3 else float(rng.random())),)),
        SetMood(None if rng.random() < 0.3 else point),
        SetKey(None if rng.random() < 0.3 else "C minor"),
        SetChord(None if rng.random() < 0.5 else "Fmaj7"),
    ]
    return choices[int(rng.integers(len(choices)))]


def random_request(rng: np.random.Generator) -> list[Message | SetParameter]:
    kind = rng.random()
    if kind < 0.5:
        return [SetParameter("threat", float(rng.random()))]
    if kind < 0.65:
        place = "shelter" if rng.random() < 0.5 else "road"
        return [SetState("place", place), SetParameter("threat", float(rng.random()))]
    if kind < 0.8:
        expires_s = 0.2 if rng.random() < 0.5 else None
        return [FireEvent("hit", float(rng.integers(0, 4)) / 3.0, expires_s)]
    if kind < 0.88:
        return [SetTempo(None if rng.random() < 0.3 else float(rng.uniform(100, 200)))]
    if kind < 0.9:
        return [SetParameter("sensor", float(rng.random()), seconds=float(rng.random()))]
    if kind < 0.92:
        level_db = None if rng.random() < 0.3 else float(rng.uniform(-80.0, 0.0))
        return [SetMix((("layers.calm.level_db", level_db),), float(rng.uniform(0.0, 0.1)))]
    if kind < 0.95:
        return [steering_request(rng)]
    if kind < 0.98:
        return [Transport(bool(rng.random() < 0.8), seconds=None if rng.random() < 0.5 else 0.05)]
    return [Restart(), ForgetPlace("calm"), Jump("written", int(rng.integers(1, 5)))][rng.integers(3) :][:1]


class Kept(ClockedSink):
    """A clocked sink that stores the blocks it pulls."""

    def __init__(self, engine: Engine) -> None:
        self.blocks: list[bytes] = []
        super().__init__(engine, "null", self.blocks.append)

    def audio(self) -> np.ndarray:
        return np.frombuffer(b"".join(self.blocks), "<f4").reshape(-1, 2)


def play_live(
    preset: Preset,
    folder: Path,
    seconds: float,
    disturb: Callable[[LiveSession, int], None],
    seed: int = 5,
    beginning: Beginning = AS_DECLARED,
) -> tuple[LiveSession, Kept]:
    """Play and record a session; `disturb` is called with it and a count, some hundred times a second."""
    sinks: list[Kept] = []

    def make(engine: Engine, _broadcast: object) -> Kept:
        sinks.append(Kept(engine))
        return sinks[-1]

    performance = Performance(preset, seed)
    options = LiveOptions(
        EPHEMERAL, EPHEMERAL, EPHEMERAL, seconds=seconds, record=folder, beginning=beginning
    )
    session = LiveSession(performance, options, make)

    async def run() -> None:
        task = asyncio.create_task(session.run())
        count = 0
        while not task.done():
            if performance.engine.frame > 0:
                disturb(session, count)
                count += 1
            await asyncio.sleep(0.006)
        await task

    asyncio.run(run())
    return session, sinks[0]


def render_recording(preset: Preset, folder: Path) -> tuple[list[str], np.ndarray]:
    trace = read_trace(folder / "trace.jsonl", preset, RATE)
    lines: list[str] = []
    job = RenderJob(preset, int(trace.meta["seed"]), trace.seconds, trace, "cut")
    audio = np.concatenate(list(Renderer(job, write_log=lines.append).control_steps()))
    return lines, audio


def test_a_recording_renders_to_the_same_log_line_for_line_and_the_same_samples(
    preset: Preset, tmp_path: Path
) -> None:
    rng, sent = np.random.default_rng(12), 0

    def disturb(session: LiveSession, _count: int) -> None:
        nonlocal sent
        while (
            sent < session.performance.engine.frame / RATE * 40.0
        ):  # in its time, however slow the machine is
            session.receive(Transaction(random_request(rng)))
            sent += 1

    session, sink = play_live(preset, tmp_path / "run", 3.0, disturb)
    kept = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    lines, audio = render_recording(preset, tmp_path / "run")
    live = sink.audio()[72 : 72 + len(audio)]

    assert len(kept) > 40
    assert lines == kept
    if session.performance.engine.telemetry().late_commands == 0:
        assert np.array_equal(live, audio[: len(live)])


def test_a_recording_keeps_the_state_it_began_in(preset: Preset, tmp_path: Path) -> None:
    beginning = Beginning({"threat": 0.9}, [SetState("place", "shelter"), SetTempo(120.0)])

    def disturb(session: LiveSession, count: int) -> None:
        if count == 0:  # applied in one of the first quanta: it does not belong to the beginning
            session.receive(Transaction([SetParameter("threat", 0.0)]))
        if count == 60:
            session.receive(Transaction([SetState("place", "road"), SetParameter("threat", 0.7)]))

    session, sink = play_live(preset, tmp_path / "run", 1.5, disturb, beginning=beginning)
    kept = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    lines, audio = render_recording(preset, tmp_path / "run")
    live = sink.audio()[72 : 72 + len(audio)]
    master = soundfile.read(tmp_path / "run" / "master.flac", dtype="float32")[0]
    length = min(len(master), len(audio))

    assert lines == kept
    assert '"target": "written"' in "".join(kept[:3])
    if session.performance.engine.telemetry().late_commands == 0:
        assert np.array_equal(live, audio[: len(live)])
        assert length > RATE
        np.testing.assert_allclose(master[:length], audio[:length], rtol=0.0, atol=2**-24)


@pytest.mark.ci
def test_a_second_in_which_python_is_blocked_changes_no_decision(preset: Preset, tmp_path: Path) -> None:
    import time

    blocked = []

    def disturb(session: LiveSession, count: int) -> None:
        if count == 60:
            session.receive(Transaction([SetParameter("threat", 0.9)]))
        if count == 150 and not blocked:
            blocked.append(session.performance.engine.frame)
            end = time.monotonic() + 1.0
            while time.monotonic() < end:
                sum(range(1000))

    session, sink = play_live(preset, tmp_path / "run", 3.5, disturb)
    kept = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    lines, audio = render_recording(preset, tmp_path / "run")
    live = sink.audio()[72 : 72 + len(audio)]

    assert blocked
    assert lines == kept
    assert session.performance.engine.telemetry().late_commands == 0
    assert np.array_equal(live, audio[: len(live)])


def test_control_steps_run_a_second_late_make_the_same_decisions(preset: Preset) -> None:
    script = {
        30: [SetState("place", "shelter")],
        500: [SetState("place", "road")],
        505: [FireEvent("hit", 0.7)],
    }
    prompt = Player(preset)
    prompt.play(6 * RATE, script)
    late = Player(preset)
    engine = late.performance.engine
    blocks = []
    # no steps for a second from step 200 on; music that is certain has been scheduled ahead
    while engine.frame < 6 * RATE:
        blocks.append(engine.pull(CONTROL_STEP_FRAMES))
        if 200 <= engine.frame // CONTROL_STEP_FRAMES < 200 + RATE // CONTROL_STEP_FRAMES:
            continue
        while late.performance.step(script.get(late.performance.next_control_step, ())):
            pass

    assert late.text == prompt.text
    assert engine.telemetry().late_commands == 0
    assert np.array_equal(np.concatenate(blocks), prompt.result().master)


def test_a_decision_that_comes_too_late_is_still_the_same_decision(preset: Preset) -> None:
    script = {210: [SetState("place", "shelter")], 260: [SetState("place", "road")]}
    prompt = Player(preset)
    prompt.play(4 * RATE, script)
    late = Player(preset)
    engine = late.performance.engine
    while engine.frame < 4 * RATE:
        engine.pull(CONTROL_STEP_FRAMES)
        if not 200 <= engine.frame // CONTROL_STEP_FRAMES < 390:
            while late.performance.step(script.get(late.performance.next_control_step, ())):
                pass

    assert late.text == prompt.text
    assert engine.telemetry().late_commands > 0


def adaptive(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "adaptive", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))


def adaptive_here(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run_here(["adaptive", *arguments])


def test_the_same_command_gives_the_same_bytes(preset: Preset, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    lines = [
        {"t": 0.3, "threat": 0.9},
        {"t": 1.0, "event": "hit"},
        {"t": 1.2, "state": {"place": "shelter"}},
        {"t": 3.0},
    ]
    trace.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    made = []
    for name, run in (("a", adaptive), ("b", adaptive_here)):
        out = tmp_path / name
        done = run(
            "render", preset.folder, "-o", out / "x.wav", "--trace", trace, "--log", out / "log.jsonl",
            "--stems", out / "stems", "--seed", "3",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made.append({path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*.*"))})

    assert {str(name) for name in made[0]} >= {"x.wav", "log.jsonl", "stems/drums.flac"}
    assert made[0] == made[1]


def test_a_recording_is_rendered_by_the_command_line_with_its_own_seed(
    preset: Preset, tmp_path: Path
) -> None:
    def disturb(session: LiveSession, count: int) -> None:
        if count == 40:
            session.receive(Transaction([SetParameter("threat", 0.9), FireEvent("hit", 1.0, 0.01)]))

    play_live(preset, tmp_path / "run", 1.5, disturb, seed=99)
    done = adaptive_here(
        "render", preset.folder, "-o", tmp_path / "x.flac", "--trace", tmp_path / "run" / "trace.jsonl",
        "--log", tmp_path / "log.jsonl",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "log.jsonl").read_text() == (tmp_path / "run" / "log.jsonl").read_text()
    assert soundfile.info(tmp_path / "x.flac").frames % CONTROL_STEP_FRAMES == 0


def test_a_render_has_the_length_that_was_asked_for(preset: Preset, tmp_path: Path) -> None:
    lengths = {}
    for ending in ("cut", "fade"):
        job = RenderJob(preset, 0, 4.0, None, ending)
        render_to_files(job, tmp_path / f"{ending}.wav")
        audio, _ = soundfile.read(tmp_path / f"{ending}.wav")
        lengths[ending] = len(audio)

    assert lengths == {"cut": 4 * RATE, "fade": 4 * RATE}
    assert np.abs(audio[-64:]).max() < 1e-3


def test_a_cadence_ends_on_the_bar_and_decays(preset: Preset) -> None:
    audio = np.concatenate(list(Renderer(RenderJob(preset, 0, 2.0, None, "cadence")).control_steps()))

    assert 2 * RATE < len(audio) < 22 * RATE
    assert np.abs(audio[-256:]).max() < 10 ** (-70 / 20)
    assert np.abs(audio[round(2.2 * RATE) : round(2.6 * RATE)]).max() > 0.01
