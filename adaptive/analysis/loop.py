"""The loop in a file: where beat 1 lies, how many bars there are, and what is tail.

A tempo is a guess until a length confirms it: a file that is a whole number of bars long says the
tempo to the hundredth.  Where the file is longer than its bars, the rest is tail and rings over
what follows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from adaptive.analysis.grid import (
    LOOP_TOLERANCE_S,
    Rhythm,
    on_beat,
    pin,
    tidy_bpm,
    whole_beats,
)
from adaptive.analysis.onsets import Onsets

# A beat this little after the end of a period is the beat at 0, found a little early.
_WRAP_S = 0.012
# Weaker than half of what the beats usually have, an onset is a pickup or a ghost, not beat 1.
_STRONG = 0.5
# Without a length to pin it, a tempo may be rounded if no beat moves by more than this.
_ROUNDING_S = 0.003


@dataclass(frozen=True)
class Extent:
    """How long one file is, as far as the loop is concerned.

    Attributes
    ----------
    length_s : float
        From first to last frame.
    sounding_s : float
        Until it has died away.
    is_cut : bool
        It still sounds where it ends.
    loop_s : tuple of float or None
        Start and end of the loop its chunks mark.
    marks_s : tuple of float
        Positions its chunks mark.
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
        Where bar 1, beat 1 lies in every file of the section.
    beats : int
        Length in beats.
    beats_per_bar : int
        The meter's numerator over quarters.
    tail_s : float
        What the longest file holds after the last bar.
    notes : tuple of str
        One sentence for each guess.
    """

    bpm: float
    first_beat_s: float
    beats: int
    beats_per_bar: int
    tail_s: float
    notes: tuple[str, ...]

    @property
    def bars(self) -> int:
        """Whole bars; 0 if the length is not a whole number of them."""
        return self.beats // self.beats_per_bar if self.beats % self.beats_per_bar == 0 else 0


def find_loop(
    rhythm: Rhythm,
    onsets: Onsets,
    extents: Sequence[Extent],
    beats_per_bar: int = 0,
    bars_hint: int = 0,
) -> Loop:
    """Find the loop of a section that keeps time.

    Parameters
    ----------
    rhythm : Rhythm
        Its tempo and a beat.
    onsets : Onsets
        Of all its stems together.
    extents : sequence of Extent
        One for each stem, at least one.
    beats_per_bar : int
        The meter as the chunks claim it; 0 finds 4, or 3 where only threes fit.
    bars_hint : int
        The bars a name claims; it decides only between lengths the sound allows.
    """
    longest = max(extents, key=lambda extent: extent.length_s)
    span_s, beats = _pinning_span(rhythm, onsets, extents)
    meter = beats_per_bar or (3 if beats and beats % 4 and beats % 3 == 0 else 4)
    if beats:
        rhythm = pin(onsets, rhythm, beats, span_s)
        why_tempo = _sentence_pinned(rhythm, beats, span_s, meter)
    else:
        rounding_s = 3.0 * rhythm.error_bpm / rhythm.bpm * longest.length_s
        rounding_s = min(max(rounding_s, 0.0005), _ROUNDING_S)
        rhythm = replace(rhythm, bpm=tidy_bpm(rhythm.bpm, longest.length_s, rounding_s))
        why_tempo = (
            f"Tempo: {rhythm.bpm:g} BPM, found from onsets, give or take "
            f"{max(rhythm.error_bpm, 0.01):.2f}."
        )
    is_whole_file = bool(beats) and span_s == longest.length_s
    first_s, why_first = _first_beat(rhythm, onsets, longest, meter, is_whole_file)
    why_bars = ""
    if not beats or span_s not in _spans(longest):
        bars, why_bars = _count_bars(rhythm, onsets, longest, first_s, meter, bars_hint)
        beats = bars * meter or beats_before(longest.length_s - first_s, rhythm.period_s)
    tail_s = longest.length_s - first_s - beats * rhythm.period_s
    notes = filter(None, (why_tempo, why_first, why_bars, sentence_tail(tail_s, first_s)))
    return Loop(rhythm.bpm, first_s, beats, meter, max(0.0, tail_s), tuple(notes))


def _spans(extent: Extent) -> list[float]:
    """Lengths that may be a whole number of bars: the file's, and that of a loop marked in it."""
    loop = [extent.loop_s[1] - extent.loop_s[0]] if extent.loop_s else []
    return [extent.length_s, *loop]


def _pinning_span(rhythm: Rhythm, onsets: Onsets, extents: Sequence[Extent]) -> tuple[float, int]:
    """Find a length that is whole beats: the longest says most about the tempo."""
    counted = []
    for span_s, is_cut in {
        span: extent.is_cut for extent in extents for span in _spans(extent)
    }.items():
        # Three standard errors, but less than a tenth of a beat: more fits anything.
        slack_s = 3.0 * rhythm.error_bpm / rhythm.bpm * span_s
        slack_s = min(max(LOOP_TOLERANCE_S, slack_s), 0.1 * rhythm.period_s)
        beats = whole_beats(span_s, rhythm.bpm, slack_s)
        if beats and _is_plausible(rhythm, onsets, beats, is_cut):
            counted.append((beats % 4 == 0, span_s, beats))
    _, span_s, beats = max(counted, default=(False, 0.0, 0))
    return span_s, beats


