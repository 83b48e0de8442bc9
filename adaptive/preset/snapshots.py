"""Checks `[snapshots.NAME]`: what they set, their fades, and the events that begin and end them."""

from __future__ import annotations

from adaptive.preset.faults import FaultList, KeyPath, hint
from adaptive.preset.mix_paths import mix_paths
from adaptive.preset.routes import check_fade
from adaptive.preset.schema import PresetFile


def check_snapshots(file: PresetFile, faults: FaultList) -> None:
    """Add a fault for each name that the mixer does not have, each value out of range, each wrong fade."""
    known = mix_paths(file) if file.snapshots else {}
    for name, table in file.snapshots.items():
        at: KeyPath = ("snapshots", name)
        for path, value in table.set.items():
            where: KeyPath = (*at, "set", path)
            if path not in known:
                faults.add(where, f"the mixer has no `{path}`{hint(path, list(known))}")
                continue
            low, high = known[path]
            if not low <= value <= high:
                faults.add(where, f"must be from {low:g} to {high:g}, got {value:g}")
        for key, fade in (("fade_in", table.fade_in), ("fade_out", table.fade_out)):
            if fade is None:
                continue
            check_fade(fade, (*at, key), faults)
            if fade.curve is not None or any(
                getattr(fade, start) is not None for start in ("start_beats", "start_bars", "start_seconds")
            ):
                text = "of a snapshot has a length alone; where it begins is said by `change_at`"
                faults.add((*at, key), text)
        if table.begin_on is not None and table.begin_on == table.end_on:
            faults.add((*at, "end_on"), "is also `begin_on`; one event cannot begin and end a snapshot")


def snapshot_events(file: PresetFile) -> tuple[str, ...]:
    """The events that begin or end a snapshot, in the order of the file."""
    named = (event for table in file.snapshots.values() for event in (table.begin_on, table.end_on))
    return tuple(dict.fromkeys(event for event in named if event is not None))
