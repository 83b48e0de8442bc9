"""The tempi at which a segment can be played."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.conductor.assets import SegmentAssets
from adaptive.preset.model import Preset

SLOWEST, FASTEST = 0.5, 2.0
"""Share of their own tempo to which recordings are stretched at most, where the preset says nothing.

Between 0.8 and 1.25 they were judged (docs/decisions/0045).  Beyond, attacks stay sharp and in time, and what
rings between them is heard to be stretched.
"""

SAME_SHARE = 1e-4
"""A tempo within this share of a recording's own is meant to be it, whose loop is rounded to whole frames."""


@dataclass(frozen=True, slots=True)
class TempoRange:
    """The slowest and the fastest tempo of a segment, in quarter notes a minute, and why."""

    low_bpm: float
    high_bpm: float
    reason: str

    def clamped(self, tempo_bpm: float) -> float:
        """The nearest tempo in the range."""
        return min(max(tempo_bpm, self.low_bpm), self.high_bpm)


def range_of(preset: Preset, segment: SegmentAssets | None) -> TempoRange | None:
    """The range of a segment; None: any tempo, because nothing in it is recorded."""
    if segment is None or not segment.has_stems:
        return None
    if preset.file.tempo_follow is not None:
        low, high = preset.file.tempo_follow.range_bpm
        return TempoRange(low, high, f"the preset's range_bpm is {low:g} to {high:g}")
    own = segment.tempo_bpm
    return TempoRange(
        own * SLOWEST, own * FASTEST, f"recordings at {own:g} bpm are stretched to half or twice their tempo"
    )


def tempo_in(preset: Preset, segment: SegmentAssets | None, wanted_bpm: float | None) -> float:
    """The tempo at which a segment is played, in quarter notes a minute.

    Parameters
    ----------
    preset : Preset
        The preset.
    segment : SegmentAssets or None
        The segment; None: silence.
    wanted_bpm : float or None
        What is asked for; None: the segment's own tempo.
    """
    own = preset.file.tempo_bpm if segment is None else segment.tempo_bpm
    if wanted_bpm is None:
        return own
    if segment is None or not segment.has_stems:
        return wanted_bpm
    if abs(wanted_bpm - own) <= SAME_SHARE * own:
        return own
    found = range_of(preset, segment)
    return wanted_bpm if found is None else found.clamped(wanted_bpm)
