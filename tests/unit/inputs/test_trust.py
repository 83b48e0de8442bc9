"""A token over HTTP, JSON lines and OSC over TCP, and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from adaptive.errors import InputError
from adaptive.inputs import lines, osc_tcp, trust
from adaptive.inputs.lines import TcpServer
from adaptive.inputs.message import Checker
from adaptive.inputs.osc_codec import encode_message
from adaptive.inputs.osc_tcp import OscConnections, framing_of
from adaptive.inputs.trust import Trust, make_trust
from adaptive.session import http_guard
from adaptive.session.http import HttpSide, serve
from tests.helpers.presets import two_sections
from tests.helpers.programs import require_program

TOKEN = "a-token-that-nobody-guesses"
KNOWN = Trust(TOKEN)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong token is answered at once."""
    for module in (lines, osc_tcp, http_guard):
        monkeypatch.setattr(module, "REFUSED_S", 0.0)


class Host:
    """A session that remembers what it received."""

    def __init__(self, checker: Checker) -> None:
        self.checker, self.received, self.reports = checker, list[Any](), self
        self.said = list[str]()

    def greeting(self) -> dict[str, Any]:
        return {"hello": {}}

    def receive(self, transaction: Any, _connection: Any = None) -> None:
        self.received += transaction.requests

    def set_plain(self, _name: str, _value: float) -> bool:
        return False

    def report(self, sender: str, sentence: str) -> None:
        self.said.append(sentence)

    def connect(self, _connection: Any) -> None:
        pass

    def disconnect(self, _connection: Any) -> None:
        pass

    def health(self) -> dict[str, Any]:
        return {"ok": True}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(Checker(two_sections(tmp_path / "small", more="[parameters.threat]\n")))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 10.0))


# ── the token ──────────────────────────────────────────────────────────────────────────────────


def test_only_the_whole_token_is_accepted() -> None:
    others = ["", TOKEN[:-1], TOKEN + " ", TOKEN.upper(), None, 7, ["a"], "\ud800"]

    assert KNOWN.accepts(TOKEN)
    assert not any(KNOWN.accepts(one) for one in others)
    assert Trust().accepts(None)


def test_a_token_is_read_from_a_file_else_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    of_file = make_trust(tmp_path / "token", environment={"ADAPTIVE_TOKEN": "x" * 16})
    of_environment = make_trust(environment={"ADAPTIVE_TOKEN": "x" * 16})

    assert of_file.accepts(TOKEN)
    assert of_environment.accepts("x" * 16)
    assert not make_trust(environment={}).has_token


@pytest.mark.parametrize(
    "content", [b"short", b"", b"two words, and long", b"\xff" * 20, b"x" * 600, "ü".encode() * 20]
)
def test_a_token_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)

    with pytest.raises(InputError, match="token"):
        make_trust(tmp_path / "token", environment={})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the token cannot be read: No such file"):
        make_trust(tmp_path / "none", environment={})
    with pytest.raises(InputError, match="the certificate and its key cannot be used"):
        make_trust(None, tmp_path / "none", tmp_path / "none", environment={})


# ── HTTP ───────────────────────────────────────────────────────────────────────────────────────


async def asked(host: Any, *requests: str) -> list[str]:
    """First lines of the answers to requests."""
    found = []
    async with contextlib.AsyncExitStack() as stack:
        application = HttpSide(host, "127.0.0.1", frozenset(), None, KNOWN).application()
        port = await serve(application, ("127.0.0.1", 0), stack)
        for request in requests:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head, _, rest = request.partition(" | ")
            writer.write(f"GET {head} HTTP/1.1\r\nHost: localhost\r\n{rest}\r\n\r\n".encode())
            found.append((await reader.readline()).decode())
            writer.close()
    return found


def test_http_wants_the_token_for_all_but_the_page(host: Host) -> None:
    good, bad = f"Authorization: Bearer {TOKEN}\r\n", "Authorization: Bearer wrong\r\n"
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    answers = run(
        asked(
            host, "/", "/page.css", f"/health | {good}", f"/health?token={TOKEN}",
            f"/ws?token={TOKEN} | {upgrade}{key}", "/health", f"/metrics | {bad}",
            f"/ws | {upgrade}{key}", f"/health?token={TOKEN} | {bad}",
        )
    )  # fmt: skip

    assert [line.split()[1] for line in answers] == ["200", "200", "200", "200", "101"] + ["401"] * 4


