"""The OSCQuery input: its port, what it says of OSC, and what it tells the user."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from adaptive.errors import MachineError
from adaptive.inputs.input import Address
from adaptive.inputs.message import Checker
from adaptive.session.oscquery import oscquery_input
from adaptive.session.oscquery.announcement import HOW_TO_INSTALL, Announced
from adaptive.session.oscquery.oscquery_input import OscQueryInput, usual_name
from tests.helpers.presets import two_sections


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A session that plays nothing."""
    preset = two_sections(tmp_path_factory.mktemp("oscquery"))
    engine = SimpleNamespace(spec=SimpleNamespace(channels=2))
    return SimpleNamespace(
        performance=SimpleNamespace(preset=preset, engine=engine), checker=Checker(preset),
        presets=["mine"], status=SimpleNamespace(ports={"osc": 9000}), peaks=SimpleNamespace(forget=len),
        told=[],
    )  # fmt: skip


class FakeAnnouncer:
    """Keeps what it would announce."""

    made: ClassVar[list[Announced]] = []

    def __init__(self, _library: Any, announced: Announced, tell: Any, hosts: set[str]) -> None:
        self.made.append(announced)
        hosts.add("studio-9002.local")
        self.start = lambda: tell("a sentence")

    def close(self) -> None:
        """Nothing."""


def opened(
    host: Any, monkeypatch: pytest.MonkeyPatch, address: Address, osc: Address | None, library: Any = None,
    **options: Any,
) -> OscQueryInput:  # fmt: skip
    """An input that was opened and closed."""
    host.told.clear()
    host.complain = host.told.append
    host.peaks = SimpleNamespace(forget=lambda _listener: None)
    FakeAnnouncer.made.clear()
    monkeypatch.setattr(oscquery_input, "find_zeroconf", lambda: library)
    monkeypatch.setattr(oscquery_input, "Announcer", FakeAnnouncer)
    made = OscQueryInput(host, address, osc, **options)

    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            await made.open(stack)
            await asyncio.sleep(0.0)

    asyncio.run(run())
    return made


LOOPBACK = ("127.0.0.1", 0)


def test_without_the_library_one_sentence_says_what_to_install(
    host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(host, monkeypatch, LOOPBACK, LOOPBACK)
    assert host.told == [HOW_TO_INSTALL]
    opened(host, monkeypatch, LOOPBACK, LOOPBACK, is_announced=False)
    assert host.told == []


def test_it_is_announced_under_a_name_that_stays(host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened(host, monkeypatch, LOOPBACK, LOOPBACK, library=object())
    assert FakeAnnouncer.made == [Announced(usual_name(), "127.0.0.1", made.port, "127.0.0.1", 9000)]
    assert host.told == ["a sentence"]
    assert "studio-9002.local" in made._guard.names
    opened(host, monkeypatch, LOOPBACK, None, library=object(), name="gallery")
    assert FakeAnnouncer.made[0].name == "gallery"


@pytest.mark.parametrize(
    ("address", "osc", "expected"),
    [
        (LOOPBACK, LOOPBACK, {"OSC_PORT": 9000, "OSC_TRANSPORT": "UDP"}),
        (LOOPBACK, ("0.0.0.0", 0), {"OSC_PORT": 9000, "OSC_TRANSPORT": "UDP"}),
        (LOOPBACK, ("192.0.2.2", 0), {"OSC_PORT": 9000, "OSC_TRANSPORT": "UDP", "OSC_IP": "192.0.2.2"}),
        (LOOPBACK, None, {}),
    ],
)
def test_an_address_of_osc_is_told_only_if_it_is_another(
    host: Any, monkeypatch: pytest.MonkeyPatch, address: Address, osc: Address | None, expected: Any
) -> None:
    made = opened(host, monkeypatch, address, osc)

    assert made._host_info() == {"NAME": usual_name(), "WS_PORT": made.port, **expected}


def test_who_opens_the_tree_alone_is_told(host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(host, monkeypatch, ("0.0.0.0", 0), LOOPBACK, is_announced=False)

    assert host.told == [
        "OSCQuery is reached from other machines, OSC is not: --osc 0.0.0.0:PORT opens it to them"
    ]


def test_a_port_that_is_taken_is_one_sentence(host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(LOOPBACK) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"OSCQuery port {port} on 127.0.0.1 is taken.*--oscquery"):
            opened(host, monkeypatch, ("127.0.0.1", port), LOOPBACK)
