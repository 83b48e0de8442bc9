"""A live session without sockets, into which tests send damaged packets.

Everything but the sockets is real: the checker, the session, the conductor, and the kernel, which renders a
control step on request.  Any exception that escapes is kept as a failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from adaptive.engine.bank import Bank
from adaptive.errors import one_line
from adaptive.inputs.lines import Connection
from adaptive.inputs.osc import OscReader, OscServer
from adaptive.inputs.osc_input import OscInput
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.model import Preset
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.performance import Performance
from adaptive.sinks.clocked import ClockedSink
from tests.helpers.mutation import as_json
from tests.helpers.presets import make_preset
from tests.helpers.seeds import BODY

STATM, FILES = Path("/proc/self/statm"), Path("/proc/self/fd")


def resident_mb() -> float:
    """What is resident now; 0 where the system does not say."""
    if not STATM.exists():
        return 0.0
    pages = int(STATM.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files() -> int:
    """File descriptors of this process; 0 where the system does not say."""
    return len(os.listdir(FILES)) if FILES.exists() else 0


@dataclass
class Report:
    """What came of a run of damaged packets."""

    packets: int = 0
    accepted: int = 0
    refused: int = 0
    grown_mb: float = 0.0
    files: int = 0
    threads: int = 0
    is_alive: bool = False
    clamped: int = 0
    failures: list[str] = field(default_factory=list)
    sentences: set[str] = field(default_factory=set)

    def fail(self, packet: bytes | str, fault: object) -> None:
        """Keep what escaped, of the first few."""
        if len(self.failures) < 20:
            self.failures.append(f"{fault!r} on {packet[:200]!r}")

    def refuse(self, refusal: Exception) -> None:
        """Count a refusal, and look at each of its sentences."""
        self.refused += 1
        for sentence in str(refusal).split("\n"):
            self.hear(sentence)

    def hear(self, sentence: str) -> None:
        """Keep a sentence; it is one that can be shown."""
        if len(self.sentences) < 3000:
            self.sentences.add(sentence)
        if not sentence or len(sentence) > 700 or not sentence.isprintable():
            self.fail(sentence, "no clear sentence")


def trim() -> None:
    """Give back what is free, so that what is resident is what is held."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class Watch:
    """Memory, files and threads from the warm-up to the end."""

    def __init__(self, report: Report, count: int) -> None:
        self._report, self._warm = report, count // 5
        self._before: tuple[float, int, int] | None = None
        self._beginning: asyncio.Future[None] | None = None

    def count(self) -> None:
        """Another packet has been dealt with, where nothing goes on beside."""
        self._report.packets += 1
        if self._report.packets == self._warm:
            self._begin()

    async def count_beside(self, rig: Rig) -> None:
        """Another packet has been dealt with, by one client of many.

        All clients wait at the warm-up until the session loads nothing: a load that is under way holds a
        file open, on a busy machine for long enough to be counted, and it is no longer open at the end.
        """
        self._report.packets += 1
        if self._report.packets == self._warm:
            self._beginning = asyncio.ensure_future(self._begin_in_quiet(rig))
        if self._beginning is not None:
            await self._beginning

    async def _begin_in_quiet(self, rig: Rig) -> None:
        await rig.settle()
        self._begin()

    def _begin(self) -> None:
        trim()
        self._before = resident_mb(), open_files(), threading.active_count()

    def end(self) -> None:
        """Write down what has changed since the warm-up."""
        trim()
        memory, files, threads = self._before or (resident_mb(), open_files(), threading.active_count())
        self._report.grown_mb = resident_mb() - memory
        self._report.files = open_files() - files
        self._report.threads = threading.active_count() - threads


class Rig:
    """A session that renders a control step on request."""

    def __init__(self, folder: Path, report: Report, body: str = BODY) -> None:
        self.preset = make_preset(folder / "small", body)
        self.report = report
        performance = Performance(self.preset, seed=1, bank=Bank(48000))
        self.session = LiveSession(
            performance, LiveOptions(), lambda engine, _broadcast: ClockedSink(engine),
            tell=report.hear, load_preset=self._load,
        )  # fmt: skip
        session = self.session

        def complain(sentence: str) -> None:  # not through the session's limit of sixty messages a minute
            report.hear(one_line(sentence))

        osc = OscInput(session, ("127.0.0.1", 0))
        self.osc = osc.server = OscServer(OscReader(self.preset, session.checker), session.receive, complain)
        session.inputs["osc"] = osc
        session._watch_performance()
        performance.begin()

    def _load(self, _name: str) -> Preset:
        return self.preset

    def turn(self) -> None:
        """Render a control step, and let the session run it."""
        engine = self.session.performance.engine
        engine.pull(CONTROL_STEP_FRAMES)
        self.session._run_due_steps()

    async def pump(self) -> None:
        """Render until cancelled."""
        while True:
            self.turn()
            await asyncio.sleep(0.002)

    async def settle(self) -> None:
        """Render until nothing is being loaded, restored or edited any more."""
        quiet, session = 0, self.session
        for _ in range(12_000):
            edit = session._reload._task
            is_busy = session._replacer._tasks or (edit is not None and not edit.done())
            quiet = 0 if is_busy else quiet + 1
            if quiet > 20:
                return
            self.turn()
            await asyncio.sleep(0.005)
        self.report.fail("", "something is being loaded for a minute")

    def is_alive(self) -> bool:
        """Whether a parameter still arrives, and an event is still told when it sounds."""
        client = Connection(self.session)
        for document in ({"resume": True}, {"play": True}, {"tempo": None}, {"state": {"place": "road"}}):
            client.take(as_json(document))
        self._turns(600)
        arrived = []
        for value in (0.25, 0.75):
            client.take(as_json({"parameter": "threat", "value": value}))
            self._turns(200)
            engine = self.session.performance.engine
            arrived.append(engine.value(self.session.performance.layout.parameters["threat"]))
        client.waiting.clear()
        client.take(as_json({"event": "hit", "id": "last"}))
        self._turns(600)
        told = [json.loads(text).get("status") for text in client.waiting]
        return abs(arrived[0] - 0.25) < 0.01 and abs(arrived[1] - 0.75) < 0.01 and "started" in told

    def _turns(self, count: int) -> None:
        for _ in range(count):
            self.turn()
