"""Draws the pictures of ``docs/music.md``: for every genre a piano roll over its self-similarity matrix.

::

    python -m tools.music_pictures docs/pictures/music [NAME ...] [--real PIECE.mid]

A picture has 48 bars: colours are layers, the row of letters is the form; below, how alike any two bars are,
from white (nothing in common) to black (equal).  ``--real`` draws the same matrix of a MIDI file.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

from tools.pieces import ENSEMBLES, Bars, Ensemble, compose

BARS, BAR_PX, CELL_PX, LOW, HIGH = 48, 14, 5, 26, 92
PALETTE = (
    (198, 40, 40), (66, 133, 244), (46, 125, 50), (239, 154, 26), (123, 31, 162), (0, 131, 143), (90, 90, 90),
)  # fmt: skip
DRUMS = (120, 120, 120)
DRUM_ROWS = (35, 36, 38, 37, 44, 42, 46, 51, 49, 41, 47, 50, 82, 76)

Image = NDArray[np.uint8]


def png(path: Path, image: Image) -> None:
    """Write an image, shape (height, width, 3), with at most 256 colours, as a PNG."""
    flat = image.reshape(-1, 3)
    colours, index = np.unique(flat, axis=0, return_inverse=True)
    rows = index.reshape(image.shape[:2]).astype(np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 3, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"PLTE", colours.astype(np.uint8).tobytes())
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + body + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    )


def roll(ensemble: Ensemble, bars: Bars) -> Image:
    """Return a piano roll: pitches above, drums below, a line at every part of eight bars."""
    height = 2 * (HIGH - LOW) + 3 * len(DRUM_ROWS) + 6
    image = np.full((height, BAR_PX * len(bars), 3), 255, np.uint8)
    image[:, :: BAR_PX * 8] = 200
    pitched = [layer.name for layer in ensemble.layers if layer.generator != "drums"]
    for number, bar in enumerate(bars):
        for layer in ensemble.layers:
            for note in bar[layer.name]:
                first = BAR_PX * (number + float(note.onset) / ensemble.beats)
                last = first + BAR_PX * float(note.duration) / ensemble.beats
                a, b = int(max(0, first)), int(max(first + 1, min(last, image.shape[1])))
                if layer.generator == "drums":
                    row = (
                        2 * (HIGH - LOW) + 6 + 3 * DRUM_ROWS.index(note.midi) if note.midi in DRUM_ROWS else 0
                    )
                    image[row : row + 2, a : a + 1] = DRUMS
                elif LOW <= note.midi < HIGH:
                    row = 2 * (HIGH - 1 - note.midi)
                    image[row : row + 2, a:b] = PALETTE[pitched.index(layer.name) % len(PALETTE)]
    return image


def likeness(contents: Sequence[frozenset[tuple[object, ...]]]) -> NDArray[np.float64]:
    """Return how alike any two bars are: the share of notes that they have in common."""
    count = len(contents)
    matrix = np.ones((count, count))
    for a in range(count):
        for b in range(a):
            union = len(contents[a] | contents[b])
            matrix[a, b] = matrix[b, a] = len(contents[a] & contents[b]) / union if union else 1.0
    return matrix


def contents_of(bars: Bars) -> list[frozenset[tuple[object, ...]]]:
    """Return each bar as a set of layer, place and pitch."""
    return [
        frozenset((name, note.onset, note.midi) for name, notes in bar.items() for note in notes)
        for bar in bars
    ]


def contents_of_midi(path: Path, count: int) -> list[frozenset[tuple[object, ...]]]:
    """Return the first bars of a MIDI file as sets, by its first time signature."""
    file = mido.MidiFile(str(path))
    meters = [m for track in file.tracks for m in track if m.type == "time_signature"]
    beats = meters[0].numerator * 4 / meters[0].denominator if meters else 4.0
    step, bars = file.ticks_per_beat / 4, [set() for _ in range(count)]  # type: list[set[tuple[object, ...]]]
    for number, track in enumerate(file.tracks):
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                bar, place = divmod(round(now / step), round(beats * 4))
                if bar < count:
                    bars[bar].add((number, place, message.note))
    return [frozenset(bar) for bar in bars]


def squares(matrix: NDArray[np.float64], cell_px: int = CELL_PX) -> Image:
    """Return a matrix as an image, white to black in sixteen steps."""
    grey = (255 - 17 * np.round(15 * np.clip(matrix, 0.0, 1.0))).astype(np.uint8)
    return np.repeat(np.kron(grey, np.ones((cell_px, cell_px), np.uint8))[:, :, None], 3, axis=2)


def beside(*images: Image, gap_px: int = 12) -> Image:
    """Return images side by side, aligned at the top."""
    height = max(image.shape[0] for image in images)
    parts = []
    for image in images:
        padded = np.full((height, image.shape[1] + gap_px, 3), 255, np.uint8)
        padded[: image.shape[0], : image.shape[1]] = image
        parts.append(padded)
    return np.concatenate(parts, axis=1)[:, :-gap_px]


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(ENSEMBLES))
    parser.add_argument("--real", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in asked.names:
        _, bars = compose(ENSEMBLES[name], asked.seed, BARS)
        matrix = squares(likeness(contents_of(bars)))
        png(asked.folder / f"{name}.png", beside(roll(ENSEMBLES[name], bars), matrix))
    if asked.real:
        png(asked.folder / "real.png", squares(likeness(contents_of_midi(asked.real, BARS))))


if __name__ == "__main__":
    main()
