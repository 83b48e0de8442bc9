"""Names of the machine that `Host` may say; the rest is tested at the servers."""

from __future__ import annotations

import pytest

from adaptive.session import http_guard
from adaptive.session.http_guard import HttpGuard


def test_the_name_over_mdns_is_a_name_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_guard, "gethostname", lambda: "Studio.lan.example")

    names = HttpGuard("192.0.2.2", frozenset()).names
    assert {"studio.local", "studio.local.", "studio.lan.example", "192.0.2.2", "localhost"} <= names
    assert "other.local" not in names
