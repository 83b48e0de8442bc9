"""Checks of a loaded preset that go beyond correct syntax and names.

A preset that loads can be played.  `check` finds what its author would still want to change: sections that
never play, limits of time that cannot be kept, stems that do not fit their section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from adaptive.preset.faults import KeyPath
from adaptive.preset.finding import Finding, fault
from adaptive.preset.lengths import (
    covered_beats,
    section_length_beats,
    section_stems,
    stem_loop_beats,
)
from adaptive.preset.model import Preset
from adaptive.preset.reach import check_reach
from adaptive.preset.segments import BRIDGE, is_bridge
from adaptive.preset.stems import files_of
from adaptive.preset.timing import (
    check_flapping,
    check_grids,
    check_latching,
    check_reactions,
    check_stingers,
)
from adaptive.preset.usage import check_select, check_unused

__all__ = ["Finding", "check"]


def check(preset: Preset, stem_seconds: Mapping[Path, float] | None = None) -> list[Finding]:
    """Check a preset; return what is questionable about it, faults first.

    Parameters
    ----------
    preset : Preset
        What `load` returned.
    stem_seconds : mapping of Path to float, optional
        The duration of each file of `Preset.stems`.  Without it, checks that need the durations are
        skipped.

    Returns
    -------
    list of Finding
        Empty if nothing is questionable.

    Notes
    -----
    The checks cover:

    - sections and select lines that are never reached, and lines that are never true or always preceded by
      another true line (method: `reach`);
    - a select list whose last line has a condition;
    - transitions that never apply, and markers that a section does not have;
    - names that are declared and not used;
    - ``react_within_s`` that cannot be kept (formula: `timing.worst_reaction_s`);
    - thresholds without hysteresis, and conditions that hysteresis keeps true for ever;
    - stingers that expire before their grid;
    - grids that do not fit into a section;
    - stems that neither fill nor divide their section (`lengths.stem_loop_beats`).
    """
    findings = [
        *check_reactions(preset, stem_seconds),
        *_check_stems(preset, stem_seconds or {}),
        *check_select(preset),
        *check_reach(preset, stem_seconds),
        *check_latching(preset),
        *check_unused(preset),
        *check_flapping(preset),
        *check_stingers(preset, stem_seconds),
        *check_grids(preset, stem_seconds),
    ]
    return sorted(findings, key=lambda finding: finding.severity)


def _check_stems(preset: Preset, stem_seconds: Mapping[Path, float]) -> Iterator[Finding]:
    for name, segment in preset.segments.items():
        length = section_length_beats(preset, name, stem_seconds)
        for layer, path in section_stems(preset, name):
            seconds = stem_seconds.get(path)
            if seconds is None or stem_loop_beats(preset, name, seconds, length) is not None:
                continue
            beats = covered_beats(preset, name, seconds)
            at: KeyPath = ("sections", name, "layers", segment.layers.index(layer))
            if is_bridge(name):
                at = ("bridges", name.removeprefix(BRIDGE), "stem")
            yield fault(
                at,
                f"`{path.name}` lasts {beats:.2f} beats of the {length}: more than one beat"
                " is missing at the end, and it does not divide the length, so it cannot loop",
            )
    yield from _check_one_shots(preset, stem_seconds)


def _check_one_shots(preset: Preset, stem_seconds: Mapping[Path, float]) -> Iterator[Finding]:
    shots: list[tuple[str, str, float, list[str]]] = []
    for name, stinger in preset.file.stingers.items():
        written = stinger.stem.values() if isinstance(stinger.stem, dict) else [stinger.stem]
        names = [name for files in written for name in files_of(files)]
        shots.append(("stingers", name, stinger.first_beat_s, names))
    for name, fill in preset.file.fills.items():
        shots.append(("fills", name, fill.first_beat_s, list(files_of(fill.stem))))
    for kind, name, first_beat_s, names in shots:
        for file in names:
            seconds = stem_seconds.get(preset.stems[file])
            if seconds is not None and first_beat_s >= seconds:
                yield fault(
                    (kind, name, "first_beat_s"),
                    f"is {first_beat_s:g} s, and the file ends after {seconds:.2f} s",
                )
