"""Prints how well what is played follows what is asked for: rank correlations, and the quadrant of each mood.

::

    python -m tools.steering_table [--seeds 10] [--name full]

Each control is asked for in eleven steps, everything else as usual; a feature of eight bars of notes is
measured, of 64 bars for repetition and temperature: themes have to return, and many choices to be made.
Valence and arousal are asked for in five steps each.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log2

import numpy as np

from adaptive.composer.learned.pattern_features import syncopation
from adaptive.composer.steer import HeldHarmony, Steer
from adaptive.conductor.steering import STEER_FIELDS, cutoff_hz
from adaptive.music.mood import MODES, MOODS, mood_controls, mood_mode, mood_tempo
from adaptive.music.note import Note
from tools.pieces import ENSEMBLES, Bars, Ensemble, compose

STEPS = tuple(n / 10 for n in range(11))
BARS, LONG = 8, 64
PLANNED = ("tension", "repetition", "temperature")
"""Controls that the plan reads."""

MODE_ORDER = ("phrygian", *(mode for _, mode in reversed(MODES)))
ROUGH = {1: 1.0, 2: 0.4, 6: 0.5}
"""Roughness of an interval class in semitones."""


def notes_of(bars: Bars, *, drums: bool) -> list[Note]:
    """Return the notes of the drums, or of all others."""
    return [
        note
        for bar in bars
        for notes in bar.values()
        for note in notes
        if note.pitch[-1].isdigit() is not drums
    ]


def count(bars: Bars) -> float:
    """Return how many notes there are."""
    return float(sum(len(notes) for bar in bars for notes in bar.values()))


def loudness(bars: Bars) -> float:
    """Return the power of all notes a bar: the sum of their squared velocities."""
    return sum(note.velocity**2 for bar in bars for notes in bar.values() for note in notes) / len(bars)


def height(bars: Bars) -> float:
    """Return the mean pitch."""
    return statistics.fmean(note.midi for note in notes_of(bars, drums=False))


def length(bars: Bars) -> float:
    """Return the mean length of pitched notes in beats."""
    return statistics.fmean(float(note.duration) for note in notes_of(bars, drums=False))


def against_the_beat(bars: Bars) -> float:
    """Return the syncopation of kick and snare (Longuet-Higgins and Lee 1984), a bar."""
    total = 0.0
    for bar in bars:
        grid = np.zeros(16, np.uint8)
        for notes in bar.values():
            for note in notes:
                if note.pitch in {"kick", "snare"}:
                    grid[int(note.onset * 4) % 16] = 1
        total += float(syncopation(grid))
    return total / len(bars)


TUNES = {
    layer.name for one in ENSEMBLES.values() for layer in one.layers if layer.generator == "melody"
}  # fmt: skip


def roughness(bars: Bars) -> float:
    """Return the mean roughness of the pitch classes that the accompaniment plays in each half bar."""
    total = []
    for bar in bars:
        for half in (0, 2):
            classes = {
                note.midi % 12
                for name, notes in bar.items()
                for note in notes
                if name not in TUNES and note.pitch[-1].isdigit() and half <= note.onset < half + 2
            }
            pairs = [(a - b) % 12 for a in classes for b in classes if a > b]
            if classes:
                total.append(sum(ROUGH.get(min(pair, 12 - pair), 0.0) for pair in pairs))
    return statistics.fmean(total)


def rank_correlation(asked: Sequence[float], produced: Sequence[float]) -> float:
    """Return Spearman's rank correlation; equal values share their mean rank."""

    def ranks(values: Sequence[float]) -> list[float]:
        return [
            sum(other < value for other in values) + 0.5 * (sum(other == value for other in values) - 1)
            for value in values
        ]

    return float(np.corrcoef(ranks(asked), ranks(produced))[0, 1])


def asked_for(ensemble: Ensemble, controls: dict[str, float], held: HeldHarmony | None = None) -> Ensemble:
    """Return an ensemble of which controls are asked."""
    steer = Steer(**{name: value for name, value in controls.items() if name in STEER_FIELDS})
    found = replace(ensemble, steer=steer, energy=controls.get("energy", ensemble.energy))
    if "density" in controls:
        found = replace(found, densities={layer.name: controls["density"] for layer in ensemble.layers})
    planned = {name: round(controls[name], 1) for name in PLANNED if name in controls}
    if held is None and planned:
        held = HeldHarmony(**planned)
    return found if held is None else replace(found, held=held)


def cells_of(bar: dict[str, tuple[Note, ...]]) -> set[tuple[str, str, int]]:
    """Return the notes of a bar as layer, pitch and sixteenth."""
    return {(name, note.pitch, int(note.onset * 4)) for name, notes in bar.items() for note in notes}


def likeness(bars: Bars) -> float:
    """Return the mean similarity (Jaccard) of each bar with the earlier bar that is most like it."""
    cells = [cells_of(bar) for bar in bars]
    return statistics.fmean(
        max(len(now & before) / max(1, len(now | before)) for before in cells[:place])
        for place, now in enumerate(cells)
        if place
    )


