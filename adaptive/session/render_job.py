"""Makes the job of a render from what was asked: a trace, a recording, or a length."""

from __future__ import annotations

from collections.abc import Callable

from adaptive.errors import TraceError
from adaptive.inputs.trace import Trace
from adaptive.preset.model import Preset
from adaptive.session.offline import RenderJob

DEFAULT_RATE = 48000
LARGEST_SEED = 2**63 - 1
LONGEST_S = 7 * 24 * 3600.0
"""Longest render: a week."""

ENDINGS = ("cut", "fade", "cadence")


def read_at_own_rate(read: Callable[[int], Trace], sample_rate: int | None = None) -> tuple[Trace, int]:
    """Read a trace at the sample rate that its meta names, and return that rate, in Hz.

    Parameters
    ----------
    read : callable
        Reads the trace at a sample rate.
    sample_rate : int, optional
        The rate to read it at instead.

    Raises
    ------
    TraceError
        A line is malformed, or the rate is none.
    """
    trace = read(sample_rate or DEFAULT_RATE)
    rate = sample_rate or meta_number(trace, "sample_rate", DEFAULT_RATE, 8000, 192000)
    return (trace if rate == (sample_rate or DEFAULT_RATE) else read(rate)), rate


def make_job(
    preset: Preset,
    trace: Trace | None,
    sample_rate: int,
    seconds: float | None,
    seed: int | None,
    ending: str | None,
) -> RenderJob:
    """The job of a render.  A recording has its own seed, and ends where it was stopped.

    Parameters
    ----------
    preset : Preset
        The preset.
    trace : Trace or None
        Parameters and messages.
    sample_rate : int
        Frames a second.
    seconds : float or None
        Length; None: that of the trace.
    seed : int or None
        Seed of chance; None: that of the recording, else the preset's.
    ending : str or None
        One of `ENDINGS`; None: ``cut`` for a recording, else ``fade``.

    Raises
    ------
    TraceError
        The meta of the trace holds a seed that is none.
    """
    is_recording = trace is not None and "seed" in trace.meta
    if seed is None and is_recording and trace is not None:
        seed = meta_number(trace, "seed", 0, 0, LARGEST_SEED)
    length = seconds if seconds is not None else (trace.seconds if trace else 0.0)
    return RenderJob(
        preset,
        preset.file.seed if seed is None else seed,
        length,
        trace,
        ending or ("cut" if is_recording else "fade"),
        sample_rate,
    )


def meta_number(trace: Trace, name: str, missing: int, low: int, high: int) -> int:
    """A whole number of a trace's meta.

    Raises
    ------
    TraceError
        It is none, or out of its range.
    """
    value = trace.meta.get(name, missing)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        message = f"the trace's meta: {name} must be a whole number from {low} to {high}"
        raise TraceError(message)
    return value
