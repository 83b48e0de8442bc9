"""Trains a network that says which chord comes before a chord, so that a phrase is written from its close."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned.fixed_network import quantised
from adaptive.composer.learned.harmony_features import (
    LEVELS,
    SEEN,
    PhrasePlace,
    inputs,
    later_inputs,
    place_inputs,
)
from adaptive.composer.plan.grammar import GRAMMARS
from tools.training.network import Network, Rows, choice_loss, train
from tools.training.progressions import Progression, ReadChord, is_chromatic

HIDDEN, EPOCHS = (64,), 40
RAREST = 60
"""A chord that occurs less often is one of the others, which are one class."""

USUAL = 50
"""A chord that occurs less often in a mode is not written in it."""

FORGOTTEN = 0.2
"""Share of rows that are told the next chord alone."""

STRENGTH = 5.0
"""How often a Markov chain must have seen a context to trust it as much as the shorter one."""

Phrases = Sequence[Progression]


@dataclass(frozen=True)
class Example:
    """A chord by its number, the numbers of the chords after it, and its place."""

    chord: int
    later: tuple[int, ...]
    place: PhrasePlace


def vocabulary_of(phrases: Phrases) -> list[str]:
    """Return the chords that are told apart, the commonest first."""
    counts = Counter(chord.text for phrase in phrases for chord in phrase.chords)
    return [text for text, count in counts.most_common() if count >= RAREST]


def close_of(chord: ReadChord) -> str:
    """Return the kind of close that a last chord makes, in the key of the chorale."""
    return "authentic" if chord.root == 0 else "half" if chord.root == 7 else "open"


def chromatic_level(phrase: Progression) -> int:
    """Return how many chords of a phrase leave the key: 0, below 0.2, below 0.4, more."""
    outside = [is_chromatic(chord, is_minor=phrase.is_minor) for chord in phrase.chords]
    share = sum(outside) / len(outside)
    return sum(share > limit for limit in (0.0, 0.2, 0.4)[: LEVELS - 1])


def examples_of(phrases: Phrases, vocabulary: Sequence[str]) -> list[Example]:
    """Return the chords before the close of each phrase; those that are rare have the last number."""
    index = {text: number for number, text in enumerate(vocabulary)}
    found = []
    for phrase in phrases:
        numbers = [index.get(chord.text, len(vocabulary)) for chord in phrase.chords]
        close, level = close_of(phrase.chords[-1]), chromatic_level(phrase)
        for at in range(len(numbers) - 1):
            length = min(2, phrase.chords[at].beats - 1)
            place = PhrasePlace(len(numbers) - 1 - at, at, close, length, level, phrase.is_minor)
            found.append(Example(numbers[at], tuple(numbers[at + 1 : at + 4]), place))
    return found


def arrays_of(network: Network, vocabulary: Sequence[str], known: Sequence[Example]) -> dict[str, Any]:
    """Return the arrays of the file of weights."""
    counts = Counter((one.place.is_minor, one.chord) for one in known)
    usual = [[counts[minor, chord] >= USUAL for chord in range(len(vocabulary))] for minor in (False, True)]
    return {
        "chords": np.array(vocabulary),
        "is_usual": np.array([[*row, False] for row in usual]),
        **{f"harmony_{number}": quantised(array) for number, array in enumerate(network.weights)},
    }


def rows_of(examples: Sequence[Example], count: int) -> Rows:
    """Return the inputs of examples."""
    later = later_inputs(np.array([(*one.later, count, count)[:SEEN] for one in examples]), count)
    places = np.stack([place_inputs(one.place) for one in examples])
    return np.concatenate([later, places], axis=1).astype(np.float32)


def train_harmony(
    examples: Sequence[Example], vocabulary: Sequence[str], seed: int, told: Callable[[int, float], None]
) -> Network:
    """Train the network on examples; its last output are the chords that are rare."""
    count = len(vocabulary) + 1
    rows, targets = rows_of(examples, count), np.array([one.chord for one in examples])
    network = Network((inputs(count), *HIDDEN, count), seed)

    def some(numbers: NDArray[np.int64], rng: np.random.Generator) -> Rows:
        chosen = rows[numbers]
        chosen[rng.random(len(chosen)) < FORGOTTEN, count + 1 : 3 * (count + 1)] = 0
        return chosen

    train(network, some, choice_loss(targets), len(rows), EPOCHS, seed, told)
    return network


def nats_a_chord(said: NDArray[np.float64], examples: Sequence[Example]) -> float:
    """Return the mean cross entropy of the chords of examples, from the logarithms of their chances."""
    return -float(np.mean(said[np.arange(len(examples)), [one.chord for one in examples]]))


def chain(known: Sequence[Example], unseen: Sequence[Example], order: int, count: int) -> NDArray[np.float64]:
    """Return the same for a Markov chain over the mode and the next chords, which backs off to fewer."""
    counts: dict[Hashable, Counter[int]] = defaultdict(Counter)
    for one in known:
        for length in range(order + 1):
            counts[_context(one, length)][one.chord] += 1
    rows = np.zeros((len(unseen), count))
    for row, one in zip(rows, unseen, strict=True):
        row[:] = 1.0 / count
        for length in range(order + 1):
            seen = counts.get(_context(one, length))
            if seen is None:
                break
            row *= STRENGTH
            for chord, times in seen.items():
                row[chord] += times
            row /= row.sum()
    return np.log(rows)


def _context(one: Example, length: int) -> Hashable:
    return (length, one.place.is_minor, *one.later[:length])


def function_of(text: str, *, is_minor: bool) -> str | None:
    """Return the function of the grammar that a chord has; None: the grammar does not know it."""
    chords = GRAMMARS["minor" if is_minor else "major"][0]
    plain = text.partition("/")[0]
    tries = [text, plain]
    for one, other in ((":m7", ":m"), (":m", ":m7"), (":maj7", ""), (":dim", ":m7b5")):
        if plain.endswith(one):
            tries.append(plain[: -len(one)] + other)
    by_text = {chord: name for name, chord in chords.items()}
    return next((by_text[one] for one in tries if one in by_text), None)


def against_grammar(
    said: NDArray[np.float64], examples: Sequence[Example], vocabulary: Sequence[str]
) -> dict[str, float]:
    """Compare a model with the grammar on the pairs of chords that the grammar has names for.

    Parameters
    ----------
    said : ndarray, shape (examples, chords)
        Logarithms of the chances by the model.
    examples : sequence of Example
        Chords that are held out.
    vocabulary : sequence of str
        Chords by number.

    Returns
    -------
    dict
        Shares of pairs with names and of those that the grammar allows; nats a chord of both, where a
        twentieth of the grammar's chance is spread over all of its functions; how often the likeliest one is
        right.
    """
    pairs = allowed = right_rules = right_model = 0
    nats_rules = nats_model = 0.0
    names = {m: [function_of(text, is_minor=m) for text in vocabulary] for m in (False, True)}
    for row, one in zip(np.exp(said), examples, strict=True):
        known = names[one.place.is_minor]
        if max(one.chord, one.later[0]) >= len(vocabulary):
            continue
        function, after = known[one.chord], known[one.later[0]]
        if function is None or after is None:
            continue
        pairs += 1
        before = GRAMMARS["minor" if one.place.is_minor else "major"][1][after]
        functions = sorted({name for name in known if name is not None})
        allowed += function in before
        spread = 0.05 / len(functions)
        nats_rules -= float(np.log(0.95 * before.get(function, 0.0) / sum(before.values()) + spread))
        right_rules += max(before, key=lambda name: before[name]) == function
        sums = dict.fromkeys(functions, 0.0)
        for number, name in enumerate(known):
            if name is not None:
                sums[name] += float(row[number])
        nats_model -= float(np.log(sums[function] / sum(sums.values())))
        right_model += max(sums, key=lambda name: sums[name]) == function
    return {
        "pairs": pairs / len(examples),
        "allowed": allowed / pairs,
        "nats_grammar": nats_rules / pairs,
        "nats_model": nats_model / pairs,
        "right_grammar": right_rules / pairs,
        "right_model": right_model / pairs,
    }
