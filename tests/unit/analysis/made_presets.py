"""Presets made from folders of stems, and their findings."""

from __future__ import annotations

from pathlib import Path

import soundfile

from adaptive.analysis.proposal import propose, write_preset
from adaptive.preset.check import check
from adaptive.preset.load import load
from adaptive.preset.model import Preset


def made_from(stems: Path, target: Path) -> Preset:
    write_preset(propose(stems), target)
    return load(target)


def findings(preset: Preset) -> list[object]:
    seconds = {path: soundfile.info(path).duration for path in preset.stems.values()}
    return list(check(preset, seconds))
