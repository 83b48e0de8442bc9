"""The settings of an incoming stream, and the memory of its ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.descriptor import SoundSource
from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.kernel.sources.incoming import unit
from adaptive.kernel.sources.incoming_record import INCOMING, INCOMING_VOICES

FADE_S = 0.005
"""Time in which a stream that begins or starves fades, where its latency allows that."""

SPARE_S = 0.5
"""How much more than its latency a ring holds, at least; a writer whose clock is faster is skipped at twice
the latency."""


@dataclass(frozen=True, slots=True)
class IncomingSpec:
    """An incoming stream of an engine.

    Parameters
    ----------
    bus : int
        Row of the bus that it plays on.
    name : str
        By which its writer finds it.
    latency_s : float
        How much waits in the ring before it begins to play.
    is_timed : bool
        Whether the writer numbers its frames as the engine does.
    starts_silent : bool
        Whether it is heard only after a fade of the instrument.
    """

    bus: int
    name: str
    latency_s: float
    is_timed: bool = False
    starts_silent: bool = False

    @property
    def kind(self) -> str:
        """Name of its source."""
        return "incoming"

    @property
    def voices(self) -> int:
        """1: notes are played by the writer."""
        return 1

    @property
    def fixed(self) -> tuple[object, ...]:
        """All of it: another writer or latency is another ring."""
        return (self.kind, self.name, self.latency_s, self.is_timed, self.starts_silent)


def begin(record: Any, spec: IncomingSpec, sample_rate: int) -> FrameRing:
    """Make the ring of a stream, and write its addresses into the record."""
    latency = max(-(-round(spec.latency_s * sample_rate) // QUANTUM), 2) * QUANTUM
    quanta = -(-(2 * latency + round(SPARE_S * sample_rate)) // QUANTUM)
    ring = FrameRing(quanta * QUANTUM)
    record["at_words"], record["at_frames"] = ring.words_address, int(ring.frames.ctypes.data)
    record["capacity"], record["latency"] = ring.capacity, latency
    record["is_timed"] = spec.is_timed
    record["at_played_words"] = 0
    record["most"] = ring.capacity if spec.is_timed else 2 * latency + QUANTUM
    if spec.starts_silent:
        record["fade_from"] = record["fade_to"] = record["fade_value"] = 0.0
    fade_quanta = min(FADE_S * sample_rate, latency / 2) // QUANTUM
    record["fade_step"] = 1.0 / max(1, fade_quanta)
    return ring


INCOMING_STREAM = SoundSource(
    "incoming",
    "Sound that comes from outside: from the sound card, from a program, or from a pyo patch.",
    unit,
    INCOMING,
    INCOMING_VOICES,
    begin=begin,
    is_instrument=False,
    usual_voices=1,
)
