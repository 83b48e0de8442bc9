"""The length of a section and of its introduction, and how a stem fills it.

Lengths are whole beats of the meter's denominator at the section's tempo, counted from `first_beat_s` of
the file.  What a file holds before `first_beat_s` is its lead-in.

An introduction has a length of its own, before that of the section.  Where the section declares it
(`intro_bars`, `intro_beats`), each stem holds it before the loop, in the same file; the stem of a layer with
an `intro` file holds the loop alone.  Where the section does not declare it, the longest `intro` file of its
layers gives the length, every stem holds the loop alone, and layers without an `intro` file begin with it.
`intro_bars` of a layer says how many bars of introduction its stem holds, where not every stem holds one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge
from adaptive.preset.song_layers import song_of

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
    completes a file that ends early.  Of a stem that holds the introduction, only the loop counts.
    A MIDI file counts with the bars that it begins.
    A section without stems lasts one phrase.
    """
    written = written_length_beats(preset, section)
    if written is not None:
        return written
    segment = preset.segments[section]
    lasting = []
    for layer, path in section_stems(preset, section):
        if path in stem_seconds:
            held = held_intro_beats(preset, section, layer)
            lead_in = min(segment.first_beat_s / segment.beat_s + held, 1.0)
            lasting.append(covered_beats(preset, section, stem_seconds[path], held) + lead_in)
    bar = Fraction(4 * segment.beats_per_bar) / Fraction(segment.beat_unit)
    songs = [song for song in (song_of(preset, layer) for layer in segment.layers) if song is not None]
    if songs:
        lasting.append(float(max(song.bars(bar) for song in songs) * segment.beats_per_bar))
    if not lasting:
        return segment.phrase_bars * segment.beats_per_bar
    return max(_floor(max(lasting), segment.beats_per_bar, segment.beat_s), segment.beats_per_bar)


def covered_beats(preset: Preset, section: str, seconds: float, held_beats: int = 0) -> float:
    """Return the number of beats from a file's first beat to its end, without an introduction it holds."""
    segment = preset.segments[section]
    return (seconds - segment.first_beat_s) / segment.beat_s - held_beats


def held_intro_beats(preset: Preset, section: str, layer: str) -> int:
    """Return the beats of the introduction that a layer's stem holds before the loop, in the same file."""
    if preset.first_pass_file(layer, section) is not None:
        return 0
    return first_pass_intro_beats(preset, section, layer)


def first_pass_intro_beats(preset: Preset, section: str, layer: str) -> int:
    """Return the beats of the introduction before the first pass of a layer, in the same file.

    That file is the layer's `first_pass`, if it has one, and else its stem.  `intro_bars` of the layer goes
    before that of the section.
    """
    if preset.intro_file(layer, section):
        return 0
    own = own_intro_beats(preset, section, layer)
    return own if own is not None else preset.segments[section].written_intro_beats or 0


def own_intro_beats(preset: Preset, section: str, layer: str) -> int | None:
    """Return the beats of the introduction that a layer says its file holds; None: it says nothing."""
    bars = None if is_bridge(section) or is_bridge(layer) else preset.file.layers[layer].intro_bars
    return None if bars is None else bars * preset.segments[section].beats_per_bar


def intro_files(preset: Preset, section: str) -> list[tuple[str, Path]]:
    """Return each file that is an introduction of a section, with its layer."""
    files = ((layer, preset.intro_file(layer, section)) for layer in preset.segments[section].layers)
    return [(layer, path) for layer, path in files if path is not None]


def intro_length_beats(preset: Preset, section: str, stem_seconds: Mapping[Path, float]) -> int:
    """Return the length of a section's introduction in beats; 0 if it has none.

    Notes
    -----
    The length is ``intro_bars`` or ``intro_beats`` if the section has one, else the ``intro_bars`` of its
    layers.  Without any, it is the number of whole bars in the longest `intro` file of its layers, where
    less than a beat may be missing at the end;
    of a file shorter than a bar, the number of whole beats.
    """
    segment = preset.segments[section]
    if segment.written_intro_beats is not None:
        return segment.written_intro_beats
    held = max((own_intro_beats(preset, section, layer) or 0 for layer in segment.layers), default=0)
    files = [path for _, path in intro_files(preset, section) if path in stem_seconds]
    if held or not files:
        return held
    # rounding up to a whole beat first makes up for a file that ends early
    beats = max(covered_beats(preset, section, stem_seconds[path]) for path in files)
    whole = math.ceil(beats - TOLERANCE_S / segment.beat_s)
    bars = whole // segment.beats_per_bar
    return bars * segment.beats_per_bar or max(whole, 1)


def stem_loop_beats(
    preset: Preset, section: str, seconds: float, length_beats: int, held_beats: int = 0
) -> int | None:
    """Return the loop length of a stem within a section, in beats.

    Parameters
    ----------
    preset, section
        The preset and the section in which the stem plays.
    seconds : float
        The duration of the file.
    length_beats : int
        The length of the section.
    held_beats : int
        The beats of the introduction that the file holds before its loop.

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
    covered = covered_beats(preset, section, seconds, held_beats)
    if covered + 1.0 + TOLERANCE_S / beat_s >= length_beats:
        return length_beats
    loops = [_floor(covered, bar, beat_s), _floor(covered + 1.0, bar, beat_s)]
    if covered < bar:
        loops.append(_floor(covered, 1, beat_s))
    return next((loop for loop in loops if loop > 0 and length_beats % loop == 0), None)


def _floor(beats: float, grid: int, beat_s: float) -> int:
    """Return the largest multiple of `grid` that is at most `beats`, with `TOLERANCE_S` of tolerance."""
    return math.floor((beats + TOLERANCE_S / beat_s) / grid) * grid
