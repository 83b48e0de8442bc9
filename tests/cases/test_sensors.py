"""Sensors of an installation that fail in their own ways, from the packet to the log and to `/health`."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import mido
import soundfile

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from tests.helpers.playing import playing, until

HALL = """
schema = 1
name = "hall"
tempo_bpm = 120
[parameters.presence]
expected_rate_hz = 50
max_change_per_s = 20.0
stale_after_s = 1.0
fallback = { parameter = "usual" }
[parameters.usual]
default = 0.25
[[inputs]]
osc = "/sensor/*/presence"
parameter = "presence"
combine = "max"
stale_after_s = 0.3
[layers.a]
generator = "pad"
[layers.b]
generator = "drums"
[sections.empty]
layers = ["a"]
[sections.crowd]
layers = ["a", "b"]
[[select]]
section = "crowd"
when = "presence > 0.6 and healthy(presence)"
[[select]]
section = "empty"
"""


def test_thirty_sensors_are_one_presence_that_falls_back_and_a_recording_repeats_it(tmp_path: Path) -> None:
    (tmp_path / "hall").mkdir()
    (tmp_path / "hall" / "preset.toml").write_text(HALL, encoding="utf-8")
    with playing(
        tmp_path, tmp_path / "hall", "--sink", "null", "--record", str(tmp_path / "run"),
        "--log", str(tmp_path / "log"),
    ) as engine:  # fmt: skip

        def read(path: str) -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{engine.ready['http']}{path}") as answer:
                found: str = answer.read().decode()
                return found

        for _ in range(40):
            for sensor in range(30):
                engine.osc(f"/sensor/{sensor}/presence", 0.75 if sensor == 7 else 0.1)
            time.sleep(0.01)
        busy = json.loads(read("/health"))

        def is_quiet() -> bool:
            for _ in range(20):
                engine.osc("/sensor/3/presence", 0.125)
                time.sleep(0.01)
            quiet = json.loads(read("/health"))["inputs"]["presence"]
            return len(quiet["silent"]) == 29 and abs(quiet["value"] - 0.125) < 0.01

        assert until(is_quiet, 30.0)  # the others have fallen silent
        until(lambda: "silent for 1 s" in (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8"), 30.0)
        metrics = read("/metrics")
        engine.end()
    kept = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    preset = load(tmp_path / "hall", vocabulary=vocabulary())
    trace = read_trace(tmp_path / "run" / "trace.jsonl", preset, 48000)
    lines: list[str] = []
    job = RenderJob(preset, int(trace.meta["seed"]), trace.seconds, trace, "cut")
    for _ in Renderer(job, write_log=lines.append).control_steps():
        pass
    health = [line for line in map(json.loads, kept) if line["kind"] == "health"]
    (night,) = (tmp_path / "log").iterdir()
    master = soundfile.info(tmp_path / "run" / "master.flac")
    notes = mido.MidiFile(tmp_path / "run" / "notes.mid")

    assert busy["ok"]
    assert busy["inputs"]["presence"]["heard"] == 30
    assert abs(busy["inputs"]["presence"]["value"] - 0.75) < 0.01
    assert {"slow", None} <= {line.get("trouble") for line in health}
    assert 'adaptive_parameter_value{name="presence"} 0.25' in metrics
    assert lines == kept
    assert abs(master.frames / 48000 - trace.seconds) < 0.5
    assert (master.samplerate, master.subtype) == (48000, "PCM_24")
    assert notes.length > trace.seconds - 0.5  # a note that is held at the end is written whole
    assert any(one.type == "note_on" for track in notes.tracks for one in track)
    assert '"kind": "health"' in night.read_text(encoding="utf-8")
