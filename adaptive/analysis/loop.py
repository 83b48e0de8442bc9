"""Finds the loop in the files of a section: beat 1, the number of bars, and the tail.

The length of a file confirms an estimated tempo: if the file is a whole number of bars long, its length gives
the tempo to 0.01 BPM.  If the file is longer than its bars, the rest is tail and rings over what follows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adaptive.analysis.grid import (
    LOOP_TOLERANCE_S,
    ROUNDING_S,
    Rhythm,
    pin,
    strong_beats,
    tidy_bpm,
    whole_beats,
)
from adaptive.analysis.onsets import Onsets

# A tempo that no length determines may be rounded if no beat moves by more than this.
_MOST_ROUNDING_S = 0.003
# Onsets are at best this exact, even if all of them fit the tempo.
_LEAST_TOLERANCE_S = 0.002
# A first beat nearer to the beginning of its file is on the first sample: no onset is found more exactly.
_NEAR_BEGINNING_S = 0.001


@dataclass(frozen=True)
class Extent:
    """The length of one file, and the positions marked in it, in seconds.

    Attributes
    ----------
    length_s : float
        Duration of the file.
    sounding_s : float
        Time until the sound has decayed (`Stem.sounding_s`).
    is_cut : bool
        Whether the file still sounds at its end (`Stem.is_cut`).
    loop_s : tuple of float or None
        Start and end of the loop that a chunk of the file marks.
    marks_s : tuple of float
        Cue positions that a chunk of the file marks.
    """

    length_s: float
    sounding_s: float
    is_cut: bool
    loop_s: tuple[float, float] | None = None
    marks_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class Loop:
    """Tempo, beat 1 and length of one section, with the reasons.

    Attributes
    ----------
    bpm : float
        Quarter notes per minute.
    first_beat_s : float
        Position of bar 1, beat 1 in every file of the section, in seconds.
    beats : int
        Length in beats.
    beats_per_bar : int
        The meter's numerator; the denominator is 4.
    tail_s : float
        Seconds after the last bar in the longest file.
    notes : tuple of str
        One sentence for each estimate.
    """

    bpm: float
    first_beat_s: float
    beats: int
    beats_per_bar: int
    tail_s: float
    notes: tuple[str, ...]

    @property
    def bars(self) -> int:
        """Length in bars; 0 if it is not a whole number of bars."""
        return self.beats // self.beats_per_bar if self.beats % self.beats_per_bar == 0 else 0


ATTACK_S = 0.012
"""An onset is found up to so late: where a soft attack rises, not where it begins."""


def find_loop(
    rhythm: Rhythm,
    onsets: Onsets,
    extents: Sequence[Extent],
    beats_per_bar: int = 0,
    bars_hint: int = 0,
) -> Loop:
    """Find the loop of a section with a rhythm.

    Parameters
    ----------
    rhythm : Rhythm
        The tempo and the position of a beat.
    onsets : Onsets
        The onsets of all stems together.
    extents : sequence of Extent
        One for each stem, at least one.
    beats_per_bar : int
        The meter that a chunk states.  With 0, the meter is `likely_meter` of the length.
    bars_hint : int
        The number of bars that a name states, or 0.  It is used only if the sound allows it.
    """
    longest = max(extents, key=lambda extent: extent.length_s)
    exact_s, beats = _exact_length(rhythm, onsets, extents)
    meter = beats_per_bar or likely_meter(beats)
    if beats:
        rhythm = pin(onsets, rhythm, beats, exact_s)
        why_tempo = _sentence_pinned(rhythm, beats, exact_s, meter)
    else:
        rounding_s = 3.0 * rhythm.error_bpm / rhythm.bpm * longest.length_s
        rounding_s = min(max(rounding_s, 0.0005), _MOST_ROUNDING_S)
        rhythm = replace(rhythm, bpm=tidy_bpm(rhythm.bpm, longest.length_s, rounding_s))
        why_tempo = (
            f"Tempo: {rhythm.bpm:.2f} BPM, found from onsets, give or take {max(rhythm.error_bpm, 0.01):.2f}."
        )
    is_whole_file = bool(beats) and exact_s == longest.length_s
    first_s, why_first = _first_beat(rhythm, onsets, longest, meter, is_whole_file)
    empty = _empty_bars(onsets, first_s, beats // meter, meter * rhythm.period_s) if is_whole_file else 0
    if empty:
        first_s, beats = first_s + empty * meter * rhythm.period_s, beats - empty * meter
        why_first = f"Beat 1: {first_s:.4f} s, after {empty} silent bars at the beginning of the files."
    why_bars = ""
    if not beats or exact_s not in _candidate_lengths(longest):
        bars, why_bars = _count_bars(rhythm, onsets, longest, first_s, meter, bars_hint)
        beats = bars * meter or beats_before(longest.length_s - first_s, rhythm.period_s)
    tail_s = longest.length_s - first_s - beats * rhythm.period_s
    notes = filter(None, (why_tempo, why_first, why_bars, sentence_tail(tail_s, first_s)))
    return Loop(rhythm.bpm, first_s, beats, meter, max(0.0, tail_s), tuple(notes))


def likely_meter(beats: int) -> int:
    """Return the meter's numerator that makes a length whole bars: 4 if it does, else 3, 5 or 7.

    A length below 4 beats is a bar of its own; 0 means that the length is unknown.

    Examples
    --------
    >>> [likely_meter(beats) for beats in (0, 32, 18, 10, 14, 11, 2)]
    [4, 4, 3, 5, 7, 4, 2]
    """
    if 0 < beats < 4:
        return beats
    return next((meter for meter in (4, 3, 5, 7) if beats % meter == 0), 4)


def _candidate_lengths(extent: Extent) -> list[float]:
    """Return the lengths that may be a whole number of bars: the file's, and that of a loop marked in it."""
    loop = [extent.loop_s[1] - extent.loop_s[0]] if extent.loop_s else []
    return [extent.length_s, *loop]


