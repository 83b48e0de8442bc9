"""The examples of the page on mixing are presets that play, and ducking ducks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent
from adaptive.preset.model import Preset
from tests.helpers import measure
from tests.helpers.presets import RATE, Played, Player, control_step_of, make_preset

PAGE = Path(__file__).parents[2] / "docs" / "mixing.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
TONES = ("pad", "bass", "kick")


def preset_of(folder: Path, example: str) -> Preset:
    """The example, in a preset with a pad on a bus, a bass, a kick and a stinger."""
    tables = {"buses.music": "", "layers.pad": 'stem = "calm.wav"\n', "layers.bass": 'stem = "calm.wav"\n'}
    text = example
    for name, lines in tables.items():
        if f"[{name}]" in text:
            text = text.replace(f"[{name}]", f"[{name}]\n{lines}")
        else:
            text += f"\n[{name}]\n{lines}"
    if 'bus = "music"' not in text:
        text = text.replace("[layers.pad]", '[layers.pad]\nbus = "music"')
    text += '\n[layers.kick]\nstem = "fight.wav"\n[stingers.hit]\nstem = "fight.wav"\nplay_at = "immediate"\n'
    return make_preset(
        folder, f'{text}\n[sections.calm]\nlayers = ["pad", "bass", "kick"]\nlength_bars = 4\n'
    )


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_loads_and_plays(number: int, tmp_path: Path) -> None:
    played = Player(preset_of(tmp_path, EXAMPLES[number])).play(RATE // 4)

    assert measure.rms_db(played.bus("pad")) > -40.0


def music_of(played: Played) -> np.ndarray:
    """Left channel of the bus of the music."""
    left: np.ndarray = played.buses[played.performance.layout.buses.rows["music"], 0]
    return left


def level_db(audio: np.ndarray, second: float) -> float:
    return measure.rms_db(audio[round(second * RATE) : round((second + 0.2) * RATE)])


def test_a_voice_lowers_the_music_and_lets_it_rise(tmp_path: Path) -> None:
    player = Player(preset_of(tmp_path, next(example for example in EXAMPLES if "voice" in example)))
    player.play(RATE // 4)
    player.performance.schedule_values([(RATE // 2, "voice", 0.8), (3 * RATE // 2, "voice", 0.0)])
    music = music_of(player.play(3 * RATE))

    assert level_db(music, 1.0) - level_db(music, 0.2) == pytest.approx(-9.0, abs=0.1)
    assert level_db(music, 2.6) - level_db(music, 0.2) == pytest.approx(0.0, abs=0.2)


def test_the_kick_lowers_the_bass(tmp_path: Path) -> None:
    player = Player(preset_of(tmp_path, next(example for example in EXAMPLES if 'key = "kick"' in example)))
    played = player.play(RATE)

    assert level_db(played.bus("bass"), 0.6) < level_db(played.bus("pad"), 0.6) - 6.0


def test_a_stinger_lowers_the_bus_that_listens_to_it(tmp_path: Path) -> None:
    player = Player(preset_of(tmp_path, next(example for example in EXAMPLES if 'key = "hit"' in example)))
    music = music_of(player.play(RATE, {control_step_of(0.4): [FireEvent("hit")]}))

    assert level_db(music, 0.7) < level_db(music, 0.1) - 4.0
