"""Reads the weights of the network of harmony, once; without them the grammar writes all progressions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned.fixed_network import FixedNetwork, fits
from adaptive.composer.learned.harmony_features import inputs
from adaptive.composer.learned.weight_file import of_another_version, parts_of, read_weights
from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.pitch import Interval, Tone

FILE = Path(__file__).parent / "data" / "harmony.npz"
"""Weights of the network; ``harmony.md`` beside it is its model card."""

MOST_CHORDS = 500


@dataclass(frozen=True, eq=False)
class HarmonyNetwork:
    """The network of harmony.

    Parameters
    ----------
    network : FixedNetwork
        How likely each chord is before the chords after it; the last output is any other chord.
    chords : tuple of str
        Degree, quality and bass of each chord, as grammars write them.
    is_usual : ndarray of bool, shape (2, outputs)
        Whether it was seen often enough to be written in major, and in minor.
    """

    network: FixedNetwork
    chords: tuple[str, ...]
    is_usual: NDArray[np.bool_]


@dataclass(frozen=True)
class LoadedHarmony:
    """The network, or one sentence that says why there is none."""

    harmony: HarmonyNetwork | None
    sentence: str = ""


def read(file: Path) -> LoadedHarmony:
    """Read a file of weights; a missing, damaged or foreign one gives a sentence."""
    instead = "progressions are written by rules"
    read_parts, sentence = read_weights(
        file,
        instead,
        lambda arrays: (
            parts_of(arrays, "harmony"),
            tuple(str(text) for text in arrays["chords"]),
            arrays["is_usual"].astype(bool),
        ),
    )
    if read_parts is None:
        return LoadedHarmony(None, sentence)
    parts, chords, is_usual = read_parts
    count = len(chords) + 1
    if (
        len(chords) > MOST_CHORDS
        or is_usual.shape != (2, count)
        or not fits(parts, inputs(count), count)
        or not is_usual.any(axis=1).all()
        or not all(map(_is_chord, chords))
    ):
        return LoadedHarmony(None, of_another_version(file, instead))
    return LoadedHarmony(HarmonyNetwork(FixedNetwork(parts), chords, is_usual))


def _is_chord(text: str) -> bool:
    head, _, bass = text.partition("/")
    degree, _, quality = head.partition(":")
    try:
        Interval.parse(bass or "1")
        Chord(Tone.parse("C").transposed(Interval.parse(degree)), quality, Tone.parse("C"))
    except (InputError, ValueError, KeyError):
        return False
    return True


@lru_cache(maxsize=1)
def loaded_harmony() -> LoadedHarmony:
    """Return what the package has, read when it is first asked for."""
    return read(FILE)
