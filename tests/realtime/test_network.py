"""A running engine and clients we did not write: hello, errors, receipts, subscriptions, hostile bytes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from adaptive.inputs.osc_codec import OscMessage, encode_bundle
from adaptive.kernel.compile import build
from tests.helpers.playing import Client, RunningEngine, playing, until
from tests.helpers.presets import make_preset

BODY = """
[parameters.threat]
rise_s = 0.05
fall_s = 0.05
[states.place]
values = ["road", "shelter"]
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight", "bass"]
[[select]]
section = "fight"
when = "place == 'shelter' or threat > 0.6"
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "any"
exit_at = "beat"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
cooldown_s = 30.0
"""


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preset(tmp_path_factory.mktemp("network") / "small", BODY).folder


@pytest.fixture(scope="module")
def engine(preset: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    build.addresses(build.STRETCH_UNITS)  # the first message about the tempo would wait for the compiler
    with playing(tmp_path_factory.mktemp("engine"), preset, "--sink", "null") as running:
        yield running


def websocket(engine: RunningEngine, origin: str | None = None) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{engine.ready['http']}/ws", origin=origin)  # type: ignore[arg-type]


def hear(socket: ClientConnection, key: str, seconds: float = 8.0, **wanted: Any) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    heard = []
    while time.monotonic() < deadline:
        try:
            message = json.loads(socket.recv(timeout=max(0.01, deadline - time.monotonic())))
        except TimeoutError:
            break
        heard.append(message)
        inner = message.get(key)
        fields = message | inner if isinstance(inner, dict) else message
        if key in message and all(fields.get(name) == value for name, value in wanted.items()):
            return message
    raise AssertionError(f"no {key} {wanted}; heard {heard[-5:]}")


def test_a_websocket_is_greeted_with_what_the_preset_declares(engine: RunningEngine) -> None:
    with websocket(engine) as socket:
        hello = json.loads(socket.recv(timeout=5.0))["hello"]

    assert (hello["protocol"], hello["preset"], hello["events"]) == (1, "Test", ["hit"])
    assert set(hello["parameters"]) == {"threat"}
    assert hello["states"] == {"place": {"values": ["road", "shelter"], "default": "road"}}


def test_an_event_is_accepted_then_finished_and_says_where_it_sounds(engine: RunningEngine) -> None:
    with websocket(engine) as socket:
        socket.send(json.dumps({"event": "hit", "id": "e1"}))
        accepted = hear(socket, "receipt", receipt="e1")
        finished = hear(socket, "receipt", receipt="e1", status="finished")
        socket.send(json.dumps({"event": "hit", "id": "e2"}))
        dropped = hear(socket, "receipt", receipt="e2")

    assert accepted["status"] == "accepted"
    assert accepted["rule"] == "stingers.hit"
    assert accepted["sounds_at"]["heard_frame"] > accepted["sounds_at"]["frame"]
    assert finished["sounds_at"] == accepted["sounds_at"]
    assert dropped["status"] == "dropped"
    assert "cooldown" in dropped["reason"]


def test_two_clients_may_use_the_same_id(engine: RunningEngine) -> None:
    one, two = engine.client(), engine.client()
    one.send({"state": {"place": "shelter"}, "id": "same"})
    first = one.until("receipt", receipt="same", status="finished")
    two.send({"state": {"place": "shelter"}, "id": "same"})
    second = two.until("receipt", receipt="same")
    one.send({"state": {"place": "road"}, "id": "back"})
    one.until("receipt", receipt="back", status="finished")
    one.close()
    two.close()

    assert (first["status"], second["status"]) == ("finished", "merged")
    assert sum(message.get("receipt") == "same" for message in two.heard) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"parameter": "threat", "value": 0.1, "id": "x"},
        {"volume": 0.9, "id": "x"},
        {"tempo": None, "id": "x"},
        {"resume": True, "id": "x"},
        {"subscribe": ["receipt"], "id": "x"},
        {"play": True, "id": "x"},
        {"event": "hit", "velocity": 0, "id": "x"},
        {"load": "no_such_preset", "id": "x"},
    ],
)
def test_every_message_with_an_id_comes_to_an_end_that_is_told(engine: RunningEngine, document: Any) -> None:
    client = engine.client()
    client.send(document)
    statuses = []
    while not statuses or statuses[-1] in {"accepted", "deferred", "started"}:
        statuses.append(client.until("receipt", receipt="x")["status"])
    client.close()

    assert statuses[-1] in {"merged", "superseded", "dropped", "failed", "finished"}


def test_a_fault_answers_its_sender_alone_and_the_connection_stays(engine: RunningEngine) -> None:
    with websocket(engine) as socket:
        socket.send("{nonsense")
        first = hear(socket, "error")
        socket.send(
            json.dumps([{"parameter": "thraet", "value": 1, "id": "p"}, {"parameter": "threat", "value": 0}])
        )
        second = hear(socket, "error")
        socket.send(b"\x00\x01")
        third = hear(socket, "error")
        socket.send(json.dumps({"parameter": "threat", "value": 0, "id": "good"}))
        hear(socket, "receipt", receipt="good", status="finished")

    expected = "is not JSON: at column 2, expected a key in double quotes"
    assert first == {"error": expected, "at": "", "id": None}
    assert second == {
        "error": "there is no parameter 'thraet' (did you mean 'threat'?)", "at": "[0]", "id": "p",
    }  # fmt: skip
    assert third["error"] == "binary messages are not understood here: send JSON as text"


def test_subscriptions_bring_beats_sections_meters_and_parameters(engine: RunningEngine) -> None:
    client = engine.client()
    client.send({"subscribe": ["beat", "section", "meters", "parameters"]})
    beat = client.until("beat")["beat"]
    meters = client.until("meters")["meters"]
    client.send({"parameter": "threat", "value": 0.9})
    section = client.until("section", target="fight")["section"]
    assert until(lambda: client.until("parameters")["parameters"]["threat"] > 0.8)
    client.until("beat", section="fight")
    client.send({"parameter": "threat", "value": 0.0})
    client.until("section", target="calm")
    client.close()

    assert beat["heard_frame"] > beat["frame"]
    assert beat["tempo_bpm"] == pytest.approx(240.0)
    assert len(meters["peak_db"]) == 2
    assert section["reason"].startswith("select[1]: place == 'shelter' or threat > 0.6")


def to_the_end(socket: ClientConnection) -> list[dict[str, Any]]:
    """All that is said until the other side closes."""
    said = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            said.append(json.loads(socket.recv(timeout=5.0)))
    return said


def test_a_hundred_different_faults_close_a_websocket(engine: RunningEngine) -> None:
    with websocket(engine) as socket:
        for number in range(120):
            socket.send(json.dumps({"event": f"nobody{number}"}))
        said = to_the_end(socket)

    assert said[-1]["error"] == "a hundred different faults within a minute: good-bye"


def test_a_message_that_is_too_long_closes_a_websocket(engine: RunningEngine) -> None:
    with websocket(engine) as socket:
        socket.send("x" * 100_000)
        to_the_end(socket)

    assert socket.close_code == 1009


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        (None, True),
        ("own", True),
        ("http://evil.example", False),
        ("null", False),
        ("http://[", False),
        ("https://127.0.0.1.evil.example", False),
    ],
)
def test_pages_from_elsewhere_are_turned_away(
    engine: RunningEngine, origin: str | None, is_let_in: bool
) -> None:
    if origin == "own":
        origin = f"http://127.0.0.1:{engine.ready['http']}"
    if is_let_in:
        with websocket(engine, origin) as socket:
            assert "hello" in json.loads(socket.recv(timeout=5.0))
    else:
        with pytest.raises(InvalidStatus) as caught, websocket(engine, origin):
            pass
        assert caught.value.response.status_code == 403


def fetch(engine: RunningEngine, path: str, host: str | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{engine.ready['http']}{path}")
    if host is not None:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request, timeout=5.0) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (None, 200),
        ("localhost", 200),
        ("LOCALHOST:8080", 200),
        ("[::1]:8080", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("[", 403),
        ("192.168.1.7", 403),
    ],
)
def test_a_foreign_name_for_this_machine_is_turned_away(
    engine: RunningEngine, host: str | None, status: int
) -> None:
    assert fetch(engine, "/", host)[0] == status


def test_only_its_own_pages_are_served(engine: RunningEngine) -> None:
    assert [fetch(engine, path)[0] for path in ("/", "/page.js", "/midi.js", "/worklet.js")] == [200] * 4
    assert [fetch(engine, path)[0] for path in ("/../pyproject.toml", "/%2e%2e/x", "/nothing")] == [
        404,
        404,
        404,
    ]


def test_nothing_of_all_this_made_a_traceback_or_a_late_block(engine: RunningEngine) -> None:
    assert engine.process.poll() is None
    assert [line for line in engine.said() if "Traceback" in line or "Error" in line] == []


def corpus() -> list[dict[str, Any]]:
    path = Path(os.environ["ADAPTIVE_TEST_DATA"]) / "osc" / "corpus.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.foreign_data
def test_every_packet_of_other_projects_is_answered_in_one_line_while_the_music_goes_on(
    preset: Path, tmp_path: Path
) -> None:
    packets = [bytes.fromhex(entry["hex"]) for entry in corpus()]
    with playing(tmp_path, preset, "--sink", "null", "--record", str(tmp_path / "run")) as engine:
        client = engine.client()
        client.send({"subscribe": ["beat"]})
        before = client.until("beat")["beat"]
        for packet in packets:
            engine.datagram(packet)
        engine.osc("/adaptive/parameter/threat", 0.9)
        client.send({"subscribe": ["beat", "section"]})
        section = client.until("section", target="fight")["section"]
        after = client.until("beat")["beat"]
        assert engine.process.poll() is None
        assert engine.end() == 0
        said = [line for line in engine.said() if line.startswith("OSC from")]

    assert after["frame"] > before["frame"]
    assert section["target"] == "fight"
    assert len(said) >= 20
    assert len(set(said)) == len(said)
    assert len(said) <= len(packets)
    assert not any("Traceback" in line for line in engine.said())
    # one sentence each: nothing that moves a terminal's cursor, nothing that runs on and on
    assert all(line.isprintable() and len(line) < 400 for line in said)


def test_markup_in_an_address_is_no_markup(preset: Path, tmp_path: Path) -> None:
    # an engine of its own: the one above has told its sixty sentences of this minute
    with playing(tmp_path, preset, "--sink", "null") as engine:
        engine.osc("/a[/red]b")
        engine.osc("/[bold]x")
        said = until(lambda: [line for line in engine.said() if "no address here matches" in line][1:])
        lines = engine.said()

    assert said
    assert "OSC from 127.0.0.1: no address here matches '/a[/red]b'" in lines
    assert "OSC from 127.0.0.1: no address here matches '/[bold]x'" in lines


def test_another_preset_is_loaded_and_answers_to_its_own_names(preset: Path, tmp_path: Path) -> None:
    other = tmp_path / "presets" / "second"
    make_preset(other, BODY.replace("threat", "heat").replace("stingers.hit", "stingers.bang"))
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        with playing(tmp_path, preset, "--sink", "null", "--seconds", "60") as engine:
            client = engine.client()
            client.send({"subscribe": ["parameters", "section"]}, {"volume": 0.5})
            client.send({"load": "../second", "id": "bad"})
            failed = client.until("receipt", receipt="bad", status="failed")
            client.send({"load": "second", "id": "good"})
            hello = client.until("hello")["hello"]
            client.until("receipt", receipt="good", status="finished")
            engine.osc("/adaptive/parameter/heat", 0.9)
            section = client.until("section", target="fight")["section"]
            engine.datagram(encode_bundle([OscMessage("/adaptive/parameter/threat", (1.0,))]))
            client.send({"event": "bang", "id": "b"})
            bang = client.until("receipt", receipt="b")
            # the datagram is read by another thread: the answer over TCP may come before it is
            until(lambda: any("there is no parameter 'threat'" in line for line in engine.said()))
            code = engine.end(signal.SIGINT)
            said = engine.said()
    finally:
        os.chdir(here)

    assert failed["status"] == "failed"
    assert list(hello["parameters"]) == ["heat"]
    assert section["target"] == "fight"
    assert bang["status"] == "accepted"
    assert code == 0
    assert any("there is no parameter 'threat'" in line for line in said)
    assert not any("Traceback" in line for line in said)


# the short run takes the other signal on a sound card: `test_device.py`
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_ends_it_in_order(preset: Path, tmp_path: Path, number: int) -> None:
    with playing(tmp_path, preset, "--sink", "null") as engine:
        assert engine.end(number) == 0
        assert not any("Traceback" in line for line in engine.said())


def test_it_ends_after_so_many_seconds_of_music(preset: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    with playing(tmp_path, preset, "--sink", "null", "--seconds", "1") as engine:
        code = engine.process.wait(30.0)

    assert code == 0
    assert time.monotonic() - began > 0.9


def test_it_ends_with_its_parent_if_asked(preset: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "adaptive", "play", str(preset), "--sink", "null", "--ready"]
    command += ["--osc", "0", "--http", "0", "--tcp", "0", "--exit-with-parent"]
    # the parent starts the engine, tells its number once it plays, and goes
    parent = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True); "
        "p.stdout.readline(); print(p.pid, flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", parent, *command], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    child = int(done.stdout)

    assert until(lambda: not is_running(child), 10.0)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_music_is_saved_by_a_message_and_another_engine_goes_on_in_the_same_bar(
    preset: Path, tmp_path: Path
) -> None:
    with playing(tmp_path / "a", preset, "--sink", "null", "--seconds", "60") as engine:
        client = engine.client()
        client.send({"subscribe": ["section"]}, {"state": {"place": "shelter"}, "id": "s"})
        client.until("receipt", receipt="s", status="finished")
        client.send({"save": True, "id": "k"})
        saved = client.until("saved", id="k")["saved"]
        client.send({"restore": saved | {"preset": "another"}, "id": "wrong"})
        wrong = client.until("receipt", receipt="wrong", status="failed")
        client.send({"restore": {"music": 1}, "id": "broken"})
        broken = client.until("receipt", receipt="broken", status="failed")
        client.send({"restore": "x", "id": "no"})
        error = client.until("error")
    with playing(tmp_path / "b", preset, "--sink", "null", "--seconds", "60") as other:
        client = other.client()
        client.send({"subscribe": ["beat"]}, {"restore": saved, "id": "r"})
        client.until("receipt", receipt="r", status="finished")
        beat = client.until("beat", section="fight")["beat"]

    assert saved["section"] == "fight"
    assert "the saved music is of 'another'" in wrong["reason"]
    assert "this is no saved music" in broken["reason"]
    assert "restore must be what `save` answered" in error["error"]
    assert saved["bar"] <= int(beat["position"].split(".")[0]) <= saved["bar"] + 2


def test_beats_are_those_of_the_section_that_plays(preset: Path, tmp_path: Path) -> None:
    with playing(tmp_path, preset, "--sink", "null", "--seconds", "60") as engine:
        client = engine.client()
        client.send({"subscribe": ["beat"]}, {"stop": True, "id": "s"})
        client.until("receipt", receipt="s", status="finished")
        client.send({"play": True, "id": "p"})
        begun = client.until("receipt", receipt="p", status="finished")["sounds_at"]["frame"]
        beats = [client.until("beat", section="calm")["beat"] for _ in range(3)]

    assert [beat["frame"] - begun for beat in beats] in ([0, 12000, 24000], [12000, 24000, 36000])
    assert all(beat["position"].endswith(".0") for beat in beats)


@pytest.mark.ci
def test_a_state_file_of_another_preset_or_section_is_put_aside(preset: Path, tmp_path: Path) -> None:
    state = tmp_path / "music.json"
    fine = {"music": 1, "preset": preset.name, "digest": "", "seed": 1, "section": "calm"}
    for change, why in (
        ({"section": "gone"}, "is in section 'gone'"),
        ({"preset": "other"}, "is of 'other'"),
    ):
        state.write_text(json.dumps(fine | change), encoding="utf-8")
        with playing(tmp_path, preset, "--sink", "null", "--seconds", "60", "--state", str(state)) as engine:
            said = engine.said()
        assert any(why in line and "kept as music.json.broken" in line for line in said)


def test_a_killed_engine_goes_on_in_the_bar_it_was_killed_in(preset: Path, tmp_path: Path) -> None:
    state = tmp_path / "music.json"
    flags = ("--sink", "null", "--seconds", "60", "--state", str(state))
    with playing(tmp_path / "a", preset, *flags) as engine:
        client = engine.client()
        client.send({"state": {"place": "shelter"}, "id": "s"})
        client.until("receipt", receipt="s", status="finished")
        assert until(lambda: json.loads(state.read_text(encoding="utf-8"))["section"] == "fight")
        engine.process.kill()
    kept = json.loads(state.read_text(encoding="utf-8"))
    with playing(tmp_path / "b", preset, *flags) as again:
        client = again.client()
        client.send({"subscribe": ["beat"]})
        beat = client.until("beat")["beat"]
        said = again.said()
    state.write_text("{", encoding="utf-8")
    with playing(tmp_path / "c", preset, *flags) as anew:
        client = anew.client()
        client.send({"subscribe": ["beat"]})
        assert client.until("beat")["beat"]["section"] == "calm"
        told = anew.said()

    assert beat["section"] == "fight"
    assert kept["bar"] <= int(beat["position"].split(".")[0]) <= kept["bar"] + 2
    assert any(f"goes on in fight, bar {kept['bar']}" in line for line in said)
    assert any("it is kept as music.json.broken, and the music begins anew" in line for line in told)


def test_who_comes_late_is_told_what_plays(preset: Path, tmp_path: Path) -> None:
    with playing(tmp_path, preset, "--sink", "null") as engine:
        early = engine.client()
        early.send(
            {"subscribe": ["section"]}, {"state": {"place": "shelter"}}, {"parameter": "threat", "value": 0.5}
        )
        arrived = early.until("section", status="plays", target="fight")["section"]
        late = Client(engine.ready["tcp"])
        now = late.until("hello")["hello"]["now"]
        early.close()
        late.close()

    assert arrived["source"] == "calm"
    assert arrived["heard_frame"] > arrived["frame"]
    assert (now["section"], now["states"], now["is_paused"]) == ("fight", {"place": "shelter"}, False)
    assert now["parameters"]["threat"] == pytest.approx(0.5, abs=0.01)
