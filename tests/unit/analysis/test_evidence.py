from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.evidence import Evidence, combine, hear
from adaptive.analysis.names import NamedStem
from tests.unit.analysis.analysis_signals import acid, clicks, cue, save, smpl, wav


def gather(named: list[NamedStem]) -> Evidence:
    return combine(named, [hear(stem.path) for stem in named])


def test_names_and_chunks_state_a_tempo_and_names_come_first(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(clicks(120.0, 8), acid(100.0, 8)))
    save(tmp_path / "b.wav", clicks(120.0, 8))
    found = gather(
        [NamedStem(tmp_path / "a.wav", "main", "a"), NamedStem(tmp_path / "b.wav", "main", "b", bpm=90.0)]
    )

    assert [(claim.bpm, claim.source) for claim in found.claims] == [
        (90.0, "the name of b.wav"),
        (100.0, "the acid chunk of a.wav"),
    ]
    assert found.beats_per_bar == 4


def test_bars_in_a_name_state_a_tempo_through_the_length(tmp_path: Path) -> None:
    save(tmp_path / "a.wav", clicks(120.0, 8))
    found = gather([NamedStem(tmp_path / "a.wav", "main", "a", bars=2)])

    assert [claim.bpm for claim in found.claims] == [pytest.approx(120.0, abs=0.01)]
    assert found.bars_hint == 2


def test_marks_are_in_seconds_and_those_outside_the_file_are_dropped(tmp_path: Path) -> None:
    chunks = (smpl(22_050, 44_099), cue(11_025, 9_999_999))
    (tmp_path / "a.wav").write_bytes(wav(clicks(120.0, 8), *chunks))
    (extent,) = gather([NamedStem(tmp_path / "a.wav", "main", "a")]).extents

    assert (extent.loop_s, extent.marks_s) == ((0.5, 1.0), (0.25,))
    assert extent.length_s == 4.0


def test_onsets_of_all_files_are_joined_and_silent_files_are_named(tmp_path: Path) -> None:
    save(tmp_path / "a.wav", clicks(120.0, 8))
    save(tmp_path / "b.wav", np.zeros(88_200, dtype=np.float32))
    found = gather([NamedStem(tmp_path / name, "main", name[0]) for name in ("a.wav", "b.wav")])

    assert found.silent == ("b.wav",)
    assert len(found.onsets.times_s) == 8
    assert found.lengths_s == [4.0, 2.0]
