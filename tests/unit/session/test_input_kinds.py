from __future__ import annotations

import contextlib
from pathlib import Path
from types import SimpleNamespace

import pytest

import adaptive
from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.message import Transaction
from adaptive.session.input_kinds import INPUT_KINDS, make_inputs, register_input
from adaptive.session.live_options import LiveOptions
from tests.helpers.presets import two_sections


class OneMessage(InputBase):
    """An input that sends one message when it is opened."""

    name = "one_message"

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Send it, and note the end."""
        self.host.receive(Transaction([self.host.checker.state("section", "fight")]))
        stack.callback(ENDS.append, "closed")


ENDS: list[str] = []


def test_a_registered_input_is_opened_followed_and_closed(tmp_path: Path) -> None:
    preset = two_sections(tmp_path / "small")
    register_input("one_message", OneMessage)
    try:
        with adaptive.play(preset, sink="null") as music:
            assert (music.section, dict(music.ports)) == ("fight", {"one_message": 0})
        with pytest.raises(adaptive.InputError, match="there is an input called 'one_message'"):
            register_input("one_message", OneMessage)
    finally:
        del INPUT_KINDS["one_message"]
    assert ENDS == ["closed"]


def test_only_what_the_options_ask_for_is_made() -> None:
    host: InputHost = SimpleNamespace(complain=list[str]().append)  # type: ignore[assignment]
    options = LiveOptions(osc=None, http=None, tcp=("127.0.0.1", 0))

    assert list(make_inputs(host, options, None)) == ["tcp", "midi", "patches", "card"]
