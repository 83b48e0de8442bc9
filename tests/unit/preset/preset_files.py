"""Preset files for the tests of loading, functions that write and load them, and their faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.preset.finding import findings_of
from adaptive.preset.load import Preset, Vocabulary, load

NIGHT_RUN = (Path(__file__).parent / "night_run.toml").read_text(encoding="utf-8")


HEAD = 'schema = 1\nname = "Test"\ntempo_bpm = 120\n'


TAIL = """
[layers.pad]
stem = "stems/pad.wav"
[sections.calm]
layers = ["pad"]
[sections.storm]
layers = ["pad"]
"""


VOCABULARY = Vocabulary({"drums": frozenset({"shaker", "kit"})}, frozenset({"kit_light", "pluck"}))


def write(folder: Path, text: str, *stems: str) -> Path:
    (folder / "stems").mkdir(exist_ok=True)
    for stem in ("stems/pad.wav", *stems):
        (folder / stem).write_bytes(b"")
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path, vocabulary: Vocabulary | None = None) -> list[str]:
    with pytest.raises(PresetError) as caught:
        load(folder, vocabulary=vocabulary)
    return [finding.sentence for finding in findings_of(caught.value.findings)]


def loaded(folder: Path, extra: str = "", head: str = HEAD) -> Preset:
    return load(write(folder, head + TAIL + extra))
