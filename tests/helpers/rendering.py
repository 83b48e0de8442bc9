"""Engines for tests, rendered without a device."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec, InsertSpec
from adaptive.kernel.layout import QUANTUM

Audio = np.ndarray

LEAD = 4 * QUANTUM
"""Frames that are rendered before a test begins, so that every smoothed value of the mixer is at rest."""


def reverb(**values: float) -> InsertSpec:
    """A reverb as an insert."""
    return InsertSpec("reverb", "reverb", values)


def engine_of(**settings: Any) -> Engine:
    """An engine that has rendered `LEAD` frames of nothing."""
    engine = Engine(EngineSpec(**settings))
    engine.pull(LEAD)
    return engine


def add(engine: Engine, audio: Audio, loop_frames: int = 0, origin: int = 0) -> int:
    """Add an array to an engine's bank and table of sounds; return its number."""
    return engine.add_sound(engine.bank.add(audio, loop_frames, origin))


def buses_of(engine: Engine, frames: int, commands: Sequence[Command] = ()) -> Audio:
    """Post commands, render, and return the output of every bus, shape (buses, 2, frames)."""
    engine.listen_to_buses(frames + QUANTUM)
    engine.post(list(commands))
    engine.pull(frames)
    return engine.take_buses()[:, :, :frames]


def left_of(engine: Engine, frames: int, commands: Sequence[Command] = ()) -> Audio:
    """Left channel of the first bus, from `LEAD` on if the engine is new."""
    return buses_of(engine, frames, commands)[0, 0]


def digest(audio: Audio) -> str:
    """SHA-256 of the samples."""
    return hashlib.sha256(np.ascontiguousarray(audio).tobytes()).hexdigest()
