"""Generators that are late, fail or throw dice: the music goes on, and its recording repeats it exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.composer.bar_source import Answer, BarRequest, StepSource
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.registry import BUILT_IN, GeneratorSpec, unregister
from adaptive.composer.worker.source import BarWorkers
from adaptive.conductor.layers.layer_bars import LATE
from adaptive.conductor.messages import SetState
from adaptive.inputs.trace import read_trace
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, MASTER_LOOK_AHEAD
from adaptive.preset.model import Preset
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import Performance
from adaptive.session.recorder import Recorder
from tests.helpers import generators
from tests.helpers.presets import HEAD, RATE, make_preset, play

BODY = """
[layers.lead]
generator = "mine"
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["lead", "bass"]
length_bars = 4
chords = ["C", "F", "G", "Am"]
[sections.fight]
layers = ["lead"]
length_bars = 2
"""
HEAD_120 = HEAD.replace("240", "120")
STEPS = 14 * RATE // CONTROL_STEP_FRAMES
TURN = 1490
"""Control step in which the music goes to the other section: after 7.95 s."""

Line = dict[str, Any]


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    unregister("mine")


class Delayed:
    """A source whose bars come some frames after they were needed, in the music's own time; None: never."""

    is_immediate = False

    def __init__(self, spec: GeneratorSpec, delays: dict[tuple[str, int], int | None]) -> None:
        self._inner, self._delays = StepSource(spec), delays
        self._needed: dict[object, int] = {}

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Do nothing: the test says when a bar comes."""

    def take(self, request: BarRequest, *, may_wait: bool = False) -> Answer | None:
        delay = self._delays.get((request.context.section, request.context.bar), 0)
        needed = self._needed.setdefault(request.key, request.frame)
        if delay is None or (request.frame < needed + delay and not may_wait):
            return None
        return self._inner.take(request)


def use(monkeypatch: pytest.MonkeyPatch, delays: dict[tuple[str, int], int | None]) -> None:
    """Let generators that are not quick have these delays."""

    def source_of(_self: BarWorkers, spec: GeneratorSpec, _layer: str) -> object:
        return StepSource(spec) if spec.is_quick else Delayed(spec, delays)

    monkeypatch.setattr(BarWorkers, "source_of", source_of)


def record(
    preset: Preset, folder: Path, monkeypatch: pytest.MonkeyPatch, delays: dict[tuple[str, int], int | None]
) -> tuple[np.ndarray, list[Line]]:
    """Play live with these delays, and record it."""

    use(monkeypatch, delays)
    performance = Performance(preset, 3)
    performance.go_live()
    lines: list[Line] = []
    recorder = Recorder(folder, {"seed": 3, "quantum": 64, "sample_rate": RATE}, {}, RATE)
    performance.log.listeners += [lines.append, recorder.take_line]
    performance.begin()
    blocks = []
    for step in range(STEPS):
        blocks.append(performance.engine.pull(CONTROL_STEP_FRAMES))
        performance.engine.drain_replies()
        messages = [SetState("section", "fight")] if step == TURN else []
        recorder.take_step(step, messages)
        performance.step(messages)
    recorder.close(STEPS * CONTROL_STEP_FRAMES / RATE)
    return np.concatenate(blocks), lines


def repeat(preset: Preset, folder: Path) -> tuple[np.ndarray, list[Line]]:
    """Render a recording."""
    trace = read_trace(folder / "trace.jsonl", preset, RATE)
    lines: list[Line] = []
    job = RenderJob(preset, 3, trace.seconds, trace, "cut")
    renderer = Renderer(job, write_log=lambda line: lines.append(json.loads(line)))
    audio = np.concatenate(list(renderer.control_steps()))
    renderer.performance.close()
    return audio, lines


def bars(lines: list[Line]) -> list[tuple[str, int, str]]:
    return [(line["section"], line["bar"], line["reason"]) for line in lines if line["kind"] == "bar"]


def require_same(live: tuple[np.ndarray, list[Line]], again: tuple[np.ndarray, list[Line]]) -> None:
    shift = MASTER_LOOK_AHEAD
    assert json.loads(json.dumps(live[1])) == again[1]
    assert np.array_equal(live[0][shift:], again[0][: len(live[0]) - shift])
    assert np.abs(live[0]).max() > 0.01


def test_late_bars_are_continued_and_a_render_of_the_recording_repeats_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generators.add("mine", generators.counts, is_deterministic=True)
    preset = make_preset(tmp_path / "preset", BODY, HEAD_120)
    delays = {("calm", 3): 20_000, ("calm", 2): None, ("fight", 0): None, ("fight", 2): 9_000_000}
    live = record(preset, tmp_path / "run", monkeypatch, delays)
    use(monkeypatch, {})
    again = repeat(preset, tmp_path / "run")

    assert bars(live[1]) == [
        ("calm", 2, LATE), ("calm", 3, ""), ("fight", 0, LATE), ("fight", 2, LATE),
    ]  # fmt: skip
    require_same(live, again)
    # the layer is heard in every bar, although three of them never came
    beats = {
        line["frame"] // (2 * RATE) for line in live[1] if line["kind"] == "note" and line["layer"] == "lead"
    }
    assert len(beats) >= 6


def test_a_recording_keeps_the_notes_of_a_generator_that_throws_dice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generators.add("mine", generators.dice)
    preset = make_preset(tmp_path / "preset", BODY, HEAD_120)
    live = record(preset, tmp_path / "run", monkeypatch, {("calm", 2): 5000, ("fight", 1): None})

    def refuse(_context: BarContext) -> WrittenBar:
        raise AssertionError("it is not asked again")

    generators.add("mine", refuse)
    use(monkeypatch, {})
    again = repeat(preset, tmp_path / "run")

    require_same(live, again)
    assert bars(live[1])[:2] == [("calm", 0, ""), ("calm", 1, "")]
    assert ("fight", 1, LATE) in bars(live[1])


def test_a_generator_that_fails_costs_its_own_layer_a_bar(tmp_path: Path) -> None:
    generators.add("mine", generators.raises, is_deterministic=True)
    preset = make_preset(tmp_path / "preset", BODY, HEAD_120)
    played = play(preset, 10)
    played.performance.close()
    generators.add("mine", generators.counts, is_deterministic=True)
    good = play(make_preset(tmp_path / "preset", BODY, HEAD_120), 10)
    good.performance.close()

    assert [(line["layer"], line["bar"]) for line in played.lines("bar")] == [("lead", 2)]
    assert "mine raised ValueError: no idea (generators.py, line" in played.lines("bar")[0]["reason"]
    assert np.array_equal(played.bus("bass"), good.bus("bass"))
    assert len(played.lines("note", layer="lead")) == len(good.lines("note", layer="lead"))
    assert played.lines("health") == []


def test_a_built_in_generator_that_raises_costs_a_bar_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(context: BarContext) -> WrittenBar:
        if context.bar == 1:
            raise ZeroDivisionError
        return WrittenBar((generators.note(onset=Fraction(1)),))

    spec = GeneratorSpec("mine", broken, ("plain",), "pad_warm", is_quick=True, is_deterministic=True)
    monkeypatch.setitem(BUILT_IN, "mine", spec)  # type: ignore[arg-type]
    played = play(make_preset(tmp_path / "preset", BODY, HEAD_120), 8)

    assert bars(played.log)[0][:2] == ("calm", 1)
    assert bars(played.log)[0][2].startswith("mine raised ZeroDivisionError")
    assert len(played.lines("note", layer="lead")) == 4


def test_offline_nothing_is_late(tmp_path: Path) -> None:
    generators.add("mine", generators.slow, is_deterministic=True)
    preset = make_preset(tmp_path / "preset", BODY, HEAD_120)
    first, second = play(preset, 4), play(preset, 4)
    for played in (first, second):
        played.performance.close()

    assert first.lines("bar") == []
    assert first.log == second.log
    assert np.array_equal(first.master, second.master)
