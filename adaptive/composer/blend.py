"""Weighted styles: ``{ jazz = 0.7, funk = 0.3 }`` in a preset, one text within the composer.

A theme has one of them, drawn by weight, wherever only one can be had: a figure of the bass, a progression.
What can lie between is the weighted mean: swing, activity, syncopation, the drums of the learned network.

Examples
--------
>>> text = blend_text({"jazz": 0.7, "funk": 0.3})
>>> text, weights_of(text)
('jazz 0.7 + funk 0.3', (('jazz', 0.7), ('funk', 0.3)))
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from adaptive.composer.seeding import named_seed, seeded

SALT_STYLE = 131


def blend_text(style: str | Mapping[str, float] | None) -> str:
    """Return a style, or weighted styles, as one text; empty: None or no weight above 0."""
    if style is None or isinstance(style, str):
        return style or ""
    kept = {name: weight for name, weight in style.items() if weight > 0.0}
    if len(kept) == 1:
        return next(iter(kept))
    return " + ".join(f"{name} {weight:g}" for name, weight in kept.items())


@lru_cache(maxsize=256)
def weights_of(text: str) -> tuple[tuple[str, float], ...]:
    """Return the styles of a text with their weights, whose sum is 1."""
    found = []
    for part in text.split(" + "):
        name, _, weight = part.partition(" ")
        if name:
            found.append((name, float(weight or 1.0)))
    total = sum(weight for _, weight in found)
    return tuple((name, weight / total) for name, weight in found)


def heaviest(text: str) -> str:
    """Return the style with the greatest weight; the first of several."""
    return max(weights_of(text), key=lambda row: row[1], default=("", 0.0))[0]


@lru_cache(maxsize=256)
def drawn_style(text: str, seed: int) -> str:
    """Return the style that a theme with this seed has."""
    weights = weights_of(text)
    if len(weights) < 2:
        return weights[0][0] if weights else ""
    drawn = float(seeded(named_seed(seed, "style"), SALT_STYLE).random())
    for name, weight in weights:
        drawn -= weight
        if drawn <= 0.0:
            return name
    return weights[-1][0]
