"""Markov chains: a walk through states, each drawn from weights that the state before decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

State = TypeVar("State")


def walk(
    chain: Mapping[State, Mapping[State, float]], start: State, count: int, rng: np.random.Generator
) -> list[State]:
    """Return `count` states, the first of which is `start`.

    Parameters
    ----------
    chain : Mapping
        Maps a state to the weights of the states that may follow it; a state without followers, or whose
        weights are all 0, is followed by `start`.
    start : State
        First state.
    count : int
        Number of states, 0 or more.
    rng : numpy.random.Generator
        Source of the choices.

    Examples
    --------
    >>> walk({"a": {"b": 1.0}, "b": {"a": 1.0}}, "a", 4, np.random.default_rng(0))
    ['a', 'b', 'a', 'b']
    """
    states: list[State] = []
    state = start
    for random in rng.random(count).tolist():
        states.append(state)
        state = _next(chain.get(state, {}), start, random)
    return states


def _next(weights: Mapping[State, float], start: State, random: float) -> State:
    rest = random * sum(weights.values())
    for state, weight in weights.items():
        rest -= weight
        if rest < 0.0:
            return state
    return start
