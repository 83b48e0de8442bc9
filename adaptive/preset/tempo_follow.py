"""Checks `[tempo_follow]`, and the keys of inputs that belong to it."""

from __future__ import annotations

from collections.abc import Iterator

from adaptive.preset.curves import check_points
from adaptive.preset.faults import FaultList
from adaptive.preset.finding import Finding, warning
from adaptive.preset.lengths import section_stems
from adaptive.preset.model import Preset
from adaptive.preset.schema import InputTable, PresetFile
from adaptive.preset.table import Curve

TEMPO_RANGE = (20.0, 400.0)
AT = "tempo_follow"

JUDGED = (0.8, 1.25)
"""Stretched recordings were judged between these multiples of their tempo."""


def check_tempo_follow(file: PresetFile, faults: FaultList) -> None:
    """Add a fault for every name in `[tempo_follow]` that is unknown, and for what contradicts itself."""
    table = file.tempo_follow
    if table is None:
        return
    low, high = table.range_bpm
    if low >= high:
        faults.add((AT, "range_bpm"), f"must rise from low to high, got {low:g} and {high:g}")
    if table.parameter is not None and table.tempo_bpm is not None:
        keys = [(AT, "parameter"), (AT, "tempo_bpm")]
        faults.add((AT,), "has both `parameter` and `tempo_bpm`; give one of them", keys)
    if table.parameter is None and table.tempo_bpm is None and table.phase_event is None:
        text = "follows nothing: give `parameter`, `tempo_bpm` or `phase_event`"
        faults.add((AT,), text)
    for key in ("parameter", "heart_rate"):
        name = getattr(table, key)
        if name is not None:
            faults.require_known((AT, key), "parameter", name, file.parameters)
    if table.tempo_bpm is not None:
        _check_curve(table.tempo_bpm, file, faults)
    if table.cue_event is not None:
        faults.require_known((AT, "cue_event"), "stinger", table.cue_event, file.stingers)
    if table.phase_event in file.stingers:
        text = f"`{table.phase_event}` is a stinger; a step makes no sound of its own, so take another name"
        faults.add((AT, "phase_event"), text)
    if table.lead_to is not None and table.mode != "lead":
        faults.add((AT, "lead_to"), 'goes with `mode = "lead"`')
    if table.mode == "lead" and table.lead_to is None:
        faults.add((AT, "mode"), "needs `lead_to`, the steps a minute to lead to")


def check_input_follow(table: InputTable, i: int, file: PresetFile, faults: FaultList) -> None:
    """Add a fault where `factor` or `input_latency_ms` of an input can have no effect."""
    if table.factor is not None and table.parameter is None:
        faults.add(("inputs", i, "factor"), "goes with `parameter`: it multiplies a number")
    if table.factor is not None and table.input_range is not None:
        keys = [("inputs", i, "factor"), ("inputs", i, "input_range")]
        text = "has both `factor` and `input_range`; each maps the number, so give one of them"
        faults.add(("inputs", i), text, keys)
    follow = file.tempo_follow
    phase_event = None if follow is None else follow.phase_event
    if table.input_latency_ms is not None and (table.event is None or table.event != phase_event):
        text = "goes with an `event` that is the `phase_event` of `[tempo_follow]`"
        faults.add(("inputs", i, "input_latency_ms"), text)


def has_factor(file: PresetFile) -> bool:
    """Whether an input of the followed cadence has a factor of its own, which overrules `half_double`."""
    follow = file.tempo_follow
    return follow is not None and any(
        table.factor is not None and table.parameter == follow.parameter for table in file.inputs
    )


def check_follow_usage(preset: Preset) -> Iterator[Finding]:
    """Find what `[tempo_follow]` says without effect."""
    table = preset.file.tempo_follow
    if table is None:
        return
    low, high = table.range_bpm
    if not low <= preset.file.tempo_bpm <= high:
        text = f"does not hold the preset's own tempo, {preset.file.tempo_bpm:g}"
        yield warning((AT, "range_bpm"), text)
    if table.half_double and has_factor(preset.file):
        yield warning((AT, "half_double"), "has no effect: an input of the cadence has a `factor`")


def followed_ratios(preset: Preset) -> Iterator[str]:
    """Sentences about sections whose recordings are followed farther from their tempo than was judged."""
    table = preset.file.tempo_follow
    if table is None:
        return
    for name in preset.file.sections:
        own = preset.segments[name].tempo_bpm
        slow, fast = (bpm / own for bpm in table.range_bpm)
        if section_stems(preset, name) and not (JUDGED[0] <= slow and fast <= JUDGED[1]):
            yield (
                f"sections.{name}: its {own:g} BPM follow from {table.range_bpm[0]:g} to"
                f" {table.range_bpm[1]:g}, {slow:.2f} to {fast:.2f} times; recordings were judged from"
                f" {JUDGED[0]:g} to {JUDGED[1]:g} times"
            )


def _check_curve(curve: Curve, file: PresetFile, faults: FaultList) -> None:
    faults.require_known((AT, "tempo_bpm", "over"), "parameter", curve.over, file.parameters)
    check_points(curve, (AT, "tempo_bpm", "points"), "tempo_bpm", TEMPO_RANGE, faults)