def test_the_page_may_load_its_own_files_and_connect_to_its_own_server_only(host: Host) -> None:
    async def policy(name: str) -> str:
        async with contextlib.AsyncExitStack() as stack:
            application = HttpSide(host, "127.0.0.1", frozenset(), None).application()  # type: ignore[arg-type]
            port = await serve(application, ("127.0.0.1", 0), stack)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            return next(line for line in text.split("\r\n") if line.startswith("Content-Security-Policy"))

    found = run(policy("localhost:8080"))

    assert "unsafe" not in found
    assert "default-src 'none'" in found
    assert "connect-src 'self' ws://localhost:8080 wss://localhost:8080;" in found


# ── TCP ────────────────────────────────────────────────────────────────────────────────────────


async def over_tcp(
    host: Any, trusted: Trust, sent: bytes, context: ssl.SSLContext | None = None
) -> list[Any]:
    """Lines that are answered to some bytes."""
    server = await asyncio.start_server(TcpServer(host, None, trusted).serve, "127.0.0.1", 0, ssl=trusted.tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        name = None if context is None else "localhost"
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
        writer.write(sent)
        writer.write_eof() if context is None else None
        answers = []
        with contextlib.suppress(TimeoutError):
            while line := await asyncio.wait_for(reader.readline(), 0.5):
                answers.append(json.loads(line))
        writer.close()
        return answers


def test_json_lines_begin_with_the_token(host: Host) -> None:
    message = b'{"parameter": "threat", "value": 0.5}\n'
    said = json.dumps({"token": TOKEN}).encode() + b"\n"
    greeted = run(over_tcp(host, KNOWN, said + message))
    wrong = [
        run(over_tcp(host, KNOWN, sent))
        for sent in (message, b'{"token": "wrong"}\n' + message, b"\xff\n", b'["token"]\n', b"")
    ]

    assert greeted[0] == {"hello": {}}
    assert len(host.received) == 1
    assert all("wants its token first" in answers[0]["error"] for answers in wrong)
    assert len(host.said) == 5
    assert run(over_tcp(host, Trust(), said + message)) == [{"hello": {}}]  # it is no fault without need


def test_osc_over_tcp_begins_with_the_token(host: Host) -> None:
    taken: list[bytes] = []

    class Server:
        def take(self, packet: bytes, *_: Any) -> None:
            taken.append(packet)

        def close(self) -> None:
            pass

    async def send(*packets: bytes) -> None:
        connections = OscConnections(lambda _send: Server(), host.said.append, KNOWN)  # type: ignore[arg-type, return-value]
        framing = framing_of(0)
        assert framing is not None
        reader = asyncio.StreamReader()
        reader.feed_eof()

        class Writer:
            def get_extra_info(self, _name: str) -> None:
                return None

        await connections.serve(framing, b"".join(map(framing.frame, packets)), reader, Writer())  # type: ignore[arg-type]

    value = encode_message("/adaptive/parameter/threat", [0.5])
    run(send(encode_message("/adaptive/token", [TOKEN]), value))
    assert taken == [value]
    for first in (
        value,
        encode_message("/adaptive/token", ["wrong"]),
        b"\0\0\0\1",
        encode_message("/adaptive/token"),
    ):
        run(send(first, value))
    assert taken == [value]
    assert len(host.said) == 4


def test_tls_by_certificate_files(host: Host, tmp_path: Path) -> None:
    require_program("openssl")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    trusted = make_trust(None, certificate, key, environment={"ADAPTIVE_TOKEN": TOKEN})
    context = ssl.create_default_context(cafile=str(certificate))
    said = json.dumps({"token": TOKEN}).encode() + b"\n"

    assert run(over_tcp(host, trusted, said, context)) == [{"hello": {}}]
    assert trust.VARIABLE == "ADAPTIVE_TOKEN"
