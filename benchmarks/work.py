"""Measures the render loop: stems, voices and effects, in growing numbers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel import layout
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources.synth_record import PULSE, SAW
from adaptive.kernel.sources.synth_settings import OscillatorSpec, SynthSpec

SECONDS, RUNS, PIECE = 4, 5, 75 * layout.QUANTUM
Before = Callable[[Engine], None]


def share_of_core(engine: Engine, before: Before | None = None) -> dict[str, object]:
    """Return CPU seconds per second of audio in percent: median and minimum of five runs.

    `before` is called before each piece of 100 ms and is not counted; it takes the place of the conductor.
    """
    shares = []
    pieces = SECONDS * engine.spec.sample_rate // PIECE
    for _ in range(RUNS):
        used = 0.0
        for _ in range(pieces):
            if before is not None:
                before(engine)
            start = time.process_time()
            engine.pull(PIECE)
            used += time.process_time() - start
        shares.append(100.0 * used / SECONDS)
    return {"percent": round(statistics.median(shares), 3), "least": round(min(shares), 3)}


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield each row."""
    engine = Engine(EngineSpec())
    engine.pull(4800)
    yield {"what": "idle engine", **share_of_core(engine)}
    for count in (8, 32, 128, 256):
        yield {"what": f"{count} looping stereo stems, ramps retargeted", **_stems(count)}
    yield {"what": "128 stems, a filter closed on each", **_stems(128, is_filtered=True)}
    for count in (16, 64, 256, 1024):
        yield {"what": f"{count} voices, two saws, live notes", **_voices(count, SAW)}
    yield {"what": "256 voices, two pulses, live notes", **_voices(256, PULSE)}
    yield {"what": "8 filtered buses with sends, a reverb, the limiter active", **_effects(1.0)}
    yield {"what": "8 filtered buses with sends, a reverb, the limiter inactive", **_effects(0.05)}
    yield {"what": "8 buses without inserts", **_inserts(())}
    for kind in (kind for kind, processor in PROCESSORS.items() if processor.memory_of is None):
        yield {
            "what": f"8 buses, an insert on each: {kind}",
            **_inserts((InsertSpec(kind, kind, BUSY.get(kind, {})),)),
        }


def noise(seconds: int, level: float, seed: int) -> np.ndarray:
    """Return stereo white noise of RMS `level` at 48 kHz, shape (2, frames)."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((2, 48000 * seconds)) * level).astype(np.float32)


def _stems(count: int, is_filtered: bool = False) -> dict[str, object]:
    engine = Engine(EngineSpec(clips=count, sounds=count))
    posted = []
    for clip in range(count):
        sound = engine.bank.add(noise(6, 0.01, clip), loop_frames=48000 * 6)
        number = engine.add_sound(sound)
        posted.append(commands.start_clip(0, clip, number, 0, position=clip * 500))
        if is_filtered:
            posted.append(commands.filter_clip(0, clip, 3000.0, 0))
    for first in range(0, len(posted), 128):
        engine.post(posted[first : first + 128])
        engine.pull(64)
    engine.pull(4800)
    rng = np.random.default_rng(0)

    def retarget(engine: Engine) -> None:
        gains = rng.uniform(0.2, 1.0, count)
        for first in range(0, count, 128):
            rows = [
                commands.fade_clip(engine.frame, clip, float(gains[clip]), 2400)
                for clip in range(first, min(count, first + 128))
            ]
            engine.post(rows)

    return share_of_core(engine, retarget)


def _voices(count: int, shape: int) -> dict[str, object]:
    pair = (OscillatorSpec(shape), OscillatorSpec(shape, semitones=0.1))
    spec = SynthSpec(bus=0, voices=count, gain=0.02, oscillators=pair)
    engine = Engine(EngineSpec(instruments=[spec]))
    for first in range(0, count, 64):
        rows = [commands.play_note(0, 0, 40 + i % 48, 0.8, 0) for i in range(min(64, count - first))]
        engine.post(rows)
        engine.pull(64)
    engine.pull(4800)
    rng = np.random.default_rng(0)

    def play(engine: Engine) -> None:
        rows = [
            commands.play_note(engine.frame + 200 * i, 0, 40 + int(rng.integers(48)), 0.8, 48000)
            for i in range(24)
        ]
        engine.post(rows)

    return share_of_core(engine, play)


BUSY: dict[str, dict[str, float]] = {
    "eq": {"low_db": 3.0, "low_mid_db": -3.0, "high_mid_db": 3.0, "high_db": -3.0},
}
"""Settings with which a processor has all its work to do: four bands of the equaliser."""


def _inserts(inserts: tuple[InsertSpec, ...]) -> dict[str, object]:
    buses = [BusSpec(f"bus_{i}", inserts=inserts) for i in range(8)]
    engine = Engine(EngineSpec(clips=8, sounds=8, buses=buses))
    for clip in range(8):
        number = engine.add_sound(engine.bank.add(noise(6, 0.05, clip), loop_frames=48000 * 6))
        engine.post([commands.start_clip(0, clip, number, clip)])
    engine.pull(48000)
    return share_of_core(engine)


def _effects(volume: float) -> dict[str, object]:
    buses = [BusSpec(f"bus_{i}", sends=(8,), send_gains=(0.5,), cutoff_hz=3000.0) for i in range(8)]
    reverb = BusSpec("reverb", inserts=(InsertSpec("reverb", "reverb"),))
    engine = Engine(EngineSpec(clips=8, sounds=8, buses=[*buses, reverb]))
    for clip in range(8):
        number = engine.add_sound(engine.bank.add(noise(6, 0.3, clip), loop_frames=48000 * 6))
        engine.post([commands.start_clip(0, clip, number, clip)])
    engine.set_volume(volume)
    engine.pull(48000)
    return share_of_core(engine)
