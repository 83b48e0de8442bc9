"""How much the engine takes in: OSC messages a second, and WebSocket clients with subscriptions.

``python -m benchmarks.ways_in osc``: another process sends bundles of parameters over UDP at rising rates;
told are the messages that were applied without Python, those that were lost, and the CPU time of the thread
that receives.

``python -m benchmarks.ways_in websocket --clients 100``: so many clients send 60 messages a second each and
subscribe to beats, sections, meters and parameters; told are late blocks, messages, and the CPU time of the
engine's process while they are connected.  All subscribe to the same, so a client that heard less than
another has lost something.  The last message of each has an id: its receipt says that all messages before
it were taken, because a connection keeps its order.  ``--sink portaudio`` plays on a JACK server of its own,
with a dummy device and 64 frames a block, and tells its underruns too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from adaptive.engine.engine import Engine
from adaptive.engine.osc_receiver import OscReceiver, ReceiverRule
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.inputs.osc_codec import OscMessage, encode_bundle
from benchmarks.peers import jack
from benchmarks.websocket_clients import run

IN_BUNDLE = 16
SECONDS = 3.0
RATES = (50_000, 100_000, 200_000, 300_000, 500_000)
PER_CLIENT_HZ = 60.0
LAST_VALUE = 0.75
SETTLE_S = 8.0
"""Time after which a parameter of any preset has settled, in seconds."""


def _send(port: int, rate: int, seconds: float) -> None:
    """Send bundles at a rate of messages a second."""
    messages = [OscMessage(f"/adaptive/parameter/p{i}", (i / IN_BUNDLE,)) for i in range(IN_BUNDLE)]
    packet = encode_bundle(messages)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", port))
        began, sent, wanted = time.perf_counter(), 0, int(rate * seconds / IN_BUNDLE)
        while sent < wanted:
            due = min(wanted, int((time.perf_counter() - began) * rate / IN_BUNDLE))
            for _ in range(due - sent):
                sender.send(packet)
            sent = max(sent, due)
            time.sleep(0.0005)


def measure_osc() -> None:
    """Print what the receiver applies at rising rates."""
    engine = Engine(EngineSpec(parameters=[ParameterSpec(f"p{i}") for i in range(IN_BUNDLE)]))
    rules = {f"/adaptive/parameter/p{i}".encode(): (ReceiverRule(i, 0.0, 1.0),) for i in range(IN_BUNDLE)}
    listening, (woken, wake) = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socketpair()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    listening.bind(("127.0.0.1", 0))
    receiver = OscReceiver(listening.fileno(), wake.fileno())
    receiver.use_rules(rules, engine)
    receiver.start()
    for rate in RATES:
        before, cpu = int(receiver._receiver["plain"]), time.process_time()
        sender = multiprocessing.Process(
            target=_send, args=(listening.getsockname()[1], rate, SECONDS), daemon=True
        )
        began = time.perf_counter()
        sender.start()
        sender.join()
        time.sleep(0.2)
        taken = int(receiver._receiver["plain"]) - before
        sent = int(rate * SECONDS / IN_BUNDLE)
        used, took = time.process_time() - cpu, time.perf_counter() - began - 0.2
        sys.stdout.write(
            f"asked {rate:,}/s: sent {sent * IN_BUNDLE:,} in {took:.2f} s, applied {taken * IN_BUNDLE:,}, "
            f"lost {(sent - taken) * IN_BUNDLE:,}, CPU {used:.2f} s "
            f"({1e6 * used / max(1, taken * IN_BUNDLE):.2f} µs a message)\n"
        )
    receiver.stop()
    for one in (listening, woken, wake):
        one.close()


def _number(text: str, name: str) -> float:
    return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} ")), 0.0)


def measure_websockets(clients: int, seconds: float, preset: str, sink: str) -> None:
    """Print what so many clients cost, and whether the audio was late."""
    words = ["play", preset, "--sink", sink, "--ready", "--osc", "0", "--http", "0", "--tcp", "0"]
    if sink != "null":
        words += ["--device", "system", "--block", "64"]
    with (
        contextlib.nullcontext({}) if sink == "null" else jack.server() as environment,
        subprocess.Popen(
            [sys.executable, "-m", "adaptive", *words],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        ) as engine,
    ):
        assert engine.stdout is not None
        port = json.loads(engine.stdout.readline())["http"]

        def metrics() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                text: str = answer.read().decode()
                return text

        def cpu_s() -> float:
            fields = Path(f"/proc/{engine.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / 100.0

        value = next(
            line.rsplit(" ", 1)[0]
            for line in metrics().splitlines()
            if line.startswith("adaptive_parameter_value")
        )
        name = value.split('"')[1]
        for count in (0, clients):
            before = metrics()
            found = run(port, count, seconds, PER_CLIENT_HZ, name, LAST_VALUE, cpu_s)
            after, took_s = metrics(), found.took_s
            late, underruns = (
                _number(after, counter) - _number(before, counter)
                for counter in ("adaptive_late_blocks_total", "adaptive_underruns_total")
            )
            dropped = _number(after, "adaptive_dropped_messages_total")
            sys.stdout.write(
                f"{count} clients: sent {found.sent / took_s:,.0f}/s, heard {found.heard / took_s:,.0f}/s "
                f"(a client {found.least} to {found.most}), "
                f"last answered within {1000.0 * found.waited_s:.0f} ms, ended {found.ended}, "
                f"late blocks {late:.0f}, underruns {underruns:.0f}, dropped {dropped:.0f}, "
                f"CPU {1000.0 * found.engine_cpu_s / took_s:.0f} ms a second "
                f"(the clients {1000.0 * found.cpu_s / took_s:.0f})\n"
            )
        time.sleep(SETTLE_S)
        sys.stdout.write(f"{name} is {_number(metrics(), value):g}, last sent {LAST_VALUE:g}\n")
        engine.terminate()
        engine.wait(20.0)


def main() -> None:
    """Measure one or the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["osc", "websocket"])
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--preset", default="nightfall")
    parser.add_argument("--sink", default="null", choices=["null", "portaudio"])
    wanted = parser.parse_args()
    if wanted.what == "osc":
        measure_osc()
    else:
        measure_websockets(wanted.clients, wanted.seconds, wanted.preset, wanted.sink)


if __name__ == "__main__":
    main()
