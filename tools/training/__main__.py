"""Trains the networks of drums and of harmony and writes them, with their model cards, into the package.

::

    python -m tools.training [GROOVE_FOLDER] [--seeds 1,2,3] [--harmony CHORALES_FOLDER]
        [--tunes CHORALES_FOLDER]

Without a folder, that of ``ADAPTIVE_TEST_DATA`` is used.  The weights of the first seed are written; the
others show how far the figures depend on it.  With ``--harmony``, the network of harmony is trained on JS
Fake Chorales as well and written, with its card.  With ``--tunes``, a network of tunes is trained on JS Fake
Chorales as well and measured; it is not written.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.composer.learned import weights
from adaptive.composer.learned.drum_grid import KINDS
from adaptive.composer.learned.fixed_network import FixedNetwork, quantised
from tools.training import card, feel, groove, harmony_report, patterns, tune_report
from tools.training.network import Network

CARD = weights.FILE.with_suffix(".md")


def main() -> None:
    """Read, train, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="the unpacked Groove MIDI Dataset")
    parser.add_argument("--seeds", default="1,2,3", help="the weights of the first are written")
    parser.add_argument("--tunes", type=Path, help="the unpacked JS Fake Chorales: train a network of tunes")
    parser.add_argument("--harmony", type=Path, help="the same: train the network of harmony, and write it")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(os.environ.get("ADAPTIVE_TEST_DATA", "data")) / "groove"
    if not (folder / "info.csv").is_file():
        sys.exit(
            f"{folder} is not the Groove MIDI Dataset: it has no info.csv; get it from magenta.tensorflow.org"
        )
    for chorales in (arguments.tunes, arguments.harmony):
        if chorales is not None and not (chorales / "midi").is_dir():
            sys.exit(f"{chorales} is not JS Fake Chorales: it has no folder midi")
    takes = groove.read(folder)
    seeds = [int(word) for word in arguments.seeds.split(",")]
    begun = time.thread_time()
    results = []
    for seed in seeds:
        arrays, figures = train(takes, seed)
        results.append(figures)
        print(seed, {name: round(value, 3) for name, value in figures.items()}, flush=True)
        if seed == seeds[0]:
            weights.FILE.parent.mkdir(exist_ok=True)
            np.savez_compressed(weights.FILE, **arrays)
    digest = hashlib.sha256(weights.FILE.read_bytes()).hexdigest()
    size = weights.FILE.stat().st_size
    CARD.write_text(
        card.card(takes, seeds, results, size, digest, time.thread_time() - begun), encoding="utf-8"
    )
    print(f"{weights.FILE}: {size} bytes, sha256 {digest}")
    if arguments.harmony is not None:
        harmony_report.report(arguments.harmony, seeds)
    if arguments.tunes is not None:
        tune_report.report(arguments.tunes, seeds)


def train(takes: list[groove.Take], seed: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Train both networks with a seed; return the arrays of the file, and figures on the validation split."""
    known = [take for take in takes if take.is_train]
    unseen = [take for take in takes if not take.is_train]
    codes = patterns.combinations_of(known)
    feel_network = feel.train_feel(known, seed, _told("feel"))
    pattern_network = patterns.train_patterns(known, codes, seed, _told("patterns"))
    arrays: dict[str, Any] = {"combinations": ((codes[:, None] >> np.arange(KINDS)) & 1).astype(np.uint8)}
    arrays |= _stored("feel", feel_network) | _stored("patterns", pattern_network)
    lags = [float(np.nanmedian(take.deviation_ms)) for take in known if take.grid.any()]
    fixed = {
        name: FixedNetwork([arrays[f"{name}_{n}"] for n in range(len(network.weights))])
        for name, network in (("feel", feel_network), ("patterns", pattern_network))
    }
    figures = feel.figures(fixed["feel"], unseen, float(np.median(lags)))
    figures["nats_a_bar"] = patterns.nats_a_bar(fixed["patterns"], patterns.data_of(unseen, codes))
    return arrays, figures


def _stored(name: str, network: Network) -> dict[str, Any]:
    return {f"{name}_{number}": quantised(array) for number, array in enumerate(network.weights)}


def _told(name: str) -> Any:
    return lambda epoch, loss: print(f"  {name}, epoch {epoch + 1}: {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
