"""The option `look_ahead_ms`: the signal of a processor waits in a ring, so that it acts before a sound."""

from __future__ import annotations

from adaptive.kernel.dsp.late_rows import ring_floats
from adaptive.kernel.processors.descriptor import Values


def latency_frames(rate: int, values: Values) -> int:
    """Frames of the look-ahead."""
    return round(values["look_ahead_ms"] * rate / 1000.0)


def memory_frames(rate: int, values: Values) -> int:
    """Floats of the ring in which the signal waits."""
    return ring_floats(latency_frames(rate, values))
