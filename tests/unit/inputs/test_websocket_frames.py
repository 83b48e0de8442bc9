"""Frames of WebSocket as RFC 6455 has them; its own examples are in section 5.7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.inputs.websocket_frames import (
    BINARY,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    FrameError,
    FrameReader,
    WebSocketMessage,
    answer_to_close,
    frame,
    unmasked,
)

MASK = bytes.fromhex("37fa213d")
MOST = 70_000


def said(payload: bytes, kind: int = TEXT, *, is_last: bool = True, mask: bytes = MASK) -> bytes:
    """A frame as a client sends it."""
    head = bytearray(frame(payload, kind)[: len(frame(payload, kind)) - len(payload)])
    head[0] &= 0xFF if is_last else 0x7F
    head[1] |= 0x80
    return bytes(head) + mask + unmasked(payload, mask)


def test_the_examples_of_the_standard_are_read() -> None:
    reader = FrameReader(MOST)
    found = reader.read(bytes.fromhex("810548656c6c6f" + "818537fa213d7f9f4d5158" + "010348656c80026c6f"))
    found += reader.read(
        bytes.fromhex("890548656c6c6f" + "8a8537fa213d7f9f4d5158") + frame(bytes(256), BINARY)
    )

    assert found == [
        *[WebSocketMessage(TEXT, b"Hello")] * 3,
        WebSocketMessage(PING, b"Hello"),
        WebSocketMessage(PONG, b"Hello"),
        WebSocketMessage(BINARY, bytes(256)),
    ]


@given(
    st.lists(st.tuples(st.sampled_from([TEXT, BINARY, PING]), st.binary(max_size=300)), max_size=5),
    st.lists(st.integers(1, 40), max_size=60),
    st.binary(min_size=4, max_size=4),
)
def test_messages_are_the_same_however_their_bytes_are_cut(
    messages: list[tuple[int, bytes]], cuts: list[int], mask: bytes
) -> None:
    wanted, data = [], b""
    for kind, payload in messages:
        payload = payload[:125] if kind == PING else payload
        half = len(payload) // 2
        if kind == PING:
            data += said(payload, kind, mask=mask)
        else:  # in two frames, with one between that controls the connection
            data += said(payload[:half], kind, is_last=False, mask=mask) + said(b"x", PONG, mask=mask)
            data += said(payload[half:], CONTINUED, mask=mask)
            wanted.append(WebSocketMessage(PONG, b"x"))
        wanted.append(WebSocketMessage(kind, payload))
    reader, found = FrameReader(MOST), list[WebSocketMessage]()
    for size in cuts:
        piece, data = data[:size], data[size:]
        text = reader.read_text(piece) if piece else None
        found += [WebSocketMessage(TEXT, text)] if text is not None else reader.read(piece)
    found += reader.read(data)

    assert found == wanted


def test_one_short_text_is_read_at_once_and_nothing_else_is() -> None:
    reader = FrameReader(MOST)
    others = [
        b"",
        b"\x81",
        said(b"x" * 126),
        said(b"x", BINARY),
        said(b"x")[:-1],
        said(b"x") * 2,
        frame(b"x"),
    ]

    assert [reader.read_text(one) for one in (said(b""), said(b"{}"), said(b"x" * 125))] == [
        b"", b"{}", b"x" * 125,
    ]  # fmt: skip
    assert [reader.read_text(one) for one in others] == [None] * len(others)
    reader.read(said(b"a", is_last=False))
    assert reader.read_text(said(b"b")) is None


WRONG_FRAMES = (
    "c100", "9100", "8300", "8b00", "0900", "897e0080", "8000", "01008100",
)  # fmt: skip
"""Bits of an extension, opcodes that there are not, cut or long control frames, parts in a wrong order."""


@pytest.mark.parametrize("data", WRONG_FRAMES)
def test_what_is_no_frame_closes_the_connection(data: str) -> None:
    with pytest.raises(FrameError) as caught:
        FrameReader(MOST).read(bytes.fromhex(data))

    assert caught.value.code == 1002


def test_a_message_that_will_be_too_long_is_refused_by_its_length() -> None:
    assert FrameReader(MOST).read(b"\x81\x7f" + MOST.to_bytes(8) + b"x") == []
    for size in (MOST + 1, 2**64 - 1):
        with pytest.raises(FrameError) as caught:
            FrameReader(MOST).read(b"\x81\x7f" + size.to_bytes(8))
        assert caught.value.code == 1009


def test_a_message_in_parts_may_not_be_longer_than_a_whole_one() -> None:
    reader = FrameReader(300)
    reader.read(said(bytes(200), is_last=False))
    with pytest.raises(FrameError) as caught:
        reader.read(said(bytes(101), CONTINUED))

    assert caught.value.code == 1009


def test_what_was_complete_before_broken_bytes_is_kept() -> None:
    with pytest.raises(FrameError) as raised:
        FrameReader(MOST).read(said(b"{}") + b"\xc1\x80" + MASK)
    assert raised.value.before == [WebSocketMessage(TEXT, b"{}")]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03\xe8bye", 1000), (b"\x0f\xa0", 4000), (b"\x03", 1002), (b"\0\0", 1002), (b"\x03\xed", 1002),
        (b"\x03\xf7", 1002), (b"\x13\x88", 1002), (b"\x03\xe8\xff", 1007),
    ],
)  # fmt: skip
def test_a_close_is_answered_by_a_code_that_may_be_sent(payload: bytes, code: int) -> None:
    assert answer_to_close(payload) == code.to_bytes(2)
