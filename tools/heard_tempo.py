"""Compares the tempo that is heard in a render of *stride* with its log, and counts isolated steps.

    python -m tools.heard_tempo RENDER.flac LOG.jsonl

The tempo is found anew from the onsets of the audio, in windows of eight seconds in which neither the logged
tempo nor the section changes.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

Array = np.ndarray[Any, Any]

WINDOW_S, PIECE_S = 8.0, 60.0
HOP = 64
STEADY = 0.0005
"""A logged tempo that changes by less than this share in a window is steady."""

SEARCHED = np.linspace(0.97, 1.03, 121)
ISOLATED, LEAST_STEP = 14.0, 0.02
"""A third difference so many times the usual one of the 10 ms around it, and so large, is a step."""


def flux(audio: Array) -> Array:
    """Rise of the high frequencies' level, one value each `HOP` frames."""
    edges = np.abs(np.diff(audio, prepend=audio[:1]))
    level = np.log(1e-4 + edges[: len(edges) // HOP * HOP].reshape(-1, HOP).mean(axis=1))
    rise: Array = np.maximum(np.diff(level, prepend=level[:1]), 0.0)
    return rise - rise.mean()


def tempo_of(audio: Array, near_bpm: float, rate: int) -> float:
    """Tempo of a window, by the strongest frequency of its onsets near four times a beat's."""
    onsets = flux(audio) * np.hanning(len(audio) // HOP)
    turns = 4.0 * near_bpm * SEARCHED / 60.0 * HOP / rate
    strength = np.abs(np.exp(-2j * np.pi * np.outer(turns, np.arange(len(onsets)))) @ onsets)
    best = int(np.clip(np.argmax(strength), 1, len(strength) - 2))
    before, here, after = np.log(strength[best - 1 : best + 2])
    part = 0.5 * (before - after) / (before - 2.0 * here + after)
    return float(near_bpm * np.interp(best + part, np.arange(len(SEARCHED)), SEARCHED))


def steps_of(audio: Array) -> int:
    """Isolated steps from sample to sample."""
    curve = np.abs(np.diff(audio, 3))
    blocks = curve[: len(curve) // 480 * 480].reshape(-1, 480)
    usual = np.median(blocks, axis=1)
    return int(((blocks.max(axis=1) > ISOLATED * usual) & (blocks.max(axis=1) > LEAST_STEP)).sum())


def windows(log: list[dict[str, Any]], end_s: float) -> list[tuple[float, float, str]]:
    """Windows in which nothing changes: (begin in seconds, logged tempo, section)."""
    told = [(one["t"], one["tempo_bpm"]) for one in log if one["kind"] == "follow"]
    seams = [(one["t"], one["target"]) for one in log if one["kind"] == "transition" and "target" in one]
    found = []
    for begin in np.arange(WINDOW_S, end_s - WINDOW_S, WINDOW_S):
        near = [bpm for at, bpm in told if begin - 2.5 <= at < begin + WINDOW_S + 2.5]
        if any(begin - 4.0 < at < begin + WINDOW_S for at, _ in seams) or len(near) < 4:
            continue
        if max(near) / min(near) - 1.0 < STEADY:
            section = [name for at, name in seams if at <= begin][-1]
            found.append((float(begin), float(np.mean(near)), section))
    return found


def main(audio_path: str, log_path: str) -> None:
    """Print what was measured."""
    log = [json.loads(line) for line in Path(log_path).read_text(encoding="utf-8").splitlines()]
    errors: list[float] = []
    steps: dict[str, list[int]] = defaultdict(list)
    with soundfile.SoundFile(audio_path) as file:
        rate, total = file.samplerate, len(file)
        todo = windows(log, total / rate)
        for piece in range(int(total / rate / PIECE_S) + 1):
            file.seek(round(piece * PIECE_S * rate))
            frames = file.read(round((PIECE_S + WINDOW_S) * rate), dtype="float32", always_2d=True)
            mono = frames.mean(axis=1)
            for begin, bpm, section in todo:
                first = round((begin - piece * PIECE_S) * rate)
                window = mono[first : first + round(WINDOW_S * rate)] if first >= 0 else mono[:0]
                if first < round(PIECE_S * rate) and len(window) == round(WINDOW_S * rate):
                    errors.append(100.0 * (tempo_of(window, bpm, rate) / bpm - 1.0))
                    is_home = "its own tempo" if abs(bpm / 160.0 - 1.0) < 1e-6 else "stretched"
                    steps[f"{section}, {is_home}"].append(steps_of(window))
    print(f"{total / rate:.0f} s; {len(errors)} windows of {WINDOW_S:g} s in which tempo and section stay")
    size = np.abs(errors)
    print(f"heard tempo beside the log: median {np.median(errors):+.3f} %, 95 of 100 within "
          f"{np.percentile(size, 95):.3f} %, at most {size.max():.3f} %")  # fmt: skip
    for name, counts in sorted(steps.items()):
        print(
            f"{name}: {60.0 / WINDOW_S * np.mean(counts):.1f} isolated steps a minute, {len(counts)} windows"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
