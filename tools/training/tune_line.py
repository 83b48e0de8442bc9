"""Sets tunes with the trained network in place of the rules, as far as the plan lets it, to compare both.

The plan gives rhythm, contour, chords and closes; the network chooses among the pitches near the contour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from adaptive.composer.line import TargetNote, is_consonant, pitch_at
from adaptive.composer.plan import tune
from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key
from tools.training.network import Network, log_chances
from tools.training.tunes import PAST, WIDEST, Moment, inputs_of

MIDDLE = 69
"""MIDI pitch of the middle of a tune, A4."""

BEAM = 8
"""Lines that are kept."""

FARTHEST = 2
"""Staff steps by which a note may lie beside the contour."""


@dataclass(frozen=True)
class Choosing:
    """How pitches are chosen.

    Parameters
    ----------
    contour : float
        Nats that a staff step beside the contour costs.
    seed : int or None
        Draws the line, the same one for the same contour; None: the likeliest one is found.
    """

    contour: float = 0.5
    seed: int | None = None

    def rng_for(self, targets: Sequence[TargetNote]) -> np.random.Generator | None:
        """Return what draws a line; None: nothing is drawn."""
        if self.seed is None:
            return None
        return np.random.default_rng([self.seed, *(target.position for target in targets)])


@dataclass(frozen=True, slots=True)
class Line:
    """A line so far: its score in nats, its staff positions, and its MIDI pitches."""

    score: float
    positions: tuple[int, ...]
    midi: tuple[int, ...]


def learned_fit(
    network: Network, rhythm: Sequence[tuple[Fraction, Fraction]], targets: Sequence[TargetNote], key: Key,
    span: tuple[int, int], choosing: Choosing,
) -> list[Pitch]:  # fmt: skip
    """Choose the pitches of a line, as `adaptive.composer.line.fit` does.

    Parameters
    ----------
    network : Network
        As `train_tunes` makes it.
    rhythm : sequence of (Fraction, Fraction)
        Onset in the bar and length of each note, in beats.
    targets : sequence of TargetNote
        The contour.
    key : Key
        Source of the accidentals of notes outside the chord.
    span : (int, int)
        Lowest and highest staff position.
    choosing : Choosing
        How near the contour, and how likely, the line has to be.
    """
    lines, rng = [Line(0.0, (), ())], choosing.rng_for(targets)
    for place, target in enumerate(targets):
        choices = _choices(target, span)
        rows = [_moment(line, place, rhythm, targets, key) for line in lines if line.midi]
        chances = (
            log_chances(network.forward(np.stack([inputs_of(row) for row in rows]))[-1]) if rows else None
        )
        if chances is not None and rng is not None:  # the best of perturbed chances is a sample
            chances = chances + rng.gumbel(size=chances.shape)
        longer = []
        for number, line in enumerate(lines):
            for position in choices:
                midi = pitch_at(position, target.chord, key).midi
                move = midi - line.midi[-1] if line.midi else 0
                if abs(move) > WIDEST:
                    continue
                said = 0.0 if chances is None else float(chances[number, move + WIDEST])
                score = line.score + said - choosing.contour * abs(position - target.position)
                longer.append(Line(score, (*line.positions, position), (*line.midi, midi)))
        if not longer:  # a fixed note beyond an octave
            position = choices[0]
            midi = pitch_at(position, target.chord, key).midi
            longer = [Line(one.score, (*one.positions, position), (*one.midi, midi)) for one in lines]
        lines = sorted(longer, key=lambda line: (-line.score, line.positions))[
            : 1 if rng is not None else BEAM
        ]
    best = lines[0].positions
    return [pitch_at(p, target.chord, key) for p, target in zip(best, targets, strict=True)]


def _choices(target: TargetNote, span: tuple[int, int]) -> list[int]:
    middle = min(max(target.position, span[0]), span[1])
    if target.is_fixed:
        return [middle]
    near = [p for p in range(middle - FARTHEST, middle + FARTHEST + 1) if span[0] <= p <= span[1]]
    fitting = [p for p in near if is_consonant(p, target.chord)]
    return fitting if target.is_strong and fitting else near


def _moment(
    line: Line,
    place: int,
    rhythm: Sequence[tuple[Fraction, Fraction]],
    targets: Sequence[TargetNote],
    key: Key,
) -> Moment:
    past = [now - before for before, now in pairwise(line.midi)][::-1][:PAST]
    tonic, last = key.tonic.pitch_class, line.midi[-1]
    chord, following = targets[place].chord, targets[min(place + 1, len(targets) - 1)].chord
    harmony, coming = _classes(chord, tonic), _classes(following, tonic)
    return Moment(
        tuple(past), (last - tonic) % 12, float(last - MIDDLE), harmony, coming, *rhythm[place],
        len(targets) - 1 - place, key.is_minor,
    )  # fmt: skip


def _classes(chord: Chord, tonic: int) -> frozenset[int]:
    return frozenset((one - tonic) % 12 for one in chord.pitch_classes)


@contextmanager
def in_place_of_rules(network: Network, choosing: Choosing) -> Iterator[None]:
    """Let plans set their tunes with the network, until the block ends."""
    pitched, fit = tune._pitched, tune.fit
    rhythm: list[tuple[Fraction, Fraction]] = []

    def noting(plan, chords, written, close, lift, before):  # type: ignore[no-untyped-def]
        rhythm[:] = [
            (note.onset, note.length)
            for bar, cell in enumerate(written)
            for note in cell
            if not tune.chord_in(chords[bar], note.onset).is_silent
        ]
        return pitched(plan, chords, written, close, lift, before)

    def learned(
        targets: Sequence[TargetNote], key: Key, low: int, high: int, _before: int | None
    ) -> list[Pitch]:
        return learned_fit(network, rhythm, targets, key, (low, high), choosing)

    tune._pitched, tune.fit = noting, learned
    try:
        yield
    finally:
        tune._pitched, tune.fit = pitched, fit
