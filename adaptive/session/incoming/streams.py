"""The rings of the layers that come in, and what the kernel has counted in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.kernel.sources.incoming_settings import IncomingSpec


@dataclass(frozen=True, slots=True)
class IncomingStream:
    """A layer that comes in.

    Parameters
    ----------
    layer : str
        Its name.
    spec : IncomingSpec
        Its stream.
    ring : FrameRing
        Where its frames are written.
    record : object
        Its record in the kernel.
    """

    layer: str
    spec: IncomingSpec
    ring: FrameRing
    record: Any


def streams_of(performance: Any) -> list[IncomingStream]:
    """The layers of a performance that come in."""
    found = []
    instruments = performance.engine.memory.instruments
    for name, place in performance.layout.layers.items():
        if place.player != "incoming":
            continue
        spec = performance.layout.spec.instruments[place.instrument]
        ring, record = instruments.belongings(place.instrument), instruments.record(place.instrument)
        found.append(IncomingStream(name, spec, ring, record))
    return found


WORDS = {
    "starved": "ran out of sound and faded",
    "skipped": "had more sound waiting than it plays, and skipped",
    "damaged": "was sent samples that are no numbers or far too loud; they are silent",
}
"""What the kernel counts in a stream, and how it is told."""


class StreamWatch:
    """Tells when a stream has run out, has been skipped, or was damaged, once for each time it is looked at.

    Parameters
    ----------
    complain : callable
        Is given a sentence for the user.
    """

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._seen: dict[tuple[int, str], int] = {}

    def look(self, streams: list[IncomingStream]) -> None:
        """Compare what the kernel has counted with the last look."""
        for stream in streams:
            for name, words in WORDS.items():
                key, count = (id(stream.ring), name), int(stream.record[name])
                new = count - self._seen.get(key, 0)
                self._seen[key] = count
                if new > 0 and name == "starved" and not stream.ring.has_writer:
                    continue  # the sound has come to its end
                if new > 0 and name != "damaged":
                    self._complain(f"layer {stream.layer} {words}{'' if new == 1 else f', {new} times'}")
                elif new > 0 and count == new:
                    self._complain(f"layer {stream.layer} {words}")
