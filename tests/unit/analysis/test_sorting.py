"""Laws of the files of a folder: what cannot be read is named, and the rest is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.sorting import sort_stems
from adaptive.errors import AudioFileError
from tests.unit.analysis.analysis_signals import clicks, save


def test_files_that_cannot_be_read_are_passed_over_each_with_its_reason(tmp_path: Path) -> None:
    whole = save(tmp_path / "drums.wav", clicks(120.0, 16))
    (tmp_path / "cut.wav").write_bytes(whole.read_bytes()[:9000])
    (tmp_path / "empty.flac").touch()
    (tmp_path / "text.mp3").write_text("no music")

    found = sort_stems(tmp_path)

    assert [stem.path.name for stem in found.sections["main"]] == ["drums.wav"]
    reasons = {item.path.name: item.reason for item in found.passed_over}
    assert sorted(reasons) == ["cut.wav", "empty.flac", "text.mp3"]
    assert all(reason and not reason.startswith(name) for name, reason in reasons.items())


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()

    with pytest.raises(AudioFileError, match="empty"):
        sort_stems(tmp_path)
