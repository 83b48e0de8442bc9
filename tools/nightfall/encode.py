"""Writes reproducible files: FLAC, and OGG with a fixed serial number."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tools.nightfall.theory import RATE

SERIAL = 0x6E696768
"""The serial number of all our Ogg streams; encoders choose it at random."""

_POLYNOMIAL = 0x04C11DB7


def write(
    path: Path, audio: np.ndarray[Any, Any], title: str, quality: float, album: str = "Nightfall"
) -> None:
    """Write a stem as 16-bit FLAC or as OGG Vorbis (`quality` 0 to 1), by the file's suffix."""
    kinds = {".flac": ("FLAC", "PCM_16", None), ".ogg": ("OGG", "VORBIS", 1.0 - quality)}
    form, subtype, compression = kinds[path.suffix]
    if path.suffix == ".flac":
        rng = np.random.default_rng(1)
        dither = rng.random(audio.shape) - rng.random(audio.shape)
        audio = np.clip(audio + dither / 32768.0, -1.0, 1.0)
    with soundfile.SoundFile(
        path, "w", RATE, audio.shape[1], subtype, format=form, compression_level=compression
    ) as file:
        file.title, file.license, file.album = title, "CC-BY-4.0", album
        for start in range(0, len(audio), 4096):
            file.write(audio[start : start + 4096])
    if path.suffix == ".ogg":
        path.write_bytes(renumbered(path.read_bytes()))


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (_POLYNOMIAL if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


def renumbered(content: bytes) -> bytes:
    """Return an Ogg stream with its serial number replaced by `SERIAL`, and new checksums."""
    table, result, at = _crc_table(), bytearray(), 0
    while at < len(content):
        segments = content[at + 26]
        lacing = content[at + 27 : at + 27 + segments]
        size = 27 + segments + sum(lacing)
        page = bytearray(content[at : at + size])
        page[14:18] = struct.pack("<I", SERIAL)
        page[22:26] = bytes(4)
        value = 0
        for byte in page:
            value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
        page[22:26] = struct.pack("<I", value)
        result += page
        at += size
    return bytes(result)
