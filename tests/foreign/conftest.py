"""One engine for all foreign clients: each has a parameter, an event and a state of its own name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.playing import RunningEngine, playing, until
from tests.helpers.presets import make_preset

CLIENTS = (
    "oscsend", "node", "sclang", "python_oscquery", "node_oscquery",
    "websockets", "nc_udp", "nc_tcp", "c_tcp", "godot_udp", "godot_tcp", "godot_ws",
)  # fmt: skip

QUERY = ("--oscquery", "127.0.0.1:0")

VALUE = 0.625
"""What each client sets its parameter to: the same in float32 and in text."""


def body() -> str:
    """A preset with different names for each client."""
    states = ", ".join(f'"{name}"' for name in ("nobody", *CLIENTS))
    text = f'[states.caller]\nvalues = [{states}]\n[layers.calm]\nstem = "calm.wav"\n'
    text += '[sections.calm]\nlayers = ["calm"]\n[[select]]\nsection = "calm"\n'
    for name in CLIENTS:
        text += f"[parameters.{name}]\n"
        text += f'[stingers.{name}]\nstem = "blow.wav"\nfirst_beat_s = 0.1\nplay_at = "immediate"\n'
    return text


class Engine:
    """A running engine, and what it received according to its recording."""

    def __init__(self, running: RunningEngine, folder: Path) -> None:
        self.running, self.folder = running, folder
        names = ("osc", "http", "tcp", "oscquery")
        self.osc, self.http, self.tcp, self.oscquery = (int(running.ready[name]) for name in names)

    def understood(self) -> list[dict[str, Any]]:
        """Complete lines of the trace so far."""
        lines = (self.folder / "trace.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def has(self, what: dict[str, Any]) -> bool:
        """Whether a line has all these keys and values."""
        return any(what.items() <= line.items() for line in self.understood())

    def expect_all_of(self, client: str) -> None:
        """Wait until parameter, event and state of a client were received."""
        wanted: list[dict[str, Any]] = [
            {client: VALUE},
            {"event": client},
            {"state": {"caller": client}},
        ]
        until(lambda: all(self.has(what) for what in wanted), 8.0, 0.02)

        assert [what for what in wanted if not self.has(what)] == [], self.running.said()


@pytest.fixture(scope="package")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with the null sink, on free ports, that records."""
    folder = tmp_path_factory.mktemp("foreign")
    preset = make_preset(folder / "preset", body()).folder
    record = folder / "record"
    with playing(folder / "run", preset, "--sink", "null", "--record", str(record), *QUERY) as running:
        yield Engine(running, record)
