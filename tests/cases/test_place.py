"""A place: fixed destinations over OSC, sensors and desks of the site, subscriptions, who may send."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from adaptive.inputs.osc_codec import OscMessage, decode, encode_message
from tests.helpers.playing import RunningEngine, playing, until

HALL = """
schema = 1
name = "hall"
tempo_bpm = 240
key = "D minor"
[parameters.presence]
[layers.lead]
generator = "melody"
[sections.empty]
layers = ["lead"]
chords = ["Dm", "Gm"]
length_bars = 2
[sections.crowd]
layers = ["lead"]
length_bars = 2
[[select]]
section = "crowd"
when = "presence > 0.5"
[[select]]
section = "empty"
"""

SITE = """
schema = 1
seed = "day"
[osc]
allow = ["127.0.0.0/8"]
[[osc_out]]
to = "127.0.0.1:{port}"
send = ["bar", "section", "harmony", "meters", "parameters", "notes"]
rate_hz = 60
[[inputs]]
osc = "/camera/people"
parameter = "presence"
input_range = [0, 10]
[[inputs]]
osc = "/lamp"
parameter = "lamp"
"""


class Desk:
    """A program that listens at a fixed port."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.heard: list[OscMessage] = []

    def listen(self, *addresses: str, seconds: float = 20.0) -> None:
        """Wait until a message has come to each of these addresses."""
        missing, deadline = set(addresses), time.monotonic() + seconds
        while missing and time.monotonic() < deadline:
            try:
                message = decode(self.socket.recv(65536))
            except TimeoutError:
                continue
            assert isinstance(message, OscMessage)
            self.heard.append(message)
            missing.discard(message.address)
        assert not missing

    def wait_for(self, address: str, *arguments: object) -> None:
        """Wait until a message with these arguments has come."""
        deadline = time.monotonic() + 20.0
        while time.monotonic() < deadline:
            self.listen(address)
            if self.last(address) == arguments:
                return
        raise AssertionError((address, self.last(address)))

    def last(self, address: str) -> tuple[Any, ...]:
        return [one.arguments for one in self.heard if one.address == address][-1]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.socket.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, desk: Desk) -> Iterator[RunningEngine]:
    folder = tmp_path_factory.mktemp("place")
    (folder / "hall").mkdir()
    (folder / "hall" / "preset.toml").write_text(HALL, encoding="utf-8")
    site = folder / "site.toml"
    site.write_text(SITE.format(port=desk.socket.getsockname()[1]), encoding="utf-8")
    with playing(folder, folder / "hall", "--sink", "null", "--site", str(site)) as running:
        yield running


def test_a_listener_at_a_fixed_port_hears_bars_harmony_meters_parameters_and_notes(
    engine: RunningEngine, desk: Desk
) -> None:
    desk.listen(
        "/adaptive/bar", "/adaptive/harmony", "/adaptive/harmony/next", "/adaptive/meters/peak_db",
        "/adaptive/meters/rms_db", "/adaptive/value/presence", "/adaptive/played/lead",
    )  # fmt: skip
    pitch, velocity, seconds = desk.last("/adaptive/played/lead")

    assert desk.last("/adaptive/bar")[1] == "empty"
    assert desk.last("/adaptive/harmony")[0] == "D minor"
    assert desk.last("/adaptive/harmony/next")[1] in {"Dm", "Gm"}
    assert (0 <= pitch <= 127, 0 < velocity <= 1, seconds > 0) == (True, True, True)
    assert "/adaptive/beat" not in {one.address for one in desk.heard}
    assert not any(one.address.startswith("/adaptive/parameter") for one in desk.heard)


def test_an_input_of_the_site_acts_and_one_that_the_preset_lacks_is_told_with_its_line(
    engine: RunningEngine, desk: Desk
) -> None:
    engine.osc("/camera/people", 8)
    desk.heard.clear()
    desk.wait_for("/adaptive/section", "crowd")

    assert desk.last("/adaptive/section/next")[0] == "crowd"
    assert any("site.toml:16 inputs[2].parameter" in line and "lamp" in line for line in engine.said())


def test_a_client_subscribes_over_osc_at_its_own_port_or_another(engine: RunningEngine) -> None:
    one, other = Desk(), Desk()
    to = ("127.0.0.1", engine.ready["osc"])
    one.socket.sendto(encode_message("/adaptive/subscribe", ["beat", "parameters"]), to)
    one.listen("/adaptive/beat", "/adaptive/value/presence")
    bar, beat, tempo, section = one.last("/adaptive/beat")
    port = other.socket.getsockname()[1]
    one.socket.sendto(encode_message("/adaptive/subscribe", ["bar", port]), to)
    other.listen("/adaptive/bar")
    one.socket.sendto(encode_message("/adaptive/subscribe", []), to)
    one.socket.sendto(encode_message("/adaptive/subscribe", ["beet"]), to)
    told = until(lambda: [line for line in engine.said() if "beet" in line])

    assert (bar >= 1, 1 <= beat <= 4, tempo, section in {"empty", "crowd"}) == (True, True, 240.0, True)
    assert {message.address for message in other.heard} == {"/adaptive/bar"}
    assert "did you mean 'beat'?" in told[0]
    one.socket.close()
    other.socket.close()
