"""Statistics and number formats of the page: medians, ranges, ratios, quantiles."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def spread(values: Sequence[float]) -> str:
    """Return the median and, for several values, the range: ``1.2 (1.1 to 1.4)``."""
    if not values:
        return ""
    middle = significant(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({significant(min(values))} to {significant(max(values))})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return ours divided by theirs, pair by pair."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True) if other > 0.0]


def significant(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits and no exponent."""
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0.0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:.{max(0, decimals)}f}"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile of the values by the nearest-rank method."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
