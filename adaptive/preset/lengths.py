"""How long a section is, and how a stem fills it.

Lengths are whole beats of the meter's denominator at the section's tempo, counted from
`first_beat_s` of the file; what a file holds before that is its lead-in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from adaptive.preset.model import Preset

# What a rounding of the file's end may hide; the declick at every join covers 5 ms.
TOLERANCE_S = 0.005


def section_stems(preset: Preset, section: str) -> list[tuple[str, Path]]:
    """Return each file that sounds in a section, with its layer; a layer may have several."""
    layers = preset.segments[section].layers
    return [(layer, path) for layer in layers for path in preset.variants(layer, section)]


def written_length_beats(preset: Preset, section: str) -> int | None:
    """Return the length a section declares; None when its files decide."""
    return preset.segments[section].written_length_beats


def section_length_beats(preset: Preset, section: str, stem_seconds: Mapping[Path, float]) -> int:
    """Return the length of one pass of a section, in beats.

    Parameters
    ----------
    preset : Preset
        The preset.
    section : str
        One of its sections.
    stem_seconds : mapping of Path to float
        How long each file of `Preset.stems` lasts; files that are not in it do not count.

    Notes
    -----
    ``length_bars`` or ``length_beats`` where the section has one.  Else the whole bars of its
    longest stem, at least one: of ``(seconds - first_beat_s) / beat_s`` beats, and of the lead-in
    as much as can complete a file that ends early, which is one beat at most.  A section of
    generators alone lasts one phrase.
    """
    written = written_length_beats(preset, section)
    if written is not None:
        return written
    segment = preset.segments[section]
    lasting = [stem_seconds[path] for _, path in section_stems(preset, section) if path in stem_seconds]
    if not lasting:
        return segment.phrase_bars * segment.beats_per_bar
    lead_in = min(segment.first_beat_s / segment.beat_s, 1.0)
    beats = covered_beats(preset, section, max(lasting)) + lead_in
    return max(_floor(beats, segment.beats_per_bar, segment.beat_s), segment.beats_per_bar)


def covered_beats(preset: Preset, section: str, seconds: float) -> float:
    """Return how many beats a file holds from its first beat on."""
    segment = preset.segments[section]
    return (seconds - segment.first_beat_s) / segment.beat_s


def stem_loop_beats(preset: Preset, section: str, seconds: float, length_beats: int) -> int | None:
    """Return after how many beats a stem begins again within a section.

    Parameters
    ----------
    preset, section
        Where it plays.
    seconds : float
        How long the file lasts.
    length_beats : int
        The length of the section.

    Returns
    -------
    int or None
        `length_beats` for a stem that fills the section; for a shorter one, the length it has as
        a loop; None when it can neither fill nor divide the section, which is a fault.

    Notes
    -----
    A stem fills the section when at most one beat is missing at its end.  As a loop it has its
    whole bars, what follows them being tail, or one more where at most one beat is missing; a
    stem of less than a bar has its whole beats.  Only a length that divides the section counts.
    """
    beat_s, bar = preset.segments[section].beat_s, preset.segments[section].beats_per_bar
    covered = covered_beats(preset, section, seconds)
    if covered + 1.0 + TOLERANCE_S / beat_s >= length_beats:
        return length_beats
    loops = [_floor(covered, bar, beat_s), _floor(covered + 1.0, bar, beat_s)]
    if covered < bar:
        loops.append(_floor(covered, 1, beat_s))
    return next((loop for loop in loops if loop > 0 and length_beats % loop == 0), None)


def _floor(beats: float, grid: int, beat_s: float) -> int:
    """Return the last multiple of `grid` that is reached, save for the tolerance."""
    return math.floor((beats + TOLERANCE_S / beat_s) / grid) * grid
