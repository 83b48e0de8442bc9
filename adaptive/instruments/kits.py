"""Drum kits: one-shots synthesised from a seed, at least one for each piece of `PIECES`.

Examples
--------
>>> hits = kit("kit_night")
>>> hits["kick"].audio.dtype, hits["kick"].audio.shape[0]
(dtype('float32'), 2)
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.composer.percussion import PIECES
from adaptive.errors import InputError
from adaptive.instruments import kit_light, kit_machine, kit_night, kit_room, kit_taiko
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import Audio, OfflineSynth, finished
from adaptive.kernel.compile.cache import cache_folder, readable_folders

FULL_SCALE = np.float32(32767.0)
"""Full scale of the 16-bit samples in the cache."""

SOFT_VELOCITY = 0.45
"""Below this velocity, the soft variant of a piece plays if the kit has one."""

LEVEL = 0.7
"""Gain of every hit: a dense drum part is then 4 dB louder than a layer of -20 dBFS, as usual in a mix."""

KITS: Mapping[str, Mapping[str, Recipe]] = {
    "kit_night": kit_night.RECIPES,
    "kit_light": kit_light.RECIPES,
    "kit_taiko": kit_taiko.RECIPES,
    "kit_room": kit_room.RECIPES,
    "kit_machine": kit_machine.RECIPES,
}
"""Kits by name, each with recipes by piece; ``piece:soft`` and ``piece:2`` are variants of a piece."""


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A drum sound that is ready to play.

    Parameters
    ----------
    audio : ndarray of float32, shape (2, frames)
        Samples; the end is silent, and the peak is at most -1 dBFS.
    gain : float
        Linear gain in the balance of the kit.
    choke : str or None
        Choke group: a piece cuts off the other pieces of its group.
    pan : float
        -1 … 1.
    """

    audio: Audio
    gain: float
    choke: str | None
    pan: float


def pieces() -> tuple[str, ...]:
    """Return the pieces every kit has."""
    return tuple(PIECES)


def kit(name: str, sample_rate: int = 48000, seed: int = 0) -> dict[str, Hit]:
    """Make a kit.

    Parameters
    ----------
    name : str
        One of `KITS`.
    sample_rate : int
        In hertz.
    seed : int
        Seed of noise and detuning: the same seed gives the same samples.

    Returns
    -------
    dict of str to Hit
        Hits by piece, and by ``piece:variant`` where the kit has variants.

    Raises
    ------
    InputError
        There is no such kit.
    """
    if name not in KITS:
        near = get_close_matches(name, KITS, 1, 0.0)[0]
        raise InputError(f"there is no kit `{name}`; the nearest is `{near}`")
    return dict(_made(name, sample_rate, seed))


@lru_cache(maxsize=8)
def _made(name: str, sample_rate: int, seed: int) -> Mapping[str, Hit]:
    """Load a kit from the cache beside the compiled kernel, or synthesise it, which takes half a second."""
    recipes = KITS[name]
    file = f"{name}-{sample_rate}-{seed}-{_sources()}.npz"
    found = (_load(folder / file) for folder in readable_folders())
    kept = next((kit for kit in found if kit is not None), None)
    if kept is None or set(kept) != set(recipes):
        kept = {
            piece: _quantised(_audio(recipe, sample_rate, [seed, zlib.crc32(f"{name}/{piece}".encode())]))
            for piece, recipe in recipes.items()
        }
        _keep(cache_folder() / file, kept)
    return {
        piece: Hit(kept[piece].astype(np.float32) / FULL_SCALE, LEVEL * recipe.gain, recipe.choke, recipe.pan)
        for piece, recipe in recipes.items()
    }


def _quantised(audio: Audio) -> np.ndarray:
    """Round to 16 bits, so that small differences between processors disappear."""
    return np.round(audio.astype(np.float64) * FULL_SCALE).astype(np.int16)


@lru_cache(maxsize=1)
def _sources() -> str:
    """Return a hash of NumPy's version and this folder's modules: if either changes, kits are made anew."""
    digest = hashlib.sha256(np.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _load(path: Path) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {piece.replace("|", ":"): file[piece] for piece in file.files}
    except (OSError, ValueError, zipfile.BadZipFile, KeyError):
        return None


def _keep(path: Path, audio: Mapping[str, np.ndarray]) -> None:
    """Write a temporary file and rename it, so that no process reads half a file.  Errors are ignored."""
    with contextlib.suppress(OSError):
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        with beside.open("wb") as file:
            arrays: dict[str, Any] = {piece.replace(":", "|"): data for piece, data in audio.items()}
            np.savez(file, **arrays)
        beside.replace(path)


def _audio(recipe: Recipe, sample_rate: int, seed: list[int]) -> Audio:
    synth = OfflineSynth(sample_rate, np.random.default_rng(seed))
    make: Callable[[OfflineSynth], np.ndarray] = recipe.make
    return finished(synth, make(synth), recipe.peak_db)


def variant(hits: Mapping[str, object], piece: str, velocity: float, count: int) -> str:
    """Return the key of the hit that plays a piece.

    Parameters
    ----------
    hits : Mapping
        A kit.
    piece : str
        One of `pieces`.
    velocity : float
        0 … 1; below `SOFT_VELOCITY` the soft variant plays, if there is one.
    count : int
        How often the piece was played before: the other variants alternate.
    """
    soft = f"{piece}:soft"
    if velocity < SOFT_VELOCITY and soft in hits:
        return soft
    variants = [piece, *(key for key in hits if key.startswith(f"{piece}:") and key != soft)]
    return variants[count % len(variants)]
