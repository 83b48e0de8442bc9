"""Trains and measures the network of harmony, and writes it, with its model card, into the package."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.composer.genres.registry import GENRES
from adaptive.composer.learned.harmony_weights import FILE, HarmonyNetwork, LoadedHarmony, read
from adaptive.composer.plan import part
from adaptive.composer.plan.section_plan import SectionPlan
from tools.pieces import ENSEMBLES, plan_of
from tools.training import harmony, progressions
from tools.training.network import log_chances
from tools.training.progressions import Progression, ReadChord
from tools.training.tunes import Quotation

BARS, PIECES = 64, 10
"""Pieces that are planned with the network, in major and in minor."""

KEYS = ("G major", "A minor")
TEMPLATE = Path(__file__).parent / "harmony_card.md"
Figures = dict[str, float]
ROWS = {
    "nats": "nats a chord",
    "nats_order_0": "the same of a Markov chain on the mode alone",
    "nats_order_1": "with one chord",
    "nats_order_2": "with two chords",
    "nats_order_3": "with three chords",
    "pairs": "share of pairs that the grammar has names for",
    "allowed": "share of these that it allows",
    "nats_model": "nats a function, these pairs",
    "nats_grammar": "the same of the grammar",
    "right_model": "share of these in which the likeliest function is right",
    "right_grammar": "the same of the grammar",
}
SHAPES = {
    "falling_fifths": ("root movements by a falling fifth", ".2f"),
    "inverted": ("chords with another bass than the root", ".2f"),
    "bass_steps": ("steps in the bass", ".2f"),
    "bass_repeats": ("changes over the same bass", ".2f"),
    "chromatic": ("chords outside the key", ".2f"),
    "secondary_dominants": ("secondary dominants, of all chords", ".2f"),
    "of_them_resolved": ("of them, those that fall by a fifth", ".2f"),
    "distinct_fours": ("different successions of four chords", ".2f"),
    "longest_run": ("longest run found in the training set, median", ".1f"),
    "most": ("longest run, most", ".0f"),
}
"""Rows of the model card."""

Chords = list[tuple[int, str, int, int]]
"""Root and bass above the tonic in semitones, quality between them, and length: 1 at the pace, 2 longer."""


def report(folder: Path, seeds: list[int]) -> None:
    """Train with each seed, write the weights of the first with a card, and print a line of figures for each.

    Parameters
    ----------
    folder : Path
        The unpacked JS Fake Chorales.
    seeds : list of int
        Seeds.
    """
    known, unseen = progressions.read(folder)
    phrases = [phrase for one in known for phrase in one]
    vocabulary = harmony.vocabulary_of(phrases)
    count = len(vocabulary) + 1
    examples = harmony.examples_of(phrases, vocabulary)
    others = harmony.examples_of([phrase for one in unseen for phrase in one], vocabulary)
    print(f"harmony: {len(known)} chorales, {len(examples)} chords; {len(unseen)} are held out", flush=True)
    chains = {
        f"nats_order_{order}": harmony.nats_a_chord(harmony.chain(examples, others, order, count), others)
        for order in range(4)
    }
    rows = harmony.rows_of(others, count).astype(np.float64)
    results: list[Figures] = []
    likeness: dict[str, Figures] = {}
    for seed in seeds:
        begun = time.thread_time()
        network = harmony.train_harmony(examples, vocabulary, seed, lambda _epoch, _loss: None)
        seconds = time.thread_time() - begun
        file = FILE if seed == seeds[0] else FILE.with_suffix(".other.npz")
        np.savez_compressed(file, **harmony.arrays_of(network, vocabulary, examples))
        loaded = read(file).harmony
        assert loaded is not None
        said = log_chances(loaded.network(rows))
        figures = {"nats": harmony.nats_a_chord(said, others), **chains}
        figures |= harmony.against_grammar(said, others, vocabulary)
        figures["seconds"] = seconds
        results.append(figures)
        if seed == seeds[0]:
            likeness = _likeness(loaded, known, unseen)
            for name, values in likeness.items():
                print(" ", name, {key: round(value, 3) for key, value in values.items()}, flush=True)
        else:
            file.unlink()
        print(f"  {seed}", {name: round(value, 3) for name, value in figures.items()}, flush=True)
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    share = GENRES["chamber"].progression_share
    counts = {
        "size": FILE.stat().st_size, "chords": len(vocabulary), "known": len(known), "unseen": len(unseen),
        "examples": len(others), "pieces": PIECES * len(KEYS), "bars": BARS, "share": share,
    }  # fmt: skip
    card = _card(seeds, results, likeness, digest, counts)
    FILE.with_suffix(".md").write_text(card, encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size} bytes, sha256 {digest}")


def _card(
    seeds: Sequence[int], results: Sequence[Figures], likeness: Mapping[str, Figures], digest: str,
    counts: Mapping[str, float],
) -> str:  # fmt: skip
    rows = "\n".join(
        f"| {words} | {results[0][name]:.2f} | "
        f"{min(r[name] for r in results):.2f} to {max(r[name] for r in results):.2f} |"
        for name, words in ROWS.items()
    )
    shapes = "\n".join(
        f"| {words} | " + " | ".join(f"{values[name]:{form}}" for values in likeness.values()) + " |"
        for name, (words, form) in SHAPES.items()
    )
    return TEMPLATE.read_text(encoding="utf-8").format(
        digest=digest, seconds=round(sum(figures["seconds"] for figures in results)), count=len(seeds),
        first=seeds[0], seeds=", ".join(map(str, seeds)), rows=rows, names=" | ".join(likeness),
        dashes="---|" * len(likeness), shapes=shapes, **counts,
    ).replace("|---|---|---|---||", "|---|---|---|---|")  # fmt: skip


def _likeness(
    network: HarmonyNetwork, known: Sequence[list[Progression]], unseen: Sequence[list[Progression]]
) -> dict[str, Figures]:
    quotation = Quotation([_quoted(_read(one)) for one in known])
    pieces = {"chorales that are held out": [(one[0].is_minor, _read(one)) for one in unseen]}
    for name, loaded in (("the grammar", LoadedHarmony(None)), ("the network", LoadedHarmony(network))):
        pieces[name] = [
            (key.endswith("minor"), _planned(loaded, key, seed)) for key in KEYS for seed in range(PIECES)
        ]
    found = {}
    for name, made in pieces.items():
        runs = [quotation.longest_run(_quoted(chords)) for _, chords in made]
        found[name] = _shape(made) | {"longest_run": float(np.median(runs)), "most": float(max(runs))}
    return found


def _read(phrases: Sequence[Progression]) -> Chords:
    return [
        (chord.root, chord.quality, (chord.root + chord.bass) % 12, min(2, chord.beats))
        for phrase in phrases
        for chord in phrase.chords
    ]


def _planned(loaded: LoadedHarmony, key: str, seed: int) -> Chords:
    """Return the chords of a piece of chamber music that the grammar or the network writes alone."""
    genre = ENSEMBLES["chamber"]
    before = part.harmony_weights.loaded_harmony
    part.harmony_weights.loaded_harmony = lambda: loaded  # type: ignore[assignment]
    try:
        plan = plan_of(replace(genre, key=key), seed)
        return list(_chords_of(plan))
    finally:
        part.harmony_weights.loaded_harmony = before


def _chords_of(plan: SectionPlan) -> Iterator[tuple[int, str, int, int]]:
    tonic = plan.brief.key.tonic.pitch_class
    for number in range(BARS):
        bar = plan.bar(number)
        chords = bar.harmony.chords
        is_fast = bar.part.character.harmonic_rhythm == "half"
        for onset, chord in chords:
            lasts = 2 if is_fast and len(chords) == 1 else 1
            if onset == Fraction(0) and number and plan.bar(number - 1).harmony.chords[-1][1] == chord:
                continue
            root, bass = chord.root.pitch_class, chord.bass.pitch_class
            yield (root - tonic) % 12, chord.quality, (bass - tonic) % 12, lasts


def _quoted(chords: Chords) -> list[Any]:
    """Return root interval, quality and length of each chord but the first."""
    return [((now[0] - before[0]) % 12, now[1], now[3]) for before, now in pairwise(chords)]


def _shape(pieces: Sequence[tuple[bool, Chords]]) -> Figures:
    """Return shares of what progressions are like."""
    chords = [(minor, chord) for minor, made in pieces for chord in made]
    moves = [(minor, *pair) for minor, made in pieces for pair in pairwise(made) if pair[0] != pair[1]]
    roots = [(now[0] - before[0]) % 12 for _, before, now in moves if now[0] != before[0]]
    basses = [min((now[2] - before[2]) % 12, (before[2] - now[2]) % 12) for _, before, now in moves]
    applied = [
        (now[0] - before[0]) % 12 == 5
        for minor, before, now in moves
        if before[1] in {"", "7"} and _is_chromatic(before, is_minor=minor)
        if before[0] not in ({1, 8, 10} if not minor else {1})
    ]
    fours = [made[at : at + 4] for _, made in pieces for at in range(len(made) - 3)]
    shapes = {tuple(chord[:3] for chord in four) for four in fours}
    return {
        "falling_fifths": roots.count(5) / len(roots),
        "inverted": sum(root != bass for _, (root, _, bass, _) in chords) / len(chords),
        "bass_steps": sum(move in {1, 2} for move in basses) / len(basses),
        "bass_repeats": basses.count(0) / len(basses),
        "chromatic": float(np.mean([_is_chromatic(chord, is_minor=minor) for minor, chord in chords])),
        "secondary_dominants": len(applied) / len(chords),
        "of_them_resolved": sum(applied) / max(1, len(applied)),
        "distinct_fours": len(shapes) / len(fours),
    }


def _is_chromatic(chord: tuple[int, str, int, int], *, is_minor: bool) -> bool:
    quality = chord[1] if chord[1] in progressions.QUALITIES else ""
    return progressions.is_chromatic(ReadChord(chord[0], quality, 0, 1), is_minor=is_minor)
