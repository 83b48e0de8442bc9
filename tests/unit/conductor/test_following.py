from __future__ import annotations

import itertools
import statistics
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import (
    Message,
    MoveProgramme,
    SetFollowing,
    SetOutputLatency,
    SetProgramme,
    SetTempo,
    TakeSteps,
    Transport,
)
from adaptive.follow.programme import Programme, ProgrammeStep
from adaptive.preset.model import Preset
from tests.helpers.presets import RATE, Played, Player, control_step_of, make_preset

HEAD = 'schema = 1\nname = "Run"\ntempo_bpm = 160\n'
SECTION = (
    '[layers.pad]\ngenerator = "pad"\n'
    '[sections.road]\nlayers = []\nlength_bars = 4\n[stingers.bell]\nstem = "blow.wav"\n'
)
PARAMETERS = "[parameters.cadence]\nrange = [0, 240]\n[parameters.heart]\nrange = [0, 255]\n"
FOLLOW = """
[tempo_follow]
parameter   = "cadence"
phase_event = "step"
range_bpm   = [148, 174]
heart_rate  = "heart"
cue_event   = "bell"
"""
FAST = ProgrammeStep("fast", 4.0, cadence_spm=168.0)
FREE = ProgrammeStep("free", 600.0)


def preset(folder: Path, follow: str = FOLLOW) -> Preset:
    return make_preset(folder, PARAMETERS + follow + SECTION, HEAD)


def programme(*steps: ProgrammeStep, **more: float) -> SetProgramme:
    return SetProgramme(Programme("p", steps, **more))  # type: ignore[arg-type]


def walked(player: Player, cadence: list[float], script: dict[float, list[Message]] | None = None) -> Played:
    """Play with a reading of the cadence each second."""
    values = [(second * RATE, "cadence", value) for second, value in enumerate(cadence)]
    player.performance.schedule_values(values)
    by_step = {control_step_of(seconds): messages for seconds, messages in (script or {}).items()}
    return player.play(len(cadence) * RATE, by_step)


def tempo_at(played: Played, seconds: float) -> float:
    return played.performance.conductor.tempo.tempo_at(seconds * RATE)


