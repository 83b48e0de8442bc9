"""A client over WebSocket, at a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from adaptive.inputs.message import Checker
from adaptive.inputs.websocket_frames import PING, frame
from adaptive.session.websocket_client import serve_client
from tests.helpers.presets import two_sections
from tests.unit.inputs.test_lines import FakeHost

SILENT_S = 0.1


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> FakeHost:
    return FakeHost(Checker(two_sections(tmp_path_factory.mktemp("websocket"))))


def over_websocket(
    host: FakeHost, talk: Callable[[ClientWebSocketResponse], Awaitable[Any]], *, autoping: bool = True
) -> Any:
    """Talk to a server that finds a client silent after a tenth of a second."""

    async def run() -> Any:
        async def serve(request: web.Request) -> web.WebSocketResponse:
            return await serve_client(request, host, SILENT_S)

        application = web.Application()
        application.router.add_get("/ws", serve)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with ClientSession() as session:
            async with session.ws_connect(f"http://127.0.0.1:{port}/ws", autoping=autoping) as client:
                found = await asyncio.wait_for(talk(client), 10.0)
            await runner.cleanup()
        return found

    return asyncio.run(run())


def test_it_is_greeted_answered_and_told_and_its_ping_is_answered(host: FakeHost) -> None:
    async def talk(client: ClientWebSocketResponse) -> list[Any]:
        heard = [await client.receive_json()]
        await client.ping(b"now")
        pong = await client.receive()
        await client.send_str('{"event": "nope"}')
        await client.send_bytes(b"\0")
        heard += [await client.receive_json(), await client.receive_json()]
        next(iter(host.here)).send({"long": "x" * 70_000})
        return [*heard, pong.data, len((await client.receive_json())["long"])]

    hello, refused, binary, pong, length = over_websocket(host, talk, autoping=False)

    assert hello["hello"]["protocol"] == 1
    assert refused["error"] == "there is no event 'nope'"
    assert binary["error"].startswith("binary messages are not understood here")
    assert (pong, length) == (b"now", 70_000)
    assert host.here == set()


def test_who_answers_pings_stays_and_who_does_not_is_taken_for_gone(host: FakeHost) -> None:
    async def stay(client: ClientWebSocketResponse) -> list[Any]:
        told = [await client.receive_json()]

        async def hear() -> None:
            told.append(await client.receive_json())

        hearing = asyncio.create_task(hear())  # it answers pings meanwhile
        await asyncio.sleep(4 * SILENT_S)
        next(iter(host.here)).send({"late": True})
        await hearing
        return told

    async def sleep(client: ClientWebSocketResponse) -> list[WSMsgType]:
        return [(await client.receive()).type for _ in range(3)]

    assert over_websocket(host, stay)[-1] == {"late": True}
    assert over_websocket(host, sleep, autoping=False) == [WSMsgType.TEXT, WSMsgType.PING, WSMsgType.CLOSED]


def test_a_flood_of_pings_is_one_answer_and_what_came_before_broken_bytes_counts(host: FakeHost) -> None:
    async def talk(client: ClientWebSocketResponse) -> list[Any]:
        await client.receive()
        pings = b"".join(frame(bytes([number]), PING) for number in range(200))
        with client.get_extra_info("socket").dup() as raw:
            raw.send(pings + frame(b'{"event": "nope"}') + b"\xff\0")
        return [await client.receive() for _ in range(3)]

    pong, refused, closed = over_websocket(host, talk, autoping=False)

    assert (pong.type, pong.data) == (WSMsgType.PONG, bytes([199]))
    assert "there is no event" in refused.data
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, 1002)


@pytest.mark.parametrize(("size", "head"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_frame_tells_its_length(size: int, head: int) -> None:
    assert frame(b"x" * size)[head:] == b"x" * size
