"""Checks of a loaded preset that go beyond correct syntax and names.

A preset that loads can be played.  `check` finds what its author would still want to change: sections that
never play, limits of time that cannot be kept, stems that do not fit their section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from adaptive.preset.addresses import check_addresses
from adaptive.preset.fades import check_long_fades
from adaptive.preset.faults import KeyPath
from adaptive.preset.finding import Finding, fault, warning
from adaptive.preset.lengths import (
    covered_beats,
    first_pass_intro_beats,
    held_intro_beats,
    intro_files,
    intro_length_beats,
    section_length_beats,
    section_stems,
    stem_loop_beats,
)
from adaptive.preset.model import Preset
from adaptive.preset.reach import check_reach
from adaptive.preset.segments import BRIDGE, is_bridge
from adaptive.preset.stems import files_of
from adaptive.preset.tempo_follow import check_follow_usage
from adaptive.preset.thresholds import check_thresholds
from adaptive.preset.timing import (
    check_flapping,
    check_grids,
    check_latching,
    check_reactions,
    check_stingers,
)
from adaptive.preset.unknown_chords import check_chords
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
    - addresses of inputs to which no message can come;
    - thresholds and points of curves outside the range of their parameter;
    - ``react_within_s`` that cannot be kept (formula: `timing.worst_reaction_s`);
    - thresholds without hysteresis, and conditions that hysteresis keeps true for ever;
    - stingers that expire before their grid;
    - grids that do not fit into a section;
    - fades that are longer than their section;
    - recordings beside pitched generators that are not told their chords;
    - stems that neither fill nor divide their section (`lengths.stem_loop_beats`).
    """
    findings = [
        *check_reactions(preset, stem_seconds),
        *_check_stems(preset, stem_seconds or {}),
        *check_select(preset),
        *check_reach(preset, stem_seconds),
        *check_latching(preset),
        *check_unused(preset),
        *check_addresses(preset),
        *check_thresholds(preset),
        *check_flapping(preset),
        *check_stingers(preset, stem_seconds),
        *check_grids(preset, stem_seconds),
        *check_long_fades(preset, stem_seconds),
        *check_chords(preset),
        *check_follow_usage(preset),
    ]
    return ordered(preset, findings)


def ordered(preset: Preset, findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with their lines, each once: faults first, then in the order of the file."""
    placed = preset.source.all_placed(findings)
    return sorted(placed, key=lambda one: (one.severity, preset.source.position(one.path)))


def _check_stems(preset: Preset, stem_seconds: Mapping[Path, float]) -> Iterator[Finding]:
    for name, segment in preset.segments.items():
        length = section_length_beats(preset, name, stem_seconds)
        for layer, path in section_stems(preset, name):
            seconds = stem_seconds.get(path)
            held = held_intro_beats(preset, name, layer)
            if seconds is None:
                continue
            loop = stem_loop_beats(preset, name, seconds, length, held)
            beats = covered_beats(preset, name, seconds, held)
            if loop is not None:
                if held and loop < length and abs(beats + held - length) < 1.0:
                    yield warning(
                        ("sections", name, "layers", segment.layers.index(layer)),
                        f"`{path.name}` is as long as the loop alone, and its first {held} beats are played"
                        f" as the introduction{_ABOUT_INTRO}",
                    )
                continue
            at: KeyPath = ("sections", name, "layers", segment.layers.index(layer))
            if is_bridge(name):
                at = ("bridges", name.removeprefix(BRIDGE), "stem")
            after = f" after the {held} of its introduction" if held else ""
            yield fault(
                at,
                f"`{path.name}` lasts {max(beats, 0.0):.2f} beats of the {length}{after}: more than one beat"
                " is missing at the end, and it does not divide the length, so it cannot loop"
                + (_ABOUT_INTRO if held else ""),
            )
    yield from _check_introductions(preset, stem_seconds)
    yield from _check_first_passes(preset, stem_seconds)
    yield from _check_one_shots(preset, stem_seconds)


def _check_first_passes(preset: Preset, stem_seconds: Mapping[Path, float]) -> Iterator[Finding]:
    """Find `first_pass` files that end more than a beat before the first pass does."""
    for name in preset.file.sections:
        length = section_length_beats(preset, name, stem_seconds)
        for layer in preset.segments[name].layers:
            path = preset.first_pass_file(layer, name)
            if path is None or path not in stem_seconds:
                continue
            before = first_pass_intro_beats(preset, name, layer)
            beats = covered_beats(preset, name, stem_seconds[path], before)
            if beats + 1.0 < length:
                after = f" after the {before} of its introduction" if before else ""
                yield fault(
                    ("layers", layer, "first_pass"),
                    f"`{path.name}` lasts {max(beats, 0.0):.2f} beats of the {length} of `{name}`{after}:"
                    " more than one beat is missing at the end",
                )


_ABOUT_INTRO = (
    "; if the file holds the loop alone, write `intro_bars = 0` in its layer, or give it an `intro` file"
)


def _check_introductions(preset: Preset, stem_seconds: Mapping[Path, float]) -> Iterator[Finding]:
    """Find `intro` files that are too short for the introduction, and those that no section plays."""
    for name in preset.file.sections:
        length = intro_length_beats(preset, name, stem_seconds)
        for layer, path in intro_files(preset, name):
            if path not in stem_seconds:
                continue
            beats = covered_beats(preset, name, stem_seconds[path])
            if beats + 1.0 < length:
                yield fault(
                    ("layers", layer, "intro"),
                    f"`{path.name}` lasts {beats:.2f} beats of the {length} of `{name}`'s introduction:"
                    " more than one beat is missing at the end",
                )


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
