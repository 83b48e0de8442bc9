"""One insert on one bus, for tests of processors."""

from __future__ import annotations

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, InsertSpec
from adaptive.kernel.layout import QUANTUM
from tests.helpers.rendering import LEAD, add, engine_of

Audio = np.ndarray


def engine_with(kind: str, rate: int = 48000, **values: float) -> Engine:
    """An engine whose only bus has one insert, called ``it``."""
    return engine_of(sample_rate=rate, buses=(BusSpec("a", inserts=(InsertSpec(kind, "it", values),)),))


def inserted(kind: str, sound: Audio, rate: int = 48000, **values: float) -> Audio:
    """A sound, shape (frames,) or (2, frames), behind an insert: shape (2, frames)."""
    engine, frames = engine_with(kind, rate, **values), sound.shape[-1]
    engine.listen_to_buses(frames + QUANTUM)
    engine.post([c.start_clip(LEAD, 0, add(engine, sound), 0)])
    engine.pull(frames)
    return engine.take_buses()[0, :, :frames]