def _exact_length(rhythm: Rhythm, onsets: Onsets, extents: Sequence[Extent]) -> tuple[float, int]:
    """Return a length that is a whole number of beats, with that number; (0.0, 0) if there is none.

    Whole bars are preferred to whole beats, and longer lengths to shorter ones, because they determine the
    tempo more precisely.
    """
    counted = []
    for extent in extents:
        for length_s in _candidate_lengths(extent):
            tolerance_s = _tolerance_s(rhythm, length_s)
            beats = whole_beats(length_s, rhythm.bpm, tolerance_s)
            # A length that is not whole bars is accepted only with the smaller tolerance.
            is_bars = beats % 4 == 0
            beats = (
                beats if is_bars else whole_beats(length_s, rhythm.bpm, min(tolerance_s, LOOP_TOLERANCE_S))
            )
            if beats and (extent.is_cut or _is_filled(rhythm, onsets, beats)):
                counted.append((is_bars, length_s, beats))
    _, length_s, beats = max(counted, default=(False, 0.0, 0))
    return length_s, beats


def _tolerance_s(rhythm: Rhythm, length_s: float) -> float:
    """Return how far a length may be from whole beats: three standard errors of the tempo over that length.

    At least 2 ms, at most a tenth of a beat.  A length outside of it has a lead-in or a tail, and would give
    a wrong tempo.
    """
    tolerance_s = 3.0 * rhythm.error_bpm / rhythm.bpm * length_s
    return min(max(_LEAST_TOLERANCE_S, tolerance_s), 0.1 * rhythm.period_s)


def _is_filled(rhythm: Rhythm, onsets: Onsets, beats: int) -> bool:
    """Return whether a length in beats is probably intended.

    One tail in fifty ends within 10 ms of a beat by chance.  So a multiple of 8 bars is accepted, and any
    other length only if there is a strong onset in its last bar (in its last beat, if it is not whole bars).
    """
    last_beats = 4 if beats % 4 == 0 else 1
    return beats % 32 == 0 or strong_beats(onsets, rhythm)[-1] >= beats - last_beats


def _first_beat(
    rhythm: Rhythm, onsets: Onsets, longest: Extent, meter: int, is_whole_file: bool
) -> tuple[float, str]:
    """Return the position of beat 1, and a sentence that gives the reason."""
    if is_whole_file:
        # A loop that fills its file has at most a beat of lead-in.
        first_s = max(0.0, rhythm.beat_s)
        if 0.0 < first_s <= ATTACK_S:
            return 0.0, "Beat 1: 0 s, because the loop fills the file and begins with it."
        return first_s, f"Beat 1: {first_s:.4f} s, the first beat, because the loop fills the file."
    number = strong_beats(onsets, rhythm)[0]
    first_s = _snapped_s(rhythm.beat_s + number * rhythm.period_s)
    marks = [*(longest.loop_s[:1] if longest.loop_s else ()), *longest.marks_s]
    for mark_s in marks:
        beat_s = rhythm.beat_s + rhythm.period_s * round((mark_s - rhythm.beat_s) / rhythm.period_s)
        # 30 ms is the accuracy of a marker set by eye.  A marker after the first bar means something else.
        if abs(beat_s - mark_s) <= 0.030 and beat_s <= first_s + meter * rhythm.period_s:
            first_s = _snapped_s(beat_s)
            return first_s, f"Beat 1: {first_s:.4f} s, the beat at the marker in the file."
    return first_s, f"Beat 1: {first_s:.4f} s, the first strong onset that lies on a beat."


