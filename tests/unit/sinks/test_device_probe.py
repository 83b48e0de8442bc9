from __future__ import annotations

import subprocess
import sys
import time

import pytest

from adaptive.sinks import device_probe
from adaptive.sinks.device_probe import DeviceProbe, SeenDevice
from adaptive.sinks.devices import Device
from tests.helpers.playing import until


def fake_child(monkeypatch: pytest.MonkeyPatch, code: str) -> list[subprocess.Popen[bytes]]:
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def popen(_command: object, **settings: object) -> subprocess.Popen[bytes]:
        started.append(start([sys.executable, "-c", code], **settings))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(device_probe.subprocess, "Popen", popen)
    return started


def test_the_probe_says_what_its_child_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_child(
        monkeypatch,
        "import sys, json\n"
        "for n, _ in enumerate(sys.stdin):\n"
        "    card = dict(index=n, name='c', host='h', channels=2, sample_rate=1.0, is_default=True)\n"
        "    print(json.dumps([{'sink': 'portaudio', 'device': card}]), flush=True)\n",
    )
    probe = DeviceProbe()
    seen = []
    for _ in range(2):
        probe.ask(time.monotonic())
        seen += until(lambda: probe.answer(time.monotonic()))
    probe.close()

    expected = [SeenDevice("portaudio", Device(n, "c", "h", 2, 1.0, is_default=True)) for n in range(2)]
    assert seen == expected
    assert seen[0].is_same(seen[1])


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "raise SystemExit(1)"])
def test_a_child_that_hangs_or_dies_is_replaced(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    started = fake_child(monkeypatch, code)
    probe = DeviceProbe()
    probe.ask(0.0)

    assert probe.answer(device_probe.ANSWER_S - 0.1) is None
    assert probe.answer(device_probe.ANSWER_S + 0.1) is None
    assert not probe.is_asked
    probe.ask(10.0)
    probe.close()
    assert [process.returncode is not None for process in started] == [True, True]


def test_the_child_ends_with_its_parent() -> None:
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
