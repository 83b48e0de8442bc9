"""What sounds contain, found once: kept in memory and in the cache folder.

A file of the cache is named by a hash of every fourth sample, of where the loop lies, and of the code.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from adaptive.engine import stem_content
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.stem_content import StemContent, analyse_stem
from adaptive.kernel.compile.cache import cache_folder, write_kept

FOLDER = "stems"
MOST_FILES = 4000
"""Files beyond this number are deleted, the oldest first; one takes about 1 kB."""

HASHED = 4
"""One of so many samples is hashed."""


@lru_cache(maxsize=1)
def _code() -> bytes:
    digest = hashlib.sha256(np.__version__.encode())
    digest.update(Path(stem_content.__file__).read_bytes() if stem_content.__file__ else b"")
    return digest.digest()


def _path_of(sound: Sound, sample_rate: float, grid: tuple[int, int]) -> Path:
    digest = hashlib.blake2b(_code(), digest_size=16)
    digest.update(f"{sample_rate} {sound.origin} {sound.loop_frames} {sound.frames} {grid}".encode())
    if sound.stream is not None:
        digest.update(sound.stream.file.path.stem.encode())
    else:
        for channel in (sound.left,) if sound.right is sound.left else (sound.left, sound.right):
            digest.update(np.ascontiguousarray(channel[::HASHED]).tobytes())
    return cache_folder() / FOLDER / f"{digest.hexdigest()}.npz"


def stem_content_of(bank: Bank, sound: Sound, grid: tuple[int, int]) -> StemContent:
    """Return what a sound contains.

    Parameters
    ----------
    bank : Bank
        The bank that has the sound; it remembers the answer.
    sound : Sound
        A loop.
    grid : (int, int)
        Beats and sixteenths of its loop.
    """
    known: dict[tuple[int, int], StemContent] = bank.contents.setdefault(id(sound), {})
    if grid not in known:
        path = _path_of(sound, bank.sample_rate, grid)
        known[grid] = _read(path, grid) or _found(path, sound, bank.sample_rate, grid)
    return known[grid]


def _found(path: Path, sound: Sound, sample_rate: float, grid: tuple[int, int]) -> StemContent:
    left, right = sound.whole()
    mono = left if sound.right is sound.left else (left + right) * np.float32(0.5)
    content = analyse_stem(mono, sample_rate, sound.origin, sound.loop_frames, grid)
    packed = io.BytesIO()
    np.savez(packed, onsets=content.onsets, pitches=np.packbits(content.pitches, axis=1))
    write_kept(path, packed.getvalue(), MOST_FILES)
    return content


def _read(path: Path, grid: tuple[int, int]) -> StemContent | None:
    """Read a file of the cache; None if there is none, or if it is damaged."""
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
        with np.load(path, allow_pickle=False) as found:
            onsets, packed = found["onsets"], found["pitches"]
        is_whole = onsets.shape == (grid[1],) and packed.shape == (grid[0], 16)
        if is_whole and onsets.dtype == packed.dtype == np.uint8:
            return StemContent(onsets, np.unpackbits(packed, axis=1).astype(bool))
    return None
