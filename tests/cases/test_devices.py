"""Numbers, releases and faults as devices send them, from the packet or the trace to what plays."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from tests.helpers.playing import Client, RunningEngine, playing, until

STRAP = """
schema = 1
name = "case"
tempo_bpm = 120
[states.place]
values = ["plain", "cave", "boss"]
[parameters.pulse_bpm]
range = [40.0, 200.0]
default = 70.0
rise_s = 0.5
fall_s = 0.5
stale_after_s = 3.0
fallback = "hold"
ignore = [0, 255]
[parameters.foot]
range = [60.0, 240.0]
[parameters.touch]
ignore = [0]
[[inputs]]
osc = "/strap/bpm"
parameter = "pulse_bpm"
[[inputs]]
osc = "/foot/rpm"
parameter = "foot"
input_range = [30, 120]
output_range = [60, 240]
ignore = { below = 20 }
[layers.a]
generator = "pad"
[layers.b]
generator = "drums"
[sections.rest]
layers = ["a"]
length_bars = 4
[sections.run]
layers = ["a", "b"]
length_bars = 4
[[select]]
section = "run"
when = "pulse_bpm > 120"
[[select]]
section = "rest"
"""


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    folder = tmp_path_factory.mktemp("strap")
    (folder / "preset.toml").write_text(STRAP, encoding="utf-8")
    return load(folder, vocabulary=vocabulary())


@pytest.fixture(scope="module")
def engine(preset: Preset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    with playing(tmp_path_factory.mktemp("engine"), preset.folder, "--sink", "null") as running:
        yield running


def now(client: Client, key: str) -> Any:
    """The present value of a parameter."""
    client.heard.clear()
    return client.until("parameters")["parameters"][key]


def greeted(engine: RunningEngine) -> Any:
    """What plays now, as a new connection is told."""
    client = Client(engine.ready["tcp"])
    told = (client.next() or {})["hello"]["now"]
    client.close()
    return told


# ── heart_rate_zero ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lost", [0, 255])
def test_a_strap_that_loses_contact_grows_stale_and_the_section_stays(
    preset: Preset, tmp_path: Path, lost: int
) -> None:
    lines = [{"t": half / 2, "pulse_bpm": lost if 20 <= half < 28 else 150} for half in range(48)]
    path = tmp_path / "trace.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    trace = read_trace(path, preset, 48000)
    log: list[dict[str, Any]] = []
    job = RenderJob(preset, 0, 24.0, trace, "cut")
    for _ in Renderer(job, write_log=lambda line: log.append(json.loads(line))).control_steps():
        pass

    sections = [line["target"] for line in log if line["kind"] == "transition"]
    stale = [(round(line["t"], 1), line["stale"]) for line in log if line["kind"] == "health"]
    assert sections == ["run"]  # from the first bar on: the trace has a pulse at 0 s
    assert stale == [(12.5, True), (14.0, False)]
    assert trace.no_readings == {"pulse_bpm": 8}


def test_no_way_in_believes_a_number_that_is_no_reading(engine: RunningEngine) -> None:
    client = engine.client()
    client.send({"subscribe": ["parameters"]})
    engine.osc("/strap/bpm", 150.0)
    engine.osc("/foot/rpm", 75.0)
    until(lambda: abs(now(client, "pulse_bpm") - 150) < 0.01 and abs(now(client, "foot") - 150) < 0.01)
    for value in (0, 0.0, 255, False):
        engine.osc("/strap/bpm", value)
        engine.osc("/adaptive/parameter/pulse_bpm", value)
        engine.osc("/foot/rpm", 0.0)
    client.send({"parameter": "pulse_bpm", "value": 0, "id": "zero"})
    answer = client.until("receipt", receipt="zero")

    assert (answer["status"], answer["reason"]) == ("dropped", "0 is no reading of pulse_bpm")
    assert abs(now(client, "pulse_bpm") - 150) < 0.01
    assert abs(now(client, "foot") - 150) < 0.01
    client.close()


def test_a_recording_of_a_strap_that_loses_contact_renders_to_the_same_log(
    preset: Preset, tmp_path: Path
) -> None:
    with playing(tmp_path, preset.folder, "--sink", "null", "--record", str(tmp_path / "run")) as engine:
        for value in (150.0, 0.0, 255, 12.0, 170.0, 0, 150.0):
            engine.osc("/strap/bpm", value)
            engine.osc("/adaptive/parameter/touch", value / 200 - 0.1)  # 0 is sent as less, and clamped to 0
            time.sleep(0.15)
        engine.end()
    kept = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    trace = read_trace(tmp_path / "run" / "trace.jsonl", preset, 48000)
    job = RenderJob(preset, int(trace.meta["seed"]), trace.seconds, trace, "cut")
    lines: list[str] = []
    for _ in Renderer(job, write_log=lines.append).control_steps():
        pass

    assert lines == kept
    assert trace.no_readings == {}
    sent = [value for line in trace.lines for name, value in line.values if name == "pulse_bpm"]
    assert sent == [150.0, 40.0, 170.0, 150.0]


# ── many faults a second ───────────────────────────────────────────────────────────────────────


def test_a_device_that_is_wrong_all_the_time_is_told_once_and_stays(engine: RunningEngine) -> None:
    client = engine.client()
    for number in range(300):
        client.send({"parameter": "foot", "value": f"{number} rpm"})
        engine.osc("/foot/rpm", f"{number} rpm")
        engine.osc("/nobody", number)
    client.send({"parameter": "foot", "value": 100, "id": "good"})
    client.until("receipt", receipt="good", status="finished")
    until(lambda: len([line for line in engine.said() if "rpm" in line or "nobody" in line]) >= 3)
    client.close()
    said = [line for line in engine.said() if "rpm" in line or "nobody" in line]

    assert [message["error"] for message in client.heard if "error" in message] == [
        "foot must be a number, got '0 rpm'"
    ]
    assert sorted(said) == [
        "OSC from 127.0.0.1: /foot/rpm: foot must be a number, got '0 rpm'",
        "OSC from 127.0.0.1: no input listens to '/nobody'",
        "TCP from 127.0.0.1: foot must be a number, got '0 rpm'",
    ]


# ── osc_button_let_go ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("on", "off"), [(1.0, 0.0), (1, 0), (True, False)])
def test_a_radio_group_ends_where_the_button_that_is_on_says(
    engine: RunningEngine, on: Any, off: Any
) -> None:
    client = engine.client()
    client.send({"state": {"place": "plain"}})
    client.close()
    until(lambda: greeted(engine)["states"] == {"place": "plain"})
    engine.osc("/adaptive/state/place/boss", on)
    until(lambda: greeted(engine)["states"] == {"place": "boss"})
    for address in ("state/place/cave", "state/cave", "stop", "pause"):
        engine.osc(f"/adaptive/{address}", off)
    time.sleep(0.3)
    told = greeted(engine)

    assert told["states"] == {"place": "boss"}
    assert not told["is_paused"]
    assert told["section"] in {"rest", "run"}
