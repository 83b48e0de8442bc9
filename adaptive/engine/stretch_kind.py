"""Proposes how a stem is stretched, from its attacks and from how far it decays between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.engine.stretch_plan import StretchPlan

Audio = np.ndarray[Any, np.dtype[np.float32]]

LEAST_ATTACKS_PER_S = 0.3
"""Fewer attacks are those of chords that change, not of notes that are struck."""

HELD_ATTACKS_PER_S, HELD_ONSETS_PER_S, HELD_DB = 0.6, 1.25, 4.0
"""Chords that are held, as an organ's, have fewer attacks and fewer onsets of any kind than this, and fall by
less between two attacks; struck ones fall further."""

LEAST_ATTACK_DB = 2.0
"""Least rise of the whole sound at an onset that has to stay sharp."""

LEAST_DECAY_DB = 20.0
"""Median fall from an attack to the sound before the next one from which a repetition is not heard."""

SPAN_S = 0.04
LATE_S = 0.0025  # an onset is found at most so late
SILENT = 1e-10


@dataclass(frozen=True, slots=True)
class StretchKind:
    """A proposal for the key `stretch` of a layer.

    Parameters
    ----------
    kind : str
        "tones", "transients" or "slices".
    reason : str
        A sentence with the numbers behind it.
    """

    kind: str
    reason: str


def levels_around(audio: Audio, places: Any, sample_rate: float) -> tuple[Any, Any]:
    """Levels in dB of the 40 ms before each of some frames, and of the 40 ms behind it."""
    sums = np.concatenate([[0.0], np.cumsum((audio.astype(np.float64) ** 2).sum(axis=0))])
    span, late = max(1, int(SPAN_S * sample_rate)), int(LATE_S * sample_rate)

    def level(first: Any) -> Any:
        begin, end = (np.clip(at, 0, len(sums) - 1) for at in (first, first + span))
        return 10.0 * np.log10((sums[end] - sums[begin]) / span + SILENT)

    return level(places - late - span), level(places - late)


def propose_stretch(audio: Audio, plan: StretchPlan, sample_rate: float, origin: int = 0) -> StretchKind:
    """Propose how a stem is stretched.

    Parameters
    ----------
    audio : float32, shape (2, frames)
        The whole file.
    plan : StretchPlan
        Its onsets, by `plan_sound`.
    sample_rate : float
        In Hz.
    origin : int
        Frame of beat 1.
    """
    seconds = audio.shape[1] / sample_rate
    before, behind = levels_around(audio, plan.onsets["frame"] + origin, sample_rate)
    is_attack = behind - before >= LEAST_ATTACK_DB
    before, behind, count = before[is_attack], behind[is_attack], int(is_attack.sum())
    if count < max(1.0, LEAST_ATTACKS_PER_S * seconds):
        return StretchKind("tones", f"few attacks ({count} in {seconds:.0f} s) have to stay sharp")
    fall = float(np.median(behind[:-1] - before[1:])) if count > 1 else 0.0
    has_few = count < HELD_ATTACKS_PER_S * seconds and len(plan.onsets) < HELD_ONSETS_PER_S * seconds
    if has_few and fall < HELD_DB:
        reason = f"chords are held: {len(plan.onsets)} onsets in {seconds:.0f} s, between which it falls by"
        return StretchKind("tones", f"{reason} {fall:.0f} dB")
    if fall >= LEAST_DECAY_DB:
        return StretchKind("slices", f"each of {count} attacks decays by {fall:.0f} dB before the next one")
    return StretchKind("transients", f"{count} attacks ring into each other: they decay by {fall:.0f} dB")
