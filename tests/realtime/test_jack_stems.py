"""Stems on the ports of a JACK client: what they play, how they are called, what they are connected to."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import fftconvolve

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import RenderJob, render_to_files
from adaptive.session.performance import vocabulary
from tests.helpers.heard import frames_apart
from tests.helpers.jack_clients import opening_clients
from tests.helpers.playing import playing, until
from tests.helpers.presets import RATE, two_sections
from tests.helpers.servers import Jack, running

pytestmark = [pytest.mark.device, pytest.mark.ci]

ARGUMENTS = ("--sink", "jack", "--ports", "stems")
PORTS = [f"adaptive:{stem}_{side}" for stem in ("master", "calm", "fight") for side in ("left", "right")]
STINGER = '[stingers.hit]\nstem = "calm.wav"\n'
DESK = """
import sys
from adaptive.sinks import jack_library as j
client = j.open_client("desk", is_exact=True)
for name in (b"in_1", b"in_2"):
    j.load().jack_port_register(client, name, j.AUDIO, j.IS_INPUT, 0)
j.load().jack_activate(client)
print("ready", flush=True)
sys.stdin.read()
"""


class Desk:
    """A client with two inputs, which connects nothing itself."""

    def __init__(self, environment: dict[str, str]) -> None:
        with opening_clients(environment):
            self.process = subprocess.Popen(
                [sys.executable, "-c", DESK], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=os.environ | environment,
            )  # fmt: skip
            assert self.process.stdout is not None
            assert self.process.stdout.readline() == b"ready\n"

    def end(self) -> None:
        self.process.kill()
        self.process.wait(5.0)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def run(environment: dict[str, str], *command: str) -> str:
    with opening_clients(environment):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | environment, timeout=10.0
        )
    return done.stdout


def connected(environment: dict[str, str]) -> dict[str, set[str]]:
    """What each port of the server is connected to."""
    found: dict[str, set[str]] = {}
    port = ""
    for line in run(environment, "jack_lsp", "-c").splitlines():
        if line.startswith(" "):
            found[port].add(line.strip())
        else:
            port = line
            found[port] = set()
    return found


def of_engine(environment: dict[str, str]) -> set[str]:
    return {port for port in connected(environment) if port.startswith("adaptive:")}


def noise_preset(folder: Path) -> Path:
    """Two sections of noise, which is nowhere the same."""
    preset = two_sections(folder)
    rng = np.random.default_rng(3)
    for path in preset.stems.values():
        frames, rate = soundfile.info(path).frames, soundfile.info(path).samplerate
        soundfile.write(path, 0.1 * rng.standard_normal((frames, 2)), rate, subtype="PCM_16")
    return preset.folder


def test_a_recorder_on_the_ports_hears_what_a_render_writes_as_stems(tmp_path: Path) -> None:
    folder, record = noise_preset(tmp_path / "small"), tmp_path / "run"
    with running(Jack(f"stems{os.getpid()}", tmp_path / "jack.log")) as server:
        more = ("--record", str(record), "--seconds", "4")
        with playing(tmp_path, folder, *ARGUMENTS, *more, environment=server.environment) as engine:
            command = ["jack_rec", "-f", str(tmp_path / "heard.wav"), "-d", "2", "-b", "24", "-B", "96000"]
            run(server.environment, *command, *PORTS)
            assert engine.process.wait(30.0) == 0
    heard = soundfile.read(tmp_path / "heard.wav", dtype="float32")[0]
    preset = load(folder, vocabulary=vocabulary())
    trace = read_trace(record / "trace.jsonl", preset, RATE)
    job = RenderJob(preset, int(trace.meta["seed"]), trace.seconds, trace, "cut")
    render_to_files(job, tmp_path / "out.wav", tmp_path / "stems")
    paths = [tmp_path / "out.wav", *(tmp_path / "stems" / f"{name}.flac" for name in ("calm", "fight"))]
    parts = [soundfile.read(path, dtype="float32")[0] for path in paths]
    length = min(map(len, parts))
    rendered = np.concatenate([part[:length] for part in parts], axis=1)
    piece = heard[4800:9600, 0]
    at = int(np.argmax(fftconvolve(rendered[:, 0], piece[::-1], "valid"))) - 4800
    count = min(len(heard), len(rendered) - at)
    apart = frames_apart(heard[:count], rendered[at : at + count], 2e-6, 128)

    assert count > RATE
    assert np.abs(rendered[:, 2:4]).max() > 0.1
    assert apart.size == 0


def test_names_and_connections_outlive_desk_server_and_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other = two_sections(tmp_path / "small").folder, tmp_path / "presets" / "other"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "presets").mkdir()
    with running(Jack(f"desk{os.getpid()}", tmp_path / "jack.log")) as server:
        environment = server.environment
        with playing(tmp_path, folder, *ARGUMENTS, environment=environment) as engine:
            began = of_engine(environment)
            first = {"adaptive:master_left"}
            assert until(lambda: connected(environment)["system:playback_1"] == first, 5.0, 0.1)
            desk = Desk(environment)
            run(environment, "jack_connect", "adaptive:fight_left", "desk:in_1")
            run(environment, "jack_connect", "system:capture_1", "desk:in_2")
            run(environment, "jack_disconnect", "adaptive:master_left", "system:playback_1")
            time.sleep(1.0)
            desk.end()
            time.sleep(0.5)
            desk = Desk(environment)
            assert until(lambda: connected(environment)["desk:in_1"] == {"adaptive:fight_left"}, 5.0, 0.1)
            desk_back = connected(environment)
            server.kill()
            desk.end()
            assert until(lambda: any("goes on silently" in line for line in engine.said()), 5.0, 0.1)
            server.start()
            assert until(lambda: of_engine(environment) == began, 10.0, 0.1), (
                connected(environment), engine.said()
            )  # fmt: skip
            desk = Desk(environment)
            assert until(lambda: connected(environment)["desk:in_1"] == {"adaptive:fight_left"}, 5.0, 0.1)
            server_back = connected(environment)
            two_sections(other, more=STINGER)
            engine.client().send({"load": other.name})
            assert until(lambda: of_engine(environment) > began, 10.0, 0.1)
            loaded = connected(environment)
            desk.end()
            assert engine.end() == 0

    assert set(PORTS) <= began
    assert desk_back["desk:in_2"] == set()  # not ours: nobody makes it again
    assert desk_back["system:playback_1"] == set()  # somebody ended it
    assert server_back["system:playback_1"] == set()
    assert server_back["system:playback_2"] == {"adaptive:master_right"}
    fresh = {port for port in loaded if port.startswith("adaptive:")} - began
    assert fresh == {"adaptive:stinger_hit_left", "adaptive:stinger_hit_right"}
    assert loaded["desk:in_1"] == {"adaptive:fight_left"}
