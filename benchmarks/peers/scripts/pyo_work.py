"""The work in pyo, offline: ``pyo_work.py KIND COUNT BLOCK SECONDS OUT STEM…``."""

from __future__ import annotations

import itertools
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyo
import soundfile

from benchmarks.peers import works

kept: list[Any] = []


def keep(made: Any) -> Any:
    """Keep a reference to an object, because pyo stops objects without references."""
    kept.append(made)
    return made


def reader(path: str, index: int, gain: Any) -> Any:
    """Return a player that loops a stereo stem."""
    table = keep(pyo.SndTable(path))
    rate = table.getRate()
    start = (index * works.START_STRIDE_FRAMES % works.STEM_FRAMES) / works.STEM_FRAMES
    phase = keep(pyo.Phasor(freq=rate, phase=start))
    return keep(pyo.Pointer(table, phase, mul=gain))


def stems(paths: list[str]) -> None:
    """Play stems with gains that ramp to random targets."""
    for index, path in enumerate(paths):
        clock = keep(pyo.Metro(works.RETARGET_S)).play()
        gain = pyo.TrigRand(clock, works.LOWEST_GAIN, works.HIGHEST_GAIN, port=works.RAMP_S)
        reader(path, index, keep(gain)).out()


def voices(count: int) -> None:
    """Play voices whose notes are started from Python."""
    points = [(0.0, 0.0), (works.ATTACK_S, 1.0), (works.ATTACK_S + works.DECAY_S, works.SUSTAIN)]
    rng = np.random.default_rng(0)
    parts = []
    for _ in range(count):
        level = keep(pyo.Linseg(points, mul=works.VOICE_GAIN)).play()
        first, second = (keep(pyo.LFO(440.0, sharp=1.0, type=0)) for _ in range(2))
        voice = keep(pyo.Biquad(first + second, freq=2000.0, q=works.RESONANCE_Q, type=0, mul=level))
        parts.append((first, second, voice, level))
    keep(keep(pyo.Mix([part[2] for part in parts], voices=1)).mix(2)).out()
    due = itertools.cycle(parts)

    def play() -> None:
        for first, second, voice, level in itertools.islice(due, works.notes(count)):
            hertz = works.hertz(works.LOWEST_NOTE + int(rng.integers(works.NOTES_SPAN)))
            first.freq, second.freq = hertz, hertz * works.SECOND_SAW_RATIO
            voice.freq = works.cutoff_hz(hertz)
            level.play()

    keep(pyo.Pattern(play, time=works.RETARGET_S)).play()


def effects(paths: list[str]) -> None:
    """Play stems through filters, a reverb and a limiter."""
    buses = []
    for index, path in enumerate(paths):
        filtered = pyo.Biquad(reader(path, index, 1.0), freq=works.BUS_CUTOFF_HZ, q=0.707, type=0)
        buses.append(keep(filtered))
    dry = keep(pyo.Mix(buses, voices=2))
    reverb = keep(pyo.Freeverb(dry * works.SEND_GAIN, size=0.8, damp=0.45, bal=1.0))
    mixed = keep(dry + reverb)
    ceiling_db = 20.0 * math.log10(works.CEILING)
    keep(
        pyo.Compress(mixed, thresh=ceiling_db, ratio=100.0, risetime=0.001, falltime=0.12, lookahead=2.0)
    ).out()


def main() -> None:
    """Render, and print the share of a core."""
    kind, count, block, seconds, out, *paths = sys.argv[1:]
    server = pyo.Server(sr=works.RATE, nchnls=2, buffersize=int(block), duplex=0, audio="offline")
    server.setVerbosity(0)
    server.boot()
    server.recordOptions(dur=float(seconds), filename=out, fileformat=0, sampletype=3)
    if kind == works.VOICES:
        voices(int(count))
    else:
        {works.STEMS: stems, works.EFFECTS: effects}[kind](paths)
    used = time.process_time()
    server.start()
    used = time.process_time() - used
    frames = soundfile.info(out).frames
    heard, _ = soundfile.read(out, dtype="float32", start=frames - min(frames, works.RATE) // 2)
    Path(out).unlink()
    print(f"share {used * works.RATE / frames:.9f} rms {float((heard**2).mean() ** 0.5):.9f}", flush=True)


if __name__ == "__main__":
    main()
