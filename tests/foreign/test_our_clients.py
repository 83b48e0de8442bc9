"""The clients of ``clients/`` do all that they can with one running engine."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR, SHUT_WR, create_connection, create_server, socket
from typing import Any

import pytest

from tests.helpers.playing import RunningEngine, playing
from tests.helpers.presets import make_preset
from tests.helpers.programs import require_program

sys.path.insert(0, str(Path(__file__).parents[2] / "clients" / "python"))
from adaptive_asyncio import AsyncClient, RefusedError

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / "clients"

VALUE = 0.625
"""What each client sets the parameter to: the same in float32 and in text."""

BODY = """
[parameters.threat]
[states.place]
values = ["road", "inn"]
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[[select]]
section = "calm"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
play_at = "immediate"
"""

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """An engine without a sound card that streams, and does not record, so that it restores."""
    folder = tmp_path_factory.mktemp("clients")
    preset = make_preset(folder / "preset", BODY).folder
    with playing(folder / "run", preset, "--sink", "web") as running:
        yield running


class Relay:
    """Passes connections on to a port, and cuts them when asked."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server = create_server(("127.0.0.1", 0))
        self._open: list[socket] = []
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near = self._server.accept()[0]
            except OSError:
                return
            far = create_connection(("127.0.0.1", self._to))
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket, sink: socket) -> None:
        try:
            while raw := source.recv(65536):
                sink.sendall(raw)
            sink.shutdown(SHUT_WR)
        except OSError:
            pass

    def cut(self) -> None:
        """End all connections."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)
            one.close()
        self._open.clear()

    def close(self) -> None:
        """End all connections, and take no further ones."""
        self._server.shutdown(SHUT_RDWR)
        self._server.close()
        self.cut()


@contextmanager
def program(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A client that runs, and is ended in any case."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def expect_all(heard: dict[str, Any]) -> None:
    """Check what a client heard of its beat, its event, what it saved and restored."""
    beat, saved = heard["beat"], heard["saved"]

    assert heard["preset"] == "Test"
    assert beat["position"].split(".")[:2] == [str(beat["bar"]), str(beat["beat"])]
    assert heard["receipt"]["status"] == "finished"
    assert heard["receipt"]["rule"] == "stingers.hit"
    assert heard["refused"] == "there is no event 'hitt' (did you mean 'hit'?)"
    assert saved["parameters"]["threat"][0] == VALUE
    assert saved["states"] == {"place": "inn"}
    assert heard["restored"]["status"] == "finished"


def test_javascript_in_node(engine: RunningEngine) -> None:
    node, relay = require_program("node"), Relay(engine.ready["http"])
    script, url = str(HERE / "node" / "client.mjs"), f"ws://127.0.0.1:{relay.port}/ws"
    has_websocket = subprocess.run([node, "-e", "process.exit(globalThis.WebSocket ? 0 : 1)"], check=False)
    option = [] if has_websocket.returncode == 0 else ["--experimental-websocket", "--no-warnings"]
    with program(node, *option, script, url, str(VALUE)) as client:
        assert client.stdout is not None
        heard = json.loads(client.stdout.readline() or client.communicate()[1])
        relay.cut()
        asked, again = (json.loads(client.stdout.readline()) for _ in range(2))
        ended = client.wait(10.0)
    relay.close()

    expect_all(heard)
    assert heard["early"] == "the engine is not connected"
    assert asked == {"open": "the connection was lost"}
    assert (again["parameters"]["threat"][0], again["states"]) == (VALUE, {"place": "inn"})
    assert ended == 0


def test_python_with_asyncio(engine: RunningEngine) -> None:
    async def play() -> dict[str, Any]:
        async with AsyncClient(port=engine.ready["tcp"]) as music:
            music.set_state("place", "inn")
            for frame in range(1, 11):
                music.set_parameter("threat", frame / 10 * VALUE)
                await asyncio.sleep(0.016)
            beat = await anext(music.beats())
            receipt = await music.trigger("hit", velocity=0.5)
            with pytest.raises(RefusedError) as refused:
                await music.trigger("hitt")
            saved = await music.save()
            restored = await music.restore(saved)
        with pytest.raises(ConnectionError, match="not connected"):
            await music.save()
        return {"preset": music.hello["preset"], "beat": beat, "receipt": receipt,
                "refused": str(refused.value), "saved": saved, "restored": restored}  # fmt: skip

    expect_all(asyncio.run(play()))


def test_the_messages_of_the_godot_add_on(engine: RunningEngine, tmp_path: Path) -> None:
    """In Godot 3, because that is what runs without a window here; the add-on is for Godot 4."""
    words = {"ADAPTIVE_PORT": str(engine.ready["tcp"]), "ADAPTIVE_HTTP_PORT": str(engine.ready["http"]),
             "ADAPTIVE_VALUE": str(VALUE), "HOME": str(tmp_path),
             "ADAPTIVE_ADDON": str(CLIENTS / "godot" / "addons" / "adaptive")}  # fmt: skip
    godot = [require_program("godot3-server"), "--path", str(HERE / "godot"), "-s", "addon.gd"]
    done = subprocess.run(
        godot, capture_output=True, text=True, timeout=30, check=False, env=os.environ | words
    )
    said = done.stdout + done.stderr
    heard = json.loads(next((line for line in said.splitlines() if line.startswith("{")), said))

    assert "SCRIPT ERROR" not in said
    expect_all(heard)
    assert heard["early"] == "the engine is not connected"
    assert heard["last_bar"] >= 1
    rate, frames, loudest = heard["pcm"]
    assert rate == 48000
    assert frames >= 12000
    assert 0.01 < loudest < 1.0


@pytest.mark.prove
def test_the_unity_script_in_mono(engine: RunningEngine, tmp_path: Path) -> None:
    """With a stand-in for UnityEngine; 40,000 frames that set a parameter leave nothing to collect."""
    mcs, mono, game = require_program("mcs"), require_program("mono"), tmp_path / "game.exe"
    sources = [CLIENTS / "unity" / "Adaptive.cs", *sorted((HERE / "unity").glob("*.cs"))]
    subprocess.run([mcs, "-langversion:latest", "-warnaserror", f"-out:{game}", *sources], check=True)
    done = subprocess.run(
        [mono, str(game), str(engine.ready["tcp"]), str(VALUE)],
        capture_output=True, text=True, timeout=50, check=False,
        env=os.environ | {"MONO_GC_PARAMS": "nursery-size=512k"},
    )  # fmt: skip
    heard = json.loads(done.stdout or done.stderr)

    expect_all(heard)
    assert heard["early"] == "the engine is not connected"
    assert heard["last_bar"] >= 1
    assert heard["collections"] == 0
