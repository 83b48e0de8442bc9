"""The OSC receiver and Python give the same answers to the same packets, while the music plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.inputs.osc_codec import OscMessage, encode_bundle, encode_message
from tests.helpers.playing import playing, until
from tests.helpers.presets import make_preset
from tests.unit.inputs.test_osc import BODY

PACKETS = [
    encode_message("/adaptive/parameter/threat", (0.25,)),
    encode_message("/watch/rpm", (75,)),
    encode_message("/watch/pulse", (93,)),
    encode_message("/watch/pulse", (0,)),  # no reading: the value stays
    encode_message("/adaptive/parameter/cadence", (500.0,)),
    encode_message("/adaptive/parameter/threat", (float("nan"),)),
    encode_message("/adaptive/parameter/treat", (0.5,)),
    encode_bundle([OscMessage("/adaptive/parameter/threat", (0.75,)), OscMessage("/world/zone", (1,))]),
    encode_bundle(
        [
            OscMessage("/adaptive/parameter/threat", (0.625,)),
            OscMessage("/adaptive/parameter/cadence", (90.0,)),
        ]
    ),
    b"nonsense",
    encode_message("/pursuers/nearest_m", (42.5,)),
]


@pytest.mark.parametrize("way", [(), ("--plain-osc",)])
def test_both_ways_give_the_same_answers(tmp_path: Path, way: tuple[str, ...]) -> None:
    preset = make_preset(tmp_path / "preset", BODY)
    with playing(tmp_path, preset.folder, "--sink", "null", "--seconds", "60", *way) as engine:
        client = engine.client()
        client.send({"subscribe": ["parameters"]})
        seen: list[dict[str, Any]] = []

        def values() -> dict[str, Any]:
            seen.append(client.until("parameters")["parameters"])
            return seen[-1]

        for packet in PACKETS:
            engine.datagram(packet)
        found = until(lambda: values() == {"threat": 0.5, "cadence": 90.0, "pulse": 93.0})
        engine.datagram(encode_message("/adaptive/state/place", ("road",)))
        said = until(lambda: len([line for line in engine.said() if "OSC from" in line]) == 4)
        client.close()
        complaints = [line.split("127.0.0.1: ")[1] for line in engine.said() if "OSC from" in line]

    assert found, seen[-3:]
    assert said, engine.said()
    assert complaints == [
        "cadence is out of its range, 60 to 240, and is clamped",
        "/adaptive/parameter/threat: threat must be finite, got NaN",
        "/adaptive/parameter/treat: there is no parameter 'treat' (did you mean 'threat'?)",
        "OSC packet refused at byte 0: expected '/' (a message) or '#bundle' and a zero, got 'nonsense'",
    ]
