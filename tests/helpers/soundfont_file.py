"""Writes small SoundFonts for tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from adaptive.instruments.soundfont_zones import GENERATOR

Generators = Mapping[str, int]


def both(low: int, high: int) -> int:
    """A range of keys or velocities as the amount of a generator."""
    return low | high << 8


def soundfont(
    path: Path,
    samples: Sequence[tuple[np.ndarray, int, int, int, int]],
    programs: Sequence[tuple[str, int, int, Sequence[Generators]]],
    modulators: Sequence[tuple[int, int, int, int, int]] = (),
) -> Path:
    """Write a file; return its path.

    Parameters
    ----------
    samples : sequence of (int16 frames, rate, key, first frame of the loop, frame behind its last)
        The recordings.
    programs : sequence of (name, bank, number, zones)
        Each plays one instrument with these zones; `sample` of a zone names a recording.
    modulators : sequence of (source, destination, amount, amount source, transform)
        Of every zone of every instrument.
    """
    data, headers = b"", b""
    for frames, rate, key, first, behind in samples:
        begin = len(data) // 2
        data += frames.astype("<i2").tobytes() + bytes(92)
        headers += struct.pack(
            "<20sIIIIIBbHH",
            b"s",
            begin,
            begin + frames.size,
            begin + first,
            begin + behind,
            rate,
            key,
            0,
            0,
            1,
        )
    heads, bags, generators = b"", b"", b""
    names, inner_bags, inner, moved = b"", b"", b"", b""
    for row, (name, bank, number, zones) in enumerate(programs):
        heads += struct.pack("<20sHHHIII", name.encode(), number, bank, row, 0, 0, 0)
        bags += struct.pack("<HH", len(generators) // 4, 0)
        generators += struct.pack("<Hh", GENERATOR["instrument"], row)
        names += struct.pack("<20sH", name.encode(), len(inner_bags) // 4)
        for zone in zones:
            inner_bags += struct.pack("<HH", len(inner) // 4, len(moved) // 10)
            moved += b"".join(struct.pack("<HHhHH", *one) for one in modulators)
            ordered = sorted(zone.items(), key=lambda item: item[0] == "sample")
            inner += b"".join(struct.pack("<HH", GENERATOR[key], amount & 0xFFFF) for key, amount in ordered)
    heads += struct.pack("<20sHHHIII", b"EOP", 0, 0, len(programs), 0, 0, 0)
    bags += struct.pack("<HH", len(generators) // 4, 0)
    names += struct.pack("<20sH", b"EOI", len(inner_bags) // 4)
    inner_bags += struct.pack("<HH", len(inner) // 4, len(moved) // 10)
    tables = (
        (b"phdr", heads), (b"pbag", bags), (b"pmod", bytes(10)), (b"pgen", generators + bytes(4)),
        (b"inst", names), (b"ibag", inner_bags), (b"imod", moved + bytes(10)), (b"igen", inner + bytes(4)),
        (b"shdr", headers + bytes(46)),
    )  # fmt: skip
    lists = [
        _list(b"INFO", [(b"ifil", struct.pack("<HH", 2, 1))]), _list(b"sdta", [(b"smpl", data)]),
        _list(b"pdta", tables),
    ]  # fmt: skip
    body = b"sfbk" + b"".join(lists)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def _list(name: bytes, chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    body = name + b"".join(key + struct.pack("<I", len(data)) + data for key, data in chunks)
    return b"LIST" + struct.pack("<I", len(body)) + body


def sine(rate: int = 48000, frames: int = 4800, period: int = 48, peak: float = 0.5) -> np.ndarray:
    """A sine as 16-bit numbers."""
    return np.round(32767 * peak * np.sin(2 * np.pi * np.arange(frames) / period)).astype(np.int16)
