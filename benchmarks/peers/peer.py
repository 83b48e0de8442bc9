"""What every peer's module offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.works import Work

Measure = Callable[[], float]
"""Does a work once; processor seconds a second of audio."""

Command = Callable[[Work, Path, float], list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """Another engine.

    Parameters
    ----------
    name : str
        As its makers write it.
    missing : callable
        Nothing, or what has to be installed.
    version : callable
        As the program or package says it.
    prepare : callable
        Writes what a work needs into a folder; gives the function that measures it.
    differs : mapping
        For each kind of work it does: what it does otherwise than ours.
    lacks : mapping
        For each kind it does not do: why.
    command : callable, optional
        The words of a program that does a work from a folder for so many seconds, without a sound card.
    """

    name: str
    missing: Callable[[], str]
    version: Callable[[], str]
    prepare: Callable[[Work, Path], Measure]
    differs: Mapping[str, str]
    lacks: Mapping[str, str] = field(default_factory=dict)
    command: Command | None = None
