"""Measures the time of the audio callback on a PortAudio stream, idle and with a busy interpreter.

Needs a running sound server; a JACK dummy device is enough.  Idle and busy runs alternate, so that other load
on the machine affects both.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.sinks.portaudio import PortAudioSink
from benchmarks import stress
from benchmarks.work import noise

SECONDS, PAIRS, STEMS = 5.0, 5, 128


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield each row: five pairs of an idle and a stressed run for each stress."""
    engine = Engine(EngineSpec(clips=STEMS, sounds=STEMS))
    rows = []
    for clip in range(STEMS):
        number = engine.add_sound(engine.bank.add(noise(6, 0.01, clip), loop_frames=48000 * 6))
        rows.append(commands.start_clip(0, clip, number, 0, position=clip * 500))
    engine.post(rows)
    sink = PortAudioSink(engine, block_size=64)
    sink.start()
    time.sleep(1.0)
    try:
        for name, load in (("GIL held", stress.hold_gil), ("a million objects collected", stress.collect)):
            for pair in range(PAIRS):
                yield {"what": "idle", "pair": pair, **_run(engine, lambda _stop: None)}
                yield {"what": name, "pair": pair, **_run(engine, load)}
    finally:
        sink.stop()


def _run(engine: Engine, load: Callable[[threading.Event], None]) -> dict[str, object]:
    stop = threading.Event()
    thread = threading.Thread(target=load, args=(stop,))
    engine.reset_telemetry()
    thread.start()
    time.sleep(SECONDS)
    stop.set()
    thread.join()
    seen = engine.telemetry()
    return {
        "callbacks": seen.callbacks,
        "p50_us": round(seen.p50_us, 1),
        "p99_us": round(seen.p99_us, 1),
        "p99.9_us": round(seen.p999_us, 1),
        "max_us": round(seen.max_us, 1),
        "load_percent": round(100 * seen.load, 2),
        "over_budget": seen.over_budget,
        "underruns": seen.underruns,
    }
