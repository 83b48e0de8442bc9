"""Clients of OSCQuery that we did not write find a running engine over mDNS, and read its tree."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import websockets
from pythonoscquery.osc_query_browser import OSCQueryBrowser
from pythonoscquery.osc_query_client import OSCQueryClient

from tests.foreign.conftest import VALUE, Engine
from tests.foreign.osc_bytes import message
from tests.helpers.playing import until
from tests.helpers.programs import require_program

NODE = Path(__file__).parent / "node"
NPM = f"npm install --no-package-lock --omit=optional --ignore-scripts --prefix {NODE}"

pytestmark = pytest.mark.timeout(60)


def found_at(browser: OSCQueryBrowser, port: int) -> Any:
    """The service of a port, as soon as it is announced."""

    def look() -> list[Any]:
        services = [one for one in browser.get_discovered_oscquery() if one is not None]
        return [one for one in services if one.port == port]

    assert until(lambda: bool(look()), 15.0, 0.1)
    return look()[0]


@pytest.mark.ci
def test_python_oscquery(engine: Engine) -> None:
    browser = OSCQueryBrowser()
    try:
        service = found_at(browser, engine.oscquery)
        client = OSCQueryClient(service)
        info = client.get_host_info()
        assert (info.osc_ip, info.osc_port, info.osc_transport) == ("127.0.0.1", engine.osc, "UDP")
        assert service.name.startswith(info.name)

        def ports_of_osc() -> list[int]:
            return [one.port for one in browser.get_discovered_osc() if one is not None]

        assert until(lambda: engine.osc in ports_of_osc(), 10.0, 0.1)
        path = "/adaptive/parameter/python_oscquery"
        assert path in [node.full_path for node in client.query_node("/")]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(message(path, VALUE), (info.osc_ip, info.osc_port))
        assert until(lambda: client.query_node(path).value == [VALUE], 5.0, 0.05)
        assert client.query_node("/adaptive/nothing") is None
    finally:
        browser.zc.close()


@pytest.mark.ci
def test_oscquery_of_npm(engine: Engine) -> None:
    node = require_program("node")
    if not (NODE / "node_modules" / "oscquery").is_dir():
        require_program("the oscquery package of npm", NPM)
    words = [node, str(NODE / "oscquery.cjs"), str(engine.oscquery), "node_oscquery", str(VALUE)]
    done = subprocess.run(words, capture_output=True, check=False, timeout=30, env=os.environ)

    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout)
    assert told["info"]["oscPort"] == engine.osc
    assert told["info"]["wsPort"] == engine.oscquery
    methods = {one["full_path"]: one for one in told["methods"]}
    caller = methods["/adaptive/state/caller"]["arguments"][0]
    assert (caller["type"], caller["value"]) == ("s", "nobody") or caller["value"] in caller["range"]["vals"]
    assert methods["/adaptive/event/node_oscquery"]["access"] == 2
    assert until(lambda: engine.has({"node_oscquery": VALUE}), 5.0, 0.05)


def test_a_websocket_of_another_library_listens(engine: Engine) -> None:
    async def run() -> bytes:
        async with websockets.connect(f"ws://127.0.0.1:{engine.oscquery}/") as told:
            await told.send(json.dumps({"COMMAND": "LISTEN", "DATA": "/adaptive/parameter/node"}))
            await told.send(message("/adaptive/parameter/node", 0.125))  # its own is not told to it
            await asyncio.sleep(0.5)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(message("/adaptive/parameter/node", 0.25), ("127.0.0.1", engine.osc))
            return bytes(await asyncio.wait_for(told.recv(), 5.0))

    assert asyncio.run(run()) == message("/adaptive/parameter/node", 0.25)
