"""Reads and writes the frames of WebSocket as a server does (RFC 6455, without extensions)."""

from __future__ import annotations

from dataclasses import dataclass

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
"""Opcodes (section 5.2)."""

LAST, MASKED = 0x80, 0x80
"""The first bit of the first byte says that a message ends; that of the second, that a mask follows."""

SHORT, MIDDLE = 125, 65535
"""Longest payloads whose lengths take 7 and 16 bits."""

WRONG, NO_TEXT, TOO_BIG = 1002, 1007, 1009
"""Codes with which a connection is closed (section 7.4.1)."""

_TEXT_FRAME, _NUMBER = LAST | TEXT, int.from_bytes


class FrameError(ValueError):
    """Bytes that are no frames; the connection has to be closed with a `code`.

    `before` are the messages that were complete before them.
    """

    def __init__(self, sentence: str, code: int = WRONG) -> None:
        super().__init__(sentence)
        self.code = code
        self.before: list[WebSocketMessage] = []


@dataclass(frozen=True, slots=True)
class WebSocketMessage:
    """A message, or a frame that controls the connection.

    Parameters
    ----------
    kind : int
        `TEXT`, `BINARY`, `CLOSE`, `PING` or `PONG`.
    payload : bytes
        Its content, unmasked.
    """

    kind: int
    payload: bytes


def frame(payload: bytes, kind: int = TEXT) -> bytes:
    r"""A message as one frame, unmasked, as servers send it.

    Examples
    --------
    >>> frame(b"{}")
    b'\x81\x02{}'
    >>> frame(bytes(300))[:4]
    b'\x81~\x01,'
    """
    size, first = len(payload), LAST | kind
    if size <= SHORT:
        return bytes((first, size)) + payload
    if size <= MIDDLE:
        return bytes((first, 126)) + size.to_bytes(2) + payload
    return bytes((first, 127)) + size.to_bytes(8) + payload


def answer_to_close(payload: bytes) -> bytes:
    r"""The payload that answers a frame that closes: its code, or one that says what is wrong with it.

    1004 to 1006 and 1015 are never sent, nor are codes beyond those of section 7.4.2; a reason is UTF-8.

    Examples
    --------
    >>> answer_to_close(b"\x03\xe8bye")
    b'\x03\xe8'
    >>> int.from_bytes(answer_to_close(b"\x03\xed"))
    1002
    """
    if not payload:
        return b""
    code = int.from_bytes(payload[:2])
    is_known = 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
    if len(payload) < 2 or not is_known:
        return WRONG.to_bytes(2)
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return NO_TEXT.to_bytes(2)
    return payload[:2]


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """A payload without its mask of four bytes (section 5.3)."""
    size = len(payload)
    pattern = (mask * (size // 4 + 1))[:size]
    plain = int.from_bytes(payload, "little") ^ int.from_bytes(pattern, "little")
    return plain.to_bytes(size, "little")


class FrameReader:
    """Puts messages together from the bytes of a client.

    Parameters
    ----------
    most_bytes : int
        Bytes that a message may have.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._rest = b""
        self._parts = bytearray()  # one piece: a client may send any number of empty frames
        self._kind = CONTINUED

    def read(self, data: bytes) -> list[WebSocketMessage]:
        """Take bytes; return the messages that are complete.

        Raises
        ------
        FrameError
            They are no frames, or a message is too long.
        """
        data = self._rest + data if self._rest else data
        found, at, end = list[WebSocketMessage](), 0, len(data)
        while at < end:
            try:
                sizes = self._sizes(data, at)
            except FrameError as error:
                error.before = found
                raise
            if sizes is None or at + sum(sizes) > end:
                break
            head, size = sizes
            payload = data[at + head : at + head + size]
            if data[at + 1] & MASKED:
                payload = unmasked(payload, data[at + head - 4 : at + head])
            message = self._take(data[at], payload)
            if message is not None:
                found.append(message)
            at += head + size
        self._rest = data[at:] if at else data
        return found

    def read_text(self, data: bytes) -> bytes | None:
        """The content of bytes that are one short text frame, as nearly all are; None: they are not."""
        size = len(data) - 6
        if not 0 <= size <= SHORT or data[0] != _TEXT_FRAME or data[1] != MASKED | size:
            return None
        if self._rest or self._kind:
            return None
        pattern = data[2:6] * (size // 4 + 1)
        plain = _NUMBER(data[6:], "little") ^ _NUMBER(pattern[:size], "little")
        return plain.to_bytes(size, "little")

    def _sizes(self, data: bytes, at: int) -> tuple[int, int] | None:
        """Bytes of the head and of the payload of the frame at a place; None: more bytes have to come."""
        if at + 2 > len(data):
            return None
        first, second = data[at], data[at + 1]
        kind, size, head = first & 0x0F, second & 0x7F, 2
        self._check_head(first, kind, size)
        if size > SHORT:
            count = 2 if size == 126 else 8
            if at + 2 + count > len(data):
                return None
            size, head = int.from_bytes(data[at + 2 : at + 2 + count]), 2 + count
        if kind < CLOSE and size + len(self._parts) > self._most:
            message = f"a message is longer than {self._most} bytes"
            raise FrameError(message, TOO_BIG)
        return head + (4 if second & MASKED else 0), size

    def _check_head(self, first: int, kind: int, size: int) -> None:
        if first & 0x70:
            raise FrameError("a frame has bits of an extension that was not agreed")
        if kind not in (CONTINUED, TEXT, BINARY, CLOSE, PING, PONG):
            message = f"a frame has the opcode {kind}, which there is not"
            raise FrameError(message)
        if kind >= CLOSE and (not first & LAST or size > SHORT):
            raise FrameError("a frame that controls the connection is cut or longer than 125 bytes")
        if kind in (TEXT, BINARY) and self._kind:
            raise FrameError("a message begins within another one")
        if kind == CONTINUED and not self._kind:
            raise FrameError("a message goes on that has not begun")

    def _take(self, first: int, payload: bytes) -> WebSocketMessage | None:
        kind, is_last = first & 0x0F, first & LAST
        if kind >= CLOSE or (is_last and kind != CONTINUED):
            return WebSocketMessage(kind, payload)
        self._kind = kind or self._kind
        self._parts += payload
        if not is_last:
            return None
        message = WebSocketMessage(self._kind, bytes(self._parts))
        self._parts.clear()
        self._kind = CONTINUED
        return message
