"""One bank of decoded audio for all tests of a process that play the presets of the repository."""

from __future__ import annotations

from functools import cache

import pytest

from adaptive.api import opening, rendering
from adaptive.engine.bank import Bank

RATE = 48000


@cache
def one_bank() -> Bank:
    """The bank; a preset that was decoded once stays in it."""
    return Bank(RATE)


def play_from_one_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `adaptive.play` and `adaptive.render` use it."""
    for module in (opening, rendering):
        monkeypatch.setattr(module, "Bank", lambda *_arguments: one_bank())
