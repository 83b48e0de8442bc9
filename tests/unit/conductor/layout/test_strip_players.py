from __future__ import annotations

import tomllib

import pytest

from adaptive.conductor.layout.strip_players import (
    CLIPS_A_BRIDGE,
    CLIPS_A_FILL,
    CLIPS_A_KIT,
    CLIPS_A_STEM,
    CLIPS_A_STINGER,
    strip_players,
)
from adaptive.preset.faults import FaultList
from adaptive.preset.walk import read_file

TEXT = """
schema = 1
name = "Test"
tempo_bpm = 100
[layers.strings]
stem = "strings.wav"
[layers.pad]
generator = "pad"
[layers.drums]
generator = "drums"
instrument = "kit_night"
[stingers.hit]
stem = "hit.wav"
[stingers.bell]
notes = [{ degree = 1, beats = 1 }]
instrument = "bell"
[bridges.rise]
stem = "rise.wav"
length_beats = 4
[bridges.air]
length_beats = 4
[fills.roll]
stem = "roll.wav"
length_beats = 2
[sections.one]
layers = ["pad"]
length_bars = 4
"""
PLAYERS = strip_players(read_file(tomllib.loads(TEXT), FaultList()))


@pytest.mark.parametrize(
    ("strip", "clips", "reads_files"),
    [
        ("layers.strings", CLIPS_A_STEM, True),
        ("layers.pad", 0, False),
        ("layers.drums", CLIPS_A_KIT, False),
        ("stingers.hit", CLIPS_A_STINGER, True),
        ("stingers.bell", 0, False),
        ("bridges.rise", CLIPS_A_BRIDGE, True),
        ("bridges.air", 0, True),
        ("fills.roll", CLIPS_A_FILL, True),
    ],
)
def test_every_player_says_what_it_needs(strip: str, clips: int, reads_files: bool) -> None:
    player = PLAYERS[strip]

    assert (player.clips, player.reads_files) == (clips, reads_files)
    assert (player.instrument(0) is not None) == (strip in {"layers.pad", "stingers.bell"})


def test_a_synthesiser_has_one_instrument_on_its_strip_and_a_kit_its_name() -> None:
    instrument = PLAYERS["layers.pad"].instrument(7)

    assert instrument is not None
    assert (instrument.bus, instrument.kind) == (7, PLAYERS["layers.pad"].player)
    assert PLAYERS["layers.drums"].kit == "kit_night"
    assert [PLAYERS[f"layers.{name}"].instrument(7) for name in ("drums", "strings")] == [None, None]
