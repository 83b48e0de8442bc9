"""The order of an engine's buses: whatever feeds a bus, or is listened to by its inserts, comes before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.kernel import layout as k


def targets_of(bus: BusSpec) -> tuple[int, ...]:
    """Rows of the buses that a bus feeds, by its output and its sends."""
    return bus.sends if bus.output is None else (bus.output, *bus.sends)


def keys_of(bus: BusSpec) -> Iterator[int]:
    """Rows of the buses that the inserts of a bus listen to."""
    return (insert.key for insert in bus.inserts if insert.key is not None)


def rendered_rows(spec: EngineSpec) -> dict[int, range]:
    """Groups of buses that are not spare, and the rows of each."""
    spare = range(spec.spare_buses.start // k.PAIRS, spec.spare_buses.stop // k.PAIRS)
    count = len(spec.buses)
    groups = (group for group in range(-(-count // k.PAIRS)) if group not in spare)
    return {group: range(group * k.PAIRS, min(count, (group + 1) * k.PAIRS)) for group in groups}


def ranks(spec: EngineSpec) -> dict[int, int]:
    """Rank of each row that is rendered: rows of one rank do not depend on each other.

    Without side-chain keys all rows of a group have one rank.  A key may raise the rank of single strips;
    buses that are fed have their group's, since they are filtered together once all of them are fed.
    Where keys make a loop (see `is_ordered`), rows of it have any rank.
    """
    groups = rendered_rows(spec)
    rank = _ranks_without_keys(spec, groups)
    if not any(True for bus in spec.buses for _ in keys_of(bus)):
        return rank
    fed = {target // k.PAIRS for row in rank for target in targets_of(spec.buses[row])}
    for _ in range(len(rank) + 1):
        before = dict(rank)
        for row in rank:
            bus = spec.buses[row]
            rank[row] = max([rank[row], *(rank.get(key, 0) + 1 for key in keys_of(bus))])
            for target in targets_of(bus):
                rank[target] = max(rank[target], rank[row] + 1)
        for group in fed & set(groups):
            highest = max(rank[row] for row in groups[group])
            rank.update(dict.fromkeys(groups[group], highest))
        if rank == before:
            break
    return rank


def is_ordered(spec: EngineSpec) -> bool:
    """Whether every row comes behind what it depends on; otherwise keys make a loop."""
    rank = ranks(spec)
    return all(rank.get(key, -1) < rank[row] for row in rank for key in keys_of(spec.buses[row])) and all(
        rank[row] < rank[target] for row in rank for target in targets_of(spec.buses[row])
    )


def _ranks_without_keys(spec: EngineSpec, groups: Mapping[int, range]) -> dict[int, int]:
    """Divide groups of buses into runs in which none feeds another; the number of its run is a row's rank."""
    rank: dict[int, int] = {}
    number, fed = 0, set[int]()
    for group, rows in groups.items():
        if group in fed:
            number, fed = number + 1, set()
        for row in rows:
            rank[row] = number
            fed |= {target // k.PAIRS for target in targets_of(spec.buses[row])}
    return rank
