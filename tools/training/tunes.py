"""Trains a network that says which interval a tune goes next, for a rhythm and chords that are given."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tools.training.chorales import Chorale
from tools.training.network import Network, choice_loss, log_chances, train

WIDEST = 12
INTERVALS = 2 * WIDEST + 1
"""Intervals of up to an octave, down and up."""

PAST, NEAR_END, REGISTERS, PLACES, LENGTHS = 3, 6, 7, 8, 4
INPUTS = PAST * (INTERVALS + 1) + 12 + REGISTERS + 12 + 12 + PLACES + LENGTHS + NEAR_END + 1
HIDDEN, EPOCHS = (96,), 12
LONG = 2
"""A note of so many beats ends a phrase of a chorale."""


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the next interval may depend on.

    Parameters
    ----------
    past : tuple of int
        Intervals before it in semitones, the last one first; as many as there are.
    degree : int
        Semitones of the note before above the tonic, 0 to 11.
    height : float
        Semitones of the note before above the middle of the tune.
    harmony, following : frozenset of int
        Pitch classes above the tonic: of the chord, and of that under the note after.
    onset, length : Fraction
        Of the note, in beats; `onset` counts from a bar line.
    to_end : int
        Notes from it to the end of the phrase; 0: it is the last.
    is_minor : bool
        Whether the key is minor.
    """

    past: tuple[int, ...]
    degree: int
    height: float
    harmony: frozenset[int]
    following: frozenset[int]
    onset: Fraction
    length: Fraction
    to_end: int
    is_minor: bool


def inputs_of(moment: Moment) -> NDArray[np.float32]:
    """Return the inputs of the network."""
    row = np.zeros(INPUTS, np.float32)
    at = 0
    for place in range(PAST):
        number = INTERVALS if place >= len(moment.past) else _interval(moment.past[place])
        row[at + number] = 1
        at += INTERVALS + 1
    row[at + moment.degree] = 1
    at += 12
    row[at + min(REGISTERS - 1, max(0, round(moment.height / 3.0) + REGISTERS // 2))] = 1
    at += REGISTERS
    for classes in (moment.harmony, moment.following):
        row[[at + one for one in classes]] = 1
        at += 12
    row[at + int(moment.onset * 2) % PLACES] = 1
    at += PLACES
    row[at + sum(moment.length > limit for limit in (Fraction(1, 2), 1, Fraction(3, 2)))] = 1
    at += LENGTHS
    row[at + min(NEAR_END - 1, moment.to_end)] = 1
    row[at + NEAR_END] = moment.is_minor
    return row


def _interval(semitones: int) -> int:
    return min(WIDEST, max(-WIDEST, semitones)) + WIDEST


def moments_of(chorale: Chorale) -> list[tuple[Moment, int]]:
    """Return each note of a tune but the first: what it may depend on, and its interval."""
    tune = chorale.tune
    middle = float(np.mean([note.midi for note in tune]))
    ends = [place for place, note in enumerate(tune) if note.length >= LONG or place == len(tune) - 1]
    found = []
    for place in range(1, len(tune)):
        note, before = tune[place], tune[place - 1]
        past = [tune[p].midi - tune[p - 1].midi for p in range(place - 1, max(0, place - 1 - PAST), -1)]
        after = tune[min(place + 1, len(tune) - 1)]
        to_end = next(end for end in ends if end >= place) - place
        moment = Moment(
            tuple(past), (before.midi - chorale.tonic) % 12, before.midi - middle, note.harmony,
            after.harmony, note.onset % 4, note.length, to_end, chorale.is_minor,
        )  # fmt: skip
        found.append((moment, note.midi - before.midi))
    return found


def train_tunes(chorales: Sequence[Chorale], seed: int, told: Callable[[int, float], None]) -> Network:
    """Train the network on tunes."""
    pairs = [pair for one in chorales for pair in moments_of(one)]
    rows = np.stack([inputs_of(moment) for moment, _ in pairs])
    targets = np.array([_interval(interval) for _, interval in pairs])
    network = Network((INPUTS, *HIDDEN, INTERVALS), seed)

    train(network, lambda numbers, _: rows[numbers], choice_loss(targets), len(rows), EPOCHS, seed, told)
    return network


def nats_a_note(network: Network, chorales: Sequence[Chorale]) -> float:
    """Return the mean cross entropy of a note of tunes."""
    pairs = [pair for one in chorales for pair in moments_of(one)]
    found = log_chances(network.forward(np.stack([inputs_of(moment) for moment, _ in pairs]))[-1])
    return -float(np.mean([found[row, _interval(pair[1])] for row, pair in enumerate(pairs)]))


def markov_nats(known: Sequence[Chorale], unseen: Sequence[Chorale], order: int) -> float:
    """Return the same for a Markov chain over degree and past intervals, which backs off to fewer of them."""
    counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for one in known:
        for moment, interval in moments_of(one):
            for length in range(order + 1):
                counts[(length, moment.degree, *moment.past[:length])][_interval(interval)] += 1
    total, notes = 0.0, 0
    for one in unseen:
        for moment, interval in moments_of(one):
            chance = 1.0 / INTERVALS
            for length in range(min(order, len(moment.past)) + 1):
                seen = counts.get((length, moment.degree, *moment.past[:length]), Counter())
                size = sum(seen.values())
                chance = (seen[_interval(interval)] + 5.0 * chance) / (size + 5.0)
            total -= float(np.log(chance))
            notes += 1
    return total / notes


Pairs = list[tuple[int, Fraction]]
"""The interval to each note of a tune, and the note's length."""


def pairs_of(notes: Sequence[tuple[int, Fraction]]) -> Pairs:
    """Return the pairs of a tune that is given as pitches and lengths."""
    return [(now[0] - before[0], now[1]) for before, now in pairwise(notes)]


class Quotation:
    """Finds the longest run of (interval, length) pairs that a tune shares with known ones."""

    def __init__(self, known: Sequence[Pairs], longest: int = 24) -> None:
        self._longest = longest
        self._runs = {
            hash(tuple(pairs[start : start + size]))
            for pairs in known
            for start in range(len(pairs))
            for size in range(1, min(longest, len(pairs) - start) + 1)
        }

    def longest_run(self, pairs: Pairs) -> int:
        """Return the length of the longest run, at most `longest`."""
        best = 0
        for start in range(len(pairs)):
            while best < self._longest and start + best < len(pairs):
                if hash(tuple(pairs[start : start + best + 1])) not in self._runs:
                    break
                best += 1
        return best
