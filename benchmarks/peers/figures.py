"""Repeats become a median and a range; pairs become a ratio with its range."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def percent(shares: Sequence[float]) -> str:
    """Shares of a core as a median in percent with its range."""
    return spread([100.0 * share for share in shares])


def spread(values: Sequence[float]) -> str:
    """The median and, if there is more than one, the range: ``1.2 (1.1 to 1.4)``."""
    if not values:
        return ""
    middle = significant(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({significant(min(values))} to {significant(max(values))})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Ours over theirs, pair by pair: below one is less."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True) if other > 0.0]


def significant(value: float, digits: int = 3) -> str:
    """A number with so many digits that mean something, and no exponent."""
    if value == 0.0:
        return "0"
    text = f"{value:#.{digits}g}"
    number = f"{float(text):.6f}" if "e" in text else text
    return number.rstrip("0").rstrip(".") if "." in number else number


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies (the nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
