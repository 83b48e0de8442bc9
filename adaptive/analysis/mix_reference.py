"""What a mix is compared with: a recording, or published averages of popular music.

The average spectrum is the curve of A. Elowsson and A. Friberg: its slope is -2.35 dB an octave at 200 Hz and
falls by 1.318 dB an octave with every octave, as power per hertz.  The slopes that they state are its own:
5 dB an octave at 800 Hz, 7.6 at 3.2 kHz, 4.53 in the mean from 89 Hz to 4.5 kHz.  They found that genres
differ mainly by how much percussion they have: with more there is more below 150 Hz and above 5 kHz.  By how
much is an estimate of this project, `PERCUSSION_DB`.

References
----------
A. Elowsson, A. Friberg, "Long-term average spectrum in popular music and its relation to the level of the
percussion", 142nd AES convention, 2017: 12,345 recordings.
P. D. Pestana, Z. Ma, J. D. Reiss, A. Barbosa, D. A. A. Black, "Spectral characteristics of popular commercial
recordings 1950-2010", 135th AES convention, 2013: 772 recordings, about 5 dB an octave from 100 Hz to 4 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, F64
from adaptive.analysis.mix_profile import LEAST_DB, SoundProfile

SLOPE_AT_200_DB, STEEPENING_DB = -2.35, -1.318
"""Decibels an octave, of power per hertz; and what is added to that with every octave."""

PERCUSSION_DB = 2.0
"""How much more or less music with much or without percussion has below 150 Hz and above 5 kHz."""

PERCUSSIVE = frozenset({"hiphop", "house", "drum_and_bass", "funk", "pop", "rock", "lofi"})
SOFT = frozenset({"ambient", "chamber", "folk", "jazz"})
"""Genres with much percussion, and with little; others lie between."""

MIDDLE_HZ = (200.0, 4000.0)
"""Spectra are compared after their levels here were made equal: in this range recordings differ least."""

EMPTY_DB, ANYTHING_DB, MONO_DB = 70.0, 1000.0, -30.0
"""A band that is so far below the loudest is empty; what is tolerated there; a side so low is none."""

Range = tuple[float, float]

GAME_LUFS: Range = (-20.0, -16.0)
WIDTH_DB: Range = (-11.0, -5.0)
ABOVE_2K_DB: Range = (-14.0, -8.0)
"""Figures of docs/mixing.md: loudness of a whole mix, side to mid, share of what is above 2 kHz."""

SOFT_ABOVE_2K_DB: Range = (-20.0, -9.0)
SOFT_MORE_DB = 2.0
"""Of music with little percussion: it may be duller, and further from the average; estimates, too."""

SOURCE = "the mean of 12,345 popular recordings (Elowsson and Friberg, AES 142, 2017)"


@dataclass(frozen=True)
class MixReference:
    """What a mix is compared with.

    Attributes
    ----------
    bands_db : ndarray, shape (bands,)
        Level of each third of an octave of `CENTRES_HZ`; 0 dB in the mean of `MIDDLE_HZ`.
    tolerance_db : ndarray, shape (bands,)
        How far a mix may be from it.
    lufs, side_mid_db, above_2k_db : (float, float)
        Ranges: integrated loudness, side to mid, and the share of what is above 2 kHz.
    source : str
        Where it comes from, as part of a sentence.
    """

    bands_db: F64
    tolerance_db: F64
    lufs: Range
    side_mid_db: Range
    above_2k_db: Range
    source: str

    def apart_db(self, bands_db: F64) -> F64:
        """How far a spectrum, in dB, is above the reference in each band."""
        apart: F64 = levelled(bands_db) - self.bands_db
        return apart

    def excess_db(self, bands_db: F64, share: float = 1.0, more_db: float = 0.0) -> F64:
        """By how much it is outside a share of the tolerance and `more_db`; negative below."""
        apart = self.apart_db(bands_db)
        allowed = share * self.tolerance_db + more_db
        found: F64 = apart - np.clip(apart, -allowed, allowed)
        return found


def levelled(bands_db: F64) -> F64:
    """A spectrum, in dB, whose mean in `MIDDLE_HZ` is 0 dB."""
    low, high = np.searchsorted(CENTRES_HZ, (0.99 * MIDDLE_HZ[0], 1.01 * MIDDLE_HZ[1]))
    found: F64 = bands_db - bands_db[..., low:high].mean(axis=-1, keepdims=True)
    return found


def average_reference(genre: str = "", percussion: float | None = None) -> MixReference:
    """The published average, as music of a genre has it.

    Parameters
    ----------
    genre : str
        One of the genres of the composer; empty, or another word: none.
    percussion : float, optional
        Without a genre: how much percussion there is, -1 (none) to 1 (much).
    """
    amount = 0.0 if percussion is None else percussion
    words = {1.0: "with much percussion", 0.0: "", -1.0: "with little percussion"}[float(np.sign(amount))]
    if genre in PERCUSSIVE | SOFT:
        amount = 1.0 if genre in PERCUSSIVE else -1.0
        words = f"as {genre.replace('_', ' ')} has it, " + words_of(amount)
    octaves = np.log2(CENTRES_HZ / 200.0)
    # a band of a third of an octave is wider by 3.01 dB with every octave
    bands = (SLOPE_AT_200_DB + 3.01) * octaves + 0.5 * STEEPENING_DB * octaves**2
    outside = np.clip((150.0 - CENTRES_HZ) / 50.0, 0.0, 1.0) + np.clip(np.log2(CENTRES_HZ / 5000.0), 0.0, 1.0)
    bands = levelled(bands + PERCUSSION_DB * amount * outside)
    source = SOURCE + (f", {words}" if words else "")
    is_soft = amount < 0.0
    above = SOFT_ABOVE_2K_DB if is_soft else ABOVE_2K_DB
    tolerance = _tolerance() + (SOFT_MORE_DB if is_soft else 0.0)
    return MixReference(bands, tolerance, GAME_LUFS, WIDTH_DB, above, source)


def words_of(percussion: float) -> str:
    """How much percussion there is, in words."""
    return "with much percussion" if percussion > 0.0 else "with little percussion"


def _tolerance() -> F64:
    """Recordings differ least from 200 Hz to 1 kHz, fairly little up to 4 kHz, and most at both ends."""
    corners = np.log2([50.0, 100.0, 200.0, 1000.0, 4000.0, 16000.0])
    found: F64 = np.interp(np.log2(CENTRES_HZ), corners, [9.0, 6.5, 4.5, 4.5, 5.0, 9.0])
    return found


def recording_reference(profile: SoundProfile, name: str) -> MixReference:
    """What was measured of a recording, as a reference: its loudness within 1 LU, its width within 2 dB.

    Bands that it does not have, as above half its sample rate, ask for nothing; nor does the width of a
    recording in mono.
    """
    lufs = profile.lufs if profile.lufs is not None else sum(GAME_LUFS) / 2.0
    bands = profile.bands_db
    is_empty = bands < bands.max() - EMPTY_DB
    tolerance = np.where(is_empty, ANYTHING_DB, 0.6 * _tolerance())
    wide = profile.side_mid_db
    width = (wide - 2.0, wide + 2.0) if wide > MONO_DB else (LEAST_DB, WIDTH_DB[1])
    above = (profile.above_2k_db - 2.0, profile.above_2k_db + 2.0)
    return MixReference(levelled(bands), tolerance, (lufs - 1.0, lufs + 1.0), width, above, name)
