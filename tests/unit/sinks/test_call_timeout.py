"""Calls that may never return, a child that looks for devices, and stderr while libraries chatter."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from adaptive.errors import DeviceError
from adaptive.sinks import call_timeout, device_probe
from adaptive.sinks.device_probe import DeviceProbe, SeenDevice
from adaptive.sinks.devices import Device, choose
from adaptive.sinks.stderr_mute import STDERR, muted_stderr
from tests.helpers.playing import until


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


def stderr_into(path: Path) -> int:
    kept = os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    return kept


def test_what_libraries_write_meanwhile_goes_nowhere_and_comes_back_by_force(tmp_path: Path) -> None:
    kept = stderr_into(tmp_path / "said")
    try:
        os.write(2, b"a")
        with muted_stderr():
            os.write(2, b"b")
            with muted_stderr():
                os.write(2, b"c")
            os.write(2, b"d")
        os.write(2, b"e")
        token = STDERR.mute()
        os.write(2, b"f")
        STDERR.force()  # whoever turned it away hangs
        os.write(2, b"g")
        STDERR.unmute(token)
        os.write(2, b"h")
    finally:
        os.dup2(kept, 2)
        os.close(kept)

    assert (tmp_path / "said").read_bytes() == b"aegh"


CARDS = [
    Device(0, "system", "JACK", 2, 48000.0, is_default=True),
    Device(1, "pulse", "ALSA", 32, 44100.0, is_default=False),
]


def fake_child(monkeypatch: pytest.MonkeyPatch, code: str) -> list[subprocess.Popen[bytes]]:
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def popen(_command: object, **settings: object) -> subprocess.Popen[bytes]:
        started.append(start([sys.executable, "-c", code], **settings))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(device_probe.subprocess, "Popen", popen)
    return started


def test_the_scout_says_what_its_child_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_child(
        monkeypatch,
        "import sys, json\n"
        "for n, _ in enumerate(sys.stdin):\n"
        "    card = dict(index=n, name='c', host='h', channels=2, sample_rate=1.0, is_default=True)\n"
        "    print(json.dumps([{'sink': 'portaudio', 'device': card}]), flush=True)\n",
    )
    asked = DeviceProbe()
    seen = []
    for _ in range(2):
        asked.ask(time.monotonic())
        seen += until(lambda: asked.answer(time.monotonic()))
    asked.close()

    expected = [SeenDevice("portaudio", Device(n, "c", "h", 2, 1.0, is_default=True)) for n in range(2)]
    assert seen == expected
    assert seen[0].is_same(seen[1])


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "raise SystemExit(1)"])
def test_a_child_that_hangs_or_dies_is_replaced(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    started = fake_child(monkeypatch, code)
    asked = DeviceProbe()
    asked.ask(0.0)

    assert asked.answer(device_probe.ANSWER_S - 0.1) is None
    assert asked.answer(device_probe.ANSWER_S + 0.1) is None
    assert not asked.is_asked
    asked.ask(10.0)
    asked.close()
    assert [process.returncode is not None for process in started] == [True, True]


def test_the_scouts_child_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "adaptive.sinks.device_probe"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(b"\n")
    child.stdin.flush()

    assert child.stdout.readline() == b"[]\n"  # no library was named
    child.stdin.close()
    assert child.wait(5.0) == 0
    child.stdout.close()


def test_a_device_is_meant_by_its_very_name_before_a_part_of_another() -> None:
    cards = [Device(0, "pulse 2", "ALSA", 2, 0.0, is_default=True), CARDS[1]]

    assert choose(cards, "pulse")[0] is CARDS[1]
    assert choose(cards, "PULSE")[0] is cards[0]
    assert str(cards[0]) == "pulse 2 (ALSA, 2 channels, any rate)"
