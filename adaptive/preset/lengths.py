"""The length of a section, and how a stem fills it.

Lengths are whole beats of the meter's denominator at the section's tempo, counted from `first_beat_s` of
the file.  What a file holds before `first_beat_s` is its lead-in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from adaptive.preset.model import Preset

# A file may be this much shorter than its beats and still last them: the engine takes 1.5 ms as rounding, and
# completes more than that within the 5 ms of a declick.
TOLERANCE_S = 0.005


def section_stems(preset: Preset, section: str) -> list[tuple[str, Path]]:
    """Return each file that plays in a section, with its layer; a layer may have several variations."""
    layers = preset.segments[section].layers
    return [(layer, path) for layer in layers for path in preset.variations(layer, section)]


def written_length_beats(preset: Preset, section: str) -> int | None:
    """Return the length a section declares; None if it follows from its files."""
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
        The duration of each file of `Preset.stems`; files that are not in it are ignored.

    Notes
    -----
    The length is ``length_bars`` or ``length_beats`` if the section has one.  Otherwise it is the number of
    whole bars in the longest stem, at least one.  The stem counts for
    ``(seconds - first_beat_s) / beat_s`` beats plus its lead-in, up to one beat, because the lead-in
    completes a file that ends early.  A section without stems lasts one phrase.
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
    """Return the number of beats from a file's first beat to its end."""
    segment = preset.segments[section]
    return (seconds - segment.first_beat_s) / segment.beat_s


def stem_loop_beats(preset: Preset, section: str, seconds: float, length_beats: int) -> int | None:
    """Return the loop length of a stem within a section, in beats.

    Parameters
    ----------
    preset, section
        The preset and the section in which the stem plays.
    seconds : float
        The duration of the file.
    length_beats : int
        The length of the section.

    Returns
    -------
    int or None
        `length_beats` for a stem that fills the section, a divisor of it for a shorter stem, or None if
        the stem neither fills nor divides the section, which is a fault.

    Notes
    -----
    A stem fills the section if at most one beat is missing at its end.  The loop of a shorter stem is its
    number of whole bars, with the rest as tail, or one bar more if at most one beat is missing; the loop of
    a stem shorter than a bar is its number of whole beats.  A loop must divide the section.
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
    """Return the largest multiple of `grid` that is at most `beats`, with `TOLERANCE_S` of tolerance."""
    return math.floor((beats + TOLERANCE_S / beat_s) / grid) * grid
