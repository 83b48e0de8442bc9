"""How exactly a client knows which beat is heard, over a loopback with jitter added.

    python -m benchmarks.client_clock --seconds 30 --jitter-ms 20

The engine plays with the null sink in this process; the client connects through a relay that holds back every
line, each way, by a random time.  The truth is computed in the engine at the same moment.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import queue
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import adaptive

sys.path.insert(0, str(Path(__file__).parents[1] / "clients" / "python"))
from adaptive_client import Client


class Relay:
    """Passes lines on between a client and the engine, each one late by a random time, in order.

    Parameters
    ----------
    port : int
        Where the engine listens.
    jitter_s : float
        Longest time by which a line is held back.
    """

    def __init__(self, port: int, jitter_s: float) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._engine, self._jitter_s = port, jitter_s
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        client, _ = self._listening.accept()
        engine = socket.create_connection(("127.0.0.1", self._engine))
        for number, (source, target) in enumerate(((client, engine), (engine, client))):
            waiting: queue.Queue[tuple[float, bytes]] = queue.Queue()
            threading.Thread(target=self._read, args=(source, waiting, number), daemon=True).start()
            threading.Thread(target=self._write, args=(target, waiting), daemon=True).start()

    def _read(self, source: socket.socket, waiting: queue.Queue[tuple[float, bytes]], seed: int) -> None:
        rng = np.random.default_rng(seed)
        with contextlib.suppress(OSError):
            for line in source.makefile("rb"):
                waiting.put((time.monotonic() + self._jitter_s * float(rng.random()), line))

    @staticmethod
    def _write(target: socket.socket, waiting: queue.Queue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while True:
                due_s, line = waiting.get()
                time.sleep(max(0.0, due_s - time.monotonic()))
                target.sendall(line)


def errors_ms(preset: str, seconds: float, jitter_s: float, settle_s: float) -> Iterator[float]:
    """By how many milliseconds a client's beat is ahead of the one that is heard, ten times a second."""
    with adaptive.play(preset, sink="null", tcp=0, seed=1) as music:
        relay = Relay(music.ports["tcp"], jitter_s)
        with Client(port=relay.port) as client:
            until = time.monotonic() + settle_s + seconds
            while (now := time.monotonic()) < until:
                time.sleep(0.1)
                found, at_s = client.beat_now(), time.monotonic()
                tempo = music.performance.conductor.tempo
                first = music.heard_s(0.0)
                if found is None or first is None or now < until - seconds:
                    continue
                frame = (at_s - first) * music.sample_rate
                beat = tempo.beat_at(frame)
                yield 60_000.0 / tempo.tempo_at(frame) * (found - beat)


def main() -> None:
    """Print the error's mean and root mean square."""
    parser = argparse.ArgumentParser(description="How exactly a client knows the beat.")
    parser.add_argument("--preset", default="lanterns")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--jitter-ms", type=float, default=20.0)
    arguments = parser.parse_args()
    found = list(errors_ms(arguments.preset, arguments.seconds, arguments.jitter_ms / 1000.0, 5.0))
    rms = math.sqrt(statistics.fmean(ms * ms for ms in found))
    print(
        f"beat_now() with {arguments.jitter_ms:g} ms of jitter each way, {len(found)} times: "
        f"mean {statistics.fmean(found):+.2f} ms, RMS {rms:.2f} ms, largest {max(map(abs, found)):.2f} ms"
    )


if __name__ == "__main__":
    main()
