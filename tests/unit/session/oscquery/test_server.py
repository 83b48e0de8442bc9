"""The server of OSCQuery: questions, refusals, and values that are told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from adaptive.inputs.osc_codec import OscMessage, decode, encode_bundle, encode_message
from adaptive.inputs.trust import Trust
from adaptive.session import http_guard
from adaptive.session.oscquery import server as server_module
from adaptive.session.oscquery.address_space import AddressSpace
from adaptive.session.oscquery.oscquery_input import OscQueryInput
from adaptive.site.addresses import Networks
from tests.helpers.hostile import Report, Rig
from tests.helpers.presets import make_preset
from tests.helpers.seeds import BODY

THREAT = "/adaptive/parameter/threat"
TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """A session that plays; its control steps are run by the tests."""
    made = Rig(tmp_path_factory.mktemp("server"), Report())
    made.session.status.ports["osc"] = 9123
    for _ in range(20):
        made.turn()
    return made


class Door:
    """The server of a test, and a client."""

    def __init__(self, rig: Rig, served: OscQueryInput, client: aiohttp.ClientSession) -> None:
        self.rig, self.served, self.client = rig, served, client
        self.url = f"http://127.0.0.1:{served.port}"

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with self.client.get(self.url + path, **more) as answer:
            return answer.status, await answer.text()

    async def json(self, path: str) -> Any:
        status, text = await self.get(path)
        assert status == 200, text
        return json.loads(text)

    async def turns(self, count: int = 12) -> None:
        """Let the music go on for some control steps, 5 ms each."""
        for _ in range(count):
            self.rig.turn()
            self.served.follow()
            await asyncio.sleep(0.005)

    async def heard(self, socket: aiohttp.ClientWebSocketResponse) -> list[tuple[str, Any]]:
        """What a client has been sent by now: commands and messages."""
        found: list[tuple[str, Any]] = []
        with contextlib.suppress(TimeoutError):
            while True:
                message = await socket.receive(timeout=0.05)
                if message.type == aiohttp.WSMsgType.TEXT:
                    told = json.loads(message.data)
                    found.append((told["COMMAND"], told["DATA"]))
                elif message.type == aiohttp.WSMsgType.BINARY:
                    packet = decode(message.data)
                    assert isinstance(packet, OscMessage), "Chataigne reads plain messages only"
                    found.append((packet.address, packet.arguments))
                else:
                    break
        return found


@contextlib.asynccontextmanager
async def open_door(rig: Rig, **options: Any) -> AsyncIterator[Door]:
    async with contextlib.AsyncExitStack() as stack:
        served = OscQueryInput(
            rig.session,  # type: ignore[arg-type]
            ("127.0.0.1", 0), ("127.0.0.1", 0), is_announced=False, name="the gallery", **options,
        )  # fmt: skip
        await served.open(stack)
        client = await stack.enter_async_context(aiohttp.ClientSession())
        yield Door(rig, served, client)


def with_door(rig: Rig, test: Callable[[Door], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with open_door(rig, **options) as door:
            await test(door)

    asyncio.run(run())


def test_host_info_tells_ports_and_only_what_is_kept(rig: Rig) -> None:
    async def test(door: Door) -> None:
        info = await door.json("/?HOST_INFO")
        assert info.pop("EXTENSIONS") == dict.fromkeys(server_module.EXTENSIONS, True)
        assert info == {
            "NAME": "the gallery", "OSC_PORT": 9123, "OSC_TRANSPORT": "UDP", "WS_PORT": door.served.port,
        }  # fmt: skip

    with_door(rig, test)


def test_a_node_an_attribute_and_what_is_not_there(rig: Rig) -> None:
    async def test(door: Door) -> None:
        assert (await door.json(THREAT))["RANGE"] == [{"MIN": 0.0, "MAX": 1.0}]
        assert await door.json(f"{THREAT}/?TYPE") == {"TYPE": "f"}
        assert await door.json(f"{THREAT}?VALUE=&ACCESS") == {"VALUE": [0.0], "ACCESS": 3}
        assert await door.json("/adaptive/section?VALUE") == {"VALUE": ["calm"]}
        assert set(await door.json("/adaptive/state?CONTENTS")) == {"CONTENTS"}
        statuses = {
            "/adaptive/event/hit?VALUE": 204, "/adaptive?VALUE": 204, "/adaptive/section?RANGE": 204,
            "/adaptive/parameter/threats": 404, "/%ff": 404, "/?": 200, f"{THREAT}?HTML": 400,
            f"{THREAT}?value": 400, f"{THREAT}?%00": 400, "/adaptive?CONTENTS&NO": 400,
        }  # fmt: skip
        for path, status in statuses.items():
            assert (await door.get(path))[0] == status, path
        async with door.client.post(door.url + THREAT) as answer:
            assert answer.status == 405
        # a client that offers HTTP/2 is no WebSocket
        headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
        assert (await door.get("/", headers=headers))[0] == 200

    with_door(rig, test)


def test_who_may_ask(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_guard, "REFUSED_S", 0.0)

    async def guarded(door: Door) -> None:
        assert (await door.get("/?HOST_INFO"))[0] == 401
        assert (await door.get(f"/?HOST_INFO&token={TOKEN}"))[0] == 200
        assert (await door.get(THREAT, headers={"Authorization": f"Bearer {TOKEN}"}))[0] == 200
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await door.client.ws_connect(door.url)
        assert (await door.get("/", headers={"Host": "game.example"}))[0] == 403
        assert (await door.get("/", headers={"Origin": "http://a.example"}))[0] == 403
        async with door.client.get(
            f"{door.url}/?token={TOKEN}", headers={"Origin": "http://b.example"}
        ) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "http://b.example"

    async def elsewhere(door: Door) -> None:
        assert (await door.get("/"))[0] == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await door.client.ws_connect(door.url)

    with_door(rig, guarded, trust=Trust(TOKEN), allowed_origins=frozenset({"http://b.example"}))
    with_door(rig, elsewhere, allowed=Networks(["192.0.2.0/24"]))


def test_values_are_told_and_messages_act(rig: Rig) -> None:
    async def test(door: Door) -> None:
        async with door.client.ws_connect(door.url) as one, door.client.ws_connect(door.url) as other:
            for path in (THREAT, "/adaptive/state", "/adaptive/event/hit"):
                await one.send_json({"COMMAND": "LISTEN", "DATA": path})
            await door.turns()
            shelter = OscMessage("/adaptive/state/place", ("shelter",))
            packet = encode_bundle([OscMessage(THREAT, (0.25,)), shelter])
            await other.send_bytes(packet)
            await door.turns()
            told = await door.heard(one)
            assert sorted(told) == [(THREAT, (0.25,)), ("/adaptive/state/place", ("shelter",))]
            assert await door.heard(other) == []
            await other.send_bytes(encode_message("/adaptive/event/hit", [1.0, "h1"]))
            await other.send_bytes(encode_message(THREAT, [9.0]))
            await other.send_bytes(b"/adaptive/damaged")
            await other.send_str("{")
            await door.turns(80)
            assert (THREAT, (1.0,)) in await door.heard(one)
            assert ("/adaptive/receipt", ("h1", "accepted")) in await door.heard(other)
            assert await door.json(f"{THREAT}?VALUE") == {"VALUE": [1.0]}
            await one.send_json({"COMMAND": "IGNORE", "DATA": "/"})
            await other.send_bytes(encode_message(THREAT, [0.0]))
            await other.send_bytes(encode_message("/adaptive/state/place", ["road"]))
            await door.turns()
            assert await door.heard(one) == []

    with_door(rig, test)


def test_another_preset_is_told_once_under_the_same_name(
    rig: Rig, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wider = make_preset(tmp_path_factory.mktemp("wider"), BODY + "[parameters.wind]\n")

    async def test(door: Door) -> None:
        before = await door.json("/?HOST_INFO")
        async with door.client.ws_connect(door.url) as socket:
            await door.turns(2)
            for preset in (rig.preset, wider, wider):
                door.served.renew(preset, rig.session._checker_of(preset))
            told = await door.heard(socket)
            added = ["/adaptive/parameter/wind", "/adaptive/value/wind"]
            assert told == [*(("PATH_ADDED", path) for path in added), ("PATH_CHANGED", "/adaptive")]
            tree = await door.json("/")
            assert "wind" in tree["CONTENTS"]["adaptive"]["CONTENTS"]["parameter"]["CONTENTS"]
            assert await door.json("/?HOST_INFO") == before

    with_door(rig, test)


def test_clients_have_a_limit_and_a_tree_is_not_written_all_the_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_CLIENTS", 1)
    written: list[str] = []
    as_json = AddressSpace.as_json

    def count(space: AddressSpace, path: str, *rest: Any) -> Any:
        written.append(path)
        return as_json(space, path, *rest)

    monkeypatch.setattr(AddressSpace, "as_json", count)

    async def test(door: Door) -> None:
        door.served.server._clock = lambda: 7.0
        for _ in range(5):
            await door.get("/")
        assert written == ["/"]
        async with door.client.ws_connect(door.url):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await door.client.ws_connect(door.url)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await door.client.ws_connect(f"{door.url}/adaptive")

    with_door(rig, test)
