"""A million damaged packets: what the OSC receiver takes, Python reads in the same way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.inputs.osc_codec import MAX_PACKET_BYTES, OscMessage, encode_bundle, encode_message
from tests.helpers.mutation import Chance, damaged
from tests.helpers.presets import make_preset
from tests.unit.inputs.test_osc import BODY
from tests.unit.inputs.test_osc_receiver import ADDRESSES, VALUES, Twins

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]

PACKETS = int(os.environ.get("ADAPTIVE_PROVE_PACKETS", "1000000"))


def _wounded(chance: Chance, seeds: list[bytes]) -> bytes:
    """Every other packet with one byte changed, so that the receiver takes some; the others badly damaged."""
    if chance.is_one_in(2):
        return damaged(chance, seeds, MAX_PACKET_BYTES)
    packet = bytearray(chance.one_of(seeds))
    packet[chance.below(len(packet))] = chance.below(256)
    return bytes(packet)


def test_the_receiver_reads_a_million_damaged_packets_as_python_does(tmp_path: Path) -> None:
    parameters = [ParameterSpec("threat"), ParameterSpec("cadence", 60.0, 240.0, 160.0)]
    twins = Twins(make_preset(tmp_path, BODY), Engine(EngineSpec(parameters=parameters)))
    messages = [OscMessage(address, (value,)) for address in ADDRESSES for value in VALUES]
    seeds = [encode_message(message.address, message.arguments) for message in messages]
    seeds += [encode_bundle(messages[at : at + 3]) for at in range(0, len(messages), 3)]
    seeds += [encode_message("/raw", (1, 2.0, value)) for value in VALUES]
    plain = [OscMessage(address, (value,)) for address in ADDRESSES[:4] for value in (0.5, 1, 80.0, True)]
    seeds += [encode_message(message.address, message.arguments) for message in plain] * 10
    seeds += [encode_bundle(plain[at : at + 2]) for at in range(len(plain) - 1)] * 10
    chance = Chance(1)
    taken = sum(twins.compare(_wounded(chance, seeds)) for _ in range(PACKETS))
    print(f"{PACKETS:,} packets, {taken:,} taken by the receiver")

    assert taken > PACKETS // 100
