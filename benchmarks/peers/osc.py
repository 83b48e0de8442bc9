"""Encodes Open Sound Control messages and bundles, as far as the benchmarks need them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

Value = int | float | str | bytes


def message(address: str, *values: Value) -> bytes:
    """Return one encoded message."""
    tags, body = ",", b""
    for value in values:
        if isinstance(value, str):
            tags, body = tags + "s", body + _text(value)
        elif isinstance(value, bytes):
            padding = b"\0" * (-len(value) % 4)
            tags, body = tags + "b", body + struct.pack(">i", len(value)) + value + padding
        elif isinstance(value, int):
            tags, body = tags + "i", body + struct.pack(">i", value)
        else:
            tags, body = tags + "f", body + struct.pack(">f", value)
    return _text(address) + _text(tags) + body


def bundle(seconds: float, messages: Sequence[bytes]) -> bytes:
    """Return an encoded bundle of messages with a time tag."""
    time = struct.pack(">Q", round(seconds * 2**32))
    parts = [struct.pack(">i", len(part)) + part for part in messages]
    return b"#bundle\0" + time + b"".join(parts)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return encoded + b"\0" * (4 - len(encoded) % 4)
