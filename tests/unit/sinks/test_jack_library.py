from __future__ import annotations

import ctypes
from typing import Any

import pytest

from adaptive.errors import DeviceError
from adaptive.sinks import jack_library


def test_without_the_library_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> Any:
        raise OSError("no such file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(DeviceError, match=r"^libjack is not installed \(apt-get install libjack"):
        jack_library.load.__wrapped__()
