from __future__ import annotations

import threading

import pytest

import adaptive


def test_a_question_is_answered_in_the_thread_of_the_session_and_its_error_comes_back(
    music: adaptive.Session,
) -> None:
    def fail() -> None:
        raise adaptive.InputError("no")

    assert music._thread.ask(threading.get_ident) != threading.get_ident()
    with pytest.raises(adaptive.InputError, match="no"):
        music._thread.ask(fail)
    assert music.is_playing


def test_what_breaks_the_session_is_raised_once_where_somebody_waits(preset: adaptive.Preset) -> None:
    music = adaptive.play(preset, sink="null")

    def fail() -> None:
        raise OSError(5, "the disk has gone", "a.wav")

    music._live._run_due_steps = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="the disk has gone"):
        music.wait(5.0)
    assert music.wait() is False
    assert music.ended == "a.wav: the disk has gone"
