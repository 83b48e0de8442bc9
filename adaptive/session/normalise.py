"""Brings a rendered file to a loudness, under a ceiling of its true peak."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from adaptive.analysis.loudness import Loudness, LoudnessMeter
from adaptive.engine.file_names import for_libsndfile
from adaptive.errors import InputError
from adaptive.sinks.file import AudioFileSink
from adaptive.units import db_to_gain

BLOCK = 1 << 16
SURE_DB = 0.05
"""What is left below the ceiling: 24 bits and another meter's filter move a true peak by less."""

MOST_TRIES = 4
"""A coded file is written again with another gain at most so often."""

LOUDEST_LUFS, SOFTEST_LUFS = 0.0, -60.0


@dataclass(frozen=True, slots=True)
class Normalised:
    """The gain that a file got, its loudness afterwards, and how far the ceiling kept it from its goal."""

    gain_db: float
    loudness: Loudness
    missing_lu: float

    def in_words(self, wanted_lufs: float, ceiling_db: float) -> str:
        """One sentence."""
        if self.loudness.integrated_lufs is None:
            return "not changed: its loudness is not measurable (below -70 LUFS, or shorter than 0.4 s)"
        if self.missing_lu > 0.05:
            return (
                f"{wanted_lufs:g} LUFS would exceed the ceiling of {ceiling_db:g} dBTP "
                f"by {self.missing_lu:.1f} dB: the file is at {self.loudness.integrated_lufs:.1f} LUFS"
            )
        return f"changed by {self.gain_db:+.1f} dB"


def check_goal(wanted_lufs: float | None, ceiling_db: float) -> None:
    """Refuse a loudness or a ceiling that no file can have.

    Raises
    ------
    InputError
        One sentence.
    """
    if wanted_lufs is not None and not SOFTEST_LUFS <= wanted_lufs <= LOUDEST_LUFS:
        message = f"--loudness must be from {SOFTEST_LUFS:g} to {LOUDEST_LUFS:g} LUFS, got {wanted_lufs:g}"
        raise InputError(message)
    if not -20.0 <= ceiling_db <= 0.0:
        message = f"--ceiling must be from -20 to 0 dBTP, got {ceiling_db:g}"
        raise InputError(message)


def normalise(
    source: Path, out: Path, measured: Loudness, wanted_lufs: float, ceiling_db: float, tags: dict[str, str]
) -> Normalised:
    """Write a file with the gain that brings it to a loudness, or as near as the ceiling allows.

    Parameters
    ----------
    source : Path
        The file as it was rendered; it is removed.
    out : Path
        The file to write.
    measured : Loudness
        Of the source.
    wanted_lufs, ceiling_db : float
        Integrated loudness, and largest true peak.
    tags : dict
        Of the file.
    """
    asked = 0.0 if measured.integrated_lufs is None else wanted_lufs - measured.integrated_lufs
    is_lossy = out.suffix.lower() == ".ogg"
    gain_db = min(asked, ceiling_db - SURE_DB - measured.true_peak_db)
    found = _write(source, out, gain_db, tags)
    for _ in range(MOST_TRIES if is_lossy else 0):  # Vorbis moves peaks, and leaves out what it can
        found = _read(out)
        if found.integrated_lufs is None:
            break
        more = min(wanted_lufs - found.integrated_lufs, ceiling_db - SURE_DB - found.true_peak_db)
        if abs(more) <= SURE_DB:
            break
        gain_db += more
        _write(source, out, gain_db, tags)
        found = _read(out)
    source.unlink()
    missing = 0.0 if found.integrated_lufs is None else wanted_lufs - found.integrated_lufs
    return Normalised(gain_db, found, missing)


def _write(source: Path, out: Path, gain_db: float, tags: dict[str, str]) -> Loudness:
    """Write the file with a gain; return the loudness of what was written."""
    gain = np.float32(db_to_gain(gain_db))
    with soundfile.SoundFile(for_libsndfile(source)) as given:
        meter = LoudnessMeter(given.samplerate, given.channels)
        with AudioFileSink(out, given.samplerate, given.channels, tags) as sink:
            for block in given.blocks(BLOCK, dtype="float32", always_2d=True):
                sink.write(block * gain)
                meter.add(block * gain)
    return meter.finish()


def _read(path: Path) -> Loudness:
    """Measure a file."""
    with soundfile.SoundFile(for_libsndfile(path)) as given:
        meter = LoudnessMeter(given.samplerate, given.channels)
        for block in given.blocks(BLOCK, dtype="float32", always_2d=True):
            meter.add(block)
    return meter.finish()
