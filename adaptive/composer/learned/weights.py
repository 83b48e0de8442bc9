"""Reads the weights of the networks, once; without them the composer writes by rules alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned import feel_features, pattern_features
from adaptive.composer.learned.drum_grid import KINDS
from adaptive.composer.learned.fixed_network import FixedNetwork, fits
from adaptive.composer.learned.weight_file import of_another_version, parts_of, read_weights

FILE = Path(__file__).parent / "data" / "drums.npz"
"""Weights of both networks; ``drums.md`` beside it is their model card."""


@dataclass(frozen=True, eq=False)
class DrumNetworks:
    """The networks of drums.

    Parameters
    ----------
    feel : FixedNetwork
        How late and how loud each stroke of a pattern is.
    patterns : FixedNetwork
        Which strokes come next.
    combinations : ndarray of uint8, shape (outputs of `patterns`, KINDS)
        The strokes of each of its choices.
    """

    feel: FixedNetwork
    patterns: FixedNetwork
    combinations: NDArray[np.uint8]


@dataclass(frozen=True)
class Loaded:
    """The networks, or one sentence that says why there are none."""

    networks: DrumNetworks | None
    sentence: str = ""


def read(file: Path) -> Loaded:
    """Read a file of weights; a missing, damaged or foreign one gives a sentence."""
    instead = "drums and their timing are made by rules"
    read_parts, sentence = read_weights(
        file,
        instead,
        lambda arrays: (
            {name: parts_of(arrays, name) for name in _SIZES},
            arrays["combinations"].astype(np.uint8),
        ),
    )
    if read_parts is None:
        return Loaded(None, sentence)
    parts, combinations = read_parts
    for name, (inputs, outputs) in _SIZES.items():
        if not fits(parts[name], inputs, outputs or len(combinations)):
            return Loaded(None, of_another_version(file, instead))
    if combinations.ndim != 2 or combinations.shape[1] != KINDS:
        return Loaded(None, of_another_version(file, instead))
    return Loaded(DrumNetworks(FixedNetwork(parts["feel"]), FixedNetwork(parts["patterns"]), combinations))


_SIZES = {"feel": (feel_features.INPUTS, feel_features.OUTPUTS), "patterns": (pattern_features.INPUTS, 0)}
"""Inputs and outputs of each network; 0: as many as there are combinations."""


@lru_cache(maxsize=1)
def loaded() -> Loaded:
    """Return what the package has, read when it is first asked for."""
    return read(FILE)


def networks() -> DrumNetworks | None:
    """Return the networks; None if there are none."""
    return loaded().networks
