from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from adaptive.preset.load import load
from adaptive.session.full_check import FullCheck
from adaptive.session.instrument_memory import instrument_sentences
from adaptive.session.performance import vocabulary

PRESET = """
schema = 1
name = "piano"
tempo_bpm = 120
[layers.left]
generator = "arpeggio"
instrument = { sfz = "piano.sfz" }
[layers.right]
generator = "arpeggio"
instrument = { sfz = "piano.sfz" }
[layers.far]
generator = "pad"
instrument = { sfz = "piano.sfz", streamed = true }
[sections.all]
layers = ["left", "right", "far"]
"""


def test_memory_of_instruments_and_broken_recordings_are_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((480_000, 2)), 48000)
    soundfile.write(tmp_path / "b.flac", np.random.default_rng(1).normal(0, 0.1, 96_000), 48000)
    packed = (tmp_path / "b.flac").read_bytes()
    (tmp_path / "b.flac").write_bytes(packed[: len(packed) // 2])
    text = "<region> key=60 sample=a.wav\n<region> key=62 sample=b.flac\n"
    (tmp_path / "piano.sfz").write_text(text, encoding="utf-8")
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    preset = load(tmp_path, vocabulary=vocabulary())

    resident, streamed = instrument_sentences(preset, 10**9)
    about = "`piano` has 2 recordings of at most 10.0 s"
    assert resident == f"layers.left, layers.right: {about}: 4.2 MB of memory"
    assert streamed == (
        f"layers.far: {about}, streamed from disk: 0.9 MB of 4.2 MB stay in memory, and about 2 MB for each "
        "stereo note that sounds"
    )
    (told,) = {one.text for one in FullCheck().findings(preset) if "piano" in one.text}
    assert told.startswith("piano: b.flac cannot be read")
    assert told.endswith("; it is silent")
    _, reason = instrument_sentences(preset, 1_000_000)
    assert reason.startswith("piano: is streamed from disk, because the recordings of all instruments need")
