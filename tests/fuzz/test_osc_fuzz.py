"""Hostile OSC packets: any bytes decode or raise `OscError`, in little time and little memory."""

from __future__ import annotations

import struct
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.errors import OscError
from adaptive.inputs.osc_codec import (
    IMPULSE,
    MAX_PACKET_BYTES,
    OscBundle,
    OscMessage,
    OscTimeTag,
    decode,
    encode_bundle,
    encode_message,
    flatten,
)
from tests.helpers.amounts import IS_WHOLE, amount

# Packets that between them go through every branch of the decoder, as seeds to be damaged.
EVERY_TAG = (
    b"/adaptive/parameter/x\0\0\0,ifsbhdtScrmTFNI[i[s]]\0\0"
    + struct.pack(">if4sI4sqdQ4sI", 1, 0.5, b"abc", 3, b"\1\2\3", 2**40, 0.25, 1, b"sym", 0x63)
    + b"rgba\x00\x90\x3c\x7f"
    + struct.pack(">i4s", 7, b"end")
)
INNER = OscBundle(2**63, (OscMessage("/b", ("é", (1, ()))), OscBundle(1, ())))
SEEDS = (
    EVERY_TAG,
    encode_message("/adaptive/state/place/shelter"),
    encode_message("/a", [True, None, IMPULSE, OscTimeTag(5), b"12345", 2**40]),
    encode_bundle([OscMessage("/adaptive/tempo", (172.0,)), INNER, OscMessage("/c", ())]),
    b"/FB\0,f\0\0\x3e\x78\x63\x61\x3d\x71",
)
# Where the decoder branches: these bytes reach deeper than any others.
TELLING = b"\0/,#[]ifsbhdtScrmTFNI\x01\x04\x7f\x80\xff\xc3"

REPLACED = range(256) if IS_WHOLE else sorted({*TELLING, 0x20, 0x41, 0x7E, 0xC0, 0xE0, 0xF0, 0xFE})
"""Bytes that each byte of a packet is replaced by."""

positions = st.integers(0, 2**16)
telling_bytes = st.one_of(st.sampled_from(TELLING), st.integers(0, 255))


def assert_decodes_or_refuses(packet: bytes) -> None:
    """Pass if the packet has a meaning or a one-line refusal; nothing else may be raised."""
    try:
        decoded = decode(packet)
    except OscError as refusal:
        sentence = str(refusal)

        assert sentence.startswith("OSC packet refused at byte ")
        assert sentence.isprintable()
        assert len(sentence) < 400
        return
    _, messages = flatten(decoded)

    assert all(message.address.startswith("/") for message in messages)


@settings(deadline=None, max_examples=amount(60, 200))
@given(st.binary(max_size=200))
def test_random_bytes_decode_or_are_refused(packet: bytes) -> None:
    assert_decodes_or_refuses(packet)


@settings(deadline=None, max_examples=amount(60, 200))
@given(st.binary(max_size=120), st.sampled_from([b"/a\0\0,", b"#bundle\0" + bytes(8)]))
def test_random_bytes_behind_a_right_beginning_decode_or_are_refused(rest: bytes, beginning: bytes) -> None:
    assert_decodes_or_refuses(beginning + rest)


@settings(deadline=None, max_examples=amount(60, 200))
@given(st.text("ifsbhdtScrmTFNI[]x", max_size=24), st.binary(max_size=120))
def test_any_type_tags_over_any_data_decode_or_are_refused(tags: str, data: bytes) -> None:
    head = f",{tags}\0".encode()
    assert_decodes_or_refuses(b"/a\0\0" + head + bytes(-len(head) % 4) + data)


def mutated(packet: bytes, changes: list[tuple[int, int, str]]) -> bytes:
    damaged = bytearray(packet)
    for position, byte, change in changes:
        at = position % (len(damaged) + 1)
        if change == "insert" or at == len(damaged):
            damaged.insert(at, byte)
        elif change == "set":
            damaged[at] = byte
        else:
            del damaged[at]
    return bytes(damaged)


changes = st.lists(
    st.tuples(positions, telling_bytes, st.sampled_from(["set", "set", "insert", "drop"])),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=amount(150, 500))
@given(st.sampled_from(SEEDS), changes)
def test_damaged_packets_decode_or_are_refused(seed: bytes, damage: list[tuple[int, int, str]]) -> None:
    assert_decodes_or_refuses(mutated(seed, damage))


