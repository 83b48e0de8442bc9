"""Laws of the chunk reader: hints are read from the chunks of a WAV, and damaged chunks are refused."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.chunks import ChunkHints, read_hints
from adaptive.analysis.proposal import propose
from adaptive.errors import AudioFileError
from tests.unit.analysis.analysis_signals import acid, chunk, clicks, cue, riff, smpl, wav

QUIET = np.zeros(1000, dtype=np.float32)


def hints_of(folder: Path, content: bytes) -> ChunkHints:
    (folder / "a.wav").write_bytes(content)
    return read_hints(folder / "a.wav")


def test_acid_gives_tempo_beats_and_meter(tmp_path: Path) -> None:
    hints = hints_of(tmp_path, wav(QUIET, acid(97.5, 24, numerator=3)))

    assert (hints.bpm, hints.beats, hints.beats_per_bar) == (97.5, 24, 3)


def test_a_one_shot_has_no_tempo(tmp_path: Path) -> None:
    assert ChunkHints() == hints_of(tmp_path, wav(QUIET, acid(120.0, 4, flags=1)))


@pytest.mark.parametrize("bpm", [0.0, -1.0, 1e30, float("nan"), float("inf")])
def test_an_impossible_tempo_is_ignored(tmp_path: Path, bpm: float) -> None:
    assert hints_of(tmp_path, wav(QUIET, acid(bpm, 4))).bpm is None


def test_the_end_of_a_sampler_loop_is_one_past_its_last_frame(tmp_path: Path) -> None:
    assert hints_of(tmp_path, wav(QUIET, smpl(100, 599))).loop_frames == (100, 600)


def test_cue_points_are_in_order(tmp_path: Path) -> None:
    assert hints_of(tmp_path, wav(QUIET, cue(700, 5))).cue_frames == (5, 700)


def test_what_is_not_riff_has_no_hints(tmp_path: Path) -> None:
    assert ChunkHints() == hints_of(tmp_path, b"OggS and so on, long enough")


def test_bytes_after_the_riff_are_not_read(tmp_path: Path) -> None:
    assert ChunkHints() == hints_of(tmp_path, wav(QUIET) + b"TAGjunk!" + b"\xff" * 20)


def test_a_data_chunk_of_unknown_size_is_no_fault(tmp_path: Path) -> None:
    head = riff(chunk(b"fmt ", b"\0" * 16))[: -0 or None]

    assert ChunkHints() == hints_of(tmp_path, head + b"data\xff\xff\xff\xff" + b"\0" * 50)


def test_a_file_that_is_cut_off_keeps_the_hints_before_the_cut(tmp_path: Path) -> None:
    content = riff(acid(97.5, 24), chunk(b"data", bytes(1000)))

    assert hints_of(tmp_path, content[:-500]).bpm == 97.5


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        (smpl(100, 1000), "its loop ends at frame 1,001, and the file has 1,000"),
        (smpl(100, 0xFFFF_FFFF), "its loop ends at frame 4,294,967,296, and the file has 1,000"),
        (smpl(100, 100), "its loop has no length"),
        (smpl(100, 99), "its loop has no length"),
        (smpl(100, 900, kind=1), "its loop plays there and back, and only forward loops are played"),
        (smpl(100, 900, kind=2), "its loop plays backwards, and only forward loops are played"),
        (smpl(100, 900, kind=77), "its loop plays in a way that is not defined, and only forward loops"),
        (cue(5, 1000), "1 of its cue points lies beyond its end"),
        (cue(5, 1000, 0xFFFF_FFFF), "2 of its cue points lie beyond its end"),
    ],
)
def test_a_mark_that_cannot_be_true_is_ignored_and_told(tmp_path: Path, mark: bytes, why: str) -> None:
    (tmp_path / "a.wav").write_bytes(wav(QUIET, mark))
    hints = read_hints(tmp_path / "a.wav", len(QUIET))

    assert hints.loop_frames is None
    assert hints.cue_frames in ((), (5,))
    assert len(hints.ignored) == 1
    assert hints.ignored[0].startswith(why)
    assert hints.ignored[0].endswith(": ignored")


def test_a_mark_behind_an_odd_chunk_without_its_pad_is_found(tmp_path: Path) -> None:
    odd = b"LIST" + struct.pack("<I", 5) + b"INFOx"

    assert hints_of(tmp_path, wav(QUIET, odd, cue(7))).cue_frames == (7,)


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"cue ", struct.pack("<I", 1_000_000)),
        chunk(b"cue ", b""),
        chunk(b"smpl", struct.pack("<9I", *[0] * 7, 500, 0)),
        chunk(b"smpl", b"short"),
        chunk(b"acid", b"short"),
        chunk(b"acid", b"\0" * 100_000),
    ],
)
def test_a_chunk_that_does_not_hold_what_it_says_is_ignored_and_told(tmp_path: Path, extra: bytes) -> None:
    name = extra[:4].decode().strip()

    assert hints_of(tmp_path, wav(QUIET, extra)) == ChunkHints(
        ignored=(f"its chunk '{name}' is damaged: ignored",)
    )


def test_endless_empty_chunks_come_to_an_end(tmp_path: Path) -> None:
    assert hints_of(tmp_path, wav(QUIET, *[chunk(b"junk", b"")] * 1001, cue(7))) == ChunkHints()


@pytest.mark.parametrize("seed", range(10))
def test_no_bytes_raise_anything_but_an_audio_file_error(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = wav(QUIET, acid(120.0, 8), smpl(0, 99), cue(1, 2))
    for _ in range(50):
        content = bytearray(whole)
        # The headers are few among the samples: 44 bytes before, 180 behind.
        for place in [*rng.integers(0, 44, 3), *rng.integers(len(content) - 180, len(content), 6)]:
            content[place] = rng.integers(0, 256)

        # Any other exception fails the test.
        with suppress(AudioFileError):
            hints_of(tmp_path, bytes(content[: rng.integers(0, 2 * len(content))]))


def test_a_sampler_loop_says_where_beat_1_lies_and_how_long_it_is(tmp_path: Path) -> None:
    loop = clicks(110.0, 36, first_beat_s=0.2, tail_s=1.0)
    bar = round(240.0 / 110.0 * 44_100)
    start = round(0.2 * 44_100) + bar
    (tmp_path / "a.wav").write_bytes(wav(loop, smpl(start, start + 8 * bar - 1)))

    (section,) = propose(tmp_path).sections.values()

    assert (pytest.approx(section.tempo_bpm, abs=0.01), section.bars) == (110.0, 8)
    # the bar before the loop sounds once
    assert (pytest.approx(section.first_beat_s, abs=0.002), section.intro_beats) == (0.2, 4)


def test_a_cue_point_on_a_beat_is_beat_1(tmp_path: Path) -> None:
    loop = clicks(110.0, 34, first_beat_s=0.2, tail_s=1.0)
    mark_s = 0.2 + 2 * 60.0 / 110.0
    (tmp_path / "a.wav").write_bytes(wav(loop, cue(round((mark_s + 0.01) * 44_100))))

    (section,) = propose(tmp_path).sections.values()

    assert (8, mark_s) == (section.bars, pytest.approx(section.first_beat_s, abs=0.002))


def test_the_acid_chunk_is_compared_with_what_is_heard(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(clicks(128.0), acid(100.0, 32)))

    (section,) = propose(tmp_path).sections.values()

    assert section.tempo_bpm == 128.0
    assert "100 BPM, says the acid chunk of a.wav; the onsets do not confirm it." in section.notes
