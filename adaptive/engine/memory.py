"""The memory of an engine: allocates all arrays, fills in the header, and keeps them alive."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from adaptive.engine.arrays import Array, address, aligned
from adaptive.engine.delay_lines import DelayLines
from adaptive.engine.inserts import Inserts
from adaptive.engine.instruments import Instruments
from adaptive.engine.latency import latencies
from adaptive.engine.records import (
    clear_buses,
    fill_bus,
    fill_new_parameter,
    fill_programs,
    smoothing_share,
)
from adaptive.engine.render_list import fill_steps, render_list, unit_table
from adaptive.engine.rig import Rig
from adaptive.engine.sends import Sends
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.engine.validate import check_spec
from adaptive.kernel import layout as k
from adaptive.kernel.bus_record import BUS_GROUP
from adaptive.kernel.dsp.interpolate import sinc_table
from adaptive.kernel.hold_record import HOLD
from adaptive.kernel.sources.clip_record import CLIP_GROUP, STRETCHED_FRAMES
from adaptive.kernel.sources.stretch_record import (
    STRETCH,
    STRETCH_PLAN,
    STRETCH_TABLES,
    STRETCH_WORK,
    stretch_tables,
)

NO_SLACK_YET = 2**62
"""Value of `least_slack_frames` before the first timed command."""

MOST_HELD = 1024
"""Cells of the mixer that can be held at a time."""

MOST_STEPS = 1 << 16
"""More than a render list has; it ends before."""


@lru_cache(maxsize=2)  # 20 ms, and the same for every engine
def _stretch_tables(fft_unit: int, sample_rate: float) -> Array:
    return stretch_tables(fft_unit, sample_rate)


class Memory:
    """Every array of one engine, and the header that points to them.

    The arrays live as long as this object.  The callback of a sound card reads them, so the owner of a stream
    must keep the object until the stream is closed or its gate is shut.

    Parameters
    ----------
    spec : EngineSpec
        Counts and settings.
    units : dict of str to int
        Addresses of the kernel's units; 0 of a processor that no insert uses.
    arrivals : ndarray of int64, optional
        Arrival counter, shared with other engines; left out: a new one.
    """

    def __init__(self, spec: EngineSpec, units: dict[str, int], arrivals: Array | None = None) -> None:
        check_spec(spec)
        self.spec = spec
        self.header = aligned(k.HEADER, 1)
        self.arrays: dict[str, Array] = {}
        self._replaced: list[Array] = []
        self._row_of_unit = unit_table(units)
        self.inserts = Inserts(spec.sample_rate)
        self.latencies = latencies(spec)
        self._delay_lines = DelayLines()
        for row, bus in enumerate(spec.buses):
            self.begin_inserts(row, bus)
        self._lay_out(arrivals)
        self.rig = self._make_rig()
        self._fill_header(units)
        self._fill_buses()
        self["clips"]["first_event"] = -1
        self._fill_parameters()
        self._fill_schedule()
        self._fill_master()
        if spec.is_elastic:
            self.add_stretch()

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    @property
    def head(self) -> Any:
        """The record of the header."""
        return self.header[0]

    @property
    def header_address(self) -> int:
        """Address of the header, the first argument of every kernel unit."""
        return address(self.header)

    def _add(self, name: str, dtype: Any, *shape: int) -> Array:
        array = aligned(dtype, *(max(1, size) for size in shape))
        self.arrays[name] = array
        self.head[f"at_{name}"] = address(array)
        return array

    def _lay_out(self, arrivals: Array | None) -> None:
        spec, spare, q = self.spec, self.spec.spare_rows, k.QUANTUM
        groups = _groups(len(spec.buses))
        buckets = _power_of_two(spec.horizon_s * spec.sample_rate / q)
        parameters, sources = len(spec.parameters) + spare.parameters, len(spec.sources)
        self._add("clips", CLIP_GROUP, _groups(spec.clips + spare.clips))
        self._add("sounds", k.SOUND, spec.sounds)
        table = self._add("instruments", np.int64, len(spec.instruments) + spare.instruments)
        self.instruments = Instruments(table, spec.sample_rate)
        for row, instrument in enumerate(spec.instruments):
            self.instruments.begin(row, instrument)
        self._add("buses", BUS_GROUP, groups)
        sends = sum(len(bus.sends) for bus in spec.buses) + spare.sends
        self.sends = Sends(self._add("sends", k.SEND, sends))
        self._add("bus_delays", np.int32, groups * k.PAIRS, 2)
        self._add("bus_audio", np.float32, groups * k.PAIRS, 2, q)  # filters process whole groups
        self._add("master_audio", np.float32, spec.channels, q)
        self._add("master_delay", np.float32, spec.channels, k.MASTER_LOOK_AHEAD)
        self._add("output", np.float32, spec.channels, q)
        self._add("lanes", np.float32, k.LANE_BLOCKS, q, k.LANES)
        self._add("master", k.MASTER, 1)
        self._add("parameters", k.PARAMETER, parameters)
        self._add("programs", k.PROGRAM, parameters)
        self._add("slots", np.uint64, sources, parameters)
        self._add("slot_seen", np.uint32, parameters)
        self._add("mailbox", np.int64, 2, parameters)
        self._add("source_rank", np.int32, sources)
        self._add("mappings", k.MAPPING, len(spec.mappings) + spare.mappings)
        self._add("holds", HOLD, MOST_HELD)
        self._add("history", np.float32, spec.history_steps, parameters, k.HISTORY_COLUMNS)
        self._add("rings", k.RING, spec.rings)
        self._add("entries", k.ENTRY, spec.entries)
        self._add("buckets", np.int32, buckets)
        self._add("bucket_tails", np.int32, buckets)
        self._add("groups", np.int32, spec.groups)
        self._add("order", np.int32, 2 * spec.entries)
        self._add("replies", k.REPLY, spec.replies)
        self._add("telemetry", k.TELEMETRY, 1)
        self._add("units", np.int64, len(self._row_of_unit))
        self._add("steps", k.STEP, len(render_list(spec, self.inserts, self.instruments)) + 1)
        self.arrays["arrivals"] = aligned(np.int64, 1) if arrivals is None else arrivals
        self.head["at_arrivals"] = address(self.arrays["arrivals"])
        self.commands = [aligned(k.COMMAND, spec.ring_capacity) for _ in range(spec.rings)]

    def _make_rig(self) -> Rig | None:
        """The arrays of the panner; None: the engine has no rig."""
        spec = self.spec
        if spec.rig is None:
            return None
        rig = Rig(spec.rig, spec.channels, self["buses"].size * k.PAIRS, spec.sample_rate)
        self.head["at_rig"], self.head["at_folds"] = address(rig.record), address(rig.folds)
        return rig

    def _fill_header(self, units: dict[str, int]) -> None:
        spec, head = self.spec, self.head
        head["at_header"] = address(self.header)
        head["sample_rate"] = spec.sample_rate
        head["channels"] = spec.channels
        head["tempo_bpm"] = spec.tempo_bpm
        head["bus_count"] = len(spec.buses)
        head["bus_groups"] = _groups(len(spec.buses))
        for name, value in self.counts(spec).items():
            head[name] = value
        self["holds"]["next"] = [*range(1, MOST_HELD), -1]
        head["hold_rows"], head["first_hold"], head["free_hold"] = MOST_HELD, -1, 0
        head["send_count"] = self["sends"].size
        head["parameter_capacity"] = self["slot_seen"].size
        head["source_count"] = len(spec.sources)
        head["ring_count"] = spec.rings
        head["entry_count"] = spec.entries
        head["bucket_count"] = self["buckets"].size
        head["group_count"] = spec.groups
        head["history_steps"] = spec.history_steps
        head["reply_capacity"] = spec.replies
        head["sound_count"] = spec.sounds
        # The residual of a hard stop decays to a hundredth within 2 ms.
        head["declick_decay"] = smoothing_share(0.002, 1, spec.sample_rate)
        head["control_share"] = 1.0 - smoothing_share(0.008, k.QUANTUM, spec.sample_rate)
        head["meter_share"] = 1.0 - smoothing_share(0.3, k.QUANTUM, spec.sample_rate)
        head["volume_wanted"] = 1.0
        for name, row in self._row_of_unit.items():
            self["units"][row] = units[name]
        head["unit_count"] = len(units)
        fill_steps(self["steps"], render_list(spec, self.inserts, self.instruments), self._row_of_unit)
        head["step_rows"] = MOST_STEPS

    def counts(self, spec: EngineSpec) -> dict[str, int]:
        """Return the header fields that count the rows a specification uses."""
        return {
            "spare_first": spec.spare_buses.start // k.PAIRS,
            "spare_end": spec.spare_buses.stop // k.PAIRS,
            "clip_groups": _groups(spec.clips),
            "instrument_count": len(spec.instruments),
            "parameter_count": len(spec.parameters),
            "mapping_count": len(spec.mappings),
        }

    def _fill_buses(self) -> None:
        clear_buses(self["buses"])
        for index, bus in enumerate(self.spec.buses):
            self.connect_bus(index, bus)

    def connect_bus(self, index: int, bus: BusSpec) -> None:
        """Write the settings of a silent bus, and link its sends, at their gains."""
        fill_bus(self["buses"], index, bus)
        if self.rig is not None:
            self.rig.place(index, bus.placed)
        self._delay_lines.fill(self["buses"], index, bus, self.latencies)
        self["bus_delays"][index] = self.latencies.fader(index), self.latencies.arrivals.get(index, 0)
        for number, to in enumerate(bus.sends):
            gain = bus.send_gains[number] if number < len(bus.send_gains) else 0.0
            self.add_send(index, to, gain, gain)

    def add_send(self, index: int, to: int, gain: float, now: float) -> None:
        """Link a send to a bus, with what it waits for later paths; see `Sends.add`."""
        self.sends.add(self["buses"], index, to, gain, now, self.latencies.on_the_way(index, to))

    def begin_inserts(self, index: int, bus: BusSpec) -> None:
        """Allocate the inserts of a silent bus, and let them listen to what they are keyed by."""
        self.inserts.begin(index, bus.inserts)
        self.listen(index)

    def listen(self, index: int) -> None:
        """Let the new inserts of a bus listen to what they are keyed by."""
        for (row, name), path in self.latencies.keys.items():
            if row == index:
                self.inserts.listen(row, name, path.bus, path.delay)

    def _fill_parameters(self) -> None:
        for index, parameter in enumerate(self.spec.parameters):
            fill_new_parameter(self["parameters"][index], parameter, index, self.spec.sample_rate)
        fill_programs(self["programs"], self.spec.parameters)
        self["source_rank"][:] = self.spec.sources

    def add_units(self, addresses: dict[str, int]) -> None:
        """Write the addresses of units that were not compiled before; the kernel calls none of them yet."""
        for name, unit in addresses.items():
            self["units"][self._row_of_unit[name]] = unit

    def add_stretch(self) -> None:
        """Allocate what clips that follow a tempo map need; the address of the unit ``fft`` must be known.

        The system gives memory to the stretch of a clip when it first runs: 83 kB.
        """
        clips = self["clips"].size * k.PAIRS
        self._add("stretches", STRETCH, clips)
        self._add("stretch_rows", np.float32, clips, 2, STRETCHED_FRAMES)
        self._add("stretch_plans", STRETCH_PLAN, 2 * self.spec.sounds)
        self._add("stretch_work", STRETCH_WORK, 1)
        self._add("stretch_tables", STRETCH_TABLES, 1)[:] = _stretch_tables(
            int(self["units"][self._row_of_unit["fft"]]), float(self.spec.sample_rate)
        )
        table = sinc_table()
        self._add("sinc", np.float32, *table.shape)[:] = table

    def show_steps(self, publish: Callable[[int, int], object]) -> None:
        """Replace the render list by that of the present specification and inserts."""
        steps = render_list(self.spec, self.inserts, self.instruments)
        rows = aligned(k.STEP, len(steps) + 1)
        fill_steps(rows, steps, self._row_of_unit)
        self.show("steps", rows, publish)

    def fresh(self, name: str) -> Array:
        """Return a zeroed array like the named one, to be filled and passed to `show`."""
        return aligned(self.arrays[name].dtype, *self.arrays[name].shape)

    def show(self, name: str, rows: Array, publish: Callable[[int, int], object]) -> None:
        """Replace an array by `rows` with one store of the address, which the kernel reads once a quantum.

        The last four replaced arrays are kept, because the kernel may be in a quantum that reads one.
        """
        self._replaced = [*self._replaced[-3:], self.arrays[name]]
        self.arrays[name] = rows
        publish(self.address_of(f"at_{name}"), address(rows))

    def address_of(self, field: str) -> int:
        """Return the address of a header field."""
        return self.header_address + int(k.HEADER.fields[field][1])  # type: ignore[index]

    def _fill_schedule(self) -> None:
        entries = self["entries"]
        entries["bucket_next"] = np.arange(1, entries.size + 1)
        self["buckets"][:] = -1
        self["bucket_tails"][:] = -1
        self["groups"][:] = -1
        self.head["free_entry"] = 0
        self.head["free_entries"] = entries.size
        for ring, rows in zip(self["rings"], self.commands, strict=True):
            ring["address"], ring["capacity"] = address(rows), rows.size

    def _fill_master(self) -> None:
        spec, master = self.spec, self["master"][0]
        rate = spec.sample_rate
        master["gain_from"] = master["gain_to"] = master["gain_value"] = spec.gain
        master["control_gain"] = master["control_gain_now"] = 1.0
        master["volume_value"] = 1.0
        master["volume_share"] = 1.0 - smoothing_share(0.05, k.QUANTUM, rate)
        master["pause_value"] = 1.0
        master["pause_step"] = k.QUANTUM / (0.05 * rate)
        master["ceiling"] = 10.0 ** (spec.ceiling_db / 20.0)
        master["release"] = 1.0 - math.exp(-1.0 / (spec.release_s * rate))
        master["reduction"], master["least_gain"] = 1.0, 1.0
        self["telemetry"][0]["least_slack_frames"] = NO_SLACK_YET
        master["dc_coefficient"] = 1.0 - 2.0 * math.pi * 5.0 / rate
        for name in ("wanted", "least", "smooth", "doubled"):
            master[name] = 1.0


def _groups(count: int) -> int:
    return max(1, -(-count // k.PAIRS))


def _power_of_two(least: float) -> int:
    return 1 << max(6, math.ceil(math.log2(least)))
