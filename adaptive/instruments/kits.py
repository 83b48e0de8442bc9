"""Drum kits: one-shots synthesised from a seed, one for every piece a drum part may use.

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
from adaptive.instruments import kit_light, kit_night, kit_taiko
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import Audio, Bench, finished
from adaptive.kernel.compile.cache import cache_folder, readable_folders

FULL_SCALE = np.float32(32767.0)
SOFT_VELOCITY = 0.45
"""Below it a piece sounds as struck softly, where the kit has that."""

LEVEL = 0.7
"""Gain of every hit: a dense part is then 4 dB above a layer of -20 dBFS, as drums in a mix are."""

KITS: Mapping[str, Mapping[str, Recipe]] = {
    "kit_night": kit_night.RECIPES,
    "kit_light": kit_light.RECIPES,
    "kit_taiko": kit_taiko.RECIPES,
}
"""Kits by name: recipes by piece; ``piece:soft`` and ``piece:2`` are the piece struck otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A drum to be played.

    Parameters
    ----------
    audio : ndarray of float32, shape (2, frames)
        Ends in silence; its peak is at most -1 dBFS.
    gain : float
        Linear; its place in the kit's balance.
    choke : str or None
        Pieces of one group cut each other off.
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
        Of its noises and small detunings: the same seed gives the same samples.

    Returns
    -------
    dict of str to Hit
        By piece, and ``piece:variant`` where the kit has variants.

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
    """Make a kit once a machine: what takes half a second of arithmetic is kept beside the kernel."""
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
    """Round to 16 bits: what two processors compute a hair apart becomes the same."""
    return np.round(audio.astype(np.float64) * FULL_SCALE).astype(np.int16)


@lru_cache(maxsize=1)
def _sources() -> str:
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
    """Write beside and rename: two processes never see half a file.  Not being able to is no fault."""
    with contextlib.suppress(OSError):
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        with beside.open("wb") as file:
            arrays: dict[str, Any] = {piece.replace(":", "|"): data for piece, data in audio.items()}
            np.savez(file, **arrays)
        beside.replace(path)


def _audio(recipe: Recipe, sample_rate: int, seed: list[int]) -> Audio:
    bench = Bench(sample_rate, np.random.default_rng(seed))
    make: Callable[[Bench], np.ndarray] = recipe.make
    return finished(bench, make(bench), recipe.peak_db)


def variant(hits: Mapping[str, object], piece: str, velocity: float, count: int) -> str:
    """Return which of a piece's hits to play.

    Parameters
    ----------
    hits : Mapping
        A kit.
    piece : str
        One of `pieces`.
    velocity : float
        0 … 1: below `SOFT_VELOCITY` the soft one, if there is one.
    count : int
        How often the piece was played: the others take turns.
    """
    soft = f"{piece}:soft"
    if velocity < SOFT_VELOCITY and soft in hits:
        return soft
    turns = [piece, *(key for key in hits if key.startswith(f"{piece}:") and key != soft)]
    return turns[count % len(turns)]
