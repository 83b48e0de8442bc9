"""The streams of layers whose sound comes from outside."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.kernel.sources.incoming_settings import IncomingSpec
from adaptive.preset.schema import LayerTable

CARD_LATENCY_MS = 2.0
"""Of the sound card; a session raises it to the block of the device."""

PROGRAM_LATENCY_MS = 100.0
"""Of a program that sends sound over a network: several of its packets."""

PATCH_LATENCY_MS = 250.0
"""Of a patch: longer than another thread of its interpreter holds it up."""


LEAST_PATCH_MS = 20.0
"""A patch is told what changes once in 5 ms, and fades for 5 ms where it is late."""


@dataclass(frozen=True, slots=True)
class StreamTable:
    """What a preset says about a stream; an instrument in the eyes of the layout.

    Parameters
    ----------
    name : str
        ``card:1``, ``card:1,2``, ``program:NAME`` or ``pyo:FILE``.
    latency_ms : float
        How much waits before it is heard.
    starts_silent : bool
        Whether sections fade it in; else notes are written for it, and it is always heard.
    """

    name: str
    latency_ms: float
    starts_silent: bool

    @property
    def kind(self) -> str:
        """Name of its sound source."""
        return "incoming"

    @property
    def units(self) -> set[str]:
        """Units of the kernel that it needs."""
        return {"incoming", "capture"} if self.name.startswith("card:") else {"incoming"}

    @property
    def voices(self) -> int:
        """1."""
        return 1

    @property
    def plays_drums(self) -> bool:
        """False."""
        return False


def stream_of(table: LayerTable) -> StreamTable:
    """The stream of a layer with an `input` or a `pyo` patch."""
    if table.pyo is not None:
        name, latency_ms = f"pyo:{table.pyo}", PATCH_LATENCY_MS
    elif isinstance(table.input, str):
        name, latency_ms = f"program:{table.input}", PROGRAM_LATENCY_MS
    else:
        channels = table.input if isinstance(table.input, tuple) else (table.input,)
        name, latency_ms = f"card:{','.join(map(str, channels))}", CARD_LATENCY_MS
    return StreamTable(name, table.latency_ms or latency_ms, table.generator is None)


def incoming_spec(table: StreamTable, bus: int) -> IncomingSpec:
    """The stream of an engine."""
    is_timed = table.name.startswith("pyo:")
    latency_ms = max(table.latency_ms, LEAST_PATCH_MS) if is_timed else table.latency_ms
    return IncomingSpec(bus, table.name, latency_ms / 1000.0, is_timed, table.starts_silent)
