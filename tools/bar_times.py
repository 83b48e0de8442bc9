"""Prints how long a bar of all layers takes in the process that composes ahead, in its processor time.

The process measures itself and sends the time with each reply.  The plan of a part, a new theme and its
harmony included, is an order of its own, once in eight bars: it is printed beside the bars.

::

    python -m tools.bar_times [NAME ...]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from adaptive.composer.bar import planned
from adaptive.composer.worker.ahead_host import PrefetchHost
from adaptive.composer.worker.ahead_orders import BarOrder, PartOrder
from adaptive.music.note import Note
from tools.pieces import ENSEMBLES, Ensemble, bar_contexts, plan_of

BARS, SEEDS, WARM_SEED = 64, (1, 2, 3), 9

Memories = dict[str, Mapping[str, Any]]


def bar_times_ms(
    host: PrefetchHost, ensemble: Ensemble, seeds: Sequence[int] = SEEDS, bars: int = BARS
) -> tuple[list[float], list[float]]:
    """Return the processor times of the bars and of the parts of some pieces, in milliseconds."""
    for _ in _pieces(host, ensemble, WARM_SEED, 16):  # tables are filled
        pass
    took: tuple[list[float], list[float]] = [], []
    for seed in seeds:
        for bar_ms, part_ms in _pieces(host, ensemble, seed, bars):
            took[0].append(bar_ms)
            took[1].extend(part_ms)
    return took


def _pieces(
    host: PrefetchHost, ensemble: Ensemble, seed: int, bars: int
) -> Iterator[tuple[float, list[float]]]:
    """Compose a piece, and give the times of each bar and of the parts that were made for it."""
    plan, memories = plan_of(ensemble, seed), Memories()
    made: set[int] = set()
    for number in range(bars):
        parts = [plan.part_at(number)]
        parts.append(plan.part_at(parts[0].first_bar + parts[0].bars))
        fresh = [part for part in parts if part.number not in made]
        for part in fresh:
            host.ask(PartOrder(part.brief, part.first_bar), lambda made, _: None, is_needed=True)
        part_ms = _taken(host, len(fresh))
        for part in fresh:
            made.add(part.number)
        contexts = bar_contexts(ensemble, plan.bar(number), memories)
        playing = [(layer, planned(context)) for layer, context in contexts if context.plan.plays(layer.name)]
        for layer, context in playing:

            def keep(
                memory: Mapping[str, Any] | None, _notes: tuple[Note, ...], name: str = layer.name
            ) -> None:
                memories[name] = memory or {}

            host.ask(BarOrder(layer.generator, context, Fraction(1)), keep, is_needed=True)
        yield sum(_taken(host, len(playing))), part_ms


def _taken(host: PrefetchHost, count: int) -> list[float]:
    """Wait for so many replies; returns their times in milliseconds."""
    fetched = 0
    while fetched < count:
        fetched += host.fetch(count - fetched)
        if host.is_over:
            raise SystemExit("the process that composes ahead has ended")
        time.sleep(0.0005)
    return [1000.0 * took_s for _, took_s in list(host.took_s)[-count:]] if count else []


def main() -> None:
    """Print a line for each ensemble."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=list(ENSEMBLES))
    host = PrefetchHost()
    for name in parser.parse_args().names:
        took, parts = bar_times_ms(host, ENSEMBLES[name])
        middle, late, most = np.median(took), np.percentile(took, 99), max(took)
        print(
            f"{name}: a bar p50 {middle:.1f}, p99 {late:.1f}, most {most:.1f} ms; "
            f"a part p50 {np.median(parts):.1f}, most {max(parts):.1f} ms",
            flush=True,
        )
    host.close()


if __name__ == "__main__":
    main()
