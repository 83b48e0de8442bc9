from __future__ import annotations

import numpy as np
import pytest

from adaptive.errors import OscError
from adaptive.inputs.osc_codec import MAX_PACKET_BYTES
from adaptive.inputs.osc_tcp import Framing, LengthFraming, SlipFraming, framing_of


@pytest.mark.parametrize("make", [SlipFraming, LengthFraming])
def test_packets_survive_any_cut_of_the_stream(make: type[Framing], rng: np.random.Generator) -> None:
    packets = [rng.integers(0, 256, size, np.uint8).tobytes() for size in (4, 1, 700, 256, 9)]
    packets.append(bytes([0xC0, 0xDB, 0xDC, 0xDD]) * 8)
    stream = b"".join(make().frame(packet) for packet in packets)
    for step in (1, 3, 64, len(stream)):
        framing = make()
        pieces = (stream[at : at + step] for at in range(0, len(stream), step))
        assert [packet for piece in pieces for packet in framing.feed(piece)] == packets


@pytest.mark.parametrize(("framing", "start"), [(SlipFraming(), b"/"), (LengthFraming(), b"\x00")])
def test_a_stream_without_an_end_is_given_up(framing: Framing, start: bytes) -> None:
    with pytest.raises(OscError, match="a packet is longer than"):
        list(framing.feed(start + b"\xff" * (MAX_PACKET_BYTES + 10)))


def test_the_first_byte_tells_the_protocol() -> None:
    kinds = {byte: type(framing_of(byte)).__name__ for byte in b"\xc0/#\x00{[x\n"}
    assert [kinds[byte] for byte in b"\xc0/#"] == ["SlipFraming"] * 3
    assert kinds[0] == "LengthFraming"
    assert {kinds[byte] for byte in b"{[x\n"} == {"NoneType"}
