"""The loop in a file: where beat 1 lies, how many bars there are, and what is tail.

A tempo is a guess until a length confirms it: a file that is a whole number of bars long says the
tempo to the hundredth.  Where the file is longer than its bars, the rest is tail and rings over
what follows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adaptive.analysis.grid import (
    LOOP_TOLERANCE_S,
    Rhythm,
    pin,
    strong_beats,
    tidy_bpm,
    whole_beats,
)
from adaptive.analysis.onsets import Onsets

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
            f"Tempo: {rhythm.bpm:.2f} BPM, found from onsets, give or take {max(rhythm.error_bpm, 0.01):.2f}."
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
    for extent in extents:
        for span_s in _spans(extent):
            beats = whole_beats(span_s, rhythm.bpm, _slack_s(rhythm, span_s))
            # What is not whole bars has to fit exactly to be believed.
            is_bars = beats % 4 == 0
            beats = beats if is_bars else whole_beats(span_s, rhythm.bpm)
            if beats and (extent.is_cut or _is_filled(rhythm, onsets, beats)):
                counted.append((is_bars, span_s, beats))
    _, span_s, beats = max(counted, default=(False, 0.0, 0))
    return span_s, beats


def _slack_s(rhythm: Rhythm, span_s: float) -> float:
    """Three standard errors of the tempo over a span, but less than a tenth of a beat."""
    slack_s = 3.0 * rhythm.error_bpm / rhythm.bpm * span_s
    return min(max(LOOP_TOLERANCE_S, slack_s), 0.1 * rhythm.period_s)


def _is_filled(rhythm: Rhythm, onsets: Onsets, beats: int) -> bool:
    """Whether a length in beats is no accident: one tail in fifty ends within 10 ms of a beat.

    Multiples of 8 bars are believed; anything else has to be struck to its end.
    """
    last_part = 4 if beats % 4 == 0 else 1
    return beats % 32 == 0 or strong_beats(onsets, rhythm)[-1] >= beats - last_part


def _first_beat(
    rhythm: Rhythm, onsets: Onsets, longest: Extent, meter: int, is_whole_file: bool
) -> tuple[float, str]:
    """Find beat 1 and say why it is there."""
    if is_whole_file:
        # A loop that fills its file has at most a beat of lead-in.
        first_s = max(0.0, rhythm.beat_s)
        return first_s, f"Beat 1: {first_s:.4f} s, the first beat in a file that is all loop."
    number = strong_beats(onsets, rhythm)[0]
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
    last_s = rhythm.beat_s + strong_beats(onsets, rhythm)[-1] * rhythm.period_s
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
    """Count the whole beats that fit into a length; at least 1."""
    return max(1, math.floor((seconds + LOOP_TOLERANCE_S) / period_s))


def sentence_tail(tail_s: float, first_s: float) -> str:
    """Say what lies after the last bar, or what is missing of it; nothing if it fits."""
    if tail_s > LOOP_TOLERANCE_S:
        return f"Tail: {tail_s:.2f} s after the last bar ring over what follows."
    if tail_s < -LOOP_TOLERANCE_S:
        return (
            f"The files end {-1000.0 * tail_s:.0f} ms before the last bar does; "
            f"the {1000.0 * first_s:.0f} ms before beat 1 complete it."
        )
    return ""


def _sentence_pinned(rhythm: Rhythm, beats: int, span_s: float, meter: int) -> str:
    length = f"{beats // meter} bars" if beats % meter == 0 else f"{beats} beats"
    return (
        f"Tempo: {rhythm.bpm:.2f} BPM, found from onsets and pinned by the length: "
        f"{span_s:.3f} s are exactly {length}."
    )
