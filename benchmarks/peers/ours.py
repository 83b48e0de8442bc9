"""The work in this engine.

A compiled loop calls the engine once for each block, as a sound card does.  Commands are posted between
pieces of 100 ms.  The main figure is the time of the calls; a second figure includes the posting from Python.
"""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.engine import commands
from adaptive.engine.arrays import address, aligned
from adaptive.engine.commands import Command
from adaptive.engine.decode import decode
from adaptive.engine.engine import Engine
from adaptive.engine.resample import resample
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel import layout
from adaptive.kernel.compile import build
from adaptive.kernel.sources.synth_record import SAW
from adaptive.kernel.sources.synth_settings import EnvelopeSpec, OscillatorSpec, SynthSpec
from benchmarks.peers import tools, works
from benchmarks.peers.works import Work

PIECE_FRAMES = round(works.RETARGET_S * works.RATE)
RAMP_FRAMES = round(works.RAMP_S * works.RATE)
MOST_COMMANDS = 128
DIFFERS = {
    works.STEMS: "no interpolation; gains ramp in every frame; "
    "every work includes the master with limiter and meters",
    works.VOICES: "two PolyBLEP saws, state-variable low-pass updated every frame, two envelopes, an LFO",
    works.EFFECTS: "bus low-pass, gain and pan updated every frame; a reverb of 16 delay lines; "
    "a linked limiter with a look-ahead of 1.3 ms",
    works.MIX: "gains and pans updated every frame, equalisers ready to move, linked compressors with a "
    "knee, meters on every layer and bus, the reverb and limiter of the effects above",
}


@lru_cache(maxsize=1)
def _unit() -> Any:
    """Return the engine's C entry point as a function that compiled code can call."""
    signature = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_int64] * 4)
    return signature(build.addresses()["pull"])


@dataclass(slots=True)
class Ours:
    """An engine that plays a work.

    Parameters
    ----------
    work : Work
        The work that is played.
    engine : Engine
        The engine.
    between : callable
        Returns the commands to post before each piece of 100 ms.
    posting_s : float
        CPU seconds of posting per second of audio, after `play`.
    """

    work: Work
    engine: Engine
    between: Callable[[Engine], Sequence[Command]]
    posting_s: float = 0.0

    def pull(self, seconds: float) -> None:
        """Play without measuring, with many blocks in each call, as an offline render does."""
        for _ in range(round(seconds / works.RETARGET_S)):
            self._post()
            self.engine.pull(PIECE_FRAMES)

    def _post(self) -> None:
        rows = list(self.between(self.engine))
        for first in range(0, len(rows), MOST_COMMANDS):
            self.engine.post(rows[first : first + MOST_COMMANDS])

    def play(self, seconds: float) -> float:
        """Play, and return the CPU seconds of the calls per second of audio."""
        from benchmarks.peers.driving import drive  # compiles, which an offline program must not measure

        block = self.work.block_frames
        out = aligned(np.float32, block, 2)
        unit, header, at = _unit(), self.engine.memory.header_address, address(out)
        self.posting_s = used = 0.0
        pieces = round(seconds / works.RETARGET_S)
        owed = 0
        for _ in range(pieces):
            began = time.process_time()
            self._post()
            owed += PIECE_FRAMES
            blocks, owed = divmod(owed, block)
            posted = time.process_time()
            drive(unit, header, at, block, blocks)
            used += time.process_time() - posted
            self.posting_s += posted - began
        tools.require_sound(float((out**2).mean() ** 0.5))
        self.posting_s /= seconds
        return used / seconds

    def measure(self) -> float:
        """Measure once: two short runs to warm the caches and to choose a length, then the measured run."""
        self.play(0.2)
        return self.play(max(1.0, min(10.0, 0.1 / max(self.play(0.2), 1e-5))))


def prepare(work: Work, files: Sequence[Path] = ()) -> Ours:
    """Return an engine that has played for 0.5 s; stems are generated, or decoded from files."""
    makers = {works.VOICES: _voices, works.EFFECTS: _effects, works.MIX: _mix}
    ours = _stems(work, files) if work.kind == works.STEMS else makers[work.kind](work)
    ours.pull(0.5)
    return ours


def _nothing(_engine: Engine) -> list[Command]:
    return []


