"""Random tempi, sections, stops and live sources: stretched stems are where the conductor has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, Message, SetState, SetTempo, Transport
from adaptive.conductor.tempo.source import TempoTarget
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from tests.helpers.presets import RATE, Player, make_preset, write_blow, write_sine

BODY = """
[layers.calm]
stem = ["calm.wav", "fight.wav"]
order = "random"
stretch = "{first}"
[layers.both]
stem = "both.wav"
stretch = "{second}"
[layers.up]
stem = "calm.wav"
transpose = 3
[layers.bass]
generator = "bass"
[sections.one]
layers = ["calm", "both", "bass"]
[sections.two]
layers = ["both", "up", "bass"]
tempo_bpm = 180
length_bars = 3
[sections.three]
layers = ["calm", "up"]
meter = "6/8"
tempo_bpm = 90
length_beats = 12
[bridges.span]
layers = ["both"]
length_beats = 4
tempo_bpm = 220
[fills.roll]
stem = "roll.wav"
length_beats = 2
[[transitions]]
from = "one"
to = "two"
enter_at = "same_position"
fade_out = { beats = 2 }
fade_in = { beats = 2, start_beats = -1 }
[[transitions]]
from = "two"
to = "one"
bridge = "span"
[[transitions]]
from = "one"
to = "three"
fill = "roll"
[[transitions]]
from = "three"
to = "any"
exit_at = "beat"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
"""
SECTIONS = ("one", "two", "three")
KINDS = ("auto", "tones", "transients", "slices", "varispeed")
TEMPI = (None, 20.0, 150.0, 170.0, 200.0, 230.0, 260.0, 300.0, 400.0)


class Source:
    """Asks for what it is told to ask for."""

    wanted: TempoTarget | None = None

    def target(self, now: int) -> TempoTarget | None:
        return self.wanted


def messages(chance: np.random.Generator) -> list[Message]:
    found: list[Message] = []
    if chance.random() < 0.004:
        found.append(SetTempo(TEMPI[chance.integers(len(TEMPI))]))
    if chance.random() < 0.006:
        found.append(SetState("section", SECTIONS[chance.integers(3)]))
    if chance.random() < 0.004:
        found.append(FireEvent("hit"))
    if chance.random() < 0.0007:
        found.append(Transport(is_playing=False))
    if chance.random() < 0.004:
        found.append(Transport(is_playing=True))
    return found


def distances(player: Player) -> list[float]:
    """How far the kernel's clips are from where the conductor has them, in frames of the sound."""
    clips, now = player.performance.engine.memory["clips"], player.performance.frame
    found = []
    for stem in player.performance.conductor.assets.stems.values():
        clip = stem.current
        if clip is None or clip.sound is None or clip.starts_frame > now - 600:
            continue
        group, column = clips[clip.clip // 8], clip.clip % 8
        assert group["state"][column] == 1
        if clip.way is None or group["follows"][column] == 0:
            loop = clip.sound.loop_frames
            off = (clip.way_position_at(now) - float(group["position"][column])) % loop
            found.append(min(off, loop - off))
            continue
        t = now - group["map_frame"][column]
        rate = group["map_rate"][column] + 0.5 * group["map_rate_change"][column] * t
        there = group["map_position"][column] + t * rate
        found.append(abs(float(there) - clip.shift - clip.way.position_at(now)))
    return found


def wander(folder: Path, seed: int, seconds: float) -> None:
    chance, source = np.random.default_rng(seed), Source()
    folder.mkdir(exist_ok=True)
    write_blow(folder / "blow.wav")
    write_sine(folder / "roll.wav", 300.0, beats=2)
    text = BODY.replace("{first}", str(chance.choice(KINDS))).replace("{second}", str(chance.choice(KINDS)))
    player = Player(make_preset(folder, text))
    if seed % 2:
        player.performance.conductor.tempo_steering.sources = (source,)
    for step in range(round(seconds * RATE / CONTROL_STEP_FRAMES)):
        if chance.random() < 0.05:
            wanted = TempoTarget(chance.uniform(180, 260), "parameter", float(chance.choice([0.02, 0.2])))
            source.wanted = wanted if chance.random() < 0.5 else None
        player.control_step(messages(chance))
        if step % 31 == 0:
            assert max(distances(player), default=0.0) <= 1.0
    played: Any = player.result()
    telemetry = player.performance.engine.telemetry()

    assert telemetry.late_commands == 0
    assert telemetry.not_finite == 0
    assert telemetry.most_hops <= 3
    assert np.isfinite(played.master).all()


@pytest.mark.parametrize("seed", [1, 14])
def test_stems_are_where_the_conductor_believes_them_to_be(tmp_path: Path, seed: int) -> None:
    wander(tmp_path, seed, 12.0)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 130))
def test_stems_are_there_after_a_minute_of_chance(tmp_path: Path, seed: int) -> None:
    wander(tmp_path, seed, 60.0)
