"""Trains and measures the network of tunes, which is not shipped, and prints its figures."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from adaptive.composer.meter import meter
from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.music.scale import Key
from tools.training import chorales
from tools.training.network import Network
from tools.training.tune_line import Choosing, in_place_of_rules
from tools.training.tunes import Pairs, Quotation, markov_nats, nats_a_note, pairs_of, train_tunes

BARS = 64
PIECES = 5
"""Tunes that are set with the network for the quotation test."""


def report(folder: Path, seeds: list[int]) -> None:
    """Train with each seed and print a line of figures; the first line has those of Markov chains.

    Parameters
    ----------
    folder : Path
        The unpacked JS Fake Chorales.
    seeds : list of int
        Seeds.
    """
    known, unseen = chorales.read(folder)
    notes = sum(len(one.tune) for one in known)
    print(f"tunes: {len(known)} chorales with {notes} notes; {len(unseen)} are held out", flush=True)
    chains = {f"order {order}": round(markov_nats(known, unseen, order), 3) for order in range(3)}
    print("  nats a note of Markov chains on degree and intervals:", chains, flush=True)
    quotation = Quotation([_pairs(one) for one in known])
    held_out = _spread(quotation, map(_pairs, unseen))
    print("  longest run found in training, held-out tunes:", held_out, flush=True)
    for seed in seeds:
        begun = time.thread_time()
        network = train_tunes(known, seed, lambda _epoch, _loss: None)
        seconds = time.thread_time() - begun
        begun = time.thread_time()
        made = [_made(network, piece) for piece in range(PIECES)]
        figures = {
            "nats a note": round(nats_a_note(network, unseen), 3),
            "ms a bar": round(1000.0 * (time.thread_time() - begun) / (BARS * PIECES), 1),
            "longest run": _spread(quotation, made),
            "seconds": round(seconds, 1),
            "sha256": hashlib.sha256(b"".join(w.tobytes() for w in network.weights)).hexdigest()[:16],
        }
        print(f"  {seed}", figures, flush=True)


def _pairs(chorale: chorales.Chorale) -> Pairs:
    return pairs_of([(note.midi, note.length) for note in chorale.tune])


def _spread(quotation: Quotation, tunes: Iterable[Pairs]) -> dict[str, float]:
    runs = [quotation.longest_run(one) for one in tunes]
    return {"median": float(np.median(runs)), "most": max(runs)}


def _made(network: Network, piece: int) -> Pairs:
    """Return the tune of a section that a plan sets with the network."""
    layers = (LayerBrief("tune", "melody", plays_tune=True),)
    with in_place_of_rules(network, Choosing(1.0, piece)):
        plan = SectionPlan(SectionBrief("one", piece, Key.parse("C major"), meter(4, 4), layers=layers))
        notes = [note for bar in range(BARS) for note in plan.bar(bar).tune]
    return pairs_of([(note.pitch.midi, note.length) for note in notes])
