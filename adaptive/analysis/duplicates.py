"""Finds files of one section that would double others: the same recording twice, or the mix of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adaptive.analysis.evidence import HeardStem
from adaptive.analysis.model import PassedOver
from adaptive.analysis.names import is_named_as_mix
from adaptive.analysis.samples import F32

# Two decodings of one recording correlate by more than this; two takes of one part do not.
_SAME = 0.9999
# A mix through a limiter or a lossy codec still correlates so much with the sum of its stems.
_MIX = 0.97
_SAME_LENGTH_S = 0.1


def find_duplicates(heard: Sequence[HeardStem]) -> list[PassedOver]:
    """Return the files that should not play together with the others of their section.

    Parameters
    ----------
    heard : sequence of HeardStem
        The files of one section that would play at the same time.
    """
    kept: list[HeardStem] = []
    passed_over: list[PassedOver] = []
    # of two equal files, the one that is named as a mix is left out
    for stem in sorted(heard, key=lambda stem: is_named_as_mix(stem.path)):
        twin = next((other for other in kept if _is_same(stem, other)), None)
        if twin:
            passed_over.append(PassedOver(stem.path, f"is the same recording as {twin.path.name}"))
        else:
            kept.append(stem)
    mix = _mix_of_others(kept)
    if mix:
        reason = f"is the mix of the other {len(kept) - 1} files, and would double them"
        passed_over.append(PassedOver(mix.path, reason))
    return passed_over


def _is_same(one: HeardStem, other: HeardStem) -> bool:
    is_as_long = abs(one.extent.length_s - other.extent.length_s) <= _SAME_LENGTH_S
    is_heard = not one.is_silent and not other.is_silent
    if not is_as_long or not is_heard or _correlation(one.outline, other.outline) < _SAME:
        return False
    # the outlines hold no high sounds, such as hi-hats; the onsets do
    first, second = one.onsets, other.onsets
    are_as_many = len(first.times_s) == len(second.times_s)
    return are_as_many and np.allclose(first.strengths, second.strengths, rtol=0.02, atol=0.2)


def _mix_of_others(heard: Sequence[HeardStem]) -> HeardStem | None:
    """Return the file that is the sum of all others; None if there is none."""
    sounding = [stem for stem in heard if not stem.is_silent]
    if len(sounding) < 3:
        return None
    frames = max(len(stem.outline) for stem in sounding)
    total = np.zeros(frames, dtype=np.float32)
    for stem in sounding:
        total[: len(stem.outline)] += stem.outline
    best, mix = 0.0, None
    for stem in sounding:
        rest = total.copy()
        rest[: len(stem.outline)] -= stem.outline
        likeness = _correlation(stem.outline, rest)
        if likeness > best:
            best, mix = likeness, stem
    return mix if best >= _MIX else None


def _correlation(one: F32, other: F32) -> float:
    frames = max(len(one), len(other))
    padded = [np.pad(samples, (0, frames - len(samples))) for samples in (one, other)]
    first, second = (samples.astype(np.float64) for samples in padded)
    power = float(first @ first) * float(second @ second)
    return float(first @ second) / power**0.5 if power > 0.0 else 0.0
