"""What a drum is made of: partials of a skin or of metal, two noises, a sweep of pitch, and their chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.kernel.layout import record

PARTIALS = 8
PIECE_NAMES = (
    "kick", "rim", "snare", "tom_low", "hat", "hat_open", "hat_pedal", "tom_mid", "crash", "tom_high", "ride",
    "swell", "woodblock", "shaker", "clap", "cowbell",
)  # fmt: skip
LOW, BAND, HIGH = range(3)

SKIN = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501)
"""Modes of a circular membrane (Fletcher & Rossing, "The Physics of Musical Instruments", table 3.1)."""

PLATE = (1.0, 1.483, 1.932, 2.546, 2.63, 3.897, 4.32, 5.81)
"""Partials of struck metal, so far apart that none is a harmonic of another."""

PIECE = record(
    [
        ("hertz", "f4"),
        ("ratio", "f4", PARTIALS),
        ("level", "f4", PARTIALS),
        ("rate", "f4", PARTIALS),  # of decay, octaves a frame
        ("sweep", "f4"),  # semitones above its pitch at which a hit begins
        ("sweep_rate", "f4"),  # octaves a frame
        ("noise_level", "f4", 2),
        ("noise_hertz", "f4", 2),
        ("noise_damping", "f4", 2),
        ("noise_output", "i4", 2),
        ("noise_rise", "f4", 2),  # share a frame
        ("noise_rate", "f4", 2),
        ("bursts", "i4"),  # strokes of the first noise, as of a clap
        ("burst_frames", "i4"),
        ("drive", "f4"),
        ("gain", "f4"),
        ("pan", "f4"),
        ("choke", "i4"),  # 0: none
        ("tail", "i4"),  # frames after which a hit is over
    ]
)
"""A piece as the kernel reads it."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A noise of a drum: level, frequency and quality of its filter, attack and decay in seconds."""

    level: float = 0.0
    hertz: float = 3000.0
    output: int = BAND
    q: float = 0.7
    decay_s: float = 0.1
    attack_s: float = 0.0002


@dataclass(frozen=True, slots=True)
class Piece:
    """A drum.

    Parameters
    ----------
    hertz : float
        Lowest partial.
    ratios : tuple of float
        Up to eight partials, over the lowest.
    tone : float
        Level of the partials together.
    decay_s : float
        Time in which the lowest falls by 60 dB; others are faster by their ratio to the power of `damping`.
    slope : float
        Level of a partial over that of the one before.
    sweep, sweep_s : float
        Semitones by which a hit begins higher, and the time in which half of that is gone.
    noise, wires : Noise
        Two noises.
    bursts, burst_s : int, float
        Strokes of the first noise, and the time between them.
    drive : float
        Saturation; 0 is none.
    gain_db, pan : float
        Level and place in the kit.
    choke : int
        Pieces of one group, above 0, silence each other.
    """

    hertz: float = 200.0
    ratios: tuple[float, ...] = SKIN[:4]
    tone: float = 1.0
    decay_s: float = 0.3
    damping: float = 1.0
    slope: float = 0.6
    sweep: float = 0.0
    sweep_s: float = 0.02
    noise: Noise = Noise()
    wires: Noise = Noise()
    bursts: int = 1
    burst_s: float = 0.011
    drive: float = 0.0
    gain_db: float = 0.0
    pan: float = 0.0
    choke: int = 0


def fill_piece(row: Any, piece: Piece, rate: int) -> None:
    """Write a piece into a `PIECE`."""
    octaves = np.log2(1000.0)
    row["hertz"] = piece.hertz
    levels = np.array([piece.slope**number for number in range(len(piece.ratios))])
    levels *= piece.tone / max(levels.sum(), 1e-9)
    for number, ratio in enumerate(piece.ratios):
        row["ratio"][number], row["level"][number] = ratio, levels[number]
        row["rate"][number] = octaves * ratio**piece.damping / (piece.decay_s * rate)
    row["sweep"], row["sweep_rate"] = piece.sweep, 1.0 / (piece.sweep_s * rate)
    for number, noise in enumerate((piece.noise, piece.wires)):
        row["noise_level"][number], row["noise_hertz"][number] = noise.level, noise.hertz
        row["noise_damping"][number], row["noise_output"][number] = 1.0 / noise.q, noise.output
        row["noise_rise"][number] = 1.0 / max(noise.attack_s * rate, 1.0)
        row["noise_rate"][number] = octaves / (noise.decay_s * rate)
    row["bursts"], row["burst_frames"] = piece.bursts, round(piece.burst_s * rate)
    row["drive"], row["gain"], row["pan"] = piece.drive, 10.0 ** (piece.gain_db / 20.0), piece.pan
    row["choke"] = piece.choke
    longest = max(
        piece.decay_s, piece.noise.decay_s + piece.noise.attack_s, piece.wires.decay_s + piece.wires.attack_s
    )
    row["tail"] = round(1.6 * longest * rate) + 64


Kit = Mapping[str, Piece]
"""Pieces by name; every kit has all of `PIECE_NAMES`."""
