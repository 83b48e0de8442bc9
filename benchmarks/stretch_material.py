"""Music for judging time-stretch that no recording covers: chords without drums, and dense mixes.

python -m benchmarks.stretch_material FOLDER         # writes a file for each of `MATERIAL`
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

Array = np.ndarray[Any, Any]

RATE = 48000
CHORDS = ((48, 55, 60, 64, 67), (45, 52, 57, 60, 64), (41, 53, 57, 60, 65), (43, 50, 55, 59, 67))
CHORD_S, BEAT_S, SECONDS = 2.0, 0.5, 16.0


def hertz(key: float) -> float:
    """Frequency of a key; 69 is 440 Hz."""
    return 440.0 * 2.0 ** ((key - 69.0) / 12.0)


def tone(
    key: float, seconds: float, harmonics: int, brightness: float, decay_s: float, attack_s: float
) -> Array:
    """A tone of harmonics whose higher ones are softer (power `brightness`) and decay sooner."""
    t = np.arange(int(seconds * RATE)) / RATE
    random = np.random.default_rng(int(key * 100) + harmonics)
    sound = np.zeros(len(t))
    for n in range(1, harmonics + 1):
        if hertz(key) * n < 18000:
            fade = np.exp(-t * (1.0 + 0.3 * n) / decay_s) if decay_s else 1.0
            sound += np.sin(2 * np.pi * (hertz(key) * n * t + random.random())) * n**-brightness * fade
    edge = np.minimum(t / attack_s, 1.0) * np.minimum((seconds - t) / 0.02, 1.0)
    return sound * edge


def mixed(parts: list[tuple[float, Array, float]]) -> Array:
    """Sounds (begin in seconds, samples, pan from -1 to 1), added up: shape (2, frames)."""
    out = np.zeros((2, int(SECONDS * RATE)))
    for begin, sound, pan in parts:
        at = round(begin * RATE)
        length = min(len(sound), out.shape[1] - at)
        if length > 0:
            out[0, at : at + length] += sound[:length] * np.cos((pan + 1) * np.pi / 4)
            out[1, at : at + length] += sound[:length] * np.sin((pan + 1) * np.pi / 4)
    return out


def pads() -> Array:
    """Chords of detuned tones with slow attacks, each panned elsewhere, that overlap."""
    parts = []
    for bar in range(int(SECONDS / CHORD_S)):
        for number, key in enumerate(CHORDS[bar % 4]):
            for side in (-1, 1):
                sound = tone(key + 0.04 * side, CHORD_S + 0.4, 16, 1.2, 0.0, 0.25)
                parts.append((bar * CHORD_S, 0.1 * sound, 0.8 * side * (number + 1) / 5))
    return mixed(parts)


def keys() -> Array:
    """Chords struck each beat, that decay like strings."""
    parts = []
    for beat in range(int(SECONDS / BEAT_S)):
        for number, key in enumerate(CHORDS[int(beat * BEAT_S / CHORD_S) % 4]):
            sound = tone(key, 1.4, 20, 1.1, 1.2, 0.004)
            parts.append((beat * BEAT_S + 0.006 * number, 0.12 * sound, (number - 2) / 3))
    return mixed(parts)


def picked() -> Array:
    """Broken chords, eight notes a second, each ringing into the next ones."""
    parts = []
    for step in range(int(SECONDS / 0.125)):
        chord = CHORDS[int(step * 0.125 / CHORD_S) % 4]
        key = chord[(step * 3) % 5] + 12
        parts.append((step * 0.125, 0.2 * tone(key, 0.9, 14, 1.0, 0.8, 0.003), np.sin(step)))
    return mixed(parts)


def organ() -> Array:
    """Chords that begin and end at once, with few and loud harmonics, up to 4 kHz."""
    parts = []
    for bar in range(int(SECONDS / CHORD_S)):
        for number, key in enumerate(CHORDS[bar % 4]):
            for footage, level in ((0, 1.0), (12, 0.8), (19, 0.6), (24, 0.5), (36, 0.3)):
                sound = tone(key + footage, CHORD_S, 1, 1.0, 0.0, 0.01)
                parts.append((bar * CHORD_S, 0.06 * level * sound, 0.4 * (number - 2)))
    return mixed(parts)


def drums() -> Array:
    """Bass drum, snare and hi-hat in eighths."""
    random = np.random.default_rng(3)
    parts = []
    t = np.arange(int(0.35 * RATE)) / RATE
    edge = np.minimum(t / 0.001, 1.0)
    for step in range(int(SECONDS / 0.25)):
        noise = random.normal(0.0, 1.0, len(t))
        if step % 4 == 0:
            kick = np.sin(2 * np.pi * (50 * t - 4 * np.exp(-t / 0.03))) * np.exp(-t / 0.09)
            parts.append((step * 0.25, 0.6 * kick * edge, 0.0))
        if step % 4 == 2:
            snare = (0.3 * noise + 0.4 * np.sin(2 * np.pi * 190 * t)) * np.exp(-t / 0.06)
            parts.append((step * 0.25, snare * edge, 0.1))
        hat = np.diff(noise, prepend=0.0) * np.exp(-t / (0.1 if step % 4 == 3 else 0.025))
        parts.append((step * 0.25, 0.12 * hat * edge, 0.4))
    return mixed(parts)


def bass() -> Array:
    """A bass in eighths."""
    parts = []
    for step in range(int(SECONDS / 0.25)):
        key = CHORDS[int(step * 0.25 / CHORD_S) % 4][0] - 12
        parts.append((step * 0.25, 0.25 * tone(key, 0.24, 12, 1.3, 0.5, 0.003), 0.0))
    return mixed(parts)


def lead() -> Array:
    """A bright melody with vibrato, and a cluster of high tones that last."""
    parts = []
    for step in range(int(SECONDS)):
        t = np.arange(int(0.98 * RATE)) / RATE
        base = hertz(CHORDS[int(step / CHORD_S) % 4][3] + 12 + (step % 2) * 3)
        phase = 2 * np.pi * base * t + 0.12 * base / 440 * np.sin(2 * np.pi * 5.5 * t)
        sound = sum(np.sin(n * phase) / n for n in range(1, 9)) * np.minimum(t / 0.02, 1.0)
        parts.append((float(step), 0.12 * sound * np.minimum((0.98 - t) / 0.03, 1.0), -0.3))
    parts += [(0.0, 0.02 * tone(key, SECONDS, 3, 1.0, 0.0, 0.5), (key - 90) / 8) for key in (84, 91, 96)]
    return mixed(parts)


def dense() -> Array:
    """Drums, bass, pads and lead together."""
    return drums() + bass() + 0.6 * pads() + lead()


def band() -> Array:
    """Drums, bass, struck chords and broken chords together."""
    return drums() + bass() + 0.7 * keys() + 0.5 * picked()


MATERIAL: dict[str, Callable[[], Array]] = {
    "pads": pads, "keys": keys, "picked": picked, "organ": organ, "dense": dense, "band": band,
}  # fmt: skip


def main(folder: str) -> None:
    """Write each piece as a file."""
    for name, made in MATERIAL.items():
        audio = made()
        audio *= 0.5 / np.abs(audio).max()
        soundfile.write(Path(folder) / f"{name}.wav", audio.T, RATE, subtype="FLOAT")


if __name__ == "__main__":
    main(sys.argv[1])
