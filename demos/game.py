"""Pretend to be a game: send intensity, health and events over OSC, as fast as a game would.

In one terminal ``adaptive play nightfall``, in another::

    python demos/game.py --seconds 60
    python demos/game.py --trace a_recorded_game.jsonl

It needs only Python, because an OSC message is a few bytes.
"""

from __future__ import annotations

import argparse
import json
import math
import socket
import struct
import time
from collections.abc import Iterator

FRAMES_A_SECOND = 30


def osc(address: str, *numbers: float) -> bytes:
    """One OSC message with float arguments."""

    def padded(text: str) -> bytes:
        raw = text.encode() + b"\0"
        return raw + b"\0" * (-len(raw) % 4)

    return padded(address) + padded("," + "f" * len(numbers)) + struct.pack(f">{len(numbers)}f", *numbers)


def pretend(seconds: float) -> Iterator[dict]:
    """A fight every half minute: intensity rises and falls, with events while it is high."""
    for frame in range(int(seconds * FRAMES_A_SECOND)):
        t = frame / FRAMES_A_SECOND
        wave = max(0.0, math.sin(2.0 * math.pi * t / 30.0 - 1.0))
        line = {"t": t, "intensity": round(wave, 3), "health": round(1.0 - 0.6 * wave, 3)}
        if wave > 0.7 and frame % 75 == 0:
            line["event"] = "kill" if frame % 150 else "hurt"
        yield line


def recorded(path: str) -> Iterator[dict]:
    """The lines of a trace."""
    with open(path, encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            if "t" in line:
                yield line


def main() -> None:
    """Send the lines, each at its time."""
    parser = argparse.ArgumentParser(description="Send a game to a running engine.")
    parser.add_argument("--to", default="127.0.0.1:9000", help="HOST:PORT of the engine's OSC")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--trace", help="a recorded game, JSON lines")
    options = parser.parse_args()
    host, _, port = options.to.partition(":")
    target = (host, int(port))
    lines = recorded(options.trace) if options.trace else pretend(options.seconds)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        began = time.monotonic()
        for line in lines:
            time.sleep(max(0.0, began + line["t"] - time.monotonic()))
            for name in ("intensity", "health"):
                if line.get(name) is not None:
                    sender.sendto(osc(f"/adaptive/parameter/{name}", line[name]), target)
            if "event" in line:
                sender.sendto(osc(f"/adaptive/event/{line['event']}", 1.0), target)
                print(f"{line['t']:7.2f}  {line['event']}")


if __name__ == "__main__":
    main()
