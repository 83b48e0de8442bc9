"""The drum pieces a generator may use.  Every kit has all of them."""

from __future__ import annotations

PIECES: dict[str, int] = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "tom_low": 41,
    "hat": 42,
    "hat_open": 46,
    "hat_pedal": 44,
    "tom_mid": 47,
    "crash": 49,
    "tom_high": 50,
    "ride": 51,
    "swell": 55,
    "woodblock": 76,
    "shaker": 82,
}
"""Maps a piece to its note number in the General MIDI percussion map (a swell uses the splash cymbal)."""

SWELL_S = 1.2
"""Seconds from the onset of a swell to its peak.  A swell starts that long before a bar line."""

HANDS = ("snare", "crash", "tom_low", "tom_mid", "tom_high", "rim", "hat_open", "ride", "hat")
"""Pieces that are struck by hand, those that are needed most first: a drummer has two hands."""
