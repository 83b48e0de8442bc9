"""Chord progressions, written backwards from their closes with the grammar of the mode."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np

from adaptive.composer.learned.harmony import PhraseDrawing, draw_chords
from adaptive.composer.learned.harmony_weights import HarmonyNetwork
from adaptive.composer.meter import Meter
from adaptive.composer.plan.brief import BarChords
from adaptive.composer.plan.colour import coloured
from adaptive.composer.plan.grammar import CHROMATIC, GRAMMARS, Grammar, closes_of
from adaptive.music.chord import Chord
from adaptive.music.pitch import Interval
from adaptive.music.scale import Key

PROPOSALS = 12
"""Progressions that are written for a phrase; the best is taken."""

AFTER_HEAD = 0.02
"""Factor of a chord after given bars that their last chord does not lead to."""

FALLING_FIFTHS = 0.36
"""Share of root movements by a falling fifth that is aimed at; tonal music has 0.28 to 0.45."""

LEARNED_MODES = frozenset({"major", "minor", "harmonic minor", "melodic minor"})
"""Modes that the network of harmony has learned."""

_DOMINANTS = frozenset({"V", "V7"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """The chords of a phrase, one list for each bar, and the kind of its close.

    A chord is a function of the grammar, or degree, quality and bass.
    """

    bars: tuple[tuple[tuple[Fraction, str], ...], ...]
    close: str

    @property
    def functions(self) -> list[str]:
        """All functions, in order."""
        return [function for bar in self.bars for _, function in bar]


@dataclass(frozen=True, slots=True)
class PhraseGoal:
    """What a phrase should be like.

    Parameters
    ----------
    bars : int
        Its length.
    close : str
        ``"half"``, ``"open"`` or ``"authentic"``.
    rhythm : str
        ``"slow"``: two bars a chord; ``"bar"``: one; ``"half"``: two chords in inner bars.
    tension : float
        0 … 1: how freely chords outside the key are used.
    starts_home : bool
        Whether it should begin on the tonic.
    head : tuple
        Bars with which it must begin, such as those of the phrase that it answers.
    temperature : float
        0 to 3: below 1 the commonest chords become commoner, above it rare ones do.
    """

    bars: int
    close: str
    rhythm: str = "bar"
    tension: float = 0.4
    starts_home: bool = True
    head: tuple[tuple[tuple[Fraction, str], ...], ...] = ()
    temperature: float = 1.0


def write_phrase(
    mode: str, meter: Meter, goal: PhraseGoal, rng: np.random.Generator, harmony: HarmonyNetwork | None = None
) -> Phrase:
    """Write a phrase: the best of `PROPOSALS` walks backwards from a close, or one drawn from a network.

    A network writes major and minor only.
    """
    slots = _slots(meter, goal)
    closes = closes_of(mode)[goal.close]
    closing = closes[int(rng.integers(len(closes)))]
    count = sum(len(bar) for bar in slots)
    if harmony is not None and mode in LEARNED_MODES:
        return _filled(slots, _drawn_chords(harmony, mode, closing, goal, slots, rng), goal)
    randoms = rng.random((PROPOSALS, count)).tolist()
    grammar = GRAMMARS[mode]
    fixed = [function for bar in goal.head for _, function in bar]
    best = min(
        (_walk(grammar, closing, count - len(fixed), goal, row, fixed) for row in randoms),
        key=lambda functions: _faults(grammar, functions, goal, len(fixed)),
    )
    return _filled(slots, best, goal)


def _filled(slots: list[list[Fraction]], functions: list[str], goal: PhraseGoal) -> Phrase:
    left = iter(functions)
    return Phrase(tuple(tuple((onset, next(left)) for onset in bar) for bar in slots), goal.close)


def _drawn_chords(
    harmony: HarmonyNetwork, mode: str, closing: str, goal: PhraseGoal, slots: list[list[Fraction]],
    rng: np.random.Generator,
) -> list[str]:  # fmt: skip
    """Return the chords of a phrase as the network draws them: degree, quality and bass."""
    texts = GRAMMARS[mode][0]
    lengths: list[int] = []
    is_fast = goal.rhythm == "half"
    for bar in slots:  # 0: at the pace of the phrase; 1: longer
        lengths += [int(is_fast and len(bar) == 1)] * len(bar)
        if not bar and lengths:
            lengths[-1] = 1
    head = [texts.get(function, function) for bar in goal.head for _, function in bar]
    drawing = PhraseDrawing(
        texts[closing], goal.close, lengths[:-1], head, goal.tension, mode != "major", goal.starts_home,
        goal.temperature,
    )  # fmt: skip
    return draw_chords(harmony, drawing, rng)


def _slots(meter: Meter, goal: PhraseGoal) -> list[list[Fraction]]:
    """Return the onsets of chords in each bar; an empty bar continues the chord before it."""
    start = Fraction(0)
    split = [start, meter.middle] if meter.middle else [start]
    slots: list[list[Fraction]] = [[onset for onset, _ in bar] for bar in goal.head]
    for bar in range(len(slots), goal.bars):
        left = goal.bars - bar
        if left == 1:
            slots.append([start])
        elif _is_split(bar, left, goal):
            slots.append(split)
        elif goal.rhythm == "slow" and left > 2 and bar % 2:
            slots.append([])
        else:
            slots.append([start])
    return slots


def _is_split(bar: int, left: int, goal: PhraseGoal) -> bool:
    """Whether a bar has two chords: the one before an authentic close does, unless harmony is slow."""
    is_cadence = left == 2 and goal.rhythm != "slow" and goal.close == "authentic"
    return is_cadence or (goal.rhythm == "half" and bar > 0)


def _walk(
    grammar: Grammar, closing: str, count: int, goal: PhraseGoal, randoms: list[float], fixed: list[str]
) -> list[str]:
    functions = [closing]
    for place in range(1, count):
        before = grammar[1][functions[-1]]
        weights = {name: weight * _liking(name, functions, goal, place) for name, weight in before.items()}
        if fixed and place == count - 1:  # the chord after the given bars, which have to lead there
            for name in weights:
                weights[name] *= 1.0 if fixed[-1] in grammar[1][name] else AFTER_HEAD
        if goal.temperature != 1.0:
            power = 1.0 / max(0.2, goal.temperature)
            weights = {name: weight**power for name, weight in weights.items()}
        functions.append(_drawn(weights, randoms[place]))
    return [*fixed, *reversed(functions)]


def _liking(name: str, later: list[str], goal: PhraseGoal, place: int) -> float:
    liking = 0.3 + 1.6 * goal.tension if name in CHROMATIC else 1.0
    if len(later) > 1 and name == later[-2]:
        liking *= 0.3  # no to and fro
    if place == 1 and goal.close == "authentic" and name in _DOMINANTS:
        liking *= 4.0
    return liking


def _drawn(weights: dict[str, float], random: float) -> str:
    rest = random * sum(weights.values())
    for name, weight in weights.items():
        rest -= weight
        if rest <= 0.0:
            return name
    return name


def _faults(grammar: Grammar, functions: list[str], goal: PhraseGoal, fixed: int) -> float:
    faults = 0.0
    if not fixed:
        home = functions[0] == "I"
        steady = functions[0] in {"I", "I6", "vi", "IV", "VI", "iv", "III"}
        faults += 0.0 if home == goal.starts_home and steady else 1.5 if steady else 4.0
    elif fixed < len(functions) and functions[fixed - 1] not in grammar[1][functions[fixed]]:
        faults += 4.0
    roots = [_semitones(grammar[0][name]) for name in functions]
    moves = [(b - a) % 12 for a, b in pairwise(roots)]
    if moves:
        falling = sum(move == 5 for move in moves) / len(moves)
        faults += 3.0 * abs(falling - FALLING_FIFTHS)
    faults += 1.5 * sum(move == 0 for move in moves)
    return faults - 0.5 * min(4, len(set(functions)))


@lru_cache(maxsize=256)
def _semitones(text: str) -> int:
    return Interval.parse(text.partition("/")[0].partition(":")[0]).semitones


@lru_cache(maxsize=1024)
def chord_of(key: Key, function: str) -> Chord:
    """Return the chord of a function, or of a degree with quality and bass, spelled by the key."""
    text = GRAMMARS[key.mode][0].get(function, function)
    head, _, bass = text.partition("/")
    degree, _, quality = head.partition(":")
    root = key.tonic.transposed(Interval.parse(degree))
    return Chord(root, quality, key.tonic.transposed(Interval.parse(bass)) if bass else root)


def chords_of(key: Key, phrase: Phrase, colour: str = "plain") -> list[BarChords]:
    """Return the chords of each bar of a phrase; a bar without a change repeats the chord before it."""
    bars: list[BarChords] = []
    for bar in phrase.bars:
        chords = tuple((onset, coloured(chord_of(key, function), key, colour)) for onset, function in bar)
        bars.append(chords or ((Fraction(0), bars[-1][-1][1]),))
    return bars


@lru_cache(maxsize=256)
def written_phrases(text: str, meter: Meter) -> tuple[Phrase, ...]:
    """Return the phrases of a progression that is written out: ``"I | IV | ii V7 | I // I | …"``.

    A bar with two chords changes in its middle; where a meter has none, it keeps the second one.
    """
    phrases = []
    for part in text.split("//"):
        bars = []
        for bar in part.split("|"):
            functions = bar.split()
            if len(functions) > 1 and not meter.middle:
                functions = functions[-1:]
            onsets = (Fraction(0), meter.middle)
            bars.append(tuple(zip(onsets, functions, strict=False)))
        last = bars[-1][-1][1]
        close = "authentic" if last == "I" else "half" if last in {"V", "V7", "Vsus"} else "open"
        phrases.append(Phrase(tuple(bars), close))
    return tuple(phrases)
