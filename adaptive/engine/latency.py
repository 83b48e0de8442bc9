"""Latency in the graph of buses: by how many frames each is late, and what the paths beside it wait.

Some inserts are late by frames that only depend on their options, whether they are bypassed or not.  A bus is
as late as the latest path that reaches it; every other path to it waits for that one, and so does the sound
that an insert listens to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from adaptive.engine.graph import ranks, targets_of
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel.processors.registry import PROCESSORS

MOST_LATENCY_FRAMES = 16384
"""More is refused; rings are shorter than the 375 quanta of silence after which a bus rests, and so empty."""


@dataclass(frozen=True, slots=True)
class KeyPath:
    """What an insert listens to: the row of a bus, and the frames that its sound waits on the way."""

    bus: int
    delay: int


@dataclass(frozen=True, slots=True)
class Latencies:
    """By how many frames each row is late; a spare row is left out.

    Parameters
    ----------
    arrivals : Mapping
        At the input of a row.
    waits : Mapping
        Frames that the sources of a row wait: those of its arrival, where nothing else feeds it.
    departures : Mapping
        At its output: behind its inserts.
    keys : Mapping
        Row and name of an insert to what it listens to.
    master : int
        At the input of the engine's master.
    """

    arrivals: Mapping[int, int] = field(default_factory=dict)
    waits: Mapping[int, int] = field(default_factory=dict)
    departures: Mapping[int, int] = field(default_factory=dict)
    keys: Mapping[tuple[int, str], KeyPath] = field(default_factory=dict)
    master: int = 0

    def on_the_way(self, row: int, target: int | None) -> int:
        """Frames that a row's sound waits on its way to another row; None: to the master."""
        there = self.master if target is None else self.arrivals.get(target, 0)
        return there - self.departures.get(row, 0)

    def fader(self, row: int) -> int:
        """Frames by which a row is late at its fader, behind its inserts."""
        return self.departures.get(row, 0)

    def longest(self, row: int) -> int:
        """Most frames that a row's sound may wait on any way: nothing is later than the master."""
        return self.master - self.departures.get(row, 0)


def insert_latency(insert: InsertSpec, rate: int) -> int:
    """Frames by which the output of an insert is late, bypassed or not."""
    processor = PROCESSORS[insert.kind]
    return processor.latency_frames(rate, processor.defaults() | dict(insert.values))


def late_inserts(bus: BusSpec, rate: int) -> list[tuple[str, int]]:
    """Name and latency of each insert of a bus that has one, in the order of the signal."""
    late = ((insert.name, insert_latency(insert, rate)) for insert in bus.inserts)
    return [(name, frames) for name, frames in late if frames]


def latencies(spec: EngineSpec) -> Latencies:
    """Find the longest path to each bus and to the master, once for a specification."""
    arrivals, departures, keys = dict[int, int](), dict[int, int](), dict[tuple[int, str], KeyPath]()
    rank, fed = ranks(spec), {target for bus in spec.buses for target in targets_of(bus)}
    for row in sorted(rank, key=lambda row: rank[row]):
        bus = spec.buses[row]
        within = [0, *accumulate(insert_latency(insert, spec.sample_rate) for insert in bus.inserts)]
        heard = {
            number: (insert.name, insert.key, departures.get(insert.key, 0))
            for number, insert in enumerate(bus.inserts)
            if insert.key is not None
        }
        arrival = max([arrivals.get(row, 0), *(late - within[n] for n, (_, _, late) in heard.items())])
        for number, (name, key, late) in heard.items():
            keys[row, name] = KeyPath(key, arrival + within[number] - late)
        arrivals[row], departures[row] = arrival, arrival + within[-1]
        for target in targets_of(bus):
            arrivals[target] = max(arrivals.get(target, 0), departures[row])
    waits = {row: frames for row, frames in arrivals.items() if row not in fed}
    return Latencies(arrivals, waits, departures, keys, max(departures.values(), default=0))


def is_same_for(old: EngineSpec, new: EngineSpec, rows: Collection[int]) -> bool:
    """Whether rows that play on, and the master, are as late in another specification."""
    before, after = latencies(old), latencies(new)
    return before.master == after.master and all(
        before.arrivals.get(row, 0) == after.arrivals.get(row, 0)
        and late_inserts(old.buses[row], old.sample_rate) == late_inserts(new.buses[row], new.sample_rate)
        and all(
            after.keys.get(place, path) == path or after.keys[place].bus != path.bus
            for place, path in before.keys.items()
            if place[0] == row
        )
        for row in rows
    )
