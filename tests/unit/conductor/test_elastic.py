from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.elastic import KINDS
from adaptive.conductor.messages import SetTempo
from adaptive.kernel.layout import STRETCH_SLICES, STRETCH_TONES
from tests.helpers.presets import RATE, Player, control_step_of, make_preset

BODY = """
[layers.calm]
stem = "calm.wav"
[layers.drums]
stem = "drums.wav"
[sections.calm]
layers = ["calm", "drums"]
"""


def with_drums(folder: Path, more: str = "") -> Player:
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(1)
    beat = random.normal(0, 0.2, 12000) * np.exp(-np.arange(12000) / 600)
    soundfile.write(folder / "drums.wav", np.tile(beat, 16), RATE)
    body = BODY.replace('stem = "drums.wav"\n', f'stem = "drums.wav"\n{more}')
    return Player(make_preset(folder, body, stems={"calm": 220.0}))


def test_each_layer_is_stretched_as_its_recordings_ask_for(tmp_path: Path) -> None:
    player = with_drums(tmp_path)
    player.play(RATE, {control_step_of(0.5): [SetTempo(200.0)]})
    stems = player.performance.conductor.assets.stems
    kinds = {name: stem.elastic.kind for name, stem in stems.items() if stem.elastic is not None}

    assert kinds == {"calm": STRETCH_TONES, "drums": STRETCH_SLICES}


@pytest.mark.parametrize("kind", KINDS)
def test_the_preset_decides_where_it_says_how(tmp_path: Path, kind: str) -> None:
    player = with_drums(tmp_path, f'stretch = "{kind}"\n')
    elastic = player.performance.conductor.assets.stems["drums"].elastic

    assert elastic is not None
    assert elastic.kind == KINDS[kind]
