"""Telemetry: a snapshot of the counters that the kernel keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adaptive.engine.memory import Memory

LEAST_NS = 128.0
"""Lower edge of the first bin of the histogram of callback times."""

BINS_PER_OCTAVE = 8


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Counters since the engine was created or `Engine.reset_telemetry` was called.

    ``…_us`` are times inside the callback in microseconds.  The percentiles come from a histogram with eight
    bins an octave; each is the upper edge of its bin, at most 12.5 % too high.  `load` is the share of real
    time spent in callbacks.  `least_slack_frames` is the shortest time between the arrival of a timed command
    and its frame; negative means late.  `stretch_hops` counts the spectra that stretched clips made,
    `most_hops` those of the quantum with the most.
    """

    frame: int
    callbacks: int
    underruns: int
    over_budget: int
    late_commands: int
    most_late_frames: int
    refused: int
    not_finite: int
    stolen_voices: int
    scheduled: int
    least_slack_frames: int
    load: float
    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float
    longest_gap_ms: float
    stretch_hops: int
    most_hops: int


def percentile_us(bins: np.ndarray, share: float) -> float:
    """Return the upper edge of the bin that contains a quantile of the counted times, in microseconds.

    Parameters
    ----------
    bins : ndarray of int
        Counts; bin 0 begins at `LEAST_NS`.
    share : float
        Quantile, 0 … 1.
    """
    total = int(bins.sum())
    if total == 0:
        return 0.0
    index = int(np.searchsorted(np.cumsum(bins), share * total, side="left")) + 1
    octave, eighth = divmod(index, BINS_PER_OCTAVE)
    # The bins of an octave have equal widths: they are the exponent and the first bits of a float.
    return float(LEAST_NS * 2.0**octave * (1.0 + eighth / BINS_PER_OCTAVE) / 1000.0)


def read_telemetry(memory: Memory) -> Telemetry:
    """Take a snapshot."""
    record = memory["telemetry"][0].copy()
    frame = int(memory.head["frame"])
    seconds = int(record["quanta"]) * 64 / memory.spec.sample_rate
    bins = record["time_bins"]
    return Telemetry(
        frame=frame,
        callbacks=int(record["callbacks"]),
        underruns=int(record["underflows"]),
        over_budget=int(record["over_budget"]),
        late_commands=int(record["late_commands"]),
        most_late_frames=int(record["most_late_frames"]),
        refused=int(record["refused"]),
        not_finite=int(record["not_finite"]),
        stolen_voices=int(record["stolen_voices"]),
        scheduled=int(record["scheduled"]),
        least_slack_frames=int(record["least_slack_frames"]),
        load=float(record["busy_ns"]) / 1e9 / seconds if seconds else 0.0,
        p50_us=percentile_us(bins, 0.5),
        p99_us=percentile_us(bins, 0.99),
        p999_us=percentile_us(bins, 0.999),
        max_us=float(record["longest_ns"]) / 1000.0,
        longest_gap_ms=float(record["longest_gap_ns"]) / 1e6,
        stretch_hops=int(record["stretch_hops"]),
        most_hops=int(record["most_hops"]),
    )
