"""Measures the synthesisers side by side: sixteen held notes of each."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.kernel.sources.descriptor import NumbersSpec
from adaptive.kernel.sources.registry import SOURCES

NOTES, RUNS, FRAMES, RATE = 16, 5, 48000, 48000
WAYS: dict[str, tuple[str, dict[str, float]]] = {
    "subtractive": ("subtractive", {"cutoff_hz": 3000.0}),
    "subtractive, seven in unison": ("subtractive", {"cutoff_hz": 3000.0, "unison": 7.0}),
    "fm": ("fm", {}),
    "plucked": ("plucked", {"ring_s": 60.0}),
    "modal": ("modal", {"ring_s": 60.0}),
    "wavetable": ("wavetable", {}),
    "wavetable, seven in unison": ("wavetable", {"unison": 7.0}),
    "granular": ("granular", {}),
    "granular, as many grains as there may be": ("granular", {"density_hz": 400.0, "grain_ms": 1000.0}),
    "waveguide, reed": ("waveguide", {}),
    "waveguide, bow": ("waveguide", {"exciter": 1.0}),
}
"""What is measured: a kind and its numbers, by a name."""


def _playing(kind: str, values: dict[str, float]) -> Engine:
    options = tuple(one.name for one in SOURCES[kind].options)
    engine = Engine(EngineSpec(instruments=[NumbersSpec(kind, 0, NOTES, values, options)]))
    engine.post([commands.play_note(0, 0, 40.0 + 2 * number, 0.8, 0) for number in range(NOTES)])
    engine.pull(RATE // 2)
    return engine


def measure_all() -> Iterator[dict[str, object]]:
    """Measure all kinds in turn, so that other load meets all alike; yield a row for each."""
    idle = Engine(EngineSpec())
    engines = {name: _playing(*way) for name, way in WAYS.items()}
    shares: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(RUNS):
        alone = _percent(idle)
        for name, engine in engines.items():
            shares[name].append(_percent(engine) - alone)
    for name, found in shares.items():
        yield {
            "what": f"{NOTES} held notes: {name}",
            "percent": round(statistics.median(found), 3),
            "least": round(min(found), 3),
        }


def _percent(engine: Engine) -> float:
    """CPU seconds per second of audio, in percent."""
    start = time.process_time()
    engine.pull(FRAMES)
    return 100.0 * (time.process_time() - start) * RATE / FRAMES
