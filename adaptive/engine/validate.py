"""Checks that specifications and commits refer only to existing rows.  The kernel itself does not check."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.engine.graph import is_ordered
from adaptive.engine.latency import MOST_LATENCY_FRAMES, latencies
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.kernel import layout as k
from adaptive.kernel.operations import BUS, CLIP, INSTRUMENT, NOBODY, PARAMETER, TARGETS
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources.registry import SOURCES


def check_spec(spec: EngineSpec) -> None:
    """Refuse a specification whose parts refer to rows that do not exist.

    Raises
    ------
    ValueError
        Names the first such part.
    """
    _require(1 <= spec.channels <= k.MAX_CHANNELS, f"channels must be from 1 to {k.MAX_CHANNELS}")
    for index, bus in enumerate(spec.buses):
        targets = [*bus.sends] if bus.output is None else [bus.output, *bus.sends]
        for target in targets:
            is_later = target // k.PAIRS > index // k.PAIRS
            _require(
                is_later and target < len(spec.buses),
                f"bus {bus.name!r} may only feed a bus of a later group of {k.PAIRS}, not {target}",
            )
        _check_inserts(bus, len(spec.buses))
        has_channel = 0 <= bus.channel < spec.channels
        _require(has_channel, f"bus {bus.name!r} begins at channel {bus.channel}, which does not exist")
    _check_latency(spec)
    _check_rig(spec)
    for number, instrument in enumerate(spec.instruments):
        is_known = 0 <= instrument.bus < len(spec.buses)
        _require(is_known, f"instrument {number} plays on bus {instrument.bus}, which does not exist")
        _require(instrument.kind in SOURCES, f"there is no sound source {instrument.kind!r}")
        _require(instrument.voices > 0, f"instrument {number} has no voices")
    for number, mapping in enumerate(spec.mappings):
        is_known = 0 <= mapping.parameter < len(spec.parameters) and 0 <= mapping.bus < len(spec.buses)
        _require(is_known, f"mapping {number} refers to a parameter or a bus that does not exist")
        fits = 1 <= len(mapping.points) <= k.CURVE_POINTS
        _require(fits, f"mapping {number} must have 1 to {k.CURVE_POINTS} points")


LEAST_CHANNELS = {"speakers": 1, "ambix": 4, "binaural": 2}
"""Channels that an output needs: the kernel writes to them without looking."""


def _check_rig(spec: EngineSpec) -> None:
    rig = spec.rig
    if rig is None:
        placed = next((bus.name for bus in spec.buses if bus.placed is not None), None)
        _require(placed is None, f"bus {placed!r} has a place, and the engine no rig")
        return
    least = LEAST_CHANNELS[rig.mode]
    _require(spec.channels >= least, f"an output for {rig.mode} has {least} channels or more")
    known = range(spec.channels)
    for speaker in rig.speakers:
        _require(speaker.channel in known, f"a speaker is on channel {speaker.channel}, which does not exist")
    for bus in spec.buses:
        is_there = bus.placed is None or (bus.output is None and bus.placed.channel in known)
        _require(is_there, f"bus {bus.name!r} is placed on a channel that does not exist, or feeds a bus")


def _check_latency(spec: EngineSpec) -> None:
    _require(is_ordered(spec), "the inserts of buses listen to each other in a loop")
    most = latencies(spec).master
    _require(
        most <= MOST_LATENCY_FRAMES,
        f"the inserts make the mix {most} frames late, more than the {MOST_LATENCY_FRAMES} there may be",
    )


def _check_inserts(bus: BusSpec, buses: int) -> None:
    names = [insert.name for insert in bus.inserts]
    _require(len(set(names)) == len(names), f"bus {bus.name!r} has two inserts of one name")
    for insert in bus.inserts:
        _require(insert.kind in PROCESSORS, f"there is no processor {insert.kind!r}")
        processor = PROCESSORS[insert.kind]
        if insert.key is not None:
            _require(processor.has_key, f"a processor {insert.kind!r} listens to no other bus")
            _require(0 <= insert.key < buses, f"insert {insert.name!r} listens to a bus that does not exist")
        _require(
            (processor.memory_of is None) == (not insert.file), f"insert {insert.name!r} has the wrong file"
        )
        known = {one.name: one for one in processor.settings}
        for name, value in insert.values.items():
            _require(name in known, f"a processor {insert.kind!r} has no {name!r}")
            fits = known[name].low <= value <= known[name].high
            limits = f"from {known[name].low:g} to {known[name].high:g}"
            _require(fits, f"{name} of insert {insert.name!r} must be {limits}, not {value:g}")


def _require(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise ValueError(sentence)


class CommitCheck:
    """Checks commits against the counts of an engine.

    Parameters
    ----------
    spec : EngineSpec
        Specification with the counts.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self._groups = spec.groups
        self._sounds = spec.sounds
        self._buses = len(spec.buses)
        self._sources = len(spec.sources)
        rows = {
            CLIP: spec.clips,
            INSTRUMENT: len(spec.instruments),
            BUS: len(spec.buses),
            PARAMETER: len(spec.parameters),
            NOBODY: 1,
        }
        self._limits = np.array([rows[target] for target in TARGETS], np.int64)

    def __call__(self, rows: Any) -> None:
        """Refuse a commit that refers to a row, group or source that does not exist.

        Parameters
        ----------
        rows : ndarray of `ports.POSTED`
            The commands.

        Raises
        ------
        ValueError
            Says what is wrong.
        """
        operations = rows["operation"]
        _require(
            bool(((operations >= 1) & (operations <= k.WITHDRAW)).all()),
            "a command names an operation that does not exist",
        )
        groups = rows["group"]
        _require(
            bool(((groups >= 0) & (groups < self._groups)).all()),
            "a command names a group that does not exist",
        )
        targets = rows["target"]
        is_known = (targets >= 0) & (targets < self._limits[operations])
        _require(
            bool(is_known.all()), "a command names a clip, instrument, bus or parameter that does not exist"
        )
        starts = rows[operations == k.CLIP_START]
        sounds = (starts["i0"] >= 0) & (starts["i0"] < self._sounds)
        buses = (starts["which"] >= 0) & (starts["which"] < self._buses)
        _require(bool((sounds & buses).all()), "a command starts a sound, or on a bus, that does not exist")
        sources = rows["which"][operations == k.SET_PARAMETER]
        _require(
            bool(((sources >= 0) & (sources < self._sources)).all()),
            "a command names a source that does not exist",
        )
