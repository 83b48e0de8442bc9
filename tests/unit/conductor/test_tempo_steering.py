"""A live source steers the tempo of stems, notes and seams, no faster than it allows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.conductor.conductor import Conductor
from adaptive.conductor.messages import SetState, SetTempo, Transport
from adaptive.conductor.tempo.source import TempoTarget
from adaptive.preset.model import Preset
from tests.helpers.presets import (
    RATE,
    Played,
    Player,
    control_step_of,
    make_preset,
    sounding,
    write_sine,
)

BODY = """
[layers.calm]
stem = "calm.wav"
stretch = "tones"
[layers.fight]
stem = "fight.wav"
stretch = "tones"
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm", "bass"]
[sections.fight]
layers = ["fight", "bass"]
tempo_bpm = 220
[[transitions]]
from = "any"
to = "any"
exit_at = { every_bars = 4 }
"""


class Runner:
    """A source whose tempo is a function of seconds."""

    def __init__(self, bpm: Callable[[float], float | None], share: float = 0.04) -> None:
        self.bpm, self.share = bpm, share

    def target(self, now: int) -> TempoTarget | None:
        bpm = self.bpm(now / RATE)
        return None if bpm is None else TempoTarget(bpm, "parameter", self.share)


def player_of(preset: Preset, runner: Runner) -> Player:
    """A player whose source asks before the first frame."""

    class Early(Conductor):
        def begin(self, *args: Any, **more: Any) -> None:
            self.tempo_steering.sources = (runner,)
            super().begin(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adaptive.session.performance.Conductor", Early)
        return Player(preset)


def test_the_music_begins_in_the_tempo_that_a_source_asks_for(tmp_path: Path) -> None:
    played = player_of(make_preset(tmp_path, BODY), Runner(lambda t: 225.0)).play(RATE)

    assert tempi(played).tolist() == pytest.approx([225.0] * 11)
    assert [line["tempo_bpm"] for line in played.lines("tempo")] == [225.0]


def test_the_tempo_is_another_at_once_while_nothing_plays(tmp_path: Path) -> None:
    script: dict[int, list[object]] = {control_step_of(0.2): [Transport(is_playing=False, seconds=0.1)]}
    played = run(make_preset(tmp_path, BODY), 2, Runner(lambda t: 240.0 if t < 1 else 215.0), script)

    assert tempi(played, 0.01)[98] == 240.0
    assert tempi(played, 0.01)[112] == 215.0


def run(
    preset: Preset, seconds: float, runner: Runner, script: dict[int, list[object]] | None = None
) -> Played:
    player = Player(preset)
    player.performance.conductor.tempo_steering.sources = (runner,)
    return player.play(round(seconds * RATE), script or {})  # type: ignore[arg-type]


def tempi(played: Played, every_s: float = 0.1) -> np.ndarray:
    tempo = played.performance.conductor.tempo
    return np.array(
        [tempo.tempo_at(t * RATE) for t in np.arange(0, played.performance.frame / RATE, every_s)]
    )


def test_the_tempo_goes_to_the_target_within_the_limit_of_change(tmp_path: Path) -> None:
    played = run(make_preset(tmp_path, BODY), 4, Runner(lambda t: 240.0 if t < 1 else 220.0))
    found = tempi(played)

    assert found[9] == 240.0
    assert found[-1] == pytest.approx(220.0)
    assert np.abs(np.diff(found)).max() <= 0.1 * 0.04 * 240.0 + 1e-6
    assert [line["tempo_bpm"] for line in played.lines("tempo")] == [240.0, 220.0]
    assert played.performance.engine.telemetry().late_commands == 0


def test_a_source_that_flickers_a_little_leaves_the_tempo_alone(tmp_path: Path) -> None:
    played = run(make_preset(tmp_path, BODY), 3, Runner(lambda t: 230.0 + 0.02 * (int(20 * t) % 2)))
    found = tempi(played)[15:]

    assert np.ptp(found) == 0.0


def test_a_message_comes_before_a_source_and_gives_it_back(tmp_path: Path) -> None:
    script = {control_step_of(1.0): [SetTempo(200.0)], control_step_of(2.0): [SetTempo(None)]}
    played = run(make_preset(tmp_path, BODY), 5, Runner(lambda t: 235.0, share=0.2), script)
    found = tempi(played)

    assert found[19] == pytest.approx(200.0)
    assert found[-1] == pytest.approx(235.0)


def test_a_source_that_asks_for_nothing_any_more_gives_the_section_its_tempo_back(tmp_path: Path) -> None:
    played = run(make_preset(tmp_path, BODY), 4, Runner(lambda t: 230.0 if t < 1.5 else None))

    assert played.performance.conductor.tempo.tempo_at(4 * RATE) == 240.0
    assert played.performance.conductor.playback.tempo_live is None


def test_a_seam_keeps_its_beat_and_the_tempo_goes_on_over_it(tmp_path: Path) -> None:
    script = {control_step_of(1.0): [SetState("section", "fight", "a")]}
    played = run(make_preset(tmp_path, BODY), 6, Runner(lambda t: 240.0 - 6.0 * t), script)
    tempo = played.performance.conductor.tempo
    planned = played.seams()
    arrived = played.lines("layer", section="fight")[0]["frame"]

    assert len(planned) == 1  # what only moves is not planned again in the log
    assert arrived > planned[0]["frame"]
    assert tempo.beat_at(arrived) == pytest.approx(16.0, abs=1e-3)
    assert abs(tempo.tempo_at(arrived + 1) - tempo.tempo_at(arrived - 1)) < 0.1
    assert played.told("a") == ["accepted", "started", "finished"]
    assert played.performance.engine.telemetry().late_commands == 0


def test_a_source_waits_while_a_fill_leads_to_a_seam(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    write_sine(tmp_path / "roll.wav", 300.0, beats=2)
    body = BODY.replace("{ every_bars = 4 }", '"bar"\nfill = "roll"')
    body += '[fills.roll]\nstem = "roll.wav"\nlength_beats = 2\n'
    script = {control_step_of(0.25): [SetState("section", "fight")]}
    played = run(make_preset(tmp_path, body), 5, Runner(lambda t: 240.0 - 4.0 * t), script)
    rolls = sounding(played.buses[played.performance.layout.fills["roll"].bus, 0], floor=0.02)
    tempo, arrived = played.performance.conductor.tempo, played.lines("layer", section="fight")[0]["frame"]

    assert len(rolls) == 1
    assert tempo.beat_at(rolls[0][0]) == pytest.approx(tempo.beat_at(arrived) - 2, abs=0.02)
    assert tempo.tempo_at(5 * RATE) < tempo.tempo_at(arrived)


def test_the_stem_follows_a_source_without_an_error_that_grows(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    steps = random.uniform(215, 240, 40)
    played = run(make_preset(tmp_path, BODY), 10, Runner(lambda t: float(steps[int(4 * t) % 40])))
    stem = played.performance.conductor.assets.stems["calm"]
    tempo, clip = played.performance.conductor.tempo, stem.current
    assert clip is not None
    assert clip.way is not None
    quarter = RATE * 60.0 / 240.0
    exact = clip.way.position + (tempo.beat_at(10 * RATE) - clip.way.beat) * quarter

    assert abs(clip.way.position_at(10 * RATE) - exact) < 0.05
    assert abs(clip.way.beat) < 5.0  # the place from which it was computed has not moved
    gaps = np.diff(sorted(line["frame"] for line in played.lines("note", layer="bass")))
    assert gaps.max() < 2.5 * RATE


def test_a_source_asks_for_too_much(tmp_path: Path) -> None:
    played = run(make_preset(tmp_path, BODY), 2, Runner(lambda t: 1000.0, share=0.5))

    assert played.performance.conductor.tempo.last_tempo() == pytest.approx(480.0)
