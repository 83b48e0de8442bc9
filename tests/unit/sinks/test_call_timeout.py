from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from adaptive.errors import DeviceError
from adaptive.sinks import call_timeout


@pytest.fixture(autouse=True)
def nothing_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_timeout, "LEFT_BEHIND", [])


def test_a_call_that_returns_gives_what_it_returned() -> None:
    assert call_timeout.within(5.0, "it", lambda: 7) == 7
    assert call_timeout.LEFT_BEHIND == []


def test_a_call_that_raises_raises_here() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        call_timeout.within(5.0, "it", fail)


def test_a_call_that_hangs_is_left_behind_with_a_sentence() -> None:
    forever = threading.Event()
    began = time.monotonic()
    with pytest.raises(DeviceError, match=r"the card does not answer \(waited 0.05 s\)"):
        call_timeout.within(0.05, "the card", forever.wait)

    assert time.monotonic() - began < 2.0
    assert len(call_timeout.LEFT_BEHIND) == 1
    forever.set()


@pytest.mark.parametrize(("left", "says_goodbye"), [("", True), ("x", False)])
def test_a_process_that_left_something_behind_ends_at_once_with_its_code(
    left: str, says_goodbye: bool
) -> None:
    code = (
        "import atexit\n"
        "from adaptive.sinks import call_timeout\n"
        "atexit.register(print, 'in order')\n"
        f"if {left!r}: call_timeout.leave_behind(1)\n"
        "print('said')\n"
        "call_timeout.leave(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stdout.splitlines() == (["said", "in order"] if says_goodbye else ["said"])
