"""A million damaged packets for each protocol: no crash, no growth, no missed block beyond a control.

Most of the million go directly into a session, one layer above its sockets; the session renders and decides
as it does live (`tests/helpers/doors.py`).  Documents go to the functions that read them
(`tests/helpers/documents.py`). `OVER_SOCKETS` of each go over real UDP, TCP, WebSocket and HTTP sockets to a
running `adaptive play nightfall`, while a second engine, the control, receives nothing.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from adaptive.preset.load import load
from tests.helpers import documents, doors, flood, side_doors
from tests.helpers.hostile import Report
from tests.helpers.mutation import Chance
from tests.helpers.playing import RunningEngine, playing, until
from tests.helpers.presets import make_preset

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]

PACKETS = int(os.environ.get("ADAPTIVE_PROVE_PACKETS", "1000000"))
OVER_SOCKETS = {"udp": 200_000, "tcp": 100_000, "websocket": 100_000, "http": 50_000, "pcm_in": 100_000}
DOOR_OF = {"osc": "udp", "lines": "tcp", "websocket": "websocket", "http": "http"}
SHARES = 2
"""Processes among which a million is divided, each with a seed of its own."""

ROUNDS = 5
GROWN_MB = 24.0
"""Most that a process may grow, from a fifth of its packets to the end.

Bounded caches of chords and voicings fill, and memory is fragmented.  At 400,000 packets this is 60 bytes
each, less than any packet has.
"""

LIBRARY_MB = {"audio": 150.0}
"""libsndfile 1.2.2 keeps two kilobytes of each damaged Ogg file it refuses; a tenth of the files are Ogg."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory, if the system has one, because millions of files are written."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as found:
        yield Path(found)


def in_shares(
    run: Callable[[str, str, int, int], Report], name: str, folder: Path, count: int
) -> list[Report]:
    """Run a protocol in as many processes as there are shares."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(SHARES, mp_context=context) as pool:
        waiting = [pool.submit(run, name, str(folder), seed, count // SHARES) for seed in range(SHARES)]
        return [one.result() for one in waiting]


def told(name: str, reports: list[Report]) -> str:
    packets, refused = sum(r.packets for r in reports), sum(r.refused for r in reports)
    grown = max(r.grown_mb for r in reports)
    return f"{name}: {packets:,} packets, {refused:,} refusals, at most {grown:.1f} MB grown"


@pytest.mark.parametrize("name", doors.DOORS)
def test_a_million_damaged_packets_at_a_door(name: str, folder: Path) -> None:
    count = PACKETS - OVER_SOCKETS[DOOR_OF[name]]
    reports = in_shares(doors.run, name, folder, count)
    print(told(name, reports))

    assert sum(r.packets for r in reports) >= count - 100
    for report in reports:
        assert report.failures == []
        assert report.refused > report.packets // 20
        assert report.is_alive
        assert report.grown_mb < GROWN_MB
        assert report.files == 0
        assert report.threads <= 6  # asyncio's own pool, begun when something is loaded


@pytest.mark.parametrize("name", side_doors.DOORS)
def test_a_million_damaged_packets_at_a_side_door(name: str, folder: Path) -> None:
    count = PACKETS - OVER_SOCKETS.get(name, 0)
    reports = in_shares(side_doors.run, name, folder, count)
    print(told(name, reports))

    assert sum(r.packets for r in reports) >= count - 100
    for report in reports:
        assert report.failures == []
        assert report.refused >= report.packets * side_doors.REFUSED_SHARE.get(name, 0.05)
        assert report.is_alive
        assert report.grown_mb < GROWN_MB
        assert report.files == 0
        assert report.threads <= 6


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_a_million_damaged_documents(name: str, folder: Path) -> None:
    reports = in_shares(documents.run, name, folder, PACKETS)
    print(told(name, reports))

    assert sum(r.packets for r in reports) == PACKETS
    for report in reports:
        assert report.failures == []
        assert report.refused > report.packets // 20
        assert report.accepted > report.packets // 200
        assert report.grown_mb < LIBRARY_MB.get(name, GROWN_MB)
        assert (report.files, report.threads) == (0, 0)


def counters(path: Path) -> dict[str, Any]:
    """The latest counters of a watched engine."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def settled(path: Path) -> dict[str, Any]:
    """The counters once all connections are closed and nothing is being loaded."""
    time.sleep(4.0)
    assert until(lambda: counters(path)["connections"] == 0, 30.0, 0.25)
    time.sleep(1.0)
    return counters(path)


Thrower = Callable[[dict[str, Any], int, float], None]
"""Throws a share of the packets at an engine whose ports are given, drawn from a seed."""


