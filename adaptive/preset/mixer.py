"""The mixer's graph: which strip or bus feeds which bus, checked for unknown names and for cycles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.preset.curves import check_points
from adaptive.preset.faults import FaultList, KeyPath, hint
from adaptive.preset.inserts import InsertTable, all_curves, check_inserts
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Control, Curve

MASTER, REVERB = "master", "reverb"
"""Buses that every preset has."""

STRIPS = ("layers", "stingers", "bridges", "fills")
"""Tables whose entries are strips: channels that feed a bus."""

LEVELS = (-200.0, 24.0)

HIGHEST_RATE = 192_000
MOST_LATENCY_MS = 80.0
"""Latency of the longest way through the mixer; at the highest rate it is what an engine can hold."""


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
    for name, bus in file.buses.items():
        faults.require_known(("buses", name, "output"), "bus", bus.output, known)
        _sends(bus.sends, known, ("buses", name), file, faults)
    for owner, (at, inserts) in chains(file).items():
        check_inserts(inserts, list(file.parameters), at, faults)
        _keys(owner, inserts, at, file, faults)
    if not _cycles(file, faults):
        _latency(file, faults)


def chains(file: PresetFile) -> dict[str, tuple[KeyPath, Sequence[InsertTable]]]:
    """The inserts of each bus, each layer and the master, with their place in the file, by its name."""
    made: dict[str, tuple[KeyPath, Sequence[InsertTable]]] = {
        name: (("buses", name, "inserts"), bus.inserts) for name, bus in file.buses.items()
    }
    made |= {name: (("layers", name, "inserts"), layer.inserts) for name, layer in file.layers.items()}
    return {**made, MASTER: (("master", "inserts"), file.master.inserts)}


def _keys(
    owner: str, inserts: Sequence[InsertTable], at: KeyPath, file: PresetFile, faults: FaultList
) -> None:
    known = [*file.layers, *file.buses, REVERB, *file.stingers]
    for number, insert in enumerate(inserts):
        if insert.listens_to is None:
            continue
        where: KeyPath = (*at, number, "key")
        faults.require_known(where, "layer, bus or stinger", insert.listens_to, known)
        if insert.listens_to == owner:
            faults.add(where, "names what it belongs to; left out, an insert listens to its own signal")


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


def _cycles(file: PresetFile, faults: FaultList) -> bool:
    path = cycle(file)
    if path:
        where = _place_of_step(file, path[0], path[1])
        faults.add(where, f"makes a loop: {' → '.join(path)}; a bus cannot feed itself")
    return bool(path)


def _latency(file: PresetFile, faults: FaultList) -> None:
    """Check that no path through inserts is too late; those of the master come last."""
    own = {name: sum(map(_latency_ms, inserts)) for name, (_, inserts) in chains(file).items()}
    if not any(own.values()):
        return
    late = {name: own.get(name, 0.0) for name in (*file.layers, *file.buses, REVERB)}
    for _ in late:
        for name in list(late):
            for target in feeds(file, name):
                late[target] = max(late[target], late[name] + own.get(target, 0.0))
    worst = max(late, key=lambda name: late[name])
    total = late[worst] + own[MASTER]
    if total > MOST_LATENCY_MS:
        at = chains(file).get(worst, chains(file)[MASTER])[0]
        text = f"on this way the mix is {total:g} ms late, more than the {MOST_LATENCY_MS:g} ms there may be"
        faults.add(at, text)


def _latency_ms(insert: InsertTable) -> float:
    processor = PROCESSORS[insert.kind]
    values = {name: value for name, value in insert.settings().items() if not isinstance(value, Curve)}
    frames = processor.latency_frames(HIGHEST_RATE, processor.defaults() | values)
    return 1000.0 * frames / HIGHEST_RATE


def _place_of_step(file: PresetFile, name: str, target: str) -> KeyPath:
    """Where the file says that one channel feeds another, or that the other listens to it."""
    for number, insert in enumerate(chains(file).get(target, ((), ()))[1]):
        if insert.listens_to == name:
            return (*chains(file)[target][0], number, "key")
    table = "buses" if name in file.buses else "layers"
    output = file.buses[name].output if name in file.buses else file.layers[name].bus
    return (
        (table, name, "bus" if table == "layers" else "output")
        if output == target
        else (table, name, "sends")
    )


def cycle(file: PresetFile) -> list[str]:
    """Return the names along a loop of channels, the first of them again at the end; empty: there is none."""
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

    return next((found for name in (*file.buses, *file.layers) if (found := search(name, []))), [])


def feeds(file: PresetFile, name: str) -> Iterator[str]:
    """What a layer or a bus feeds, or is listened to by; the master apart."""
    targets: list[str] = []
    if name in file.buses:
        targets = [file.buses[name].output, *file.buses[name].sends]
    elif name in file.layers:  # each layer has a send to the reverb
        targets = [file.layers[name].bus, *file.layers[name].sends, REVERB]
    yield from (target for target in targets if target in file.buses or target == REVERB)
    for owner, (_, inserts) in chains(file).items():
        if owner != MASTER and owner != name and any(insert.listens_to == name for insert in inserts):
            yield owner


def levels(file: PresetFile) -> list[list[str]]:
    """The buses in the order in which they are rendered: those of a level do not depend on each other.

    The reverb is among them, the master is not.
    """
    buses = (*file.buses, REVERB)
    depth = dict.fromkeys((*buses, *file.layers), 0)
    targets = {name: list(feeds(file, name)) for name in depth}
    for _ in depth:  # as many rounds as the longest path has
        for name, fed in targets.items():
            for target in fed:
                depth[target] = max(depth[target], depth[name] + (name in buses))
    made = [[name for name in buses if depth[name] == level] for level in range(max(depth.values()) + 1)]
    return [level for level in made if level]


def kinds(file: PresetFile) -> set[str]:
    """The kinds of processors that a preset uses."""
    return {REVERB} | {insert.kind for _, inserts in chains(file).values() for insert in inserts}


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
