"""Runs `adaptive` and writes its counters to a file, four times a second: ``watched FILE play …``."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from adaptive.cli import main as adaptive
from adaptive.inputs.osc_input import OscInput
from adaptive.session.live import LiveSession
from tests.helpers.hostile import open_files, resident_mb

EVERY_S = 0.25


def packets_of(session: LiveSession) -> int:
    """Packets that Python has read."""
    osc = session.inputs.get("osc")
    return osc.server.packets if isinstance(osc, OscInput) else 0


class Counters:
    """Counters of a session, over all performances it has driven."""

    def __init__(self) -> None:
        self.session: LiveSession | None = None
        self._late_commands: dict[int, int] = {}

    def now(self) -> dict[str, Any]:
        """The present counters."""
        assert self.session is not None
        engine, sink = self.session.performance.engine, self.session.sink
        telemetry = engine.telemetry()
        self._late_commands[id(engine)] = telemetry.late_commands
        return {
            "blocks": getattr(sink, "made_frames", 0) // getattr(sink, "block_frames", 1),
            "late_blocks": getattr(sink, "late_blocks", 0),
            "late_commands": sum(self._late_commands.values()),
            "refused": telemetry.refused,
            "not_finite": telemetry.not_finite,
            "packets": packets_of(self.session),
            "clamped": self.session.clamp_report.count,
            "connections": len(self.session.subscriptions.connections),
            "resident_mb": resident_mb(),
            "files": open_files(),
            "threads": threading.active_count(),
        }


def main() -> None:
    """Start the thread that writes the counters, then run `adaptive`."""
    path = Path(sys.argv[1])
    del sys.argv[1]
    counters = Counters()
    begin = LiveSession.__init__

    def noting(session: LiveSession, *arguments: Any, **more: Any) -> None:
        begin(session, *arguments, **more)
        counters.session = session

    LiveSession.__init__ = noting  # type: ignore[method-assign]

    def watch() -> None:
        beside = path.with_suffix(f".{os.getpid()}")
        while True:
            time.sleep(EVERY_S)
            if counters.session is not None and counters.session.sink is not None:
                beside.write_text(json.dumps(counters.now()), encoding="utf-8")
                beside.replace(path)

    threading.Thread(target=watch, name="watch", daemon=True).start()
    adaptive()


if __name__ == "__main__":
    main()
