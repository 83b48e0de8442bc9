"""Assumes a loop for a section without a rhythm, such as a pad, rain or a voice.

The tempo comes from names or chunks, from a few attacks that lie evenly, or from another section; otherwise
from the length of a file that is cut while it sounds; otherwise it is 120 BPM.  The notes of the loop say
which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from adaptive.analysis.grid import LOOP_TOLERANCE_S, tidy_bpm, whole_beats
from adaptive.analysis.loop import Extent, Loop, beats_before, likely_meter, sentence_tail
from adaptive.analysis.onsets import Onsets
from adaptive.analysis.tempo import HIGHEST_BPM, LOWEST_BPM, PRIOR_BPM

# Bars from one attack to the next, the likeliest first.
_SPACINGS = (1.0, 2.0, 0.5, 4.0, 0.25)
# Chords change this often at least before their distance is taken for that of bar lines.
_LEAST_ATTACKS = 3
# The attacks of a pad are soft: those of chords 3 s apart were found 0 to 29 ms after the chord began.
_SOFT_S = 0.060
# An attack so soon after another is of the same chord.
_CHORD_S = 0.1

_PHRASES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64)


def assume_loop(
    bpm: float, why: str, extents: Sequence[Extent], beats_per_bar: int = 0, bars_hint: int = 0
) -> Loop:
    """Return the assumed loop of a section without a rhythm.

    Parameters
    ----------
    bpm : float
        A tempo from elsewhere, or 0 if there is none.  Then a file that is cut while it sounds is assumed
        to be a usual number of bars at the tempo nearest to 120 BPM; for other files 120 BPM is assumed.
    why : str
        A sentence that says where `bpm` comes from.
    extents, beats_per_bar, bars_hint
        As for `find_loop`.
    """
    longest = max(extents, key=lambda extent: extent.length_s)
    meter = beats_per_bar or 4
    notes = ["No rhythm: the onsets in these files fit no tempo."]
    if bpm > 0.0:
        notes.append(why)
    elif longest.is_cut:
        bpm = _fitting_bpm(longest.length_s, meter)
        notes.append(
            f"Tempo: {bpm:.2f} BPM, a guess: it makes {longest.length_s:.2f} s a whole number of "
            f"bars, so the loop closes; of the usual lengths this is nearest to {PRIOR_BPM:g} BPM."
        )
    else:
        bpm = PRIOR_BPM
        notes.append(f"Tempo: {bpm:.2f} BPM, the default, because nothing else suggests one.")
    beats = whole_beats(longest.length_s, bpm)
    if not beats or beats % meter:
        most = beats_before(longest.length_s, 60.0 / bpm)
        hinted = bars_hint * meter
        beats = hinted if 0 < hinted <= most else most // meter * meter or most
    if not beats_per_bar:
        meter = likely_meter(beats)
    tail_s = longest.length_s - beats * 60.0 / bpm
    notes.append("Beat 1: assumed to be at the beginning of the files.")
    notes.append(sentence_tail(tail_s, 0.0))
    return Loop(bpm, 0.0, beats, meter, max(0.0, tail_s), tuple(filter(None, notes)))


def spacing_of_attacks(onsets: Onsets, extents: Sequence[Extent]) -> float:
    """Return the distance in seconds of attacks that divide a loop evenly, beginning with it; 0 if none do.

    Only a file that is cut while it sounds is known to be a whole loop.
    """
    longest = max(extents, key=lambda extent: extent.length_s)
    if not longest.is_cut or not len(onsets.times_s):
        return 0.0
    strong = onsets.times_s[onsets.strengths >= 0.5 * np.percentile(onsets.strengths, 90.0)]
    attacks_s = strong[np.diff(strong, prepend=-np.inf) > _CHORD_S]
    if len(attacks_s) < _LEAST_ATTACKS:
        return 0.0
    spacing_s = longest.length_s / len(attacks_s)
    late_s = attacks_s - spacing_s * np.arange(len(attacks_s))
    return spacing_s if np.abs(late_s).max() <= _SOFT_S else 0.0


def is_on_bars(spacing_s: float, length_s: float, bpm: float, meter: int) -> bool:
    """Return whether attacks of a spacing lie on bar lines, or divide the bar by 2 or 4, in whole bars."""
    beats = whole_beats(length_s, bpm)
    bars = spacing_s * bpm / 60.0 / meter
    nearest = round(bars) if bars > 0.75 else 0.5 if bars > 0.375 else 0.25
    return beats > 0 and beats % meter == 0 and abs(bars / nearest - 1.0) * spacing_s <= LOOP_TOLERANCE_S


def bpm_of_attacks(spacing_s: float, length_s: float, meter: int) -> float:
    """Return the tempo at which attacks of a spacing lie on bar lines of a loop; 0 if there is none.

    One attack in a bar is preferred, then one in two bars, two in a bar, one in four bars, four in a bar.

    Examples
    --------
    >>> bpm_of_attacks(3.0, 12.0, 4), bpm_of_attacks(1.0, 8.0, 4), bpm_of_attacks(6.0, 24.0, 4)
    (80.0, 120.0, 80.0)
    """
    for bars in _SPACINGS:
        bpm = tidy_bpm(60.0 * meter * bars / spacing_s, length_s)
        if LOWEST_BPM <= bpm <= HIGHEST_BPM and is_on_bars(spacing_s, length_s, bpm, meter):
            return bpm
    return 0.0


def _fitting_bpm(length_s: float, meter: int) -> float:
    """Return the tempo nearest to 120 BPM at which a length is a usual number of bars."""
    if whole_beats(length_s, PRIOR_BPM) and whole_beats(length_s, PRIOR_BPM) % meter == 0:
        return PRIOR_BPM

    def oddness(bars: int) -> float:
        # The distance from 120 BPM in octaves.  Lengths that are not a power of two, such as 12 bars, are
        # less usual and count as a fifth of an octave farther away.
        octaves = abs(math.log2(60.0 * meter * bars / length_s / PRIOR_BPM))
        return octaves + (0.2 if bars & (bars - 1) else 0.0)

    bars = min(_PHRASES, key=oddness)
    bpm = 60.0 * meter * bars / length_s
    if bpm > HIGHEST_BPM:
        # Less than a bar: a few beats, and the loop closes all the same.
        bpm = 60.0 * max(1, round(length_s * PRIOR_BPM / 60.0)) / length_s
    return tidy_bpm(bpm, length_s) if LOWEST_BPM <= bpm <= HIGHEST_BPM else PRIOR_BPM
