"""Runs commands in the test's own process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adaptive import cli
from tests.helpers.presets import two_sections
from tests.unit.cli.running import Done, Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, as `adaptive` would be run."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["adaptive", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main()
        told = capsys.readouterr()
        return Done(int(caught.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    more = '[parameters.threat]\n[stingers.hit]\nstem = "blow.wav"\nfirst_beat_s = 0.1\n'
    return two_sections(tmp_path / "small", more=more).folder
