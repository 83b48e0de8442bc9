"""Reads a file of weights; whatever is wrong with it is one sentence, and rules stand in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

Read = TypeVar("Read")


def read_weights(file: Path, instead: str, pick: Callable[[NpzFile], Read]) -> tuple[Read | None, str]:
    """Return what `pick` takes from the arrays of a file, or None and a sentence.

    Parameters
    ----------
    file : Path
        A file of `numpy.savez`.
    instead : str
        What happens without it, for the sentence.
    pick : callable
        Takes the arrays; a missing or unfit one may raise.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return pick(arrays), ""
    except FileNotFoundError:
        return None, f"the learned weights {file.name} are missing: {instead}"
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, TypeError):
        return None, f"the learned weights {file.name} cannot be read: {instead}"


def of_another_version(file: Path, instead: str) -> str:
    """The sentence about weights that do not fit the networks of this version."""
    return f"the learned weights {file.name} are those of another version: {instead}"


def parts_of(arrays: NpzFile, network: str) -> list[NDArray[np.int16]]:
    """The arrays of a network, which are numbered from 0."""
    count = sum(key.startswith(f"{network}_") for key in arrays.files)
    return [arrays[f"{network}_{number}"] for number in range(count)]
