"""What a finished piece needs on the way to a loudness: EQ, width, compression, each with its reason.

How much is usual: tone within 3 dB a band, because more is better mended in the mix; a compressor of 1 to
3 dB at a ratio of at most 2, an attack of 20 to 30 ms and a release of 250 ms, and only where the limiter
would take off much; a limiter that takes off 1 to 3 dB is not heard.

References
----------
iZotope, "Mastering with Ozone", 2015: ranges of a compressor and a limiter on a whole mix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, F64
from adaptive.analysis.mix_controls import TONES
from adaptive.analysis.mix_profile import SoundProfile, decibels
from adaptive.analysis.mix_reasons import apart_words
from adaptive.analysis.mix_reference import MixReference
from adaptive.analysis.mix_search import FARTHEST_IN, LEAST_IN

MOST_TONE_DB = 3.0
UNHEARD_DB, MOST_HELD_DB = 3.0, 3.0
"""So much a limiter may take off peaks unheard; so much the compressor takes off at most."""

MONO_BELOW_HZ = 120.0
BASS_SIDE_DB = -12.0
"""Where the difference of both sides is higher in the bass, it is made alike."""

WIDTHS = (0.6, 1.4)
PRICE = 0.02


@dataclass(frozen=True)
class MasterStep:
    """One step of mastering: an insert, and why, or why not.

    Attributes
    ----------
    kind : str
        ``eq``, ``width``, ``compressor``, ``limiter``.
    settings : Mapping
        Its parameters; empty: the step is left out.
    reason : str
        One sentence.
    """

    kind: str
    settings: Mapping[str, float]
    reason: str


def tone_step(profile: SoundProfile, reference: MixReference, amount: float) -> MasterStep:
    """The equaliser that brings the spectrum nearer to a reference."""
    bands = profile.bands_db
    outside = reference.excess_db(bands)
    if not outside.any():
        return MasterStep("eq", {}, f"no EQ: the spectrum is within what is usual of {reference.source}")
    inside = LEAST_IN + (FARTHEST_IN - LEAST_IN) * amount
    tolerance = np.where(outside != 0.0, 1.0 - inside, 1.0) * reference.tolerance_db
    gains = _tones(bands, reference, tolerance)
    moved = _response(gains)
    if not np.abs(moved).max(initial=0.0) > 0.4:
        return MasterStep("eq", {}, "no EQ: no filter brings the spectrum nearer to the reference")
    settings: dict[str, float] = {}
    for control in TONES:
        value = gains[control.kind]
        if value:
            stem = control.kind.removesuffix("_db")
            settings |= {f"{stem}_hz": control.hz, control.kind: value}
            if control.shape == "bell":
                settings[f"{stem}_q"] = control.q
    reason = apart_words(reference.apart_db(bands), moved, "it")
    if max(map(abs, gains.values())) >= MOST_TONE_DB:
        reason += f"; more than {MOST_TONE_DB:g} dB is better mended in the mix"
    return MasterStep("eq", settings, reason)


def _tones(bands: F64, reference: MixReference, tolerance: F64) -> dict[str, float]:
    gains = {control.kind: 0.0 for control in TONES}

    def cost(tried: Mapping[str, float]) -> float:
        apart = reference.apart_db(bands + _response(tried))
        price = PRICE * sum(value * value for value in tried.values())
        return float(((apart - np.clip(apart, -tolerance, tolerance)) ** 2).mean()) + price

    best = cost(gains)
    for _ in range(40):
        tries = [
            {**gains, kind: now + step}
            for kind, now in gains.items()
            for step in (-0.5, 0.5, -1.5, 1.5)
            if abs(now + step) <= MOST_TONE_DB
        ]
        chosen = min(tries, key=cost)
        if cost(chosen) >= best - 0.01:
            break
        gains, best = chosen, cost(chosen)
    return gains


def _response(gains: Mapping[str, float]) -> F64:
    total = np.zeros(len(CENTRES_HZ))
    for control in TONES:
        if gains[control.kind]:
            total = total + 10.0 * np.log10(control.gains(gains[control.kind])[0])
    return total


def width_step(profile: SoundProfile, reference: MixReference) -> MasterStep:
    """Width towards the range of the reference, and the bass in the middle."""
    settings: dict[str, float] = {}
    reasons = []
    low, high = reference.side_mid_db
    now = profile.side_mid_db
    bass = CENTRES_HZ < MONO_BELOW_HZ
    bass_side = float(decibels(profile.side[bass].sum()) - decibels(profile.mid[bass].sum()))
    if bass_side > BASS_SIDE_DB:
        settings["mono_below_hz"] = MONO_BELOW_HZ
        reasons.append(f"below {MONO_BELOW_HZ:g} Hz the side is only {-bass_side:.0f} dB below the middle")
    wanted = float(np.clip(now, low, high))
    is_wide_enough_to_widen = now > -30.0
    if abs(wanted - now) > 1.0 and is_wide_enough_to_widen:
        settings["width"] = round(float(np.clip(10.0 ** ((wanted - now) / 20.0), *WIDTHS)), 2)
        reasons.append(f"the side is {-now:.0f} dB below the middle; {-high:.0f} to {-low:.0f} is wanted")
    if not settings:
        kept = (
            "is mono, and stays it"
            if not is_wide_enough_to_widen
            else "is wide enough, and its bass in the middle"
        )
        return MasterStep("width", {}, f"no change of width: it {kept}")
    return MasterStep("width", settings, "; ".join(reasons))


def compressor_step(profile: SoundProfile, wanted_lufs: float, ceiling_db: float) -> MasterStep:
    """A compressor, if the limiter alone would have to take off much."""
    over = profile.true_peak_db + wanted_lufs - (profile.lufs or 0.0) - ceiling_db
    if over <= UNHEARD_DB:
        words = "no peak would exceed the ceiling"
        if over > 0.0:
            words = f"peaks would exceed the ceiling by {over:.1f} dB; so much a limiter takes off unheard"
        return MasterStep("compressor", {}, f"no compressor: {words}")
    held = min(MOST_HELD_DB, 0.5 * over)
    ratio = 2.0 if over > 2.0 * UNHEARD_DB else 1.5
    threshold = max(-60.0, round(profile.true_peak_db - held / (1.0 - 1.0 / ratio), 1))
    settings = {"threshold_db": threshold, "ratio": ratio, "attack_ms": 25.0, "release_ms": 250.0}
    exceeding = f"at {wanted_lufs:g} LUFS peaks would exceed the ceiling by {over:.1f} dB"
    return MasterStep("compressor", settings, f"{exceeding}; it takes off up to {held:.1f} dB")
