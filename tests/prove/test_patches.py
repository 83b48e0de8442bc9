"""A pyo patch beside a thread of Python that is never idle: its ring of 250 ms may not run out."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from adaptive.engine.engine import Engine
from adaptive.inputs.message import SetParameter, Transaction
from adaptive.inputs.note_message import PlayNote
from adaptive.preset.load import load
from adaptive.session.incoming.streams import streams_of
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.performance import Performance, vocabulary
from adaptive.sinks.clocked import ClockedSink
from tests.helpers.presets import HEAD

pytestmark = [pytest.mark.prove, pytest.mark.timeout(7200)]
pytest.importorskip("pyo", reason="pip install 'adaptive-soundtrack[pyo]'")

SECONDS = float(os.environ.get("ADAPTIVE_PATCH_S", "600"))
IS_BUSY = os.environ.get("ADAPTIVE_PATCH_IDLE", "") != "1"
"""With 1 the thread is left out: what then runs out is for want of a processor."""

PRESET = (
    HEAD
    + """
[parameters.threat]
[layers.cloud]
pyo = "cloud.py"
generator = "pad"
[sections.calm]
layers = ["cloud"]
length_bars = 4
"""
)

PATCH = """import pyo
def build(patch):
    notes = patch.notes(voices=8)
    level = pyo.Port(notes.gate * notes.velocity, risetime=0.3, falltime=1.2)
    sound = pyo.SuperSaw(notes.hz, mul=level * 0.05).mix(2)
    return pyo.MoogLP(sound, freq=300 + patch.parameter("threat") * 3000)
"""


def test_a_patch_does_not_run_out_beside_a_busy_thread(tmp_path: Path) -> None:
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    (tmp_path / "cloud.py").write_text(PATCH, encoding="utf-8")
    told: list[tuple[float, str]] = []

    def tell(sentence: str) -> None:
        told.append((round(session.frames / 48000, 1), sentence))

    options = LiveOptions(None, None, None, seconds=SECONDS, may_run_code=True)
    performance = Performance(load(tmp_path, vocabulary()), 1)
    session = LiveSession(performance, options, lambda engine, _: sink_of(engine), tell=tell)
    stopping = threading.Event()
    spun = 0

    def spin() -> None:
        nonlocal spun
        while IS_BUSY and not stopping.is_set():
            spun += sum(range(200))

    async def run() -> None:
        task = asyncio.create_task(session.run())
        busy = threading.Thread(target=spin)
        busy.start()
        try:
            count = 0
            while not task.done():
                await asyncio.sleep(0.25)
                count += 1
                session.receive(Transaction([SetParameter("threat", count % 8 / 8.0)]))
                session.receive(Transaction([PlayNote("cloud", 60 + count // 2 % 12, 0.6 * (count % 2))]))
            await task
        finally:
            stopping.set()
            busy.join()

    asyncio.run(run())
    record = streams_of(performance)[0].record
    starved, blocks = int(record["starved"]), performance.engine.telemetry()
    print(f"{SECONDS:g} s: starved {starved}, gain {float(record['gain'])}, {blocks}; told {told}")

    assert (spun > 0) == IS_BUSY
    assert float(record["gain"]) == 1.0
    assert starved == 0


def sink_of(engine: Engine) -> ClockedSink:
    """A sink that plays nowhere, at the pace of the music."""
    return ClockedSink(engine, "null", lambda _block: None)
