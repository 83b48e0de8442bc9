from __future__ import annotations

import sys

import pytest

from adaptive import __main__, cli
from adaptive.composer.worker import child
from adaptive.composer.worker.runner import GENERATOR
from adaptive.kernel.compile import build


def test_the_entry_point_runs_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["adaptive", "presets"])
    monkeypatch.setattr(cli, "main", lambda: calls.append(sys.argv[1:]))
    __main__.main()

    assert calls == [["presets"]]


def test_an_interrupt_ends_with_130_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["adaptive"])
    monkeypatch.setattr(cli, "main", interrupted)

    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 130


def test_a_process_that_is_asked_to_compile_units_does_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["adaptive", build.COMPILE_UNITS, "publish", "word"])
    monkeypatch.setattr(build, "main", compiled.append)
    __main__.main()

    assert compiled == [["publish", "word"]]


def test_a_process_that_is_asked_to_run_a_generator_does_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["adaptive", GENERATOR, "wander:wander", "wander", "1024"])
    monkeypatch.setattr(child, "main", served.append)
    __main__.main()

    assert served == [["wander:wander", "wander", "1024"]]
