"""The master of a preset: its level, and the bus that carries a cutoff or a curve.

A level that is a number is the gain of the kernel's own master.  Where the preset asks for more, all strips
and the reverb are routed to one bus before it; other presets have no such bus.
"""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.conductor.layout.layout import control_start
from adaptive.engine.records import OPEN_HZ
from adaptive.engine.spec import BusSpec
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Curve
from adaptive.units import db_to_gain


def needs_master_bus(file: PresetFile) -> bool:
    """Whether the master has what the kernel's master does not have: a cutoff, a curve, an insert.

    A snapshot may be what gives it a cutoff.
    """
    master = file.master
    has_cutoff = master.cutoff_hz is not None or any(
        "master.cutoff_hz" in snapshot.set for snapshot in file.snapshots.values()
    )
    return has_cutoff or isinstance(master.level_db, Curve) or bool(master.inserts)


def fixed_level_db(file: PresetFile) -> float:
    """The level of the whole mix, apart from a curve."""
    level = file.level_db if file.master.level_db is None else file.master.level_db
    return 0.0 if level is None or isinstance(level, Curve) else level


def master_bus_spec(file: PresetFile, defaults: Mapping[str, float], *, has_rig: bool = False) -> BusSpec:
    """The bus; what curves set is neutral in it.

    With a rig the level is the kernel's master's, since not everything goes through the bus.

    Parameters
    ----------
    file : PresetFile
        The preset.
    defaults : Mapping
        Defaults of its parameters.
    has_rig : bool
        Whether buses are panned to speakers.
    """
    cutoff = file.master.cutoff_hz
    fixed = None if isinstance(cutoff, Curve) else cutoff
    cutoff_hz = control_start(fixed, defaults, OPEN_HZ)
    gain = 1.0 if has_rig else db_to_gain(fixed_level_db(file))
    return BusSpec("master", gain=gain, cutoff_hz=cutoff_hz)