def throw(thrower: Thrower, ready: dict[str, Any], seed: int, share: float) -> None:
    """Throw in a process of its own with a lower priority than the engines."""
    throwing = multiprocessing.get_context("spawn").Process(target=_throw, args=(thrower, ready, seed, share))
    throwing.start()
    throwing.join()
    assert throwing.exitcode == 0


def _throw(thrower: Thrower, ready: dict[str, Any], seed: int, share: float) -> None:
    os.nice(10)
    thrower(ready, seed, share * PACKETS / 1_000_000)


def of_all_servers(ready: dict[str, Any], seed: int, scale: float) -> None:
    """All protocols, one after the other."""
    count = OVER_SOCKETS
    flood.over_udp(ready["osc"], Chance(seed), int(scale * count["udp"]))
    flood.over_tcp(ready["tcp"], Chance(seed + 1), int(scale * count["tcp"]))
    flood.over_websocket(ready["http"], Chance(seed + 2), int(scale * count["websocket"]))
    flood.over_http(ready["http"], Chance(seed + 3), int(scale * count["http"]))


def of_sound(ready: dict[str, Any], seed: int, scale: float) -> None:
    """Sound for layers with an `input`."""
    flood.over_pcm_in(ready["http"], Chance(seed), int(scale * OVER_SOCKETS["pcm_in"]))


def require_alive(engine: RunningEngine) -> None:
    """A parameter still changes, and an event still gets its receipts."""
    client = engine.client()
    client.send({"subscribe": ["parameters"]}, {"resume": True}, {"play": True}, {"tempo": None})
    for value in (0.25, 0.75):
        client.send({"parameter": "health", "value": value})
        deadline = time.monotonic() + 10.0
        while abs(client.until("parameters")["parameters"]["health"] - value) > 0.01:
            assert time.monotonic() < deadline
    client.send({"event": "respawn", "id": "last"})
    client.until("receipt", receipt="last", status="started")
    client.close()


def test_damaged_packets_over_real_sockets_cost_a_running_engine_nothing(tmp_path: Path) -> None:
    require_nothing_missed(tmp_path, load("nightfall").folder, of_all_servers, require_alive)


def test_damaged_sound_over_a_real_socket_costs_a_running_engine_nothing(tmp_path: Path) -> None:
    def is_heard(engine: RunningEngine) -> None:
        client = engine.client()
        client.send({"event": "hit", "id": "last"})
        client.until("receipt", receipt="last", status="started")
        client.close()

    folder = make_preset(tmp_path / "preset", side_doors.WITH_SOUND).folder
    require_nothing_missed(tmp_path, folder, of_sound, is_heard)


def require_nothing_missed(
    tmp_path: Path, preset: Path, thrower: Thrower, then: Callable[[RunningEngine], None]
) -> None:
    """In several rounds, because the machine may stall; a stall also shows in the control."""
    file, control_file = tmp_path / "counters.json", tmp_path / "control.json"
    watched, control = ("tests.helpers.watched", str(file)), ("tests.helpers.watched", str(control_file))
    missed: list[tuple[int, int]] = []
    with (
        playing(tmp_path / "control", preset, "--sink", "null", module=control),
        playing(tmp_path / "engine", preset, "--sink", "null", module=watched) as engine,
    ):
        throw(thrower, engine.ready, 1, 1 / (ROUNDS + 1))  # the warm-up: pools, caches, the first load
        before = settled(file)
        for number in range(ROUNDS):
            first, control_first = counters(file), counters(control_file)
            throw(thrower, engine.ready, 100 + 10 * number, 1 / (ROUNDS + 1))
            last, control_last = counters(file), counters(control_file)
            missed.append((late(first, last), late(control_first, control_last)))
        after = settled(file)
        then(engine)
        said = engine.said()
        assert engine.end() == 0
    more = {key: after[key] - before[key] for key in ("blocks", "packets", "files", "threads")}
    grown = after["resident_mb"] - before["resident_mb"]
    print(f"late blocks and commands, control's behind: {missed}; {more}, {grown:.1f} MB, {len(said)} lines")

    assert sum(with_packets <= without for with_packets, without in missed) > ROUNDS // 2
    assert (after["refused"], after["not_finite"]) == (0, 0)
    assert grown < GROWN_MB
    assert after["files"] == before["files"]
    assert after["threads"] <= before["threads"]
    assert not [line for line in said if "Traceback" in line or "failed" in line]


def late(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Number of late blocks and late commands."""
    return sum(after[key] - before[key] for key in ("late_blocks", "late_commands"))