def _stems(work: Work, files: Sequence[Path]) -> Ours:
    count = work.count
    engine = Engine(EngineSpec(clips=count, sounds=count))
    for clip in range(count):
        audio = resample(decode(files[clip]), works.RATE) if files else works.noise(clip).T
        sound = engine.bank.add(audio, loop_frames=works.STEM_FRAMES)
        number = engine.add_sound(sound)
        position = clip * works.START_STRIDE_FRAMES % works.STEM_FRAMES
        engine.post([commands.start_clip(0, clip, number, 0, position=position)])
        engine.pull(layout.QUANTUM)
    rng = np.random.default_rng(0)

    def retarget(engine: Engine) -> list[Command]:
        targets = enumerate(works.gains(rng, count))
        return [commands.fade_clip(engine.frame, clip, float(gain), RAMP_FRAMES) for clip, gain in targets]

    return Ours(work, engine, retarget)


def _voices(work: Work) -> Ours:
    pair = (OscillatorSpec(SAW), OscillatorSpec(SAW, semitones=0.1))
    spec = SynthSpec(
        bus=0,
        voices=work.count,
        gain=works.VOICE_GAIN,
        oscillators=pair,
        cutoff_hz=2000.0,
        resonance=0.5,
        key_track=1.0,
        amplitude=EnvelopeSpec(works.ATTACK_S, works.DECAY_S, works.SUSTAIN, 0.1),
    )
    engine = Engine(EngineSpec(instruments=[spec]))
    rng = np.random.default_rng(0)

    def note(frame: int) -> Command:
        key = works.LOWEST_NOTE + int(rng.integers(works.NOTES_SPAN))
        return commands.play_note(frame, 0, key, 0.8, 0)

    for first in range(0, work.count, 64):
        engine.post([note(0) for _ in range(min(64, work.count - first))])
        engine.pull(layout.QUANTUM)

    def play(engine: Engine) -> list[Command]:
        return [note(engine.frame + 200 * index) for index in range(works.notes(work.count))]

    return Ours(work, engine, play)


def _effects(work: Work) -> Ours:
    buses = [
        BusSpec(f"bus_{index}", sends=(8,), send_gains=(works.SEND_GAIN,), cutoff_hz=works.BUS_CUTOFF_HZ)
        for index in range(works.BUSES)
    ]
    reverb = BusSpec("reverb", inserts=(InsertSpec("reverb", "reverb"),))
    engine = Engine(EngineSpec(clips=8, sounds=8, buses=[*buses, reverb]))
    for clip in range(works.BUSES):
        audio = works.noise(clip, works.EFFECT_RMS).T
        number = engine.add_sound(engine.bank.add(audio, loop_frames=works.STEM_FRAMES))
        engine.post([commands.start_clip(0, clip, number, clip)])
    engine.pull(works.RATE)
    return Ours(work, engine, _nothing)


def _mix(work: Work) -> Ours:
    first_bus = work.count
    reverb = first_bus + works.BUSES
    layers = [
        BusSpec(f"layer_{index}", output=first_bus + index // 2, pan=works.pan(index))
        for index in range(work.count)
    ]
    eq = {
        "low_hz": works.LOW_HZ,
        "low_db": works.LOW_DB,
        "low_mid_hz": works.LOW_MID_HZ,
        "low_mid_db": works.LOW_MID_DB,
        "high_mid_hz": works.HIGH_MID_HZ,
        "high_mid_db": works.HIGH_MID_DB,
        "high_hz": works.HIGH_HZ,
        "high_db": works.HIGH_DB,
    }
    compressor = {
        "threshold_db": 20.0 * math.log10(works.THRESHOLD),
        "ratio": works.RATIO,
        "attack_ms": 1000.0 * works.COMPRESSION_S,
        "release_ms": 1000.0 * works.RELEASE_S,
    }
    inserts = (InsertSpec("eq", "eq", eq), InsertSpec("compressor", "compressor", compressor))
    buses = [
        BusSpec(f"bus_{index}", inserts=inserts, sends=(reverb,), send_gains=(works.SEND_GAIN,))
        if index < works.SENDING_BUSES
        else BusSpec(f"bus_{index}", inserts=inserts)
        for index in range(works.BUSES)
    ]
    room = BusSpec("reverb", inserts=(InsertSpec("reverb", "reverb"),))
    engine = Engine(EngineSpec(clips=work.count, sounds=work.count, buses=[*layers, *buses, room]))
    for clip in range(work.count):
        audio = works.noise(clip, works.LAYER_RMS).T
        number = engine.add_sound(engine.bank.add(audio, loop_frames=works.STEM_FRAMES))
        position = clip * works.START_STRIDE_FRAMES
        engine.post([commands.start_clip(0, clip, number, clip, position=position)])
    rng = np.random.default_rng(0)

    def retarget(engine: Engine) -> list[Command]:
        targets = enumerate(works.gains(rng, work.count))
        return [commands.fade_clip(engine.frame, clip, float(gain), RAMP_FRAMES) for clip, gain in targets]

    return Ours(work, engine, retarget)
