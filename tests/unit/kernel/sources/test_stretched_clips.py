"""Clips that follow a tempo map, rendered by an engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.bank import Sound
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.engine.stretch_plan import plan_sound
from adaptive.kernel.layout import STRETCH_SLICES, STRETCH_TONES, STRETCH_TRANSIENTS, STRETCH_VARISPEED
from tests.helpers.rendering import LEAD

RATE = 48000
KINDS = (STRETCH_TONES, STRETCH_TRANSIENTS, STRETCH_SLICES, STRETCH_VARISPEED)
Array = np.ndarray[Any, Any]


def music(seconds: float = 2.0, tail: int = 0) -> Array:
    """A tone with a burst of noise four times a second."""
    random = np.random.default_rng(3)
    frames = int(seconds * RATE) + tail
    t = np.arange(frames) / RATE
    audio = 0.1 * np.array([np.sin(2 * np.pi * 220 * t), np.sin(2 * np.pi * 330 * t)])
    for at in range(0, frames - 2400, 12000):
        audio[:, at : at + 2400] += random.normal(0, 0.2, (2, 2400)) * np.exp(-np.arange(2400) / 500)
    return audio.astype(np.float32)


def sound_of(audio: Array, loop_frames: int = 0, origin: int = 0) -> Sound:
    left, right = (np.ascontiguousarray(channel) for channel in audio)
    return Sound(left, right, origin, loop_frames)


def rendered(
    sound: Sound,
    frames: int,
    posted: list[c.Command],
    *,
    is_elastic: bool = True,
    seen: list[Engine] | None = None,
) -> Array:
    """What the first bus puts out, shape (2, frames)."""
    engine = Engine(replace(EngineSpec(), is_elastic=is_elastic))
    number = engine.add_sound(sound)
    if is_elastic:
        plan = plan_sound(np.stack([sound.left, sound.right]), RATE, sound.origin, sound.loop_frames)
        engine.plan_stretch(number, plan)
    if seen is not None:
        seen.append(engine)
    engine.listen_to_buses(frames)
    engine.post(posted)
    engine.pull(frames)
    audio: Array = engine.take_buses()[0]
    return audio


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_at_its_own_tempo_is_the_same_to_the_bit(kind: int) -> None:
    sound = sound_of(music(2.0, 9600), 2 * RATE)
    start = [c.start_clip(LEAD, 0, 0, 0, gain=0.7), c.fade_clip(LEAD + 5000, 0, 0.3, 9000)]
    plain = rendered(sound, 6 * RATE, start, is_elastic=False)
    follows = [*start, c.stretch_clip(LEAD, 0, 0.0, 1.0, kind=kind)]

    assert np.array_equal(plain, rendered(sound, 6 * RATE, start))
    assert np.array_equal(plain, rendered(sound, 6 * RATE, follows))


def bursts(audio: Array) -> Array:
    high = np.abs(np.diff(audio[0], 3))
    loud = np.flatnonzero(high > 0.25)
    return loud[np.diff(loud, prepend=-RATE) > 4800]


@pytest.mark.parametrize("kind", [STRETCH_TRANSIENTS, STRETCH_SLICES, STRETCH_VARISPEED])
@pytest.mark.parametrize("rate", [0.8, 1.15])
def test_every_onset_falls_on_the_frame_of_the_tempo_map(kind: int, rate: float) -> None:
    sound = sound_of(music(), 2 * RATE)
    posted = [
        c.start_clip(LEAD + 17, 0, 0, 0),
        c.stretch_clip(LEAD + 17, 0, 0.0, rate, kind=kind, hop_quantum=5),
    ]
    found = bursts(rendered(sound, 8 * RATE, posted)) - LEAD - 17
    wanted = np.arange(len(found)) * 12000 / rate

    assert len(found) > 20
    assert np.abs(found - wanted).max() < 60


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_is_a_copy_again_after_its_tempo_has_come_back(kind: int) -> None:
    sound = sound_of(music(2.0, 9600), 2 * RATE)
    first, last = LEAD + 30000, LEAD + 30000 + 48000
    position = 30000 + 48000 * 1.1
    posted = [
        c.start_clip(LEAD, 0, 0, 0, gain=0.7),
        c.stretch_clip(first, 0, 30000.0, 1.1, kind=kind),
        c.stretch_clip(last, 0, position, 1.0, kind=kind),
    ]
    out = rendered(sound, 6 * RATE, posted)
    plain = rendered(sound, 7 * RATE, posted[:1], is_elastic=False)
    begin, shift = last + 20000, round(position) - (last - LEAD)

    assert np.array_equal(out[:, begin:], plain[:, begin + shift : begin + shift + out.shape[1] - begin])
    assert not np.array_equal(out[:, :begin], plain[:, :begin])


def steps(audio: Array) -> float:
    return float(np.abs(np.diff(audio[0].astype(np.float64), 2)).max())


@pytest.mark.parametrize("kind", KINDS)
def test_a_stretched_clip_that_is_cut_released_or_started_again_does_not_click(kind: int) -> None:
    t = np.arange(2 * RATE) / RATE
    tone = np.array([np.sin(2 * np.pi * 110 * t)] * 2, np.float32) * np.float32(0.5)
    sound = sound_of(tone, 2 * RATE)
    begin = [c.start_clip(LEAD, 0, 0, 0), c.stretch_clip(LEAD, 0, 0.0, 1.2, kind=kind)]
    ends = {
        "cut": c.stop_clip(LEAD + 40010, 0),
        "faded": c.stop_clip(LEAD + 40010, 0, 4800),
        "released": c.release_clip(LEAD + 40010, 0),
        "again": c.start_clip(LEAD + 40010, 0, 0, 0),
    }
    for end in ends.values():
        out = rendered(sound, 2 * RATE, [*begin, end])

        assert np.isfinite(out).all()
        assert steps(out[:, 30000:]) < 0.03  # a clip that is cut at its own tempo makes 0.024
    assert np.abs(rendered(sound, 2 * RATE, [*begin, ends["released"]])[:, LEAD + 41000 :]).max() < 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_the_tail_of_a_stretched_clip_rings_on_after_its_release(kind: int) -> None:
    audio = music(2.0, 24000)
    sound = sound_of(audio, 2 * RATE)
    at = LEAD + 2 * RATE * 2
    posted = [
        c.start_clip(LEAD, 0, 0, 0),
        c.stretch_clip(LEAD, 0, 0.0, 0.5, kind=kind),
        c.release_clip(at, 0),
    ]
    out = rendered(sound, 6 * RATE, posted)

    assert np.allclose(out[:, at + 600 : at + 24000], audio[:, 2 * RATE + 600 :], atol=1e-6)
    assert np.abs(out[:, at + 24000 :]).max() == 0.0


def test_a_stretched_clip_ends_with_its_file() -> None:
    seen: list[Engine] = []
    posted = [c.start_clip(LEAD, 0, 0, 0), c.stretch_clip(LEAD, 0, 0.0, 0.8)]
    out = rendered(sound_of(music(1.0)), 3 * RATE, posted, seen=seen)

    assert np.abs(out[:, int(1.1 * RATE) : int(1.2 * RATE)]).max() > 0.05
    assert np.abs(out[:, int(1.35 * RATE) :]).max() == 0.0
    assert seen[0].memory["clips"]["state"][0][0] == 0
    assert seen[0].telemetry().stretch_hops > 50


def test_many_clips_share_out_their_spectra_among_the_quanta() -> None:
    engine = Engine(replace(EngineSpec(), clips=16, is_elastic=True))
    sound = sound_of(music(), 2 * RATE)
    number = engine.add_sound(sound)
    engine.plan_stretch(number, plan_sound(np.stack([sound.left, sound.right]), RATE, 0, 2 * RATE))
    for clip in range(16):
        engine.post(
            [
                c.start_clip(LEAD, clip, number, 0),
                c.stretch_clip(LEAD, clip, 0.0, 1.1, hop_quantum=clip % 12),
            ]
        )
    engine.pull(RATE)

    assert engine.telemetry().most_hops <= -(-16 // 12) + 1
    assert engine.telemetry().stretch_hops > 16 * 50


@pytest.mark.parametrize("kind", KINDS)
def test_the_hosts_block_size_never_reaches_a_stretched_clip(kind: int) -> None:
    sound, outs = sound_of(music(), 2 * RATE), []
    for block in (64, 37, 480):
        engine = Engine(replace(EngineSpec(), is_elastic=True))
        number = engine.add_sound(sound)
        engine.plan_stretch(number, plan_sound(np.stack([sound.left, sound.right]), RATE, 0, 2 * RATE))
        posted = [c.start_clip(LEAD + 9, 0, number, 0), c.stretch_clip(LEAD + 9, 0, 0.0, 1.13, kind=kind)]
        engine.post(posted)
        pulled = [engine.pull(block) for _ in range(RATE // block)]
        outs.append(np.concatenate(pulled)[: RATE - 480])

    assert np.array_equal(outs[0], outs[1])
    assert np.array_equal(outs[0], outs[2])


def test_a_stretched_clip_does_not_change_with_its_neighbours() -> None:
    sound = sound_of(music(), 2 * RATE)
    alone, among = [], []
    for clips, found in (((0,), alone), ((0, 1, 2), among)):
        engine = Engine(replace(EngineSpec(), buses=(BusSpec("a"), BusSpec("b")), is_elastic=True))
        number = engine.add_sound(sound)
        engine.plan_stretch(number, plan_sound(np.stack([sound.left, sound.right]), RATE, 0, 2 * RATE))
        engine.listen_to_buses(RATE)
        for clip in clips:
            engine.post(
                [
                    c.start_clip(LEAD + 9, clip, number, min(clip, 1)),
                    c.stretch_clip(LEAD + 9, clip, 0.0, 0.87 + 0.1 * clip, kind=1 + clip),
                ]
            )
        engine.pull(RATE)
        found.append(engine.take_buses()[0])

    assert np.array_equal(alone[0], among[0])


def test_parts_of_a_way_that_a_clip_goes_no_more_are_ignored() -> None:
    sound = sound_of(music(), 2 * RATE)
    going = [c.start_clip(LEAD, 0, 0, 0), c.stretch_clip(LEAD, 0, 0.0, 1.1, way=2)]
    stale = [
        c.stretch_clip(LEAD + 20000, 0, 5.0, 0.5, way=1, is_first=False),
        c.stretch_clip(LEAD + 30000, 0, 33000.0, 1.1, way=2, is_first=False),
    ]
    again = [
        c.start_clip(LEAD + 40000, 0, 0, 0),
        c.stretch_clip(LEAD + 50000, 0, 5.0, 0.5, way=2, is_first=False),
    ]

    assert np.array_equal(rendered(sound, 2 * RATE, going), rendered(sound, 2 * RATE, [*going, *stale]))
    assert np.array_equal(
        rendered(sound, 2 * RATE, [*going, again[0]]), rendered(sound, 2 * RATE, [*going, *again])
    )


def test_an_engine_can_be_made_elastic_while_it_plays() -> None:
    sound = sound_of(music(), 2 * RATE)
    engine = Engine(EngineSpec())
    number = engine.add_sound(sound)
    engine.listen_to_buses(4 * RATE)
    engine.post([c.start_clip(LEAD, 0, number, 0)])
    engine.pull(RATE)
    engine.make_elastic()
    engine.make_elastic()
    engine.plan_stretch(number, plan_sound(np.stack([sound.left, sound.right]), RATE, 0, 2 * RATE))
    engine.post([c.stretch_clip(RATE + 100, 0, float(RATE + 100 - LEAD), 1.25)])
    engine.pull(3 * RATE)
    found = bursts(engine.take_buses()[0])

    assert np.diff(found)[-3:] == pytest.approx(12000 / 1.25, abs=3)
