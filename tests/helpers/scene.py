"""A test piece for the engine: it uses every function of the kernel; some ninety commands, at odd frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.engine import SOURCE_TIMELINE, Engine
from adaptive.engine.spec import BusSpec, EngineSpec, MappingSpec, ParameterSpec
from adaptive.kernel import layout as k
from adaptive.kernel.sources.synth_record import NOISE, PULSE, SAW, TRIANGLE
from adaptive.kernel.sources.synth_settings import EnvelopeSpec, OscillatorSpec, SynthSpec
from tests.helpers import signals
from tests.helpers.rendering import reverb

SEED = 4711
FRAMES = 36864
"""Length of the piece: 576 quanta, and a multiple of every block size but a few."""

DRUMS, PAD, LEAD_LINE, SPARE, REVERB, SUM = 0, 1, 2, 3, 8, 9
"""Numbers of the buses."""


def spec(**changes: Any) -> EngineSpec:
    """Specification of an engine for the piece."""
    to_sum = {"output": SUM, "sends": (REVERB,), "send_gains": (0.2,)}
    strips = [
        BusSpec("drums", **to_sum),
        BusSpec("pad", cutoff_hz=6000.0, **to_sum),
        BusSpec("lead", pan=0.2, **to_sum),
        BusSpec("spare", **to_sum),
        *(BusSpec(f"free {number}") for number in range(4)),
    ]
    pad = SynthSpec(
        PAD,
        voices=24,
        oscillators=(OscillatorSpec(SAW), OscillatorSpec(PULSE, 0.5, 12.05, 0.3)),
        cutoff_hz=900.0,
        resonance=0.4,
        filter_octaves=2.0,
        amplitude=EnvelopeSpec(0.05, 0.3, 0.6, 0.4),
        modulation=EnvelopeSpec(0.1, 0.5, 0.2, 0.3),
        lfo_pitch_cents=12.0,
        lfo_cutoff_octaves=0.5,
        lfo_level=0.1,
        lfo_delay_s=0.2,
        gain=0.15,
    )
    lead = SynthSpec(
        LEAD_LINE,
        voices=3,
        oscillators=(OscillatorSpec(TRIANGLE), OscillatorSpec(NOISE, 0.2)),
        filter_mode="band_pass",
        cutoff_hz=1500.0,
        gain=0.4,
    )
    settings: dict[str, Any] = {
        "clips": 12,
        "buses": (*strips, BusSpec("reverb", inserts=(reverb(decay_s=1.1),)), BusSpec("sum")),
        "instruments": (pad, lead),
        "parameters": (
            ParameterSpec("intensity", rise_s=0.2, fall_s=0.3),
            ParameterSpec("wet", is_linear=True, rise_s=0.3, fall_s=0.3),
            ParameterSpec("both", program=((1, 0.0), (1, 1.0), (6, 0.0)), rise_s=0.05),
        ),
        "mappings": (
            MappingSpec(0, k.MAP_GAIN_DB, DRUMS, ((0.0, -20.0), (0.5, -6.0), (1.0, 0.0))),
            MappingSpec(1, k.MAP_SEND_DB, DRUMS, ((0.0, -60.0), (1.0, -3.0))),
            MappingSpec(2, k.MAP_CUTOFF, PAD, ((0.0, 500.0), (1.0, 9000.0))),
            MappingSpec(0, k.MAP_PAN, LEAD_LINE, ((0.0, -0.5), (1.0, 0.5))),
        ),
    }
    return EngineSpec(**(settings | changes))


def sounds(bank: Bank) -> list[Sound]:
    """Three sounds: a loop with a pickup and a tail, a stereo loop, a short decaying noise."""
    rng = np.random.default_rng(SEED)
    stroke = signals.noise(3000, rng, 0.9) * np.exp(-np.arange(3000, dtype=np.float32) / 500)
    stereo = np.stack([signals.sine(hz, 7001, 0.3) for hz in (220.0, 331.0)])
    return [
        bank.add(signals.noise(5000, rng, 0.3), 3501, 333),
        bank.add(stereo, 7001),
        bank.add(stroke),
    ]


def commands(engine: Engine, numbers: list[int]) -> list[c.Command]:
    """Ninety commands, most of them at odd frames inside quanta."""
    rng = np.random.default_rng(SEED + 1)
    loop, stereo, stroke = numbers

    def when() -> int:
        return int(rng.integers(100, FRAMES - 2000)) | 1

    made = [
        c.start_clip(0, 0, loop, DRUMS, position=-333),
        c.start_clip(777, 1, stereo, PAD, gain=0.7, pan=-0.3),
        c.filter_clip(9001, 1, 800.0, 5000),
        c.fade_clip(15003, 0, 0.4, 2501, shape=k.EQUAL_POWER_OUT),
        c.stop_clip(25007, 0, 3001, shape=k.EQUAL_POWER_OUT, group=5),
        c.pan_clip(11111, 1, 0.6, 3333),
        c.duck_bus(12345, PAD, 0.3, 999),
        c.duck_bus(17345, PAD, 1.0, 2999),
        c.fade_master(30001, 0.7, 3000),
        c.fade_instrument(20011, 0, 0.4, 4000),
        c.release_all(33333, 0),
    ]
    made += [c.start_clip(when(), 2 + n % 8, stroke, DRUMS, gain=0.6) for n in range(20)]
    made += [
        c.play_note(when(), 0, float(rng.integers(36, 80)), float(rng.uniform(0.3, 1.0)), 2901, note=n)
        for n in range(24)
    ]
    made += [c.play_note(when(), 1, float(rng.integers(60, 90)), 0.8, 1501, pan=0.3) for n in range(15)]
    made += [c.release_note(when(), 0, n) for n in range(0, 24, 5)]
    made += [c.fade_bus(when(), LEAD_LINE, float(rng.uniform(0.2, 1.0)), 777) for _ in range(6)]
    made += [c.filter_bus(when(), DRUMS, float(rng.uniform(500, 12000)), 1777) for _ in range(4)]
    for index in (0, 1, 0, 1, 0):
        word = engine.parameter_word(float(rng.random()))
        made.append(c.set_parameter(when(), index, SOURCE_TIMELINE, word))
    return made


def prepared(bank: Bank | None = None, more: list[c.Command] | None = None) -> Engine:
    """An engine with the piece scheduled."""
    engine = Engine(spec(), bank)
    numbers = [engine.add_sound(sound) for sound in sounds(engine.bank)]
    engine.post(commands(engine, numbers))
    if more:
        engine.post(more)
    return engine
