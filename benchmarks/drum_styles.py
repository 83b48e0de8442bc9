"""Whether generated drums of a style are taken for that style by a classifier of what people played.

::

    python -m benchmarks.drum_styles GROOVE_FOLDER

A linear classifier (multinomial logistic regression) sees windows of four bars: how often each kind of stroke
falls on each sixteenth, how many strokes of each kind there are, their syncopation and their changes from bar
to bar.  It is trained on the Groove MIDI Dataset.  Its score on people is measured twice: with a tenth of the
takes left out at a time, and with one drummer left out at a time.  Its score on generated drums is measured
with all of them.  Scores are means over styles.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.bar import planned
from adaptive.composer.context import BarContext
from adaptive.composer.drums import drums
from adaptive.composer.learned.drum_grid import (
    BAR_STEPS,
    GHOST,
    GHOST_VELOCITY,
    KINDS,
    SNARE,
    STROKES,
    STYLES,
)
from adaptive.composer.learned.pattern_features import syncopation
from adaptive.composer.learned_drums import GRID_OF, PLAYS_AS
from adaptive.composer.meter import meter
from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.music.scale import Key
from tools.training import groove

WINDOW_BARS = 4
SEEDS, BARS = range(1, 11), 64
DENSITIES = (0.4, 0.5, 0.6)
ROUNDS, STEP, DECAY = 400, 0.5, 2e-2

Array = NDArray[Any]
NAMES = tuple(dict.fromkeys(PLAYS_AS.values()))
"""Styles of people: two styles of the generator may be one of these."""


def features(window: Array) -> Array:
    """Return the features of a window, shape (bars * BAR_STEPS, KINDS)."""
    bars = window.reshape(-1, BAR_STEPS, KINDS).astype(float)
    mean = bars.mean(axis=0)
    beaten = (bars[:, :, 0] + bars[:, :, SNARE] + bars[:, :, GHOST]) > 0
    more = [
        *np.log1p(bars.sum(axis=(0, 1))), np.mean([syncopation(one) for one in beaten]),
        np.abs(np.diff(bars, axis=0)).sum() / max(1.0, bars.sum()),
    ]  # fmt: skip
    return np.concatenate([mean.ravel(), more])


def real_windows(folder: Path) -> tuple[Array, Array, Array, Array]:
    """Return features, style, drummer and take of windows that people played."""
    rows, styles, players, takes = [], [], [], []
    for take in groove.read(folder):
        if take.is_fill or STYLES[take.style] not in NAMES:
            continue
        size = WINDOW_BARS * BAR_STEPS
        for start in range(0, len(take.grid) - size + 1, size):
            window = take.grid[start : start + size]
            if window.sum() >= 3 * WINDOW_BARS:
                rows.append(features(window))
                styles.append(NAMES.index(STYLES[take.style]))
                players.append(take.name.partition("/")[0])
                takes.append(take.name)
    return np.array(rows), np.array(styles), np.array(players), np.array(takes)


def generated_windows() -> Iterator[tuple[str, Array]]:
    """Yield style and features of windows of generated drums."""
    for style in PLAYS_AS:
        for seed in SEEDS:
            layers = (LayerBrief("drums", "drums", style=style),)
            brief = SectionBrief("one", seed, Key.parse("A minor"), meter(4, 4), layers=layers)
            plan, density = SectionPlan(brief), DENSITIES[seed % len(DENSITIES)]
            bars = np.zeros((BARS, BAR_STEPS, KINDS), np.uint8)
            for number in range(BARS):
                bar = plan.bar(number)
                context = BarContext(
                    "one", number, 4, 4, 4, 110.0, bar.harmony, bar, 0.5, density, False,
                    seed ^ bar.rhythm_seed("drums"), style, layer="drums",
                )  # fmt: skip
                for note in drums(planned(context)).notes:
                    kind = STROKES.index(GRID_OF.get(note.pitch, "hat"))
                    kind = GHOST if kind == SNARE and note.velocity <= GHOST_VELOCITY else kind
                    bars[number, int(note.onset * 4), kind] = 1
            for start in range(0, BARS, WINDOW_BARS):
                window = bars[start : start + WINDOW_BARS].reshape(-1, KINDS)
                if window.sum() >= 3 * WINDOW_BARS:
                    yield style, features(window)


class Classifier:
    """Multinomial logistic regression in which each style counts alike."""

    def __init__(self, rows: Array, styles: Array) -> None:
        self._mean, self._spread = rows.mean(axis=0), rows.std(axis=0) + 0.05
        scaled = self._scaled(rows)
        target = np.eye(len(NAMES))[styles]
        counts = target.sum(axis=0)
        weight = (1.0 / np.maximum(counts, 1))[styles] / max(1, (counts > 0).sum())
        self._weights = np.zeros((scaled.shape[1], len(NAMES)))
        moved = np.zeros_like(self._weights)
        for _ in range(ROUNDS):
            chances = _softmax(scaled @ self._weights)
            chances[:, counts == 0] = 0.0
            slope = scaled.T @ ((chances - target) * weight[:, None]) + DECAY * self._weights
            moved = 0.9 * moved - STEP * 0.1 * slope
            self._weights += moved

    def _scaled(self, rows: Array) -> Array:
        scaled = (rows - self._mean) / self._spread
        return np.concatenate([scaled, np.ones((len(rows), 1))], axis=1)

    def __call__(self, rows: Array) -> Array:
        """Return the style of each row."""
        answer: Array = np.argmax(self._scaled(rows) @ self._weights, axis=1)
        return answer


def _softmax(sums: Array) -> Array:
    shifted = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def left_out_in_turn(rows: Array, styles: Array, groups: Array) -> Array:
    """Return the style that each row is taken for by a classifier that knows no row of its group."""
    guessed = np.full(len(rows), -1)
    for group in np.unique(groups):
        left_out = groups == group
        guessed[left_out] = Classifier(rows[~left_out], styles[~left_out])(rows[left_out])
    return guessed


def recalls(guessed: Array, styles: Array) -> Array:
    """Return the share of the rows of each style that is recognised."""
    return np.array([(guessed[styles == number] == number).mean() for number in range(len(NAMES))])


def main() -> None:
    """Print the share of windows that are recognised, by style."""
    rows, styles, players, takes = real_windows(Path(sys.argv[1]))
    tenths = np.unique(takes, return_inverse=True)[1] % 10
    by_take = recalls(left_out_in_turn(rows, styles, tenths), styles)
    by_player = recalls(left_out_in_turn(rows, styles, players), styles)
    made = list(generated_windows())
    made_styles = np.array([list(PLAYS_AS).index(style) for style, _ in made])
    made_guessed = Classifier(rows, styles)(np.array([row for _, row in made]))
    print("| style | of people | windows | takes left out | drummers left out | generated | taken for |")
    print("|---|---|---|---|---|---|---|")
    scores = []
    for number, (style, name) in enumerate(PLAYS_AS.items()):
        meant, given = NAMES.index(name), made_guessed[made_styles == number]
        scores.append((by_take[meant], by_player[meant], float((given == meant).mean())))
        wrong = given[given != meant]
        other = NAMES[int(np.bincount(wrong).argmax())] if len(wrong) else ""
        shares = " | ".join(f"{share:.2f}" for share in scores[-1])
        print(f"| {style} | {name} | {(styles == meant).sum()} | {shares} | {other} |")
    means = np.mean(scores, axis=0)
    print(f"| mean | | {len(rows)} | " + " | ".join(f"{mean:.2f}" for mean in means) + " | |")
    print(f"ratio to people: {means[2] / means[0]:.2f} and {means[2] / means[1]:.2f} (target 0.8)")


if __name__ == "__main__":
    main()
