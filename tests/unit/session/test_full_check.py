from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.measured import Measured
from adaptive.session import full_check
from adaptive.session.full_check import FullCheck
from tests.helpers.presets import two_sections, write_sine


def test_files_and_text_are_checked_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more="[parameters.threat]\n")
    (tmp_path / "calm.wav").write_bytes(b"no audio")
    found = FullCheck().findings(preset)

    assert [(one.severity, one.at) for one in found] == [
        ("fault", "layers.calm.stem"),
        ("warning", "parameters.threat"),
    ]
    assert all(one.line for one in found)


def test_a_file_is_measured_again_only_if_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = two_sections(tmp_path)
    measured: list[str] = []
    measure_file = full_check.measure_file

    def measure(path: Path, limit_bytes: int) -> Measured:
        measured.append(path.name)
        return measure_file(path, limit_bytes)

    monkeypatch.setattr(full_check, "measure_file", measure)
    checks = FullCheck()
    checks.findings(preset)
    write_sine(tmp_path / "calm.wav", 300.0, beats=17)
    checks.findings(preset)

    assert sorted(measured) == ["calm.wav", "calm.wav", "fight.wav"]