def surprise_beside(usual: Sequence[Bars]) -> Callable[[Bars], float]:
    """Return a feature: how rare strokes and intervals of the tune are in what is usual, in bits."""
    seen: Counter[tuple[str, ...]] = Counter()
    for bars in usual:
        seen.update(choices_of(bars))
    totals = {kind: sum(n for key, n in seen.items() if key[0] == kind) for kind in ("stroke", "interval")}

    def surprise(bars: Bars) -> float:
        found = choices_of(bars)
        return statistics.fmean(
            -log2((seen[key] + 0.5) / (totals[key[0]] + 0.5 * len(seen))) for key in found.elements()
        )

    return surprise


def choices_of(bars: Bars) -> Counter[tuple[str, ...]]:
    """Return drum strokes by sixteenth, and intervals of the tune, with how often they occur."""
    found: Counter[tuple[str, ...]] = Counter()
    tune = [note.midi for bar in bars for name, notes in bar.items() if name in TUNES for note in notes]
    found.update(("interval", str(b - a)) for a, b in pairwise(tune))
    for bar in bars:
        for notes in bar.values():
            strokes = [note for note in notes if not note.pitch[-1].isdigit()]
            found.update(("stroke", note.pitch, str(int(note.onset * 4))) for note in strokes)
    return found


FEATURES: dict[str, Callable[[Bars], float]] = {
    "density": count, "energy": loudness, "register": height, "articulation": length,
    "syncopation": against_the_beat, "tension": roughness,
}  # fmt: skip


def of_controls(ensemble: Ensemble, seeds: Sequence[int]) -> dict[str, list[float]]:
    """Return the rank correlation of each control, for every seed; brightness is what the filter gets."""
    found: dict[str, list[float]] = {"brightness": [rank_correlation(STEPS, [cutoff_hz(b) for b in STEPS])]}
    for control, feature in FEATURES.items():
        found[control] = []
        for seed in seeds:
            values = [2.0 * step - 1.0 for step in STEPS] if control == "register" else list(STEPS)
            played = [
                feature(compose(asked_for(ensemble, {control: value}), seed, BARS)[1]) for value in values
            ]
            found[control].append(rank_correlation(values, played))
    return found


def of_long_controls(ensemble: Ensemble, seeds: Sequence[int]) -> dict[str, list[float]]:
    """Return the rank correlations of repetition and temperature (0 to 3), which need more bars."""
    usual = [compose(ensemble, 100 + seed, LONG)[1] for seed in seeds]
    features = {"repetition": (likeness, 1.0), "temperature": (surprise_beside(usual), 3.0)}
    found: dict[str, list[float]] = {}
    for control, (feature, most) in features.items():
        values = [most * step for step in STEPS]
        found[control] = [
            rank_correlation(
                values,
                [feature(compose(asked_for(ensemble, {control: v}), seed, LONG)[1]) for v in values],
            )
            for seed in seeds
        ]
    return found


def of_mood(ensemble: Ensemble, valence: float, arousal: float, seed: int) -> dict[str, float]:
    """Return what a mood sounds like: features of arousal, and of valence."""
    controls = mood_controls(valence, arousal)
    mode = mood_mode(valence)
    held = HeldHarmony(mode=mode, tension=round(controls["tension"], 1))
    _, bars = compose(asked_for(ensemble, controls, held), seed, BARS)
    return {
        "notes a second": count(bars) * mood_tempo(arousal), "loudness": loudness(bars),
        "shortness": -length(bars), "tempo": mood_tempo(arousal),
        "height": height(bars), "mode": float(MODE_ORDER.index(mode)), "brightness": controls["brightness"],
        "smoothness": -roughness(bars),
    }  # fmt: skip


AROUSAL, VALENCE = ("notes a second", "loudness", "shortness", "tempo"), ("height", "mode", "brightness")


def quadrants(ensemble: Ensemble, seed: int) -> list[str]:
    """Return the mood words whose notes lie on the wrong side of neutral."""
    neutral = of_mood(ensemble, 0.0, 0.0, seed)
    wrong = []
    for word, (valence, arousal) in MOODS.items():
        heard = of_mood(ensemble, valence, arousal, seed)
        livelier = (
            heard["notes a second"] * heard["loudness"] - neutral["notes a second"] * neutral["loudness"]
        )
        brighter = heard["mode"] - MODE_ORDER.index("mixolydian") + 0.5
        if livelier * arousal < 0 or brighter * valence < 0:
            wrong.append(word)
    return wrong


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--name", choices=tuple(ENSEMBLES), default="full")
    asked = parser.parse_args()
    ensemble, seeds = ENSEMBLES[asked.name], range(1, asked.seeds + 1)
    correlations = of_controls(ensemble, seeds) | of_long_controls(ensemble, seeds)
    for control, found in correlations.items():
        print(
            f"{control:14s} rank correlation: median {statistics.median(found):.2f}, least {min(found):.2f}"
        )
    steps = (-1.0, -0.5, 0.0, 0.5, 1.0)
    for axis, features in (("arousal", AROUSAL), ("valence", VALENCE)):
        for feature in features:
            found = []
            for seed in seeds:
                points = [(0.0, step) if axis == "arousal" else (step, 0.0) for step in steps]
                played = [of_mood(ensemble, *point, seed)[feature] for point in points]
                found.append(rank_correlation(steps, played))
            print(f"{axis} to {feature}: median {statistics.median(found):.2f}, least {min(found):.2f}")
    wrong = [quadrants(ensemble, seed) for seed in seeds]
    print("mood words outside their quadrant, by seed:", wrong)


if __name__ == "__main__":
    main()
