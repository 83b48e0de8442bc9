from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from adaptive.conductor.layers.sampler_players import SamplerPlayer
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine.commands import Command
from adaptive.instruments.sfz import read_sfz
from adaptive.kernel.sources.sampler_settings import SamplerSpec
from adaptive.music.note import Note
from tests.helpers.rendering import LEAD, buses_of, engine_of

RATE = 48000


def sine(hz: float, seconds: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sfz")
    for hz, seconds in ((500, 4.0), (1000, 0.02), (2000, 0.02), (4000, 0.02), (800, 1.0)):
        soundfile.write(made / f"{hz}.wav", sine(hz, seconds), RATE, subtype="FLOAT")
    return made


def player_of(folder: Path, text: str) -> SamplerPlayer:
    (folder / "one.sfz").write_text(text, encoding="utf-8")
    samples = read_sfz(folder / "one.sfz", folder).samples
    return SamplerPlayer(LayerPlace("one", 0, 1, range(0), instrument=0), samples=samples, sample_rate=RATE)


def rendered(player: SamplerPlayer, posted: list[Command], frames: int) -> np.ndarray:
    engine = engine_of(instruments=(SamplerSpec(0, player.samples),))
    return buses_of(engine, frames, posted)[0, 0]


def note(key: int, velocity: float = 1.0) -> Note:
    return Note(Fraction(0), Fraction(1), str(key), key, velocity)


def level_db(audio: np.ndarray, hz: float) -> float:
    """Level of a sine in some frames."""
    wave = np.exp(-2j * np.pi * hz * np.arange(audio.size) / RATE)
    return 20 * math.log10(2 * abs((audio * wave).mean()) + 1e-9)


def played(player: SamplerPlayer, *keys: tuple[float, int, float]) -> list[Command]:
    return [
        command
        for at, key, seconds in keys
        for command in player.play(note(key), LEAD + round(at * RATE), round(seconds * RATE), 0)
    ]


def test_hats_take_turns_and_choke_the_open_one(folder: Path) -> None:
    closed = "".join(
        f"<region> key=42 sample={hz}.wav seq_position={turn} loop_mode=one_shot\n"
        for turn, hz in ((1, 1000), (2, 2000), (3, 4000))
    )
    player = player_of(
        folder,
        "<group> group=1 off_by=1 off_mode=fast\n<region> key=46 sample=500.wav loop_mode=one_shot\n"
        f"<group> group=1 off_by=1 off_mode=fast seq_length=3\n{closed}",
    )
    hits = [(0.0, 46, 0.1), *((at, 42, 0.1) for at in (0.5, 0.75, 1.0, 1.25))]
    audio = rendered(player, played(player, *hits), 2 * RATE)
    heard = [
        max((1000, 2000, 4000), key=lambda hz: level_db(audio[at : at + 960], hz))
        for at in (round(one * RATE) for one in (0.5, 0.75, 1.0, 1.25))
    ]

    assert heard == [1000, 2000, 4000, 1000]
    assert level_db(audio[20000:23900], 500) == pytest.approx(-6.0, abs=0.1)
    assert level_db(audio[round(0.52 * RATE) : round(0.74 * RATE)], 500) < -66.0


def test_what_plays_when_a_note_ends_is_softer_the_longer_it_was(folder: Path) -> None:
    player = player_of(
        folder,
        "<region> key=48 sample=1000.wav\n<region> key=48 pitch_keycenter=48 sample=800.wav trigger=release"
        " rt_decay=6",
    )
    audio = rendered(player, played(player, (0.0, 48, 2.0)), round(3.2 * RATE))

    assert not audio[2000 : 2 * RATE].any()
    assert abs(audio[2 * RATE + 15]) > 0.0
    assert level_db(audio[round(2.1 * RATE) : round(2.9 * RATE)], 800) == pytest.approx(-18.0, abs=0.1)
    assert not audio[round(3.01 * RATE) :].any()


def test_switches_gates_and_crossfades_choose(folder: Path) -> None:
    player = player_of(
        folder,
        "<global> sw_lokey=24 sw_hikey=25 lokey=40 sw_default=24\n<region> sw_last=24 sample=500.wav\n"
        "<region> sw_last=25 sample=1000.wav\n"
        "<region> lokey=60 sw_last=25 locc1=64 sample=2000.wav\n"
        "<region> hikey=50 sw_last=24 xfin_lovel=0 xfin_hivel=127 sample=4000.wav\n",
    )

    def numbers(key: int, velocity: float = 1.0) -> list[int]:
        return [command.which for command in player.play(note(key, velocity), 0, 100, 0)]

    assert (numbers(60), numbers(25), numbers(60)) == ([0], [], [1])
    before = player.state()
    assert player.move(1, 100 / 127, 0) != []  # the wheel moves the vibrato besides
    assert (numbers(60), numbers(24), numbers(45)) == ([1, 2], [], [0, 3])
    player.restore(before)
    assert numbers(61) == [1, 2]  # the switch is as it was, and the wheel where it is
    numbers(24)
    faded = player.play(note(45, 0.25), 0, 100, 0)[1]
    assert faded.f3 == pytest.approx(0.5 * math.log2(32 / 127), abs=0.01)


def test_draws_are_spread_and_repeat(folder: Path) -> None:
    text = "<group> key=60\n<region> hirand=0.25 sample=500.wav\n<region> lorand=0.25 sample=1000.wav"
    one, other = player_of(folder, text), player_of(folder, text)
    drawn = [[c.which for c in player.play(note(60), 0, 9, 0)] for _ in range(200) for player in (one, other)]
    first = sum(which == [0] for which in drawn[::2])

    assert drawn[::2] == drawn[1::2]
    assert all(len(which) == 1 for which in drawn)
    assert 40 <= first <= 60


def test_notes_of_a_key_are_limited(folder: Path) -> None:
    player = player_of(folder, "<region> key=60 note_polyphony=2 sample=500.wav")
    posted: list[Any] = [player.play(note(60), at, 10_000, 0) for at in (0, 10, 20, 20_000)]

    assert [len(one) for one in posted] == [1, 1, 2, 1]
    assert posted[2][0].i1 == posted[0][0].i1  # the oldest is released


def test_a_pedal_starts_its_noises_once_each_time_it_moves(folder: Path) -> None:
    player = player_of(
        folder,
        "<region> key=60 sample=500.wav\n"
        "<group> group=1 off_by=2 lokey=-1 hikey=-1 on_locc64=126 on_hicc64=127\n"
        "<region> hirand=0.5 sample=1000.wav\n<region> lorand=0.5 sample=2000.wav\n"
        "<group> group=2 off_by=1 hikey=-1 on_locc64=0 on_hicc64=1 volume=-6\n<region> sample=800.wav",
    )

    def started(value: int) -> list[int]:
        return [command.which for command in player.move(64, value / 127, 0)]

    assert started(0) == []  # it is up already
    down = [started(value) for _ in range(40) for value in (127, 127, 64, 0)]
    assert {tuple(one) for one in down[0::4]} == {(1,), (2,)}
    assert {tuple(one) for one in (*down[1::4], *down[2::4])} == {()}
    assert {tuple(one) for one in down[3::4]} == {(3,)}
    assert [command.which for command in player.play(note(60), 0, 100, 0)] == [0]
    (command,) = player.move(64, 1.0, LEAD)
    assert (command.f0, command.f1) == (60.0, 1.0)  # as it was recorded, whatever the velocity


def test_legato_plays_over_a_note_that_is_held_and_first_plays_alone(folder: Path) -> None:
    text = "<region> trigger=first sample=500.wav\n<region> trigger=legato sample=1000.wav"
    player = player_of(folder, text)
    written = [[one.which for one in player.play(note(60), at, 100, 0)] for at in (0, 50, 149, 300)]
    held = [[one.which for one in player.hold(key, 1.0, -1, key)] for key in (60, 64)]
    player.release(60, 1.0, -1, 60, 9)
    player.release(64, 1.0, -1, 64, 9)

    assert written == [[0], [1], [1], [0]]
    assert held == [[0], [1]]
    assert [one.which for one in player.hold(62, 1.0, -1, 62)] == [0]


def test_curves_of_velocity_and_chance_move_level_and_pitch(folder: Path) -> None:
    player = player_of(
        folder, "<group> key=60 pitch_keytrack=0 pitch_keycenter=48 amp_velcurve_64=0.25\n"
        "<region> sample=500.wav\n<region> sample=1000.wav amp_random=6 pitch_random=50",
    )  # fmt: skip
    plain, moved = zip(*(player.play(note(60, 64 / 127), 0, 9, 0) for _ in range(60)), strict=True)
    pitches, levels = [one.f0 for one in moved], [one.f3 for one in moved]

    assert {(one.f0, round(one.f3, 6)) for one in plain} == {(60.0, -2.0)}
    assert -0.5 <= min(pitches) - 48.0 < -0.4
    assert 0.4 < max(pitches) - 48.0 <= 0.5
    assert -2.0 <= min(levels) < -1.9
    assert -1.1 < max(levels) <= -1.0
    assert player.is_switch(60) is False
