from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import (
    FireEvent,
    SetChord,
    SetKey,
    SetMix,
    SetMood,
    SetState,
    SetSteer,
    SetTempo,
    Transport,
)
from adaptive.errors import OscError
from adaptive.inputs.message import (
    Checker,
    LoadPreset,
    NoReading,
    SetParameter,
    SetPaused,
    SetVolume,
    Transaction,
)
from adaptive.inputs.osc import NTP_EPOCH_S, OscReader, OscServer
from adaptive.inputs.osc_codec import IMPULSE, OscMessage, OscTimeTag, encode_bundle, encode_message
from tests.helpers.presets import make_preset

BODY = """
[parameters.threat]
[parameters.cadence]
range = [60.0, 240.0]
[states.place]
values = ["road", "shelter"]
[[inputs]]
osc = "/pursuers/nearest_m"
parameter = "threat"
input_range = [80.0, 5.0]
output_range = [0.0, 1.0]
[[inputs]]
osc = "/watch/rpm"
parameter = "cadence"
input_range = [30.0, 120.0]
output_range = [60.0, 240.0]
[[inputs]]
osc = "/watch/rpm"
parameter = "threat"
input_range = [30.0, 120.0]
[[inputs]]
osc = "/raw"
parameter = "threat"
argument = 2
[[inputs]]
osc = "/world/zone"
state = "place"
values = { 0 = "road", 1 = "shelter" }
[[inputs]]
osc = "/world/name"
state = "place"
[[inputs]]
osc = "/player/caught"
event = "caught"
[[inputs]]
osc = "/player/hides"
state = "place"
values = { 1 = "shelter" }
[parameters.pulse]
range = [40.0, 200.0]
ignore = { below = 30, above = 230 }
[[inputs]]
osc = "/watch/pulse"
parameter = "pulse"
[[inputs]]
osc = "/foot/rpm"
parameter = "cadence"
input_range = [30.0, 120.0]
output_range = [60.0, 240.0]
ignore = [0, 255]
[[inputs]]
osc = "/foot/zone"
state = "place"
ignore = [255]
[[inputs]]
osc = "/foot/hit"
event = "caught"
ignore = [255]
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[[select]]
section = "calm"
[stingers.caught]
stem = "blow.wav"
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> OscReader:
    preset = make_preset(tmp_path_factory.mktemp("osc"), BODY)
    return OscReader(preset, Checker(preset))


def read(reader: OscReader, address: str, *arguments: Any) -> Transaction:
    return reader.read(encode_message(address, arguments))[1]


OWN = [
    ("/adaptive/parameter/threat", (0.5,), SetParameter("threat", 0.5)),
    ("/adaptive/parameter/threat", (1,), SetParameter("threat", 1.0)),
    ("/adaptive/parameter/threat", (True,), SetParameter("threat", 1.0)),
    ("/adaptive/parameter/threat", (False,), SetParameter("threat", 0.0)),
    ("/adaptive/state/place/shelter", (), SetState("place", "shelter")),
    ("/adaptive/state/shelter", (), SetState("place", "shelter")),
    ("/adaptive/state/place", ("shelter",), SetState("place", "shelter")),
    ("/adaptive/state/place", (1,), SetState("place", "shelter")),
    ("/adaptive/event/caught", (), FireEvent("caught")),
    ("/adaptive/event/caught", (0.25,), FireEvent("caught", 0.25)),
    ("/adaptive/event/caught", (0.25, "me"), FireEvent("caught", 0.25, None, "me")),
    ("/adaptive/event/caught", ("me",), FireEvent("caught", 1.0, None, "me")),
    ("/adaptive/event/caught", (127,), FireEvent("caught", 1.0)),
    ("/adaptive/event/caught", (True,), FireEvent("caught", 1.0)),
    ("/adaptive/tempo", (172.0,), SetTempo(172.0)),
    ("/adaptive/tempo", (), SetTempo(None)),
    ("/adaptive/play", (), Transport(is_playing=True)),
    ("/adaptive/stop", (), Transport(is_playing=False)),
    ("/adaptive/pause", (), SetPaused(is_paused=True)),
    ("/adaptive/resume", (), SetPaused(is_paused=False)),
    ("/adaptive/volume", (0.5,), SetVolume(0.5)),
    ("/adaptive/mix/layers.calm.level_db", (-6.0, 0.5), SetMix((("layers.calm.level_db", -6.0),), 0.5)),
    ("/adaptive/mix/layers/calm/level_db", (), SetMix((("layers.calm.level_db", None),))),
    ("/adaptive/steer/density", (0.5,), SetSteer((("density", 0.5),))),
    ("/adaptive/steer/density", (), SetSteer((("density", None),))),
    ("/adaptive/mood", ("tense",), SetMood((-0.45, 0.6), "tense")),
    ("/adaptive/mood", ("",), SetMood(None)),
    ("/adaptive/key", ("D minor",), SetKey("D minor")),
    ("/adaptive/chord", ("Dm7",), SetChord("Dm7")),
    ("/adaptive/chord", ("",), SetChord(None)),
    ("/adaptive/load", ("nightfall",), LoadPreset("nightfall")),
    ("/pursuers/nearest_m", (80.0,), SetParameter("threat", 0.0)),
    ("/pursuers/nearest_m", (200.0,), SetParameter("threat", 0.0)),
    ("/pursuers/nearest_m", (5,), SetParameter("threat", 1.0)),
    ("/pursuers/nearest_m", (-3.0,), SetParameter("threat", 1.0)),
    ("/pursuers/nearest_m", (42.5,), SetParameter("threat", 0.5)),
    ("/raw", ("a", "b", 0.25), SetParameter("threat", 0.25)),
    ("/world/zone", (1,), SetState("place", "shelter")),
    ("/world/zone", (1.0,), SetState("place", "shelter")),
    ("/world/zone", (True,), SetState("place", "shelter")),
    ("/world/zone", (0,), SetState("place", "road")),
    ("/world/zone", ("1",), SetState("place", "shelter")),
    ("/world/name", ("road",), SetState("place", "road")),
    ("/player/caught", (), FireEvent("caught")),
    ("/player/caught", (1,), FireEvent("caught", 1.0)),
    ("/player/caught", (64,), FireEvent("caught", 1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("address", "arguments", "expected"), OWN)
def test_every_address_of_the_contract_and_of_the_preset_is_understood(
    reader: OscReader, address: str, arguments: tuple[Any, ...], expected: Any
) -> None:
    assert read(reader, address, *arguments) == Transaction([expected], [])


BUTTONS = [
    "/adaptive/event/caught", "/player/caught", "/adaptive/play", "/adaptive/stop", "/adaptive/pause",
    "/adaptive/resume", "/adaptive/state/place/shelter", "/adaptive/state/shelter", "/player/hides",
]  # fmt: skip


@pytest.mark.parametrize("address", BUTTONS)
@pytest.mark.parametrize("release", [0, 0.0, False])
def test_a_button_let_go_does_nothing(reader: OscReader, address: str, release: Any) -> None:
    assert read(reader, address, release) == Transaction([], [])


@pytest.mark.parametrize("address", BUTTONS)
@pytest.mark.parametrize("press", [(), (1,), (0.3,), (True,)])
def test_a_button_pressed_acts(reader: OscReader, address: str, press: tuple[Any, ...]) -> None:
    pressed = read(reader, address, *press)

    if address == "/player/hides" and press in {(), (0.3,)}:  # its `values` names 1 alone
        assert len(pressed.faults) == 1
    else:
        assert (len(pressed.requests), pressed.faults) == (1, [])


def test_zero_chooses_the_first_value_where_the_argument_says_which_value(reader: OscReader) -> None:
    assert read(reader, "/adaptive/state/place", 0).requests == [SetState("place", "road")]
    assert read(reader, "/world/zone", 0).requests == [SetState("place", "road")]
    assert read(reader, "/world/zone", False).requests == [SetState("place", "road")]
    assert read(reader, "/world/name", 0).requests == [SetState("place", "road")]


@pytest.mark.parametrize("address", ["/adaptive/event/caugth", "/adaptive/state/shelta"])
def test_a_wrong_name_is_a_fault_when_the_button_is_let_go_too(reader: OscReader, address: str) -> None:
    assert len(read(reader, address, 0).faults) == 1


@pytest.mark.parametrize("value", [0, 255.0, 0.0, False])
def test_an_input_ignores_what_the_device_sends_without_a_reading(reader: OscReader, value: Any) -> None:
    assert read(reader, "/foot/rpm", value) == Transaction([], [])


def test_an_inputs_numbers_are_ignored_before_they_are_scaled(reader: OscReader) -> None:
    assert read(reader, "/foot/rpm", 254).requests == [SetParameter("cadence", 240.0)]
    assert read(reader, "/foot/rpm", 1).requests == [SetParameter("cadence", 60.0)]
    assert read(reader, "/foot/zone", 255) == read(reader, "/foot/hit", 255.0) == Transaction([], [])
    assert read(reader, "/foot/zone", 1).requests == [SetState("place", "shelter")]


@pytest.mark.parametrize("address", ["/adaptive/parameter/pulse", "/watch/pulse"])
def test_a_parameter_ignores_its_numbers_on_every_address(reader: OscReader, address: str) -> None:
    assert read(reader, address, 0).requests == [NoReading("pulse", 0.0)]
    assert read(reader, address, 231).requests == [NoReading("pulse", 231.0)]
    assert read(reader, address, 35).requests == [SetParameter("pulse", 40.0)]
    assert len(read(reader, address, float("nan")).faults) == 1


def test_one_address_may_steer_two_parameters(reader: OscReader) -> None:
    assert read(reader, "/watch/rpm", 75.0).requests == [
        SetParameter("cadence", 150.0),
        SetParameter("threat", 0.5),
    ]


ZONE = "the `values` of /world/zone do not name what it sends, got"
REFUSED = [
    ("/nobody", (1,), "no input listens to '/nobody'"),
    ("/watch/rpm/", (1,), "no input listens to '/watch/rpm/' (did you mean '/watch/rpm'?)"),
    ("/watch/temperature", (1,), "no input listens to '/watch/temperature'"),
    ("/watch/rpn", (1,), "no input listens to '/watch/rpn' (did you mean '/watch/rpm'?)"),
    ("/watch/rpm ", (1,), "no input listens to '/watch/rpm ' (did you mean '/watch/rpm'?)"),
    ("/adaptive/parameter/thraet", (1,), "there is no parameter 'thraet' (did you mean 'threat'?)"),
    ("/adaptive/parameter/threat", (), "threat must be a number, got nothing"),
    ("/adaptive/parameter/threat", ("x",), "threat must be a number, got 'x'"),
    ("/adaptive/parameter/threat", (float("nan"),), "threat must be finite, got NaN"),
    ("/adaptive/state/shelta", (), "place is never 'shelta' (did you mean 'shelter'?)"),
    ("/adaptive/state/place/nowhere", (), "place is never 'nowhere'; there is road, shelter"),
    ("/adaptive/state/place", (), "say which value place gets, such as /adaptive/state/place/road"),
    ("/adaptive/event/nobody", (), "there is no event 'nobody'"),
    ("/adaptive/event/caught", (-1.0,), "velocity must be a number of at least 0, got -1"),
    ("/adaptive/event/caught", (float("nan"),), "velocity must be a number of at least 0, got NaN"),
    ("/adaptive/tempo", ("fast",), None),
    ("/world/zone", (7,), f"{ZONE} 7"),
    ("/world/zone", (float("nan"),), f"{ZONE} NaN"),
    ("/world/zone", (float("inf"),), f"{ZONE} infinity"),
    ("/world/zone", (), f"{ZONE} nothing"),
    ("/world/zone", (IMPULSE,), f"{ZONE} an impulse"),
    ("/world/zone", (None,), f"{ZONE} nothing"),
    ("/adaptive/parameter/threat", (IMPULSE,), "threat must be a number, got an impulse"),
    ("/adaptive/parameter/threat", (OscTimeTag(1),), "threat must be a number, got a time tag"),
    ("/adaptive/parameter/threat", (b"abc",), "threat must be a number, got 3 bytes"),
    ("/adaptive/parameter/threat", ((1.0, "a", None),), 'threat must be a number, got [1, "a", null]'),
    ("/pursuers/nearest_m", ("far",), "threat must be a number, got 'far'"),
    ("/pursuers/nearest_m", (), "threat must be a number, got nothing"),
    ("/pursuers/nearest_m", (float("nan"),), "threat must be finite, got NaN"),
    ("/raw", (0.5,), "threat must be a number, got nothing"),
    ("/adaptive/mix", (3,), None),
    (
        "/adaptive/mix/pan", (3.0,),
        "the mixer has no 'pan'; a name is a key path such as layers.calm.level_db",
    ),
    ("/adaptive/load", (3,), None),
    ("/adaptive/", (), None),
    ("/adaptive/volume", (), "volume must be a number from 0 to 1, got nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "arguments", "expected"), REFUSED)
def test_what_is_wrong_is_refused_in_one_sentence_that_names_its_address(
    reader: OscReader, address: str, arguments: tuple[Any, ...], expected: str | None
) -> None:
    answered = read(reader, address, *arguments)

    assert answered.requests == []
    assert [fault.at for fault in answered.faults] == [address]
    if expected is None:
        expected = answered.faults[0].error
        assert "no address of ours" in expected or "tempo must be" in expected
    assert [fault.error for fault in answered.faults] == [expected]


def test_a_bundle_acts_together_and_only_its_bad_message_is_refused(reader: OscReader) -> None:
    bundle = encode_bundle(
        [
            OscMessage("/nobody", ()),
            OscMessage("/adaptive/parameter/threat", (0.5,)),
            OscMessage("/adaptive/stop", ()),
        ]
    )
    answered = reader.read(bundle)[1]

    assert answered.requests == [SetParameter("threat", 0.5), Transport(is_playing=False)]
    assert len(answered.faults) == 1


def test_malformed_bytes_refuse_the_packet(reader: OscReader) -> None:
    with pytest.raises(OscError):
        reader.read(b'{"parameter": "threat"}')


class Desk:
    """A server with ears: what it received, what it complained about."""

    def __init__(self, reader: OscReader) -> None:
        self.received: list[tuple[float, Transaction]] = []
        self.complaints: list[str] = []
        self.server = OscServer(reader, self._take, self.complaints.append)

    def _take(self, transaction: Transaction, _arrival: int | None) -> None:
        self.received.append((time.monotonic(), transaction))

    def send(self, packet: bytes, sender: str = "10.0.0.1") -> None:
        self.server.datagram_received(packet, (sender, 1))


def ntp(ahead_s: float) -> int:
    return round((time.time() + NTP_EPOCH_S + ahead_s) * 2**32)  # noqa: TID251


def bundle(ahead_s: float, value: float = 0.5) -> bytes:
    return encode_bundle([OscMessage("/adaptive/parameter/threat", (value,))], ntp(ahead_s))


def test_a_time_tag_in_the_near_future_is_waited_for(reader: OscReader) -> None:
    desk = Desk(reader)

    async def wait() -> float:
        began = time.monotonic()
        desk.send(bundle(0.15))
        assert desk.received == []
        deadline = began + 5.0
        while not desk.received and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        return desk.received[0][0] - began

    assert 0.12 < asyncio.run(wait()) < 1.0


@pytest.mark.parametrize("ahead_s", [30.0, -30.0, 1.5, -1.5])
def test_a_time_tag_farther_than_a_second_counts_as_now_and_is_said_once_a_sender(
    reader: OscReader, ahead_s: float
) -> None:
    desk = Desk(reader)
    for _ in range(3):
        desk.send(bundle(ahead_s))
    desk.send(bundle(ahead_s), "10.0.0.2")

    assert len(desk.received) == 4
    assert desk.complaints == [
        f"OSC from 10.0.0.{n}: sends time tags more than a second off; they count as now" for n in (1, 2)
    ]


def test_a_time_tag_of_the_near_past_is_now_and_nothing_to_complain_of(reader: OscReader) -> None:
    desk = Desk(reader)
    desk.send(bundle(-0.3))

    assert (len(desk.received), desk.complaints) == (1, [])


def test_each_complaint_is_made_once_a_sender(reader: OscReader) -> None:
    desk = Desk(reader)
    for _ in range(5):
        desk.send(b"rubbish")
        desk.send(encode_message("/nobody", (1,)))

    assert len(desk.complaints) == 2
    assert desk.server.malformed == 5


def test_a_fault_whose_value_changes_is_one_fault_and_counted(reader: OscReader) -> None:
    desk = Desk(reader)
    for number in range(600):
        desk.send(encode_message("/adaptive/tempo", (1000.0 + number,)))
        desk.send(encode_message("/world/zone", (7 + number,)))
        desk.send(encode_message("/adaptive/parameter/threat", (f"{number}",)))

    assert len(desk.complaints) == 3
    assert set(desk.server.faults.sums()) == {
        complaint.replace("10.0.0.1:", "10.0.0.1: 600 times:") for complaint in desk.complaints
    }


def test_a_value_out_of_range_is_told_once_a_sender_and_parameter(reader: OscReader) -> None:
    desk = Desk(reader)
    for value in (2.0, 3.0, -1.0, 0.5):
        desk.send(encode_message("/adaptive/parameter/threat", (value,)))
    desk.send(encode_message("/adaptive/parameter/cadence", (999,)))
    desk.send(encode_message("/adaptive/parameter/threat", (2.0,)), "10.0.0.2")
    desk.send(encode_message("/adaptive/volume", (-1.0,)), "10.0.0.2")

    assert desk.complaints == [
        "OSC from 10.0.0.1: threat is out of its range, 0 to 1, and is clamped",
        "OSC from 10.0.0.1: cadence is out of its range, 60 to 240, and is clamped",
        "OSC from 10.0.0.2: threat is out of its range, 0 to 1, and is clamped",
        "OSC from 10.0.0.2: volume is out of its range, 0 to 1, and is clamped",
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/nobody", "no input listens to '/nobody'"),
        ("/" + "x" * 5000, f"no input listens to '/{'x' * 56}…'"),
        ("/adaptive/stop1", "'/adaptive/stop1' is no address of ours: parameter, state, event, tempo, play,"),
        ("/adaptive/" + "x/" * 5000, "'/adaptive/x/x/x/"),
        (
            "/adaptive/parameter/thraet",
            "/adaptive/parameter/thraet: there is no parameter 'thraet' (did you mean",
        ),
    ],
)
def test_a_complaint_names_the_address_once_and_cut_short(
    reader: OscReader, address: str, expected: str
) -> None:
    desk = Desk(reader)
    desk.send(encode_message(address, (1,)))

    assert desk.complaints[0].startswith(f"OSC from 10.0.0.1: {expected}")
    assert len(desk.complaints[0]) < 250
    assert desk.complaints[0].count(address[:50]) == 1


def test_no_sender_mutes_the_complaints_of_others(reader: OscReader) -> None:
    desk = Desk(reader)
    for number in range(3000):
        desk.send(encode_message(f"/nobody/{number}", ()))
    desk.complaints.clear()
    desk.send(encode_message("/somebody/else", ()))

    assert len(desk.complaints) == 1


def test_a_preset_without_inputs_still_has_our_addresses(tmp_path: Path) -> None:
    preset = make_preset(
        tmp_path, '[parameters.x]\n[layers.calm]\nstem="calm.wav"\n[sections.calm]\nlayers=["calm"]\n'
    )

    assert read(OscReader(preset, Checker(preset)), "/adaptive/parameter/x", 1).requests == [
        SetParameter("x", 1.0)
    ]
