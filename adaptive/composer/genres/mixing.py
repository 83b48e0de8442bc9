"""What an ensemble takes from the genres that its styles name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from adaptive.composer.blend import weights_of
from adaptive.composer.genres.genre import Genre
from adaptive.composer.genres.registry import GENRES
from adaptive.composer.swing import OF_STYLE, STRAIGHT, Swing

Weighted = tuple[tuple[Genre, float], ...]
"""Genres with weights, whose sum is 1."""


@lru_cache(maxsize=64)
def genres_of(styles: tuple[str, ...]) -> Weighted:
    """Return the genres that the styles of pitched layers name, each with its mean weight.

    Styles that are no genre do not count; without any genre the answer is empty.
    """
    total: dict[str, float] = {}
    for style in styles:
        for name, weight in weights_of(style):
            if name in GENRES:
                total[name] = total.get(name, 0.0) + weight
    whole = sum(total.values())
    return tuple((GENRES[name], weight / whole) for name, weight in total.items())


def has_learned(styles: tuple[str, ...]) -> bool:
    """Whether one of the genres that styles of pitched layers name has learned harmony."""
    return any(genre.learned_harmony for genre, _ in genres_of(styles))


def mean_of(genres: Weighted, value: Callable[[Genre], float], otherwise: float) -> float:
    """Return the weighted mean of a number of the genres; `otherwise` without genres."""
    return sum(weight * value(genre) for genre, weight in genres) if genres else otherwise


def own_style(style: str, generator: str, own: Collection[str]) -> str:
    """Return the own style of a generator with which it plays a style: of a genre, what the genre says."""
    if style in own or style not in GENRES:
        return style
    return GENRES[style].styles.get(generator, style)


@lru_cache(maxsize=64)
def swing_of(styles: tuple[str, ...]) -> Swing:
    """Return the swing of an ensemble: that of the first of its styles that swings.

    Weighted styles have the weighted mean of their ratios; what is swung is that of the heaviest one.
    """
    for style in styles:
        swings = [(_swing(name), weight) for name, weight in weights_of(style)]
        if any(swing is not STRAIGHT for swing, _ in swings):
            return _mean_swing(swings)
    return STRAIGHT


def _swing(style: str) -> Swing:
    return OF_STYLE[style] if style in OF_STYLE else GENRES[style].swing if style in GENRES else STRAIGHT


def _mean_swing(swings: Sequence[tuple[Swing, float]]) -> Swing:
    main = max((row for row in swings if row[0] is not STRAIGHT), key=lambda row: row[1])[0]
    ratio = sum(weight * swing.slow_ratio for swing, weight in swings)
    return Swing(main.pair, ratio, main.straight_bpm) if len(swings) > 1 else main
