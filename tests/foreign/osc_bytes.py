"""OSC written by hand, as a program without a library would."""

from __future__ import annotations

import struct


def text(value: str) -> bytes:
    """A string, padded with zeros to a multiple of four bytes."""
    raw = value.encode() + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def message(address: str, value: float | None = None) -> bytes:
    """A message with a float, or without arguments."""
    if value is None:
        return text(address) + text(",")
    return text(address) + text(",f") + struct.pack(">f", value)
