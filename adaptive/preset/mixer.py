"""The mixer's graph: which strip or bus feeds which bus, checked for unknown names and for cycles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adaptive.preset.curves import check_points
from adaptive.preset.faults import FaultList, KeyPath, hint
from adaptive.preset.inserts import all_curves, check_inserts
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Control, Curve

MASTER, REVERB = "master", "reverb"
"""Buses that every preset has."""

STRIPS = ("layers", "stingers", "bridges", "fills")
"""Tables whose entries are strips: channels that feed a bus."""

LEVELS = (-200.0, 24.0)


def check_mixer(file: PresetFile, faults: FaultList) -> None:
    """Check buses, sends and inserts: names, double statements, cycles.

    Parameters
    ----------
    file : PresetFile
        The typed file.
    faults : FaultList
        Receives the faults.
    """
    _bus_names(file, faults)
    known = [*file.buses, REVERB, MASTER]
    for kind in STRIPS:
        for name, table in getattr(file, kind).items():
            at: KeyPath = (kind, name)
            faults.require_known((*at, "bus"), "bus", table.bus, known)
            _sends(table.sends, known, at, file, faults)
            if table.reverb_db is not None and REVERB in table.sends:
                faults.add((*at, "reverb_db"), "says the same as `sends.reverb`; leave one out")
    parameters = list(file.parameters)
    for name, bus in file.buses.items():
        faults.require_known(("buses", name, "output"), "bus", bus.output, known)
        _sends(bus.sends, known, ("buses", name), file, faults)
        check_inserts(bus.inserts, parameters, ("buses", name, "inserts"), faults)
    for name, layer in file.layers.items():
        check_inserts(layer.inserts, parameters, ("layers", name, "inserts"), faults)
    check_inserts(file.master.inserts, parameters, ("master", "inserts"), faults)
    _cycles(file, faults)


def _bus_names(file: PresetFile, faults: FaultList) -> None:
    for name in file.buses:
        if name in (MASTER, REVERB):
            faults.add(("buses", name), f"every preset has a bus called `{name}`; take another name")
        for kind in STRIPS:
            if name in getattr(file, kind):
                faults.add(("buses", name), f"is also the name of `{kind}.{name}`; take another name")


def _sends(
    sends: Mapping[str, Control], known: list[str], at: KeyPath, file: PresetFile, faults: FaultList
) -> None:
    for target, level in sends.items():
        where: KeyPath = (*at, "sends", target)
        if target == MASTER:
            faults.add(where, "everything reaches the master already; a send names another bus")
        elif target not in known:
            faults.add(where, f"there is no bus named `{target}`{hint(target, known)}")
        if isinstance(level, Curve):
            faults.require_known((*where, "over"), "parameter", level.over, file.parameters)
            check_points(level, (*where, "points"), target, None, faults)
        for value in (y for _, y in level.points) if isinstance(level, Curve) else (level,):
            if not LEVELS[0] <= value <= LEVELS[1]:
                text = f"a send must be between {LEVELS[0]:g} and {LEVELS[1]:g} dB, got {value:g}"
                faults.add(where, text)


def _cycles(file: PresetFile, faults: FaultList) -> None:
    path = cycle(file)
    if path:
        key = "output" if file.buses[path[0]].output == path[1] else "sends"
        faults.add(("buses", path[0], key), f"makes a loop: {' → '.join(path)}; a bus cannot feed itself")


def cycle(file: PresetFile) -> list[str]:
    """Return the names along a loop of buses, the first of them again at the end; empty: there is none."""
    done: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in feeds(file, name):
            if found := search(target, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in file.buses if (found := search(name, []))), [])


def feeds(file: PresetFile, name: str) -> Iterator[str]:
    """The buses that a bus feeds, the master apart."""
    bus = file.buses.get(name)
    if bus is not None:
        yield from (target for target in (bus.output, *bus.sends) if target in file.buses or target == REVERB)


def levels(file: PresetFile) -> list[list[str]]:
    """The buses in the order in which they are rendered: those of a level do not feed each other.

    The reverb is among them, the master is not.
    """
    depth = dict.fromkeys((*file.buses, REVERB), 0)
    for _ in depth:  # as many rounds as the longest path has
        for name in depth:
            for target in feeds(file, name):
                depth[target] = max(depth[target], depth[name] + 1)
    return [[name for name in depth if depth[name] == level] for level in range(max(depth.values()) + 1)]


def kinds(file: PresetFile) -> set[str]:
    """The kinds of processors that a preset uses."""
    chains = [file.master.inserts]
    chains += [layer.inserts for layer in file.layers.values()]
    chains += [bus.inserts for bus in file.buses.values()]
    return {REVERB} | {insert.kind for chain in chains for insert in chain}


def mixer_curves(file: PresetFile) -> Iterator[tuple[KeyPath, Curve]]:
    """Every curve of a send, a bus or an insert, with its place in the file."""
    for name, layer in file.layers.items():
        yield from all_curves(layer.inserts, ("layers", name, "inserts"))
        yield from _curves_of_sends(layer.sends, ("layers", name))
    for name, bus in file.buses.items():
        yield from all_curves(bus.inserts, ("buses", name, "inserts"))
        yield from _curves_of_sends(bus.sends, ("buses", name))
        for key in ("level_db", "pan", "cutoff_hz"):
            if isinstance(curve := getattr(bus, key), Curve):
                yield ("buses", name, key), curve
    yield from all_curves(file.master.inserts, ("master", "inserts"))


def _curves_of_sends(sends: Mapping[str, Control], at: KeyPath) -> Iterator[tuple[KeyPath, Curve]]:
    yield from (((*at, "sends", to), level) for to, level in sends.items() if isinstance(level, Curve))