def _is_plausible(rhythm: Rhythm, onsets: Onsets, beats: int, is_cut: bool) -> bool:
    """Whether a length in beats is no accident: one in fifty tails ends within 10 ms of a beat.

    Multiples of 8 bars are believed; anything else has to sound, or be struck, to its end.
    """
    if beats % 32 == 0 or is_cut:
        return True
    numbers, _ = on_beat(onsets, rhythm)
    last_part = 4 if beats % 4 == 0 else 1
    return bool(len(numbers)) and bool(numbers[-1] >= beats - last_part)


def _first_beat(
    rhythm: Rhythm, onsets: Onsets, longest: Extent, meter: int, is_whole_file: bool
) -> tuple[float, str]:
    """Find beat 1 and say why it is there."""
    if is_whole_file:
        # A loop that fills its file has at most a beat of lead-in.
        first_s = 0.0 if rhythm.period_s - rhythm.beat_s < _WRAP_S else rhythm.beat_s
        return first_s, f"Beat 1: {first_s:.4f} s, the first beat in a file that is all loop."
    numbers, strengths = on_beat(onsets, rhythm)
    strong = numbers[strengths >= _STRONG * np.median(strengths)] if len(numbers) else numbers
    number = float(strong[0]) if len(strong) else 0.0
    first_s = max(0.0, rhythm.beat_s + number * rhythm.period_s)
    marks = [*(longest.loop_s[:1] if longest.loop_s else ()), *longest.marks_s]
    for mark_s in marks:
        beat_s = rhythm.beat_s + rhythm.period_s * round((mark_s - rhythm.beat_s) / rhythm.period_s)
        # 30 ms: as near as a person sets a marker by eye.  A later one marks something else.
        if abs(beat_s - mark_s) <= 0.030 and beat_s <= first_s + meter * rhythm.period_s:
            first_s = max(0.0, beat_s)
            return first_s, f"Beat 1: {first_s:.4f} s, the beat at the marker in the file."
    return first_s, f"Beat 1: {first_s:.4f} s, the first strong onset that lies on a beat."


def _count_bars(
    rhythm: Rhythm,
    onsets: Onsets,
    longest: Extent,
    first_s: float,
    meter: int,
    bars_hint: int,
) -> tuple[int, str]:
    """Count bars where the file is longer than they are: past the last strong onset, then round."""
    bar_s = meter * rhythm.period_s
    numbers, strengths = on_beat(onsets, rhythm)
    strong = numbers[strengths >= _STRONG * np.median(strengths)] if len(numbers) else numbers
    last_s = rhythm.beat_s + float(strong[-1]) * rhythm.period_s if len(strong) else first_s
    # An onset on the very bar line belongs to the bar it opens.
    least = max(1, math.floor((last_s - first_s) / bar_s + 1e-3) + 1)
    # The lead-in completes a file that ends early by at most one beat.
    lead_in_s = min(first_s, rhythm.period_s) + LOOP_TOLERANCE_S
    most = math.floor((longest.length_s - first_s + lead_in_s) / bar_s)
    if most < 1:
        return 0, "Length: less than a bar."
    heard = math.ceil((longest.sounding_s - first_s - LOOP_TOLERANCE_S) / bar_s)
    least = min(least, most)
    most = max(least, min(most, heard))
    if least <= bars_hint <= most:
        return bars_hint, f"Length: {bars_hint} bars, as the file's name says; the sound allows it."
    bars = max(range(least, most + 1), key=_roundness)
    reason = f"the last strong onset lies in bar {least}"
    if bars > least:
        reason += f", and loops are mostly {bars & -bars} bars or a multiple"
    return bars, f"Length: {bars} bars: {reason}."


def _roundness(bars: int) -> tuple[int, int]:
    """How usual a length is: multiples of 8 before 4 before 2; the shortest of equals."""
    return min(bars & -bars, 8), -bars


def beats_before(seconds: float, period_s: float) -> int:
    return max(1, math.floor((seconds + LOOP_TOLERANCE_S) / period_s))


def _sentence_pinned(rhythm: Rhythm, beats: int, span_s: float, meter: int) -> str:
    length = f"{beats // meter} bars" if beats % meter == 0 else f"{beats} beats"
    return (
        f"Tempo: {rhythm.bpm:g} BPM, found from onsets and pinned by the length: "
        f"{span_s:.3f} s are exactly {length}."
    )


def sentence_tail(tail_s: float, first_s: float) -> str:
    if tail_s > LOOP_TOLERANCE_S:
        return f"Tail: {tail_s:.2f} s after the last bar ring over what follows."
    if tail_s < -LOOP_TOLERANCE_S:
        return (
            f"The files end {-1000.0 * tail_s:.0f} ms before the last bar does; "
            f"the {1000.0 * first_s:.0f} ms before beat 1 complete it."
        )
    return ""
