"""Writes the model card of the networks of drums."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median

from adaptive.composer.learned.drum_grid import STYLES
from tools.training.groove import Take

ROWS = (
    ("timing_ms", "timing, mean absolute error in ms"),
    ("timing_quantised_ms", "the same of quantised notes"),
    ("timing_without_lag_ms", "timing, the median of each take removed, in ms"),
    ("timing_without_lag_quantised_ms", "the same of quantised notes"),
    ("velocity", "velocity, mean absolute error of 127"),
    ("velocity_median", "the same of one median velocity"),
    ("nats_a_bar", "pattern, nats a bar (with style, density, syncopation and ghosts known)"),
)

TEXT = (Path(__file__).parent / "card_template.md").read_text(encoding="utf-8")


def card(
    takes: list[Take],
    seeds: list[int],
    results: list[dict[str, float]],
    size: int,
    digest: str,
    seconds: float,
) -> str:
    """Return the card.

    Parameters
    ----------
    takes : list of Take
        All that was read.
    seeds : list of int
        Seeds; the weights of the first are in the file.
    results : list of dict
        Figures of each seed.
    size : int
        Bytes of the file.
    digest : str
        Its SHA-256.
    seconds : float
        Seconds of thread time.
    """
    rows = "\n".join(
        f"| {words} | {results[0][name]:.2f} | "
        f"{min(r[name] for r in results):.2f} to {max(r[name] for r in results):.2f} |"
        for name, words in ROWS
    )
    styles = Counter(STYLES[take.style] for take in takes if take.is_train)
    bars = Counter(take.name.partition("/")[0] for take in takes for _ in range(len(take.grid) // 16))
    most = bars.most_common(2)
    share = sum(count for _, count in most) / sum(bars.values())
    tempo = median(take.tempo_bpm for take in takes)
    drummers = (
        f"{len(bars)} drummers, two of whom played {share:.0%} of the bars; the median tempo is {tempo:g}."
    )
    return TEXT.format(
        size=size, digest=digest, train=sum(take.is_train for take in takes),
        validation=sum(not take.is_train for take in takes), drummers=drummers,
        styles=", ".join(f"{name} {count}" for name, count in styles.most_common()),
        seconds=round(seconds), count=len(seeds), first=seeds[0], seeds=", ".join(map(str, seeds)), rows=rows,
    )  # fmt: skip
