"""The OSC codec against bytes written by hand, against itself, and against python-osc."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle as ForeignBundle
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage as ForeignMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from adaptive.errors import OscError
from adaptive.inputs.osc_codec import (
    IMMEDIATELY,
    IMPULSE,
    MAX_ARRAY_DEPTH,
    MAX_BUNDLE_DEPTH,
    MAX_ELEMENTS,
    MAX_PACKET_BYTES,
    MAX_TAGS,
    OscBundle,
    OscMessage,
    OscTimeTag,
    OscValue,
    decode,
    encode_bundle,
    encode_message,
    flatten,
)

HEAD = "23 62 75 6e 64 6c 65 00"  # "#bundle" and a zero
NOW = "00 00 00 00 00 00 00 01"

# The examples of the OSC 1.0 specification, then one line for every tag and every leniency.
BY_HAND: dict[str, tuple[str, OscMessage | OscBundle]] = {
    "specification, /oscillator/4/frequency 440.0": (
        "2f6f7363 696c6c61 746f722f 342f6672 65717565 6e637900 2c660000 43dc0000",
        OscMessage("/oscillator/4/frequency", (440.0,)),
    ),
    "specification, /foo 1000 -1 hello 1.234 5.678": (
        "2f666f6f 00000000 2c696973 66660000 000003e8 ffffffff 68656c6c 6f000000 3f9df3b6 40b5b22d",
        OscMessage("/foo", (1000, -1, "hello", 1.2339999675750732, 5.677999973297119)),
    ),
    "no arguments": ("2f610000 2c000000", OscMessage("/a", ())),
    "a number that the client wrote 1.0 and sent as an int": (
        "2f610000 2c690000 00000001",
        OscMessage("/a", (1,)),
    ),
    "h": ("2f610000 2c680000 80000000 00000000", OscMessage("/a", (-(2**63),))),
    "d": ("2f610000 2c640000 3ff80000 00000000", OscMessage("/a", (1.5,))),
    "t": ("2f610000 2c740000 00000002 80000000", OscMessage("/a", (OscTimeTag(0x2_8000_0000),))),
    "S": ("2f610000 2c530000 c3a90000", OscMessage("/a", ("é",))),
    "c": ("2f610000 2c630000 00000063", OscMessage("/a", ("c",))),
    "r": ("2f610000 2c720000 ff804020", OscMessage("/a", (b"\xff\x80\x40\x20",))),
    "m": ("2f610000 2c6d0000 00903c7f", OscMessage("/a", (b"\x00\x90\x3c\x7f",))),
    "T F N I": ("2f610000 2c54464e 49000000", OscMessage("/a", (True, False, None, IMPULSE))),
    "b of no bytes, before an int": (
        "2f610000 2c626900 00000000 00000007",
        OscMessage("/a", (b"", 7)),
    ),
    "b with rubbish for padding, before an int (sclang)": (
        "2f610000 2c626900 00000002 0102dead 00000007",
        OscMessage("/a", (b"\x01\x02", 7)),
    ),
    "an array in an array": (
        "2f610000 2c5b695b 735d5d54 00000000 00000001 78000000",
        OscMessage("/a", ((1, ("x",)), True)),
    ),
    "an empty array": ("2f610000 2c5b5d00", OscMessage("/a", ((),))),
    "no type tag string": ("2f610000", OscMessage("/a", ())),
    "no type tag string, and an address without padding": ("2f2f6100", OscMessage("//a", ())),
    "bytes after the last argument": ("2f610000 2c540000 deadbeef 01", OscMessage("/a", (True,))),
    "a last string without its padding": ("2f610000 2c730000 6b00", OscMessage("/a", ("k",))),
    "a last blob without its padding": (
        "2f610000 2c620000 00000001 ff",
        OscMessage("/a", (b"\xff",)),
    ),
    "type tags without padding and without data": ("2f610000 2c5400", OscMessage("/a", (True,))),
    "an empty bundle": (f"{HEAD} {NOW}", OscBundle(1, ())),
    "a bundle in a bundle with an earlier time": (
        f"{HEAD} 00000002 00000000  0000001c  {HEAD} {NOW}  00000008 2f610000 2c540000",
        OscBundle(2 << 32, (OscBundle(1, (OscMessage("/a", (True,)),)),)),
    ),
    "stray bytes behind a message in a bundle": (
        f"{HEAD} {NOW}  0000000c 2f610000 2c540000 deadbeef  00000004 2f620000",
        OscBundle(1, (OscMessage("/a", (True,)), OscMessage("/b", ()))),
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_bytes_written_by_hand_have_the_meaning_written_beside_them(name: str) -> None:
    packet, expected = BY_HAND[name]

    assert expected == decode(bytes.fromhex(packet))


def test_a_true_is_no_one() -> None:
    message = decode(bytes.fromhex("2f610000 2c546900 00000001"))
    assert isinstance(message, OscMessage)

    assert [bool, int] == [type(value) for value in message.arguments]


def test_numbers_that_are_not_finite_are_decoded_and_left_to_the_reader() -> None:
    message = decode(bytes.fromhex("2f610000 2c666600 7fc00000 7f800000"))
    assert isinstance(message, OscMessage)
    nan, infinity = message.arguments

    assert isinstance(nan, float)
    assert math.isnan(nan)
    assert math.inf == infinity


# Packet, and the whole sentence behind "OSC packet refused at byte".
REFUSED: dict[str, tuple[str, str]] = {
    "nothing at all": ("", "0: expected '/' (a message) or '#bundle' and a zero, got nothing"),
    "text": ("74656d70 6f", "0: expected '/' (a message) or '#bundle' and a zero, got 'tempo'"),
    "JSON": (
        "7b7d",
        "0: expected '/' (a message) or '#bundle' and a zero, "
        "got JSON, which belongs on the TCP or WebSocket port",
    ),
    "SLIP": (
        "c02f6100 00c0",
        "0: expected '/' (a message) or '#bundle' and a zero, "
        "got SLIP framing, which belongs to TCP and serial lines",
    ),
    "a length prefix": (
        "00000004 2f610000",
        "0: expected '/' (a message) or '#bundle' and a zero, "
        "got a zero byte, as if a length stood before the packet, which belongs to TCP",
    ),
    "an address without end": (
        "2f666f6f",
        "0: expected a zero byte that ends the address, got none before byte 4",
    ),
    "an address that is not UTF-8": (
        "2f61ff00",
        r"2: expected UTF-8 in the address, got '\xff\x00'",
    ),
    "a sender that never pads": (
        "2f6162 00 2c6600 3f000000",
        "7 (in '/ab'): expected zeros that pad a string to a multiple of 4 bytes, "
        r"got '?\x00\x00\x00'",
    ),
    "a sender that never pads, off by one": (
        "2f61 00 2c6600 3f000000",
        "3 (in '/a'): expected zeros that pad a string to a multiple of 4 bytes, "
        r"got ',f\x00?\x00\x00\x00'",
    ),
    "type tags without a comma": (
        "2f610000 69000000",
        "4 (in '/a'): expected a type tag string, which begins with ',', "
        r"got 'i\x00\x00\x00'",
    ),
    "type tags without end": (
        "2f610000 2c696969",
        "4 (in '/a'): expected a zero byte that ends the type tag string, got none before byte 8",
    ),
    "an unknown tag": (
        "2f610000 2c695200 00000000",
        "6 (in '/a'): expected a type tag out of i f s b h d t S c r m T F N I [ ], got 'R'",
    ),
    "a tag beyond ASCII": (
        "2f610000 2ce90000",
        "5 (in '/a'): expected a type tag out of i f s b h d t S c r m T F N I [ ], got 'é'",
    ),
    "an array that is not closed": (
        "2f610000 2c5b5b5d 00000000",
        "8 (in '/a'): expected a ']' for every '[', got the end of the type tags",
    ),
    "an array that is not opened": (
        "2f610000 2c5d0000",
        "5 (in '/a'): expected a '[' before every ']', got a ']' on its own",
    ),
    "a float of three bytes": (
        "2f610000 2c660000 3f8000",
        "8 (in '/a'): expected 4 bytes for the 'f' argument whose tag is at byte 5, got only 3",
    ),
    "a string that is not UTF-8": (
        "2f610000 2c730000 6f6bff00",
        "10 (in '/a'): expected UTF-8 in the 's' argument whose tag is at byte 5, "
        r"got '\xff\x00'",
    ),
    "a string with rubbish for padding, before an int": (
        "2f610000 2c736900 6b00ff00 00000001",
        "10 (in '/a'): expected zeros that pad a string to a multiple of 4 bytes, "
        r"got '\xff\x00\x00\x00\x00\x01'",
    ),
    "a blob of length -1": (
        "2f610000 2c620000 ffffffff",
        "8 (in '/a'): expected a size of at least 0 for the 'b' argument whose tag is at byte 5, got -1",
    ),
    "a blob that ends behind the packet": (
        "2f610000 2c620000 00000009 0102",
        "12 (in '/a'): expected 9 bytes for the 'b' argument whose tag is at byte 5, got only 2",
    ),
    "a surrogate for a character": (
        "2f610000 2c630000 0000d800",
        "8 (in '/a'): expected a character for the 'c' argument whose tag is at byte 5, got the number 55296",
    ),
    "a bundle without its time": (
        f"{HEAD} 00000000",
        "8: expected 8 bytes for the bundle's time tag, got only 4",
    ),
    "a bundle with three bytes left": (
        f"{HEAD} {NOW} 000000",
        "16: expected 4 bytes for the size of a bundle's element, got only 3",
    ),
    "an element of no bytes": (
        f"{HEAD} {NOW} 00000000",
        "16: expected an element's size that is a positive multiple of 4 and at most 0, got 0",
    ),
    "an element of negative size": (
        f"{HEAD} {NOW} fffffffc",
        "16: expected an element's size that is a positive multiple of 4 and at most 0, got -4",
    ),
    "an element of six bytes": (
        f"{HEAD} {NOW} 00000006 2f610000 2c00 0000",
        "16: expected an element's size that is a positive multiple of 4 and at most 8, got 6",
    ),
    "an element larger than the packet": (
        f"{HEAD} {NOW} 00000008 2f610000",
        "16: expected an element's size that is a positive multiple of 4 and at most 4, got 8",
    ),
    "a message that reads on into the next element": (
        f"{HEAD} {NOW} 00000008 2f610000 2c690000 00000004 2f620000",
        "28 (in '/a'): expected 4 bytes for the 'i' argument whose tag is at byte 25, got only 0",
    ),
    "an element that is no message, behind one that is": (
        f"{HEAD} {NOW} 00000004 2f610000 00000004 6e6f7065",
        "28: expected '/' (a message) or '#bundle' and a zero, got 'nope'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_packet_is_refused_with_its_byte_and_what_belongs_there(name: str) -> None:
    packet, expected = REFUSED[name]
    with pytest.raises(OscError) as refusal:
        decode(bytes.fromhex(packet))

    assert f"OSC packet refused at byte {expected}" == str(refusal.value)


def test_a_refusal_quotes_no_more_than_a_line() -> None:
    address = b"/" + b"a" * 999 + b"\0\0\0\0"
    with pytest.raises(OscError) as refusal:
        decode(address + b"\xff" * 1000)

    assert len(str(refusal.value)) < 400


def nested_bundles(depth: int) -> bytes:
    """Return bundles within bundles, without `encode_bundle`, which refuses some of them."""
    packet = b""
    for _ in range(depth):
        sized = len(packet).to_bytes(4) + packet if packet else b""
        packet = b"#bundle\0" + bytes(7) + b"\1" + sized
    return packet


def test_a_packet_of_the_greatest_size_is_taken() -> None:
    packet = b"/a\0\0,b\0\0" + (MAX_PACKET_BYTES - 12).to_bytes(4)
    packet = packet.ljust(MAX_PACKET_BYTES, b"x")

    assert OscMessage("/a", (b"x" * (MAX_PACKET_BYTES - 12),)) == decode(packet)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"/a".ljust(MAX_PACKET_BYTES + 1, b"\0"), id="bytes"),
        pytest.param(nested_bundles(MAX_BUNDLE_DEPTH + 1), id="bundles in bundles"),
        pytest.param(
            b"/a\0\0," + b"[" * (MAX_ARRAY_DEPTH + 1) + b"]" * (MAX_ARRAY_DEPTH + 1) + b"\0",
            id="arrays in arrays",
        ),
        pytest.param(b"/a\0\0," + b"T" * (MAX_TAGS + 1) + b"\0\0", id="type tags"),
        pytest.param(nested_bundles(1) + b"\0\0\0\4/a\0\0" * (MAX_ELEMENTS + 1), id="elements"),
    ],
)
def test_one_more_than_a_limit_is_refused(packet: bytes) -> None:
    with pytest.raises(OscError, match=r"expected .*at most"):
        decode(packet)


def test_elements_are_counted_over_all_levels_together() -> None:
    half = nested_bundles(1) + b"\0\0\0\4/a\0\0" * (MAX_ELEMENTS // 2)
    sized = len(half).to_bytes(4) + half
    with pytest.raises(OscError, match="at most 1,024 elements"):
        decode(nested_bundles(1) + sized + sized)


def test_every_limit_itself_is_allowed() -> None:
    brackets = b"[" * MAX_ARRAY_DEPTH + b"]" * MAX_ARRAY_DEPTH
    arrays = decode(b"/a\0\0," + brackets + b"\0")
    tags = decode(b"/a\0\0," + b"T" * MAX_TAGS + b"\0")
    _, listed = flatten(decode(nested_bundles(1) + b"\0\0\0\4/a\0\0" * MAX_ELEMENTS))
    innermost = flatten(decode(nested_bundles(MAX_BUNDLE_DEPTH)))

    assert OscMessage("/a", (((((((((),),),),),),),),)) == arrays
    assert OscMessage("/a", (True,) * MAX_TAGS) == tags
    assert [OscMessage("/a", ())] * MAX_ELEMENTS == listed
    assert (IMMEDIATELY, list[OscMessage]()) == innermost


def test_flatten_keeps_the_order_of_the_packet_and_the_outermost_time() -> None:
    a, b, c = (OscMessage(address, ()) for address in ("/a", "/b", "/c"))

    assert (9, [a, b, c]) == flatten(OscBundle(9, (a, OscBundle(5, (b, OscBundle(1, ()))), c)))
    assert (IMMEDIATELY, [a]) == flatten(a)


def test_the_encoder_writes_the_examples_of_the_specification() -> None:
    for name in list(BY_HAND)[:2]:
        packet, meaning = BY_HAND[name]
        assert isinstance(meaning, OscMessage)

        assert bytes.fromhex(packet) == encode_message(meaning.address, meaning.arguments)


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        (2**31 - 1, b"i"),
        (-(2**31), b"i"),
        (2**31, b"h"),
        (-(2**31) - 1, b"h"),
        (1.0, b"f"),
        ("x", b"s"),
        (b"x", b"b"),
        (True, b"T"),
        (False, b"F"),
        (None, b"N"),
        (IMPULSE, b"I"),
        (OscTimeTag(7), b"t"),
        ((1, ()), b"[i[]]"),
    ],
)
def test_each_python_type_has_its_tag(value: OscValue, tag: bytes) -> None:
    packet = encode_message("/a", [value])

    assert b"," + tag == packet[4:].split(b"\0")[0]
    assert OscMessage("/a", (value,)) == decode(packet)


def too_deep_array() -> OscValue:
    value: OscValue = ()
    for _ in range(5000):
        value = (value,)
    return value


def too_deep_bundle() -> OscBundle:
    bundle = OscBundle(1, ())
    for _ in range(5000):
        bundle = OscBundle(1, (bundle,))
    return bundle


@pytest.mark.parametrize(
    ("address", "value", "sentence"),
    [
        ("a", 1, "begins with '/'"),
        ("", 1, "begins with '/'"),
        ("/a\0b", 1, "no zero character"),
        ("/a", "x\0", "no zero character"),
        ("/a", "\ud800", "UTF-8"),
        ("/a", 2**63, "64 signed bits"),
        ("/a", 1e39, "32 bits of an OSC float"),
        ("/a", OscTimeTag(-1), "64 unsigned bits"),
        ("/a", bytes(MAX_PACKET_BYTES), "at most 65,507 bytes"),
        ("/a", (True,) * MAX_TAGS, "at most 1,024 type tags"),
        ("/a", too_deep_array(), "at most 8 deep"),
        ("/a", {"a": 1}, "no type for a value of the type dict"),
    ],
    ids=range(12),
)
def test_what_osc_cannot_carry_is_refused_before_it_is_sent(address: str, value: Any, sentence: str) -> None:
    with pytest.raises(OscError, match=sentence):
        encode_message(address, [value])


@pytest.mark.parametrize(
    ("element", "sentence"),
    [
        (OscMessage("#bundle", ()), "begins with '/'"),
        (OscBundle(2**64, ()), "64 unsigned bits"),
        (too_deep_bundle(), "at most 8 deep"),
        (OscBundle(1, (OscMessage("/a", ()),) * MAX_ELEMENTS), "at most 1,024 elements"),
    ],
    ids=range(4),
)
def test_a_bundle_that_the_decoder_would_refuse_is_not_written(
    element: OscMessage | OscBundle, sentence: str
) -> None:
    with pytest.raises(OscError, match=sentence):
        encode_bundle([element])


characters = st.characters(exclude_characters="\0", codec="utf-8")
texts = st.text(characters, max_size=20)
addresses = texts.map(lambda text: "/" + text)
values: st.SearchStrategy[OscValue] = st.recursive(
    st.one_of(
        st.integers(-(2**63), 2**63 - 1),
        st.floats(width=32, allow_nan=False),
        texts,
        st.binary(max_size=20),
        st.booleans(),
        st.none(),
        st.just(IMPULSE),
        st.builds(OscTimeTag, st.integers(0, 2**64 - 1)),
    ),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
).filter(lambda value: array_depth(value) <= MAX_ARRAY_DEPTH)
messages = st.builds(OscMessage, addresses, st.lists(values, max_size=6).map(tuple))
time_tags = st.integers(0, 2**64 - 1)
elements: st.SearchStrategy[OscMessage | OscBundle] = st.recursive(
    messages,
    lambda inner: st.builds(OscBundle, time_tags, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=5,
).filter(lambda element: bundle_depth(element) < MAX_BUNDLE_DEPTH)


def array_depth(value: OscValue) -> int:
    return 1 + max(map(array_depth, value), default=0) if isinstance(value, tuple) else 0


def bundle_depth(element: OscMessage | OscBundle) -> int:
    if isinstance(element, OscMessage):
        return 0
    return 1 + max(map(bundle_depth, element.elements), default=0)


def typed(value: object) -> object:
    """Return a value with the types of all its parts: True equals 1, and 1 equals 1.0."""
    parts = [typed(part) for part in value] if isinstance(value, tuple) else value
    return type(value), parts


@settings(deadline=None)
@given(messages)
def test_a_message_comes_back_as_it_was_written(message: OscMessage) -> None:
    actual = decode(encode_message(message.address, message.arguments))
    assert isinstance(actual, OscMessage)

    assert message == actual
    assert typed(message.arguments) == typed(actual.arguments)


@settings(deadline=None)
@given(time_tags, st.lists(elements, max_size=4))
def test_a_bundle_comes_back_as_it_was_written(time_tag: int, parts: list[OscMessage | OscBundle]) -> None:
    assert OscBundle(time_tag, tuple(parts)) == decode(encode_bundle(parts, time_tag))


@settings(deadline=None)
@given(messages)
def test_every_packet_written_is_whole_words(message: OscMessage) -> None:
    packet = encode_message(message.address, message.arguments)

    assert padded(packet) == packet


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


# Tag, bytes and meaning of one argument, made here and not by our encoder.
arguments = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda x: ("i", struct.pack(">i", x), x)),
    st.integers(-(2**63), 2**63 - 1).map(lambda x: ("h", struct.pack(">q", x), x)),
    st.floats(width=32, allow_nan=False).map(lambda x: ("f", struct.pack(">f", x), x)),
    st.floats(allow_nan=False).map(lambda x: ("d", struct.pack(">d", x), x)),
    st.tuples(st.sampled_from("sS"), texts).map(
        lambda pair: (pair[0], padded(pair[1].encode() + b"\0"), pair[1])
    ),
    st.binary(max_size=9).map(lambda x: ("b", struct.pack(">i", len(x)) + padded(x), x)),
    st.integers(0, 2**64 - 1).map(lambda x: ("t", struct.pack(">Q", x), OscTimeTag(x))),
    characters.map(lambda x: ("c", struct.pack(">i", ord(x)), x)),
    st.tuples(st.sampled_from("rm"), st.binary(min_size=4, max_size=4)).map(
        lambda pair: (pair[0], pair[1], pair[1])
    ),
    st.sampled_from([("T", b"", True), ("F", b"", False), ("N", b"", None), ("I", b"", IMPULSE)]),
)


@settings(deadline=None)
@given(st.lists(arguments, max_size=12), st.binary(max_size=8))
def test_every_tag_takes_its_bytes_and_no_others(
    parts: list[tuple[str, bytes, OscValue]], stray: bytes
) -> None:
    tags = "".join(tag for tag, _, _ in parts)
    data = b"".join(data for _, data, _ in parts)
    packet = b"/a\0\0" + padded(f",{tags}\0".encode()) + data

    assert OscMessage("/a", tuple(value for _, _, value in parts)) == decode(packet + stray)


# The values that both sides know, but for `d`, which we do not write.
shared_values: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(width=32, allow_nan=False),
    texts,
    st.binary(min_size=1, max_size=20),  # python-osc does not build an empty blob
    st.booleans(),
    st.none(),
)
# Pairs of tag and value, as python-osc's builder takes them; without a tag it chooses one.
foreign_arguments = st.one_of(
    st.tuples(st.none(), shared_values.filter(lambda value: value is not None)),
    st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("d"), st.floats(allow_nan=False)),
    st.just(("N", None)),
)


def foreign_builder(address: str, pairs: list[tuple[str | None, Any]]) -> OscMessageBuilder:
    builder = OscMessageBuilder(address=address)
    for tag, value in pairs:
        builder.add_arg(value, tag)
    return builder


@settings(deadline=None)
@given(addresses, st.lists(foreign_arguments, max_size=6))
def test_what_python_osc_sends_arrives(address: str, pairs: list[tuple[str | None, Any]]) -> None:
    packet = foreign_builder(address, pairs).build().dgram

    assert OscMessage(address, tuple(value for _, value in pairs)) == decode(packet)


def test_an_array_and_a_midi_message_of_python_osc_arrive() -> None:
    builder = OscMessageBuilder(address="/a")
    builder.add_arg([1, ["x", 2.0]])
    builder.add_arg((0, 0x90, 60, 127), "m")

    assert OscMessage("/a", ((1, ("x", 2.0)), b"\x00\x90\x3c\x7f")) == decode(builder.build().dgram)


def test_a_bundle_of_python_osc_arrives() -> None:
    inner = OscBundleBuilder(2 - 2_208_988_800)  # python-osc counts from 1970
    inner.add_content(foreign_builder("/b", [("f", 0.5)]).build())
    outer = OscBundleBuilder(0)  # "immediately"
    outer.add_content(foreign_builder("/a", [("i", 1)]).build())
    outer.add_content(inner.build())
    expected = OscBundle(1, (OscMessage("/a", (1,)), OscBundle(2 << 32, (OscMessage("/b", (0.5,)),))))

    assert expected == decode(outer.build().dgram)


@settings(deadline=None)
@given(addresses, st.lists(shared_values, max_size=6))
def test_python_osc_reads_what_we_write(address: str, sent: list[OscValue]) -> None:
    foreign = ForeignMessage(encode_message(address, sent))

    assert (address, sent) == (foreign.address, foreign.params)


def test_python_osc_reads_a_bundle_that_we_write() -> None:
    sent = [OscMessage("/a", (1,)), OscMessage("/b", ("x",))]
    foreign = ForeignBundle(encode_bundle(sent))

    assert sent == [OscMessage(part.address, tuple(part.params)) for part in foreign]
