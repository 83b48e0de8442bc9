"""Decides what becomes of files that neither fill their section nor divide it.

The engine loops a file that fills its section (up to one beat may be missing) or divides it; any other file
is a fault.  So such a file is filled up with silence, makes the section longer, becomes a stinger, or is left
out, and each of these has its sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from adaptive.analysis.evidence import Evidence
from adaptive.analysis.grid import LOOP_TOLERANCE_S, ROUNDING_S
from adaptive.analysis.loop import Extent
from adaptive.analysis.model import PassedOver, SectionProposal, StingerProposal

# A section may become so many times as long, so that loops of different lengths fit together.
_MOST_REPEATS = 8
# The tail of a loop that is shorter than its section is seldom longer.
_MOST_TAIL_BEATS = 2.0


@dataclass
class Fitted:
    """A section whose files all fit, and what became of those that did not."""

    section: SectionProposal
    stingers: dict[str, StingerProposal] = field(default_factory=dict)
    padded_s: dict[Path, float] = field(default_factory=dict)
    passed_over: list[PassedOver] = field(default_factory=list)


def fit_files(section: SectionProposal, evidence: Evidence) -> Fitted:
    """Make all files of a section fit its length.

    Parameters
    ----------
    section : SectionProposal
        The section as it was estimated; its longest file fills it.
    evidence : Evidence
        The extents of its files.
    """
    extents = {stem.path: extent for stem, extent in zip(evidence.named, evidence.extents, strict=True)}
    longest_s = max(extent.length_s for extent in extents.values())
    fitted = Fitted(section)
    odd: dict[Path, Extent] = {}
    for layer, paths in section.files.items():
        for path in paths:
            extent = extents[path]
            if extent.length_s < longest_s and _is_one_shot(section, extent):
                _to_stinger(fitted, layer, path, section)
            elif not _loop_beats(section, extent.length_s) or _was_trimmed(section, extent):
                odd[path] = extent
            elif not _fills(section, extent.length_s):
                beats = _loop_beats(section, extent.length_s)
                _note(fitted, f"{path.name} loops within the section, every {_shown(section, beats)}.")
    for path, extent in odd.items():
        _fit_odd(fitted, path, extent)
    return fitted


def _held_beats(section: SectionProposal, length_s: float) -> float:
    """Return how many beats a file holds from bar 1 on, with the tolerance of rounding."""
    held = (length_s + ROUNDING_S - section.first_beat_s) * section.tempo_bpm / 60.0
    return held - section.intro_beats


def _fills(section: SectionProposal, length_s: float) -> bool:
    return _held_beats(section, length_s) + 1.0 >= section.beats


def _loop_beats(section: SectionProposal, length_s: float) -> int:
    """Return the beats after which a file repeats in its section; 0 if it does not fit."""
    held, bar = _held_beats(section, length_s), section.beats_per_bar
    if held + 1.0 >= section.beats:
        return section.beats
    loops = [math.floor(beats / bar) * bar for beats in (held, held + 1.0)]
    if held < bar:
        loops.append(math.floor(held))
    return next((loop for loop in loops if loop > 0 and section.beats % loop == 0), 0)


def _was_trimmed(section: SectionProposal, extent: Extent) -> bool:
    """Return whether a short file decays so long after its last bar that it is no loop with a tail.

    Such a file sounds once in each pass, and the silence after it was cut off when it was exported.
    """
    if _fills(section, extent.length_s) or extent.is_cut:
        return False
    tail_beats = _held_beats(section, extent.length_s) - _loop_beats(section, extent.length_s)
    return tail_beats > _MOST_TAIL_BEATS


def _is_one_shot(section: SectionProposal, extent: Extent) -> bool:
    """Return whether a file is shorter than a bar, and no loop of whole beats."""
    held = extent.length_s * section.tempo_bpm / 60.0
    if held >= section.beats_per_bar or extent.sounding_s == 0.0:
        return False
    is_whole = abs(held - round(held)) * 60.0 / section.tempo_bpm <= LOOP_TOLERANCE_S
    return not (is_whole and extent.is_cut and round(held) > 0 and section.beats % round(held) == 0)


def _to_stinger(fitted: Fitted, layer: str, path: Path, section: SectionProposal) -> None:
    note = f"{path.name} lasts less than a bar, so it is used as a stinger and not as a layer."
    name, number = layer, 2
    while name in fitted.stingers:
        name, number = f"{layer[:60]}_{number}", number + 1
    fitted.stingers[name] = StingerProposal(path, 0.0, note)
    _drop(fitted, path)


def _fit_odd(fitted: Fitted, path: Path, extent: Extent) -> None:
    """Make one file fit that neither fills nor divides the section."""
    section = fitted.section
    bar = section.beats_per_bar
    held = _held_beats(section, extent.length_s)
    missing = section.beats - held
    beats = round(held)
    beside_s = abs(held - beats) * 60.0 / section.tempo_bpm
    is_loop = beats > 0 and extent.is_cut and beside_s <= LOOP_TOLERANCE_S + ROUNDING_S
    if not is_loop or missing <= bar:
        end_s = section.first_beat_s + (section.intro_beats + section.beats) * 60.0 / section.tempo_bpm
        fitted.padded_s[path] = end_s
        _note(
            fitted,
            f"{path.name} ends {missing:.2f} beats before its section does; silence is added to its copy.",
        )
        return
    whole = math.lcm(section.beats, beats)
    if beats % bar == 0 and section.bars and whole <= _MOST_REPEATS * section.beats:
        _lengthen(fitted, whole, path, beats)
        return
    reason = (
        f"lasts {extent.length_s:.2f} s, {held:.2f} beats, which neither fill nor divide the "
        f"{section.beats} beats of its section; cut it to a length that does, or give it a folder of its own"
    )
    fitted.passed_over.append(PassedOver(path, reason))
    _drop(fitted, path)


def _lengthen(fitted: Fitted, whole: int, path: Path, beats: int) -> None:
    """Make the section so long that a loop of another length fits into it as well."""
    section = fitted.section
    shown = f"{_shown(section, section.beats)} and {_shown(section, beats)}"
    bars = whole // section.beats_per_bar
    fitted.section = replace(section, beats=whole, bars=bars)
    _note(fitted, f"{path.name} repeats at another length: both {shown} fit into {bars} bars.")


def _shown(section: SectionProposal, beats: int) -> str:
    bars = beats // section.beats_per_bar
    return f"{bars} bars" if beats % section.beats_per_bar == 0 else f"{beats} beats"


def _note(fitted: Fitted, text: str) -> None:
    fitted.section = replace(fitted.section, notes=(*fitted.section.notes, text))


def _drop(fitted: Fitted, path: Path) -> None:
    files: Mapping[str, tuple[Path, ...]] = {
        layer: tuple(other for other in paths if other != path)
        for layer, paths in fitted.section.files.items()
    }
    fitted.section = replace(fitted.section, files={layer: paths for layer, paths in files.items() if paths})
