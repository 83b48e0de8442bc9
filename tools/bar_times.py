"""Prints how long a bar of all layers takes to compose, themes and their plans included, in processor time.

::

    python -m tools.bar_times [NAME ...]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np

from tools.pieces import ENSEMBLES, Ensemble, compose, each_bar, plan_of

BARS, SEEDS = 64, (1, 2, 3)


def bar_times_ms(ensemble: Ensemble, seeds: Sequence[int] = SEEDS, bars: int = BARS) -> list[float]:
    """Return the processor time of each bar of some pieces, in milliseconds."""
    compose(ensemble, 9, 16)  # weights are read and tables filled
    took = []
    for seed in seeds:
        piece = each_bar(ensemble, plan_of(ensemble, seed), bars)
        for _ in range(bars):
            began = time.thread_time()
            next(piece)
            took.append(1000.0 * (time.thread_time() - began))
    return took


def main() -> None:
    """Print a line for each ensemble."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=list(ENSEMBLES))
    for name in parser.parse_args().names:
        took = bar_times_ms(ENSEMBLES[name])
        middle, late, most = np.median(took), np.percentile(took, 99), max(took)
        print(f"{name}: p50 {middle:.1f}, p99 {late:.1f}, most {most:.1f} ms")


if __name__ == "__main__":
    main()
