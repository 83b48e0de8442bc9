"""Divides the files of a section into recordings of one piece at different tempi.

``theme_slow_drums.wav`` and ``theme_fast_drums.wav`` cannot play in one section.  Two files are at different
tempi if the onsets of the one, stretched by the ratio of their lengths or tempi, match those of the other,
and without stretching do not.  Files without onsets go with the files of their length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from adaptive.analysis.evidence import HeardStem
from adaptive.analysis.names import NamedStem
from adaptive.analysis.onsets import FRAME_RATE_HZ, Onsets, merge
from adaptive.analysis.samples import F64
from adaptive.analysis.tempo import find_rhythm

_LEAST_RATIO, _MOST_RATIO = 1.02, 1.9
# Real stems at two tempi match by 0.67 to 0.94 when one is stretched, and by less than 0.2 when not.
_LEAST_MATCH, _LEAST_GAIN = 0.35, 0.15
_COMPARED_S = 40.0
_MOST_SHIFT_S = 0.5
_SMOOTHING_S = 0.02
# Files whose lengths differ by less play together; the rest is tail.
_SAME_LENGTH = 0.005
# Comparing every length with every other is worth it for a few lengths only.
_MOST_LENGTHS = 12

Pair = tuple[NamedStem, HeardStem]


@dataclass
class _Bundle:
    """Files of one length, or of one tempo."""

    pairs: list[Pair] = field(default_factory=list)

    @property
    def length_s(self) -> float:
        return max(stem.extent.length_s for _, stem in self.pairs)

    @property
    def onsets(self) -> Onsets:
        return merge([stem.onsets for _, stem in self.pairs])

    @property
    def bpm(self) -> float:
        """The tempo that a name states, or that is heard; 0 if there is none."""
        stated = next((name.bpm for name, _ in self.pairs if name.bpm), None)
        if stated:
            return stated
        rhythm = find_rhythm(self.onsets, [self.length_s])
        return rhythm.bpm if rhythm else 0.0

    @property
    def stated_bpm(self) -> set[float]:
        return {name.bpm for name, _ in self.pairs if name.bpm}


def divide_by_tempo(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Divide the files of a section into groups of one tempo each.

    Parameters
    ----------
    pairs : sequence of (NamedStem, HeardStem)
        The files of one section.

    Returns
    -------
    list of list
        One group if all files can be at one tempo; otherwise several, each in the order of `pairs`.
    """
    bundles = _by_length(pairs)
    if not 1 < len(bundles) <= _MOST_LENGTHS:
        return [list(pairs)]
    bundles.sort(key=lambda bundle: -float(bundle.onsets.strengths.sum()))
    groups: list[_Bundle] = []
    for bundle in bundles:
        others = [group for group in groups if _are_apart(group, bundle)]
        fitting = [group for group in groups if group not in others]
        if fitting:
            nearest = min(fitting, key=lambda group: _misfit(bundle.length_s, group.length_s))
            nearest.pairs += bundle.pairs
        else:
            groups.append(_Bundle(list(bundle.pairs)))
    order = {name.path: number for number, (name, _) in enumerate(pairs)}
    found = [sorted(group.pairs, key=lambda pair: order[pair[0].path]) for group in groups]
    return sorted(found, key=lambda group: order[group[0][0].path])


def tempo_of(pairs: Sequence[Pair]) -> float:
    """Return the tempo of a group, stated or heard; 0 if there is none."""
    return _Bundle(list(pairs)).bpm


def _by_length(pairs: Sequence[Pair]) -> list[_Bundle]:
    """Put files of the same length and the same stated tempo together."""
    bundles: list[_Bundle] = []
    for name, stem in sorted(pairs, key=lambda pair: pair[1].extent.length_s):
        last = next(
            (
                bundle
                for bundle in bundles
                if abs(stem.extent.length_s / bundle.pairs[0][1].extent.length_s - 1.0) <= _SAME_LENGTH
                and not _states_other(bundle.stated_bpm, name.bpm)
            ),
            None,
        )
        if last is None:
            bundles.append(_Bundle([(name, stem)]))
        else:
            last.pairs.append((name, stem))
    return bundles


def _states_other(stated: set[float], bpm: float | None) -> bool:
    return bpm is not None and any(_LEAST_RATIO <= _ratio(bpm, other) <= _MOST_RATIO for other in stated)


def _ratio(one: float, other: float) -> float:
    return max(one, other) / min(one, other)


def _misfit(length_s: float, group_s: float) -> float:
    """Return how far two lengths are from a ratio of whole numbers, 0 for equal ones."""
    ratio = _ratio(length_s, group_s)
    return abs(ratio - round(ratio)) / ratio + 0.01 * (round(ratio) - 1)


def _are_apart(group: _Bundle, other: _Bundle) -> bool:
    """Return whether two groups of files are recordings at different tempi."""
    length_ratio = other.length_s / group.length_s
    stated = [
        one / two for one in group.stated_bpm for two in other.stated_bpm if abs(one / two - 1.0) > 0.01
    ]
    # The names state two tempi, and the lengths agree with them.
    if any(abs(ratio / length_ratio - 1.0) <= 0.03 for ratio in stated):
        return True
    ratios = [length_ratio]
    if group.bpm and other.bpm:
        ratios.append(group.bpm / other.bpm)
    first, second = group.onsets, other.onsets
    unstretched = match(first, second, 1.0)
    for ratio in ratios:
        if not _LEAST_RATIO <= _ratio(ratio, 1.0) <= _MOST_RATIO:
            continue
        best = max(match(first, second, ratio * off) for off in np.linspace(0.992, 1.008, 17))
        if best >= _LEAST_MATCH and best >= unstretched + _LEAST_GAIN:
            return True
    return False


def match(first: Onsets, second: Onsets, ratio: float) -> float:
    """Return how well the second pattern, played `ratio` times as fast, matches the first: -1 to 1.

    The patterns may be shifted against each other by a lead-in.  0 if one has too few onsets to tell.
    """
    if min(len(first.times_s), len(second.times_s)) < 8:
        return 0.0
    compared_s = min(float(first.times_s[-1]), float(second.times_s[-1]) / ratio, _COMPARED_S)
    if compared_s < 1.0:
        return 0.0
    step_s = 2.0 / FRAME_RATE_HZ
    frames = round(compared_s / step_s)
    one, other = _pattern(first, 1.0, frames, step_s), _pattern(second, ratio, frames, step_s)
    power = float(one @ one) * float(other @ other)
    if power <= 0.0:
        return 0.0
    size = 1 << (2 * frames - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    reach = round(_MOST_SHIFT_S / step_s)
    best = max(float(products[: reach + 1].max()), float(products[-reach:].max()))
    return best / float(np.sqrt(power))


def _pattern(onsets: Onsets, ratio: float, frames: int, step_s: float) -> F64:
    """Return the onsets, played `ratio` times as fast, as a smooth curve with a mean of zero."""
    curve = np.zeros(frames)
    places = np.round(onsets.times_s / ratio / step_s).astype(np.int64)
    inside = (places >= 0) & (places < frames)
    np.add.at(curve, places[inside], np.sqrt(onsets.strengths[inside]))
    half = round(3.0 * _SMOOTHING_S / step_s)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * step_s / _SMOOTHING_S) ** 2)
    smooth = np.convolve(curve, kernel, mode="same")[:frames]
    return np.asarray(smooth - smooth.mean(), dtype=np.float64)
