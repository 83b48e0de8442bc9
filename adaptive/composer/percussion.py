"""The pieces a drum part is written for; every kit has them all."""

from __future__ import annotations

PIECES: dict[str, int] = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "tom_low": 41,
    "hat": 42,
    "hat_open": 46,
    "tom_mid": 47,
    "crash": 49,
    "tom_high": 50,
    "swell": 55,
    "woodblock": 76,
    "shaker": 82,
}
"""Piece, and its number in General MIDI's percussion map (a swell is written as a splash)."""

SWELL_S = 1.2
"""Seconds from the onset of a swell to its peak: it is written that long before a bar line."""
