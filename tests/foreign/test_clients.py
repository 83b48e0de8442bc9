"""Other programs send to a running engine, and it understands them."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.conftest import VALUE, Engine
from tests.foreign.osc_bytes import message
from tests.helpers.playing import until
from tests.helpers.programs import require_program

HERE = Path(__file__).parent
NODE = f"npm install --no-package-lock --omit=optional --ignore-scripts --prefix {HERE / 'node'}"

pytestmark = pytest.mark.timeout(60)


def run(words: list[str], say: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a client to its end."""
    return subprocess.run(
        words, input=say, capture_output=True, check=False, timeout=30, env=os.environ | environment
    )


def requests(client: str) -> list[dict[str, Any]]:
    """A parameter, a state and an event that asks for receipts."""
    return [
        {"parameter": client, "value": VALUE},
        {"state": {"caller": client}},
        {"event": client, "id": client},
    ]


def expect_answers(heard: str, client: str) -> None:
    """Check that hello came first, and the receipt of the accepted event with its frame."""
    found = [json.loads(text) for text in re.findall(r"\{.*\}", heard)]
    receipts = [answer for answer in found if answer.get("receipt") == client]

    assert found[0]["hello"]["preset"] == "Test"
    assert client in found[0]["hello"]["parameters"]
    assert [receipt["status"] for receipt in receipts] == ["accepted", "started", "finished"]
    assert receipts[0]["sounds_at"]["heard_frame"] > receipts[0]["sounds_at"]["frame"]


class Talking:
    """A client program whose input and output the test uses."""

    def __init__(self, words: list[str]) -> None:
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.heard = ""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while raw := os.read(self._process.stdout.fileno(), 65536):
            self.heard += raw.decode(errors="replace")

    def talk(self, lines: list[str], last_word: str) -> str:
        """Send the lines after hello; return all output up to `last_word`, and close."""
        assert self._process.stdin is not None
        try:
            until(lambda: '"hello"' in self.heard, 8.0)
            self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())
            self._process.stdin.flush()
            until(lambda: last_word in self.heard, 8.0)
            self._process.stdin.close()
        finally:
            self.end()
        return self.heard

    def end(self) -> None:
        """End the program."""
        self._process.terminate()
        self._process.wait(5.0)


def test_oscsend(engine: Engine) -> None:
    require_program("oscsend")
    to = ["oscsend", "127.0.0.1", str(engine.osc)]
    sent = [["/adaptive/parameter/oscsend", "f", str(VALUE)], ["/adaptive/event/oscsend"],
            ["/adaptive/state/caller", "s", "oscsend"]]  # fmt: skip

    assert [run([*to, *words]).returncode for words in sent] == [0, 0, 0]
    engine.expect_all_of("oscsend")


def test_node(engine: Engine) -> None:
    node = require_program("node")
    if not (HERE / "node" / "node_modules" / "osc").is_dir():
        require_program("the osc package of npm", NODE)
    done = run([node, str(HERE / "node" / "send.js"), str(engine.osc), "node", str(VALUE)])

    assert (done.returncode, done.stderr) == (0, b"")
    engine.expect_all_of("node")


def test_sclang(engine: Engine, tmp_path: Path) -> None:
    require_program("sclang")
    settings = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    settings["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # its help browser refuses to start as root
    words = {"ADAPTIVE_PORT": str(engine.osc), "ADAPTIVE_CLIENT": "sclang", "ADAPTIVE_VALUE": str(VALUE)}
    done = run(["sclang", str(HERE / "send.scd")], **settings, **words)

    assert done.returncode == 0, done.stdout[-2000:]
    engine.expect_all_of("sclang")


def test_websockets_command_line(engine: Engine) -> None:
    client = Talking([sys.executable, "-W", "ignore", "-m", "websockets", f"ws://127.0.0.1:{engine.http}/ws"])
    heard = client.talk([json.dumps(requests("websockets"))], '"finished"')

    expect_answers(heard, "websockets")
    engine.expect_all_of("websockets")


def test_nc_over_udp(engine: Engine) -> None:
    nc = require_program("nc")
    packets = [message("/adaptive/parameter/nc_udp", VALUE), message("/adaptive/event/nc_udp"),
               message("/adaptive/state/caller/nc_udp")]  # fmt: skip
    ended = [run([nc, "-u", "-q", "0", "127.0.0.1", str(engine.osc)], packet) for packet in packets]

    assert [done.returncode for done in ended] == [0, 0, 0]
    engine.expect_all_of("nc_udp")


def test_nc_over_tcp(engine: Engine) -> None:
    nc = require_program("nc")
    heard = Talking([nc, "127.0.0.1", str(engine.tcp)]).talk(
        [json.dumps(request) for request in requests("nc_tcp")], '"finished"'
    )

    expect_answers(heard, "nc_tcp")
    engine.expect_all_of("nc_tcp")


def test_a_client_in_c_that_was_written_from_the_protocol_page(engine: Engine, tmp_path: Path) -> None:
    cc, client = require_program("cc"), str(tmp_path / "client")
    built = run([cc, "-Wall", "-Werror", "-o", client, str(HERE / "c" / "client.c")])
    assert built.returncode == 0, built.stderr.decode()
    done = run([client, str(engine.tcp), "c_tcp", str(VALUE)])

    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    engine.expect_all_of("c_tcp")


@pytest.mark.parametrize("way", ["udp", "tcp", "ws"])
def test_godot(engine: Engine, tmp_path: Path, way: str) -> None:
    godot = require_program("godot3-server")
    client = f"godot_{way}"
    port = {"udp": engine.osc, "tcp": engine.tcp, "ws": engine.http}[way]
    words = {"ADAPTIVE_WAY": way, "ADAPTIVE_CLIENT": client, "ADAPTIVE_PORT": str(port),
             "ADAPTIVE_VALUE": str(VALUE), "HOME": str(tmp_path)}  # fmt: skip
    done = run([godot, "--path", str(HERE / "godot"), "-s", "client.gd"], **words)
    told = done.stdout.decode(errors="replace")

    assert done.returncode == 0, told[-2000:] + done.stderr.decode(errors="replace")[-2000:]
    if way != "udp":
        expect_answers(told, client)
    engine.expect_all_of(client)


def test_nothing_else_was_refused(engine: Engine) -> None:
    """Runs last: the engine writes everything that it refused to standard error."""
    engine.running.datagram(message("/adaptive/parameter/nonsense", VALUE))
    strange = until(lambda: [line for line in engine.running.said() if "nonsense" in line], 8.0)
    refused = [line for line in engine.running.said() if " from 127.0.0.1" in line]

    assert len(strange) == 1
    assert refused == strange


def test_oscdump_hears_what_oscsend_subscribes_to(engine: Engine) -> None:
    """A listener at a fixed port, which another program names."""
    oscdump, port = require_program("oscdump"), free_port()
    to = ["oscsend", "127.0.0.1", str(engine.osc), "/adaptive/subscribe"]
    wanted = ("/adaptive/beat iifs", "/adaptive/meters/peak_db ff")
    listener = Talking([oscdump, "-L", str(port)])
    run([*to, "ssi", "beat", "meters", str(port)])
    until(lambda: all(one in listener.heard for one in wanted), 10.0)
    run([*to, "i", str(port)])
    listener.end()

    assert [one for one in wanted if one not in listener.heard] == []


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number