def _snapped_s(first_s: float) -> float:
    """Return the position of beat 1, which is the beginning of the file where it is nearer than 1 ms."""
    return first_s if first_s >= _NEAR_BEGINNING_S else 0.0


def _empty_bars(onsets: Onsets, first_s: float, bars: int, bar_s: float) -> int:
    """Return the silent bars before the music, if the bars after them are a rounder number; otherwise 0."""
    empty = math.floor((float(onsets.times_s[0]) - first_s) / bar_s + 0.02)
    is_rounder = 0 < empty < bars and _roundness(bars - empty)[0] > _roundness(bars)[0]
    return empty if is_rounder else 0


def _count_bars(
    rhythm: Rhythm,
    onsets: Onsets,
    longest: Extent,
    first_s: float,
    meter: int,
    bars_hint: int,
) -> tuple[int, str]:
    """Estimate the number of bars of a file with a tail, and return it with a sentence.

    The number lies between the bar of the last strong onset and the last bar with sound; among these, the
    roundest is chosen.
    """
    bar_s = meter * rhythm.period_s
    last_s = rhythm.beat_s + strong_beats(onsets, rhythm)[-1] * rhythm.period_s
    # An onset on the bar line belongs to the bar that begins there.
    least = max(1, math.floor((last_s - first_s) / bar_s + 1e-3) + 1)
    # The lead-in completes a file that ends early by at most one beat.
    lead_in_s = min(first_s, rhythm.period_s) + LOOP_TOLERANCE_S
    most = math.floor((longest.length_s - first_s + lead_in_s) / bar_s)
    # A bar with strong onsets is counted if at most a beat is missing at its end, whatever completes it.  A
    # single onset on its bar line may be the last note of the music, which rings out.
    if last_s - first_s > (least - 1) * bar_s + 0.5 * rhythm.period_s:
        most = max(most, min(least, math.floor((longest.length_s - first_s + rhythm.period_s) / bar_s)))
    if most < 1:
        return 0, "Length: less than a bar."
    sounding = math.ceil((longest.sounding_s - first_s - LOOP_TOLERANCE_S) / bar_s)
    least = min(least, most)
    most = max(least, min(most, sounding))
    if least <= bars_hint <= most:
        return bars_hint, f"Length: {bars_hint} bars, as the file's name says; the sound allows it."
    bars = max(range(least, most + 1), key=_roundness)
    reason = f"the last strong onset lies in bar {least}"
    if bars > least:
        reason += f", and loops are mostly {bars & -bars} bars or a multiple"
    return bars, f"Length: {bars} bars: {reason}."


def _roundness(bars: int) -> tuple[int, int]:
    """Sort key: multiples of 8 bars are preferred to multiples of 4, then 2; then the shortest."""
    return min(bars & -bars, 8), -bars


def beats_before(seconds: float, period_s: float) -> int:
    """Return the number of whole beats that fit into a length; at least 1."""
    return max(1, math.floor((seconds + LOOP_TOLERANCE_S) / period_s))


def sentence_tail(tail_s: float, first_s: float) -> str:
    """Return a sentence about the time after the last bar, or missing from it; empty if the length fits."""
    if tail_s > ROUNDING_S:
        return f"Tail: {tail_s:.3g} s after the last bar ring over what follows."
    if tail_s >= -ROUNDING_S:
        return ""
    missing = f"The files end {-1000.0 * tail_s:.0f} ms before the last bar does; "
    if first_s >= -tail_s - ROUNDING_S:
        return missing + f"the {1000.0 * first_s:.0f} ms before beat 1 complete it."
    return missing + "each pass ends in silence."


def _sentence_pinned(rhythm: Rhythm, beats: int, length_s: float, meter: int) -> str:
    length = f"{beats // meter} bars" if beats % meter == 0 else f"{beats} beats"
    return (
        f"Tempo: {rhythm.bpm:.2f} BPM, found from onsets and confirmed by the length: "
        f"{length_s:.3f} s are exactly {length}."
    )
