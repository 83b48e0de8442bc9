from __future__ import annotations

import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.measured import Measured, beyond_limit, measure, measure_file
from adaptive.errors import AudioFileError
from tests.unit.analysis.analysis_signals import smpl, wav

RATE = 48_000


def test_peak_length_and_end_are_measured() -> None:
    audio = np.zeros((2, RATE), np.float32)
    audio[0, 100], audio[1, -10] = 0.25, -0.5
    measured = measure(audio)

    assert (measured.seconds, measured.peak, measured.size_bytes) == (1.0, 0.5, 2 * 4 * RATE)
    assert measured.end_db == pytest.approx(
        20 * math.log10(0.5 / math.sqrt(4800) / (math.sqrt(0.3125 / 2 / RATE)))
    )


def test_silence_has_no_end() -> None:
    assert measure(np.zeros((1, RATE), np.float32)).end_db == -math.inf


def test_a_file_is_measured_at_the_rate_at_which_it_plays(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((24_000, 2), np.float32), 24_000)
    measured = measure_file(tmp_path / "a.wav")

    assert (measured.seconds, measured.size_bytes) == (1.0, 2 * 4 * RATE)


def test_remarks_of_the_decoder_and_of_the_marks_come_with_it(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((1000, 4), np.float32), RATE)
    (tmp_path / "b.wav").write_bytes(wav(np.zeros(1000, np.float32), smpl(0, 5000)))

    assert measure_file(tmp_path / "a.wav").remarks[0].startswith("has 4 channels")
    assert measure_file(tmp_path / "b.wav").remarks[0].startswith("its loop ends at frame 5,001")


def test_a_file_beyond_the_limit_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros((60 * RATE, 2), np.int16), RATE)
    tracemalloc.start()
    with pytest.raises(AudioFileError, match=r"^a\.flac: takes 23 MB decoded, more than the 20 MB"):
        measure_file(tmp_path / "a.flac", 20_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000


def test_the_first_file_beyond_the_limit_of_all_is_named() -> None:
    files = {name: Measured(1.0, -20.0, 0.5, size_bytes=400_000_000) for name in "abcd"}

    assert list(beyond_limit(files, 2_000_000_000)) == []
    ((name, text),) = beyond_limit(files)
    assert name == "c"
    assert text.startswith("all stems together need 1600 MB, more than the 1000 MB")
