"""Synthetic loops, pads and chunks with known values, for the tests of `adaptive.analysis`."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def clicks(
    bpm: float,
    beats: int = 32,
    *,
    first_beat_s: float = 0.0,
    tail_s: float = 0.0,
    swing: float = 0.0,
    noise: float = 0.0,
    jitter_s: float = 0.0,
    meter: int = 4,
    rate: int = 44_100,
) -> Samples:
    """Return a click on every beat, a softer one at `swing` of each beat, and a tail of noise."""
    rng = np.random.default_rng(7)
    period_s = 60.0 / bpm
    frames = round((first_beat_s + beats * period_s + tail_s) * rate)
    out = np.zeros(frames)
    time_s = np.arange(round(0.06 * rate)) / rate
    click = np.sin(2.0 * np.pi * 1500.0 * time_s) * np.exp(-time_s / 0.008)
    for beat in range(beats):
        places = [(beat, 1.0 if beat % meter == 0 else 0.7)]
        places += [(beat + swing, 0.4)] if swing else []
        for place, gain in places:
            start = round((first_beat_s + place * period_s + jitter_s * rng.standard_normal()) * rate)
            start = max(0, start)
            part = click[: frames - start]
            out[start : start + len(part)] += gain * part
    if tail_s:
        ring = np.exp(-np.arange(round(tail_s * rate)) / rate / (tail_s / 6.0))
        out[frames - len(ring) :] += 0.02 * ring * rng.standard_normal(len(ring))
    return np.asarray(0.5 * out + noise * rng.standard_normal(frames), dtype=np.float32)


def pad(length_s: float, *, fades: bool, rate: int = 44_100) -> Samples:
    """Return a slow chord with vibrato and without onsets; it fades out, or is cut."""
    time_s = np.arange(round(length_s * rate)) / rate
    chord = np.zeros(len(time_s))
    for hz in (220.0, 277.2, 329.6):
        swell = 0.7 + 0.3 * np.sin(2.0 * np.pi * 0.11 * time_s + hz)
        chord += swell * np.sin(2.0 * np.pi * hz * time_s + 0.5 * np.sin(2.0 * np.pi * 5.0 * time_s))
    fade = np.minimum(1.0, time_s / 1.5)
    if fades:
        fade = fade * np.clip((length_s - time_s) / 3.0, 0.0, 1.0) ** 2
    return np.asarray(0.1 * chord * fade, dtype=np.float32)


def save(path: Path, samples: Samples, rate: int = 44_100) -> Path:
    """Write a file in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)
    return path


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one RIFF chunk, padded to an even length."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks: bytes) -> bytes:
    """Return a RIFF WAVE file of these chunks."""
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav(samples: Samples, *extra: bytes, rate: int = 44_100) -> bytes:
    """Return a mono 16-bit WAV with `extra` chunks after its data."""
    form = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    data = np.round(samples * 32767.0).astype("<i2").tobytes()
    return riff(chunk(b"fmt ", form), chunk(b"data", data), *extra)


def acid(bpm: float, beats: int, *, flags: int = 0, numerator: int = 4) -> bytes:
    """Return the chunk in which loop editors store the tempo."""
    return chunk(b"acid", struct.pack("<IHHfIHHf", flags, 60, 0x8000, 0.0, beats, 4, numerator, bpm))


def smpl(start: int, last: int, *, kind: int = 0) -> bytes:
    """Return the chunk in which samplers store a loop; its end is inclusive, kind 0 is forward."""
    return chunk(b"smpl", struct.pack("<9I6I", *[0] * 7, 1, 0, 0, kind, start, last, 0, 0))


def cue(*frames: int) -> bytes:
    """Return the chunk in which editors store marked positions."""
    points = [struct.pack("<2I4s3I", i, f, b"data", 0, 0, f) for i, f in enumerate(frames)]
    return chunk(b"cue ", struct.pack("<I", len(frames)) + b"".join(points))
