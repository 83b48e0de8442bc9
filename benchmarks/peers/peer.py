"""The interface of every peer's module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.works import Work

Measure = Callable[[], float]
"""Does a work once and returns the CPU seconds per second of audio."""

Command = Callable[[Work, Path, float], list[str]]
"""Returns the command line of a program that does a work for a number of seconds."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another engine.

    Parameters
    ----------
    name : str
        Its name, as its makers write it.
    missing : callable
        Returns what must be installed, or an empty string.
    version : callable
        Returns the version of the program or package.
    prepare : callable
        Writes the files of a work into a folder, and returns the function that measures it.
    differs : mapping
        For each kind of work it does: how it differs from ours.
    lacks : mapping
        For each kind of work it cannot do: the reason.
    command : callable, optional
        Returns the command line of a program that does a work without a sound card.
    """

    name: str
    missing: Callable[[], str]
    version: Callable[[], str]
    prepare: Callable[[Work, Path], Measure]
    differs: Mapping[str, str]
    lacks: Mapping[str, str] = field(default_factory=dict)
    command: Command | None = None
