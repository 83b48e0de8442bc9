"""Transitions of a foreign song, one with a bridge and one back: on the beat, and exact to the sample."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from adaptive.analysis.onsets import find_onsets
from adaptive.analysis.samples import ANALYSIS_RATE_HZ
from adaptive.conductor.messages import SetState
from adaptive.preset.load import load
from adaptive.session.performance import vocabulary
from tests.helpers.presets import Played, Player, control_step_of

pytestmark = pytest.mark.foreign_data

RATE = 48000
BEAT_S = 60.0 / 140.0
PRESET = """
schema = 1
name = "War freedom"
tempo_bpm = 140
[layers.song]
stem = "song.ogg"
[layers.guitar]
stem = "guitar.ogg"
[sections.full]
layers = ["song", "guitar"]
length_bars = 16
first_beat_s = 0.045
[sections.lone]
layers = ["guitar"]
length_bars = 16
first_beat_s = 0.045
[sections.away]
layers = ["song"]
length_bars = 16
first_beat_s = 0.045
[[transitions]]
from = "full"
to = "lone"
exit_at = "bar"
enter_at = "same_position"
fade_out = { bars = 1 }
[[transitions]]
from = "lone"
to = "away"
exit_at = "bar"
bridge = "turn"
[[transitions]]
from = "away"
to = "full"
exit_at = "beat"
enter_at = "last_position"
fade_in = { beats = 1 }
[bridges.turn]
stem = "turn.wav"
length_beats = 4
first_beat_s = 0.045
"""


@pytest.fixture
def played(tmp_path: Path) -> Played:
    folder = Path(os.environ["ADAPTIVE_TEST_DATA"]) / "stems"
    for name in ("song", "guitar"):
        shutil.copyfile(folder / f"warfreedom_{name}_140bpm_16bars.ogg", tmp_path / f"{name}.ogg")
    # the song's first bar, as a bridge
    audio, rate = soundfile.read(tmp_path / "song.ogg", dtype="float32")
    soundfile.write(tmp_path / "turn.wav", audio[: round((0.045 + 4 * BEAT_S) * rate)], rate)
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    script = {
        control_step_of(4.0): [SetState("section", "lone")],
        control_step_of(9.0): [SetState("section", "away")],
        control_step_of(16.0): [SetState("section", "full")],
    }
    return Player(load(tmp_path, vocabulary=vocabulary())).play(24 * RATE, script)


def test_each_seam_lies_on_its_bar_or_beat(played: Played) -> None:
    seams = [(line["target"], round(line["t"] / BEAT_S, 3)) for line in played.seams()]

    assert [line["frame"] for line in played.seams()] == [round(beats * BEAT_S * RATE) for _, beats in seams]
    assert seams == [("lone", 12.0), ("bridge:turn", 24.0), ("away", 28.0), ("full", 38.0)]
    # it was left at position 4.1 and is entered there again
    assert played.seams()[-1]["section_position"] == "4.1.0"


def test_after_the_way_back_the_file_plays_at_its_exact_position(played: Played) -> None:
    sounds = played.performance.conductor.assets.stems["song"].sounds["full"][0][0]
    seam = played.seams()[-1]["frame"]
    after = slice(seam + RATE, seam + 2 * RATE)  # after the fade-in
    entry = round(12 * BEAT_S * RATE)
    file = sounds.whole()[0, sounds.origin + entry + RATE : sounds.origin + entry + 2 * RATE]
    heard = played.buses[played.performance.layout.layers["song"].bus, 0, after]

    assert np.abs(heard - file).max() < 1e-6
    # a layer of both sections plays on without a change: the guitar of lone is that of full
    alone = played.performance.conductor.assets.stems["guitar"].sounds["lone"][0][0]
    first = played.seams()[0]["frame"]
    guitar = played.buses[played.performance.layout.layers["guitar"].bus, 0, first - 4800 : first + 4800]
    at = alone.origin + first - 4800
    assert np.abs(guitar - alone.whole()[0, at : at + 9600]).max() < 1e-6


def test_the_beat_goes_on_through_every_seam(played: Played) -> None:
    """Onsets keep to one grid of eighths before and after each seam."""
    mono = soxr.resample(played.master.mean(axis=1), RATE, ANALYSIS_RATE_HZ)
    onsets = find_onsets(mono.astype(np.float32))
    grid_s = BEAT_S / 2.0

    def phase(first_s: float, last_s: float) -> complex:
        inside = (onsets.times_s >= first_s) & (onsets.times_s < last_s)
        phasors = np.exp(2j * np.pi * onsets.times_s[inside] / grid_s)
        return complex((onsets.strengths[inside] * phasors).sum() / onsets.strengths[inside].sum())

    stops = [0.5, *(seam["t"] for seam in played.seams()), 23.0]
    found = [phase(first, last) for first, last in pairwise(stops)]
    off_ms = [1000.0 * float(np.angle(one)) / (2.0 * np.pi) * grid_s for one in found]

    assert all(abs(one) > 0.3 for one in found), found  # there is a beat
    # the guitar alone is ahead of the beat, in the file too; so only parts with the song are compared
    with_song = [off_ms[0], *off_ms[2:]]
    assert max(with_song) - min(with_song) < 10.0, off_ms