def test_the_tempo_follows_a_cadence_within_its_limit_of_change(tmp_path: Path) -> None:
    played = walked(Player(preset(tmp_path)), [160.0] * 3 + [168.0] * 7)
    tempo = played.performance.conductor.tempo
    tempi = [tempo.tempo_at(frame) for frame in range(0, 10 * RATE, RATE // 10)]

    assert tempi[-1] == pytest.approx(168.0)
    assert max(after / before for before, after in itertools.pairwise(tempi)) <= 1.0021
    assert played.lines("tempo")[-1]["reason"] == "asked for by the parameter"


def run_with_steps(player: Player, seconds: float, latency_s: float = 0.0) -> list[float]:
    """Steps at 165 a minute; returns how much later than each of the last ones its beat is heard."""
    period = 60.0 / 165.0
    steps = [0.3 + period * k for k in range(int((seconds - 0.3) / period))]
    while player.performance.frame < seconds * RATE:
        number = player.performance.next_control_step
        now, before = number * 256 / RATE, (number - 1) * 256 / RATE
        due = tuple(now - step for step in steps if before < step <= now)
        player.control_step([TakeSteps("step", due, True)] if due else ())
    tempo = player.performance.conductor.tempo
    late = []
    for step in steps[-8:]:
        beat = tempo.beat_at((step - latency_s) * RATE)
        late.append((tempo.exact_frame_at(round(beat)) / RATE + latency_s - step) * 1000.0)
    return late


def test_beats_fall_on_the_steps(tmp_path: Path) -> None:
    late = run_with_steps(Player(preset(tmp_path)), 15.0)

    assert abs(statistics.fmean(late)) <= 8.0
    assert statistics.pstdev(late) <= 8.0


def test_beats_are_heard_on_the_steps_through_slow_headphones(tmp_path: Path) -> None:
    player = Player(preset(tmp_path), beginning=Beginning({}, (SetOutputLatency(220.0),)))
    late = run_with_steps(player, 15.0, 0.22)

    assert abs(statistics.fmean(late)) <= 8.0


def test_a_message_comes_before_a_programme_and_a_programme_before_the_runner(tmp_path: Path) -> None:
    steps = (ProgrammeStep("fast", 5.0, cadence_spm=168.0), FREE)
    script: dict[float, list[Message]] = {
        0.0: [programme(*steps)], 9.0: [SetTempo(150.0)], 11.0: [SetTempo(None)],
    }  # fmt: skip
    played = walked(Player(preset(tmp_path)), [160.0] * 14, script)

    assert tempo_at(played, 4.9) == pytest.approx(168.0)
    assert tempo_at(played, 8.9) == pytest.approx(160.0, rel=0.003)
    assert tempo_at(played, 10.9) == pytest.approx(150.0)
    assert tempo_at(played, 13.9) == pytest.approx(155.0, rel=0.035)  # on its way to the runner again


def test_a_programme_tells_its_steps_and_is_heard_before_each_change(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {0.0: [programme(FAST, FAST, cue_s=2.0)]}
    played = walked(Player(preset(tmp_path)), [160.0] * 9, script)

    told = [(line["status"], line["progress"]) for line in played.lines("programme")]
    assert told == [
        ("step", "1 of 2"), ("cue", "1 of 2"), ("step", "2 of 2"), ("cue", "2 of 2"), ("ended", "2 of 2"),
    ]  # fmt: skip
    assert len(played.lines("stinger", event="bell", status="scheduled")) >= 1


def test_a_programme_waits_while_the_runner_stands(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {0.0: [programme(FREE)]}
    played = walked(Player(preset(tmp_path)), [160.0, 160.0, *[0.0] * 8], script)

    assert [line["status"] for line in played.lines("programme")] == ["step", "waits"]


def test_a_programme_is_moved_by_messages(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {
        0.0: [programme(FREE, FAST)], 0.1: [MoveProgramme("skip", "s")], 0.2: [SetProgramme(None, "e")],
        0.3: [MoveProgramme("back", "b")],
    }  # fmt: skip
    played = walked(Player(preset(tmp_path)), [160.0], script)

    assert played.told("s")[-1] == "finished"
    assert played.told("e")[-1] == "finished"
    assert played.told("b") == ["dropped"]


def test_a_programme_leads_a_preset_that_follows_nobody(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {0.0: [programme(ProgrammeStep("slow", 60.0, tempo_bpm=150.0))]}
    played = walked(Player(preset(tmp_path, "")), [160.0] * 6, script)

    assert tempo_at(played, 5.9) == pytest.approx(150.0)


def test_what_is_wrong_with_a_sensor_is_in_the_log(tmp_path: Path) -> None:
    played = walked(Player(preset(tmp_path)), [160.0, 160.0, 0.0, 160.0, 160.0])

    assert [line["reason"] for line in played.lines("health")] == ["cadence: 0 between readings is no stop"]


def test_a_curve_over_any_parameter_sets_the_tempo(tmp_path: Path) -> None:
    curve = '{ over = "heart", points = [[100, 150], [180, 170]] }'
    follow = f"[tempo_follow]\nrange_bpm = [148, 174]\ntempo_bpm = {curve}\n"
    player = Player(preset(tmp_path, follow))
    player.performance.schedule_values([(0, "heart", 140.0)])
    played = player.play(4 * RATE)

    assert tempo_at(played, 3.9) == pytest.approx(160.0)


@pytest.mark.parametrize("cadence", [0.0, 240.0])
def test_a_cadence_that_cannot_be_leaves_the_tempo_in_its_range(tmp_path: Path, cadence: float) -> None:
    played = walked(Player(preset(tmp_path)), [cadence] * 6)

    assert tempo_at(played, 5.9) == 160.0


def test_an_edit_keeps_the_runner(tmp_path: Path) -> None:
    player = Player(preset(tmp_path))
    walked(player, [165.0] * 5)
    player.performance.edit(
        make_preset(tmp_path, PARAMETERS + FOLLOW + SECTION + "[reverb]\ndecay_s = 3\n", HEAD)
    )
    before = player.performance.conductor.following.follower
    played = player.play(8 * RATE)

    assert played.performance.conductor.following.follower is before
    assert tempo_at(played, 7.9) == pytest.approx(165.0)


def test_music_after_a_stop_begins_on_a_step(tmp_path: Path) -> None:
    player, period = Player(preset(tmp_path)), 60.0 / 165.0
    steps = [0.3 + period * k for k in range(40)]
    stop, play = control_step_of(4.0), control_step_of(9.05)
    while player.performance.frame < 12 * RATE:
        number = player.performance.next_control_step
        now, before = number * 256 / RATE, (number - 1) * 256 / RATE
        messages: list[Message] = [TakeSteps("step", (now - s,), True) for s in steps if before < s <= now]
        if number in (stop, play):
            messages.append(Transport(is_playing=number == play))
        player.control_step(messages)
    begins = player.result().lines("transition", target="road")[-1]["t"]

    assert 9.05 < begins < 9.05 + 0.06 + period
    assert min(abs(begins - step) for step in steps) <= 0.008


def test_a_programme_goes_on_where_it_was_saved(tmp_path: Path) -> None:
    player = Player(preset(tmp_path))
    walked(player, [160.0] * 6, {0.0: [programme(FAST, FREE)]})
    saved = player.performance.save()
    again = Player(preset(tmp_path), saved=saved).performance.conductor.following.programme

    assert again is not None
    assert again.state.index == 1
    assert again.state.elapsed_s == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("broken", [{"document": 3}, {"document": {"steps": [{"minutes": 1}]}, "index": 9}])
def test_a_saved_programme_that_cannot_be_read_is_left_out(tmp_path: Path, broken: dict[str, Any]) -> None:
    player = Player(preset(tmp_path))
    walked(player, [160.0])
    saved = msgspec.structs.replace(player.performance.save(), following=broken)

    assert Player(preset(tmp_path), saved=saved).performance.conductor.following.programme is None


def test_a_message_changes_how_the_tempo_follows_and_a_save_keeps_it(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {3.0: [SetFollowing("lead", 172.0, None, "f")]}
    player = Player(preset(tmp_path))
    played = walked(player, [160.0] * 8, script)

    assert played.told("f") == ["accepted", "finished"]
    assert tempo_at(played, 7.9) == pytest.approx(160.0 * 1.03)

    again = Player(preset(tmp_path), saved=player.performance.save()).performance.conductor.following
    assert again.follower is not None
    assert (again.follower.settings.mode, again.follower.settings.lead_to_spm) == ("lead", 172.0)


def test_in_manual_mode_the_runner_is_only_measured(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {0.0: [SetFollowing("manual")]}
    played = walked(Player(preset(tmp_path)), [168.0] * 5, script)

    assert tempo_at(played, 4.9) == pytest.approx(160.0)
    assert played.lines("follow")[-1]["cadence_spm"] == 168.0


@pytest.mark.parametrize("changes", [3, {"mode": "chase"}, {"lead_ms": "x"}, {"lead_ms": 1e300}])
def test_saved_changes_that_cannot_be_are_left_out(tmp_path: Path, changes: Any) -> None:
    player = Player(preset(tmp_path))
    walked(player, [160.0])
    saved = msgspec.structs.replace(player.performance.save(), following={"changes": changes})
    restored = Player(preset(tmp_path), saved=saved).performance.conductor.following

    assert restored.follower is not None
    assert restored.follower.settings.mode == "match"


def test_steps_that_stop_in_mid_bar_leave_the_tempo_where_it_is(tmp_path: Path) -> None:
    player = Player(preset(tmp_path))
    steps = [0.3 + 60.0 / 165.0 * number for number in range(22)]  # 5.5 bars
    script: dict[int, list[Message]] = {}
    for at_s in steps:
        number = control_step_of(at_s)
        script.setdefault(number, []).append(TakeSteps("step", (number * 256 / RATE - at_s,), True))
    played = player.play(14 * RATE, script)
    tempi = [tempo_at(played, 0.1 * tenth) for tenth in range(85, 139)]

    assert all(tempo == pytest.approx(165.0, rel=0.01) for tempo in tempi)
    assert max(tempi[-25:]) - min(tempi[-25:]) < 1e-9
    assert any("none for" in line["reason"] for line in played.lines("health"))


@pytest.mark.parametrize(("target_bpm", "reached"), [(20.0, 148.0), (400.0, 174.0)])
def test_a_target_out_of_the_band_leads_to_its_edge(
    tmp_path: Path, target_bpm: float, reached: float
) -> None:
    player = Player(preset(tmp_path))
    slow = ProgrammeStep("far", 60.0, tempo_bpm=target_bpm)
    played = player.play(9 * RATE, {10: [programme(slow)]})
    tempi = [tempo_at(played, 0.1 * tenth) for tenth in range(90)]

    assert all(148.0 - 1e-6 <= tempo <= 174.0 + 1e-6 for tempo in tempi)
    assert tempi[-1] == pytest.approx(reached)
