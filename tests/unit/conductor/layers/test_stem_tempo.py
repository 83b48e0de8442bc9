"""Recorded layers follow the tempo through seams, bridges, variations, cancelled plans, saves and edits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.conductor.messages import SetState, SetTempo
from tests.helpers.presets import BEAT, RATE, Played, Player, control_step_of, make_preset, play

STEMS = {"calm": 220.0, "fight": 331.0, "both": 443.0}
LAYERS = (
    '[layers.calm]\nstem = "calm.wav"\nstretch = "tones"\n'
    '[layers.fight]\nstem = "fight.wav"\nstretch = "tones"\n'
)
TWO = LAYERS + '[sections.calm]\nlayers = ["calm"]\n[sections.fight]\nlayers = ["fight"]\n'


def go(value: str) -> SetState:
    return SetState("section", value)


def places(played: Played, layer: str) -> list[tuple[int, float, float]]:
    """Frame, and position by the way of the present clip and by the tempo map, every tenth of a second."""
    stem: Any = played.performance.conductor.assets.stems[layer]
    clip, tempo = stem.current, played.performance.conductor.tempo
    assert clip.way is not None
    quarter = RATE * 60.0 / stem.elastic.own_bpm[stem.segment]
    frames = range(played.performance.frame - RATE, played.performance.frame, RATE // 10)
    return [
        (f, clip.way.position_at(f), clip.way.position + (tempo.beat_at(f) - clip.way.beat) * quarter)
        for f in frames
    ]


def kernel_place(played: Played, layer: str) -> float:
    """Distance of the kernel's clip from the conductor's way, in frames of the sound."""
    stem: Any = played.performance.conductor.assets.stems[layer]
    clip, frame = stem.current, played.performance.frame
    group = played.performance.engine.memory["clips"][clip.clip // 8]
    column = clip.clip % 8
    elapsed = frame - group["map_frame"][column]
    rate = group["map_rate"][column] + 0.5 * group["map_rate_change"][column] * elapsed
    there = group["map_position"][column] + elapsed * rate
    return float(there - clip.shift - clip.way.position_at(frame))


def hertz(audio: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), 1 << 18))
    return float(np.argmax(spectrum) * RATE / (1 << 18))


def test_a_tempo_message_stretches_a_stem_and_keeps_its_pitch(tmp_path: Path) -> None:
    played = play(make_preset(tmp_path, TWO), 5, {control_step_of(0.5): [SetTempo(200.0)]})

    assert all(abs(a - b) < 0.1 for _, a, b in places(played, "calm"))
    assert abs(kernel_place(played, "calm")) < 1e-3
    assert hertz(played.bus("calm")[2 * RATE :]) == pytest.approx(220.0, abs=0.3)
    assert played.performance.engine.telemetry().stretch_hops > 100


def test_a_stem_that_never_changes_its_tempo_costs_nothing(tmp_path: Path) -> None:
    plain = play(
        make_preset(tmp_path / "a", TWO.replace('stretch = "tones"\n', "")),
        3,
        {control_step_of(1.3): [go("fight")]},
    )
    elastic = play(make_preset(tmp_path / "b", TWO), 3, {control_step_of(1.3): [go("fight")]})

    assert not plain.performance.engine.spec.is_elastic
    assert elastic.performance.engine.spec.is_elastic
    assert elastic.performance.engine.telemetry().stretch_hops == 0
    assert np.array_equal(plain.master, elastic.master)


def test_a_tempo_that_is_let_go_gives_the_recording_back_to_the_bit(tmp_path: Path) -> None:
    script = {control_step_of(0.5): [SetTempo(200.0)], control_step_of(1.5): [SetTempo(None)]}
    played = play(make_preset(tmp_path, TWO), 4, script)
    engine = played.performance.engine
    stem: Any = played.performance.conductor.assets.stems["calm"]
    begin, end = 3 * RATE, 4 * RATE
    position = round(stem.current.way.position_at(begin))
    plain = play(make_preset(tmp_path, TWO), 4).bus("calm")
    out = played.bus("calm")[begin:end]

    assert int(engine.memory["clips"]["follows"][0][0]) == 0
    assert np.array_equal(out, plain[position : position + len(out)])


def test_the_next_section_begins_in_the_tempo_that_is_asked_for(tmp_path: Path) -> None:
    script = {control_step_of(0.3): [SetTempo(190.0)], control_step_of(2.0): [go("fight")]}
    played = play(make_preset(tmp_path, TWO), 6, script)
    stem: Any = played.performance.conductor.assets.stems["fight"]

    assert stem.current.way.parts[-1].rate == pytest.approx(190 / 240)
    assert all(abs(a - b) < 0.1 for _, a, b in places(played, "fight"))
    assert abs(kernel_place(played, "fight")) < 1e-3


def test_a_stem_that_goes_on_over_a_seam_follows_the_tempo_of_the_other_section(tmp_path: Path) -> None:
    body = (
        '[layers.both]\nstem = "both.wav"\nstretch = "tones"\n'
        '[sections.calm]\nlayers = ["both"]\nlength_bars = 4\n'
        '[sections.fight]\nlayers = ["both"]\nlength_bars = 4\n'
        '[[transitions]]\nfrom = "any"\nto = "any"\nenter_at = "same_position"\n'
    )
    script = {control_step_of(0.3): [SetTempo(200.0)], control_step_of(2.0): [go("fight")]}
    played = play(make_preset(tmp_path, body), 5, script)

    assert all(abs(a - b) < 0.1 for _, a, b in places(played, "both"))
    assert played.performance.conductor.instance.section == "fight"
    begun = played.performance.engine.memory["clips"]["state"][0]
    assert int(begun.sum()) == 1  # the clip that began at frame 0


def test_a_plan_that_is_cancelled_leaves_the_stem_where_it_was(tmp_path: Path) -> None:
    script = {
        control_step_of(0.3): [SetTempo(200.0)], control_step_of(2.0): [go("fight")],
        control_step_of(2.2): [go("calm")],
    }  # fmt: skip
    once = play(make_preset(tmp_path, TWO), 5, {control_step_of(0.3): [SetTempo(200.0)]})
    played = play(make_preset(tmp_path, TWO), 5, script)

    assert np.array_equal(once.bus("calm"), played.bus("calm"))


def test_a_tempo_that_changes_while_a_transition_is_planned_is_followed(tmp_path: Path) -> None:
    script = {control_step_of(1.1): [go("fight")], control_step_of(1.3): [SetTempo(180.0)]}
    played = play(make_preset(tmp_path, TWO), 5, script)

    assert all(abs(a - b) < 0.1 for _, a, b in places(played, "fight"))
    assert abs(kernel_place(played, "fight")) < 1e-3
    assert played.performance.engine.telemetry().late_commands == 0


def test_what_fades_out_keeps_its_speed_when_the_tempo_changes_again(tmp_path: Path) -> None:
    rule = '[[transitions]]\nfrom = "any"\nto = "any"\nfade_out = { bars = 3 }\n'
    script = {
        control_step_of(0.8): [SetTempo(200.0)], control_step_of(0.9): [go("fight")],
        control_step_of(1.35): [SetTempo(240.0)], control_step_of(1.5): [SetTempo(150.0)],
    }  # fmt: skip
    played = play(make_preset(tmp_path, TWO + rule), 3, script)
    stem: Any = played.performance.conductor.assets.stems["calm"]
    clip = next(clip for clip in stem.clips if clip.way is not None)
    group, column = played.performance.engine.memory["clips"][clip.clip // 8], clip.clip % 8

    assert group["map_rate_change"][column] == 0.0
    assert 0.5 < group["map_rate"][column] <= 1.0


def test_variations_change_at_the_ends_of_stretched_passes(tmp_path: Path) -> None:
    body = (
        '[layers.calm]\nstem = ["calm.wav", "fight.wav", "both.wav"]\norder = "sequence"\nstretch = "tones"\n'
        '[sections.calm]\nlayers = ["calm"]\n'
    )
    played = play(make_preset(tmp_path, body), 14, {control_step_of(0.5): [SetTempo(200.0)]})
    tempo = played.performance.conductor.tempo
    frames = [line["frame"] for line in played.lines("layer") if "take" in line]

    assert [tempo.beat_at(frame) for frame in frames] == pytest.approx([0, 16, 32], abs=1e-3)
    assert all(abs(a - b) < 0.1 for _, a, b in places(played, "calm"))


def test_a_pickup_fits_before_the_seam_at_another_tempo(tmp_path: Path) -> None:
    from tests.helpers.presets import write_sine

    write_sine(tmp_path / "fight.wav", 331.0, lead_s=0.1)
    body = TWO.replace(
        '[sections.fight]\nlayers = ["fight"]\n', '[sections.fight]\nlayers = ["fight"]\nfirst_beat_s = 0.1\n'
    )
    script = {control_step_of(0.3): [SetTempo(200.0)], control_step_of(2.0): [go("fight")]}
    played = play(make_preset(tmp_path, body, stems={"calm": 220.0}), 5, script)
    seam = played.seams()[-1]["frame"]
    first = int(np.flatnonzero(np.abs(played.bus("fight")) > 1e-4)[0])

    assert seam - first == pytest.approx(4800 / (200 / 240), abs=4)


def test_the_tempo_is_saved_and_restored(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, TWO)
    player = Player(preset)
    player.play(3 * RATE, {control_step_of(0.5): [SetTempo(200.0)]})
    saved = player.performance.conductor.save("x")
    again = Player(preset, saved=saved).play(3 * RATE)
    stem: Any = again.performance.conductor.assets.stems["calm"]

    assert stem.current.way.parts[-1].rate == pytest.approx(200 / 240)
    assert again.performance.conductor.tempo.tempo_at(RATE) == 200.0
    assert all(abs(a - b) < 0.1 for _, a, b in places(again, "calm"))


def test_the_quanta_of_spectra_are_shared_out(tmp_path: Path) -> None:
    names = [f"one{n}" for n in range(5)]
    body = "".join(f'[layers.{name}]\nstem = "both.wav"\nstretch = "tones"\n' for name in names)
    body += f"[sections.calm]\nlayers = {names}\n".replace("'", '"')
    played = play(make_preset(tmp_path, body), 2, {control_step_of(0.3): [SetTempo(200.0)]})

    assert played.performance.engine.telemetry().most_hops == 1
    assert BEAT == 12000


@pytest.mark.parametrize("kind", ["tones", "transients", "slices", "varispeed"])
def test_a_stem_of_a_beat_silence_and_full_scale_noise_are_stretched_without_harm(
    tmp_path: Path, kind: str
) -> None:
    import soundfile

    random = np.random.default_rng(1)
    soundfile.write(tmp_path / "short.wav", 0.3 * random.normal(size=9600).clip(-3, 3), RATE)
    soundfile.write(tmp_path / "silent.wav", np.zeros(9600), RATE)
    soundfile.write(tmp_path / "loud.wav", np.sign(random.normal(size=38400)), RATE)
    names = ("short", "silent", "loud")
    body = "".join(f'[layers.{name}]\nstem = "{name}.wav"\nstretch = "{kind}"\n' for name in names)
    body += '[sections.calm]\nlayers = ["short", "silent", "loud"]\nlength_beats = 4\n'
    head = 'schema = 1\nname = "Short"\ntempo_bpm = 300\n'
    script = {
        control_step_of(0.2 * n): [SetTempo(bpm)]
        for n, bpm in enumerate([150.0, 600.0, 300.0, 20.0, 400.0], 1)
    }
    played = play(make_preset(tmp_path, body, head, stems={}), 2, script)

    assert np.isfinite(played.master).all()
    assert np.abs(played.bus("silent")).max() == 0.0
    assert np.abs(played.bus("loud")).max() < 5.0  # noise of random phases peaks at 4.5 of its level in 2 s
    assert played.performance.engine.telemetry().not_finite == 0
    assert played.performance.engine.telemetry().late_commands == 0
