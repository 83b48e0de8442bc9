from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from adaptive.engine.file_names import for_libsndfile


def test_a_name_goes_to_libsndfile_as_the_system_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert for_libsndfile(Path("grün.wav")) == os.fsencode("grün.wav")

    monkeypatch.setattr(sys, "platform", "win32")
    assert for_libsndfile(Path("grün.wav")) == "grün.wav"
