"""Plans of sounds for time-stretch, found once: kept in memory and in the cache folder.

To find the onsets of half a minute takes a third of a second.  A file of the cache is named by a hash of the
samples, of where the loop lies, and of the code that finds the onsets.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from adaptive.engine import stretch_kind, stretch_plan
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.stretch_kind import StretchKind, propose_stretch
from adaptive.engine.stretch_plan import StretchPlan, plan_sound
from adaptive.kernel.compile.cache import cache_folder, write_kept
from adaptive.kernel.sources.stretch_record import MASK_BYTES, STRETCH_ONSET

FOLDER = "stretch"
MOST_FILES = 2000
"""Files beyond this number are deleted, the oldest first; the plan of a minute takes about 30 kB."""


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Digest of the code that a plan depends on."""
    digest = hashlib.sha256(f"{np.__version__} {STRETCH_ONSET} {MASK_BYTES}".encode())
    for module in (stretch_plan, stretch_kind):
        digest.update(Path(module.__file__).read_bytes() if module.__file__ else b"")
    return digest.digest()


def _path_of(sound: Sound, sample_rate: float) -> Path:
    digest = hashlib.sha256(_code())
    digest.update(f"{sample_rate} {sound.origin} {sound.loop_frames} {sound.frames}".encode())
    if sound.stream is not None:
        digest.update(sound.stream.file.path.stem.encode())
    else:
        digest.update(sound.left.tobytes())
        if sound.right is not sound.left:
            digest.update(sound.right.tobytes())
    return cache_folder() / FOLDER / f"{digest.hexdigest()[:32]}.npz"


def stretch_plan_of(bank: Bank, sound: Sound) -> tuple[StretchPlan, StretchKind]:
    """Return where the onsets of a sound are, and how it is best stretched.

    Parameters
    ----------
    bank : Bank
        The bank that has the sound; it remembers the answer.
    sound : Sound
        The sound.
    """
    known: tuple[StretchPlan, StretchKind] | None = bank.notes.get(id(sound))
    if known is None:
        path = _path_of(sound, bank.sample_rate)
        known = _read(path) or _found(path, sound, bank.sample_rate)
        bank.notes[id(sound)] = known
    return known


def _found(path: Path, sound: Sound, sample_rate: float) -> tuple[StretchPlan, StretchKind]:
    """Look for the onsets of a sound, and write them to a file of the cache."""
    audio = sound.whole()
    plan = plan_sound(audio, sample_rate, sound.origin, sound.loop_frames)
    kind = propose_stretch(audio, plan, sample_rate, sound.origin)
    _write(path, plan, kind)
    return plan, kind


def _read(path: Path) -> tuple[StretchPlan, StretchKind] | None:
    """Read a file of the cache; None if there is none, or if it is damaged."""
    with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
        with np.load(path, allow_pickle=False) as found:
            onsets, masks, alone = found["onsets"], found["masks"], found["is_alone"]
            kind = StretchKind(str(found["kind"]), str(found["reason"]))
        if onsets.dtype == STRETCH_ONSET and masks.shape == (len(onsets), MASK_BYTES):
            return StretchPlan(np.ascontiguousarray(onsets), np.ascontiguousarray(masks), alone), kind
    return None


def _write(path: Path, plan: StretchPlan, kind: StretchKind) -> None:
    """Write a file of the cache, and delete the oldest if there are too many; without room, do nothing."""
    content = io.BytesIO()
    np.savez(
        content,
        onsets=plan.onsets,
        masks=plan.masks,
        is_alone=plan.is_alone,
        kind=kind.kind,
        reason=kind.reason,
    )
    write_kept(path, content.getvalue(), MOST_FILES)