@settings(deadline=None, max_examples=amount(50, 150))
@given(st.sampled_from(SEEDS), st.sampled_from(SEEDS), positions, positions)
def test_two_packets_spliced_decode_or_are_refused(left: bytes, right: bytes, cut: int, resume: int) -> None:
    assert_decodes_or_refuses(left[: cut % (len(left) + 1)] + right[resume % (len(right) + 1) :])


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_a_packet_cut_at_any_byte_decodes_or_is_refused(seed: bytes) -> None:
    for length in range(len(seed)):
        assert_decodes_or_refuses(seed[:length])


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_a_packet_with_any_one_byte_replaced_decodes_or_is_refused(seed: bytes) -> None:
    for position in range(len(seed)):
        for byte in REPLACED:
            assert_decodes_or_refuses(seed[:position] + bytes([byte]) + seed[position + 1 :])


def test_a_message_cut_inside_its_last_number_is_always_refused() -> None:
    packet = encode_message("/adaptive/parameter/intensity", [1, 0.5])
    for length in range(len(packet) - 3, len(packet)):
        with pytest.raises(OscError, match="expected 4 bytes"):
            decode(packet[:length])


def bundle_of(content: bytes) -> bytes:
    return b"#bundle\0" + bytes(8) + content


def nested(depth: int) -> bytes:
    """Return bundles around one another until the packet is full or `depth` is reached."""
    packet = bundle_of(b"")
    for _ in range(depth):
        if len(packet) + 20 > MAX_PACKET_BYTES:
            break
        packet = bundle_of(len(packet).to_bytes(4) + packet)
    return packet


# Each as large as a datagram can be, and made to cost a careless decoder its stack, time or memory.
LARGEST = {
    "bundles in bundles": nested(10_000),
    "a wide bundle of empty bundles": bundle_of((b"\0\0\0\x10" + bundle_of(b"")) * 3274),
    "a wide bundle of short messages": bundle_of(b"\0\0\0\4/a\0\0" * 8186),
    "a bundle of messages with many tags": bundle_of((b"\0\0\4\4/a\0\0," + b"T" * 1019 + bytes(4)) * 63),
    "nothing but type tags": b"/a\0\0," + b"T" * 65_490 + b"\0",
    "nothing but open brackets": b"/a\0\0," + b"[" * 65_490 + b"\0",
    "nothing but array pairs": b"/a\0\0," + b"[]" * 32_745 + b"\0",
    "strings of no characters": b"/a\0\0," + b"s" * 1023 + bytes(64_000),
    "strings without an end": b"/a\0\0," + b"s" * 1022 + b"\0" + b"x" * 64_000,
    "blobs that claim two gigabytes": b"/a\0\0," + b"b" * 1022 + b"\0" + b"\x7f\xff\xff\xff" * 16_000,
    "an address without an end": b"/" * MAX_PACKET_BYTES,
    "an address that is not UTF-8": b"/" + b"\xff" * 65_500 + bytes(4),
    "zeros": bytes(MAX_PACKET_BYTES),
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_hostile_packets_fit_the_datagram(name: str) -> None:
    assert len(LARGEST[name]) <= MAX_PACKET_BYTES


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_hostile_packets_cost_little_time(name: str) -> None:
    begun = time.thread_time()  # of this thread alone: what else the machine does has no part in it
    for _ in range(20):
        assert_decodes_or_refuses(LARGEST[name])

    # the dearest takes 0.3 s, most 0.02 s; a decoder that is quadratic takes minutes
    assert time.thread_time() - begun < 4.0


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_hostile_packets_cost_little_memory(name: str) -> None:
    tracemalloc.start()
    try:
        assert_decodes_or_refuses(LARGEST[name])
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # What a value costs in Python, times the values that the limits and the size allow.
    assert peak_bytes < 32 * MAX_PACKET_BYTES


@pytest.mark.parametrize("excess", [1, 1000, 10 * MAX_PACKET_BYTES])
def test_a_packet_beyond_a_datagram_is_refused_unread(excess: int) -> None:
    with pytest.raises(OscError, match="at most 65,507 bytes"):
        decode(EVERY_TAG.ljust(MAX_PACKET_BYTES + excess, b"\0"))


def test_the_undamaged_seeds_decode() -> None:
    for seed in SEEDS:
        decode(seed)
