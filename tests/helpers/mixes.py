"""A small piece of four layers of noise, which together have the spectrum of the published average."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from adaptive.analysis.bands import CENTRES_HZ
from adaptive.analysis.mix_profile import LayerProfile, layer_profile, profile_of
from adaptive.analysis.mix_reference import average_reference
from adaptive.analysis.mix_search import HeardMix

RATE = 48000
ROLES = {"bass": "bass", "lead": "lead", "drums": "drums", "pad": "accompaniment"}

SHARES_DB = {
    "bass": ([50, 140, 200, 400], [-1.0, -1.0, -4.0, -60.0]),
    "lead": ([150, 300, 2500, 6000], [-60.0, -4.0, -4.0, -30.0]),
    "drums": ([50, 100, 200, 2500, 4000, 16000], [-8.0, -8.0, -14.0, -12.0, -1.5, -0.5]),
    "pad": ([150, 250, 3000, 6000], [-60.0, -5.0, -5.0, -8.0]),
}
"""Share of each layer in the power of the whole."""

WIDE = {"drums": 0.5, "pad": 0.8}
"""Level of what is different on both sides."""

HEAD = """schema = 1
name = "Noise"
tempo_bpm = 240
"""


@cache
def layers_of_noise(seconds: float, seed: int = 1, genre: str = "pop") -> dict[str, np.ndarray]:
    """The layers, each shape (frames, 2)."""
    rng, frames = np.random.default_rng(seed), round(seconds * RATE)
    hertz = np.maximum(np.fft.rfftfreq(frames, 1.0 / RATE), 20.0)
    wanted = average_reference(genre).bands_db - 10.0 * np.log10(
        CENTRES_HZ
    )  # a band is as wide as it is high
    made = {}
    for name, (corners, shares) in SHARES_DB.items():
        level = wanted + np.interp(np.log2(CENTRES_HZ), np.log2(corners), shares)
        gain = 10.0 ** (np.interp(np.log2(hertz), np.log2(CENTRES_HZ), level) / 20.0)
        both, difference = (
            np.fft.irfft(gain * np.fft.rfft(rng.standard_normal(frames)), frames) for _ in range(2)
        )
        side = WIDE.get(name, 0.0) * difference
        made[name] = 0.14 * np.stack([both + side, both - side], axis=1)
    whole = sum(made.values())
    scale = 0.1 / np.sqrt((np.asarray(whole) ** 2).mean())
    return {name: (scale * audio).astype(np.float32) for name, audio in made.items()}


def heard_mix(gains_db: dict[str, float] | None = None) -> HeardMix:
    """What is measured of the piece, with some layers louder or softer."""
    return _heard_mix(tuple((gains_db or {}).items()))


@cache
def _heard_mix(gains_db: tuple[tuple[str, float], ...]) -> HeardMix:
    gains = dict(gains_db)
    layers = {
        name: np.float32(10.0 ** (gains.get(name, 0.0) / 20.0)) * audio
        for name, audio in layers_of_noise(3.0).items()
    }
    whole = np.asarray(sum(layers.values()), np.float32)
    found: dict[str, LayerProfile] = {name: layer_profile(audio, RATE) for name, audio in layers.items()}
    return HeardMix("main", profile_of([whole], RATE), found)


def write_mix(folder: Path, keys: dict[str, str] | None = None, master: str = "") -> Path:
    """Write the piece as a preset of one section; `keys` are lines of the layers' tables."""
    folder.mkdir(parents=True, exist_ok=True)
    text = HEAD
    for name, audio in layers_of_noise(8.0).items():
        soundfile.write(folder / f"{name}.flac", audio, RATE, subtype="PCM_16")
        more = (keys or {}).get(name, "")
        text += f'\n[layers.{name}]           # of noise\nstem     = "{name}.flac"\n{more}\n'
    text += '\n[sections.main]\nlayers = ["bass", "lead", "drums", "pad"]\n'
    (folder / "preset.toml").write_text(text + master, encoding="utf-8")
    return folder
