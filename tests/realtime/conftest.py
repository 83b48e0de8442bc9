"""Sound servers for the tests: JACK with its dummy device, and PulseAudio with a null sink."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.helpers.servers import Jack, Pulse, running


@pytest.fixture(scope="session")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment in which PortAudio finds our server: `system`, two channels, monitors as inputs 3 and 4."""
    log = tmp_path_factory.mktemp("jack") / "jack.log"
    with running(Jack(f"adaptive{os.getpid()}", log)) as server:
        yield server.environment


@pytest.fixture(scope="session")
def pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulse]:
    """A Pulse server with a null sink, and no JACK server in sight."""
    server = Pulse(tmp_path_factory.mktemp("pulse"))
    server.environment |= {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}
    with running(server):
        yield server
