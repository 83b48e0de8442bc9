from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.arrays import aligned
from adaptive.engine.bank import Sound
from adaptive.engine.spec import BusSpec
from adaptive.kernel.layout import EQUAL_POWER_IN, EQUAL_POWER_OUT, LINEAR, QUANTUM
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, buses_of, engine_of, left_of
from tests.reference import naive

TOLERANCE = 2e-6
AUDIBLE_CLICK = 2.0


def close(expected: np.ndarray, actual: np.ndarray, within: float = TOLERANCE) -> None:
    np.testing.assert_allclose(actual, expected, rtol=0.0, atol=within)


def test_a_clip_starts_at_its_exact_frame_wherever_that_lies_in_a_quantum() -> None:
    expected, actual = [], []
    for offset in range(QUANTUM):
        engine = engine_of()
        sound = add(engine, signals.constant(100))
        audio = left_of(engine, 256, [c.start_clip(LEAD + offset, 0, sound, 0)])
        expected.append((offset, 100))
        actual.append((measure.onset(audio), int(np.count_nonzero(audio))))

    assert expected == actual


def test_a_clip_that_starts_with_the_engine_keeps_its_attack() -> None:
    from adaptive.engine.engine import Engine
    from adaptive.engine.spec import EngineSpec

    engine = Engine(EngineSpec())
    sound = add(engine, signals.constant(100))
    audio = left_of(engine, 128, [c.start_clip(0, 0, sound, 0)])

    close(np.ones(64), audio[:64])


def test_both_channels_play_what_the_file_holds(rng: np.random.Generator) -> None:
    engine = engine_of()
    stereo = np.stack([signals.noise(1000, rng), signals.noise(1000, rng)])
    audio = buses_of(engine, 1280, [c.start_clip(LEAD + 77, 0, add(engine, stereo), 0)])[0]

    close(stereo, audio[:, 77:1077])
    assert np.count_nonzero(audio[:, 1077:]) == 0


def test_a_mono_clip_plays_on_both_channels(rng: np.random.Generator) -> None:
    engine = engine_of()
    mono = signals.noise(500, rng)
    left, right = buses_of(engine, 640, [c.start_clip(LEAD, 0, add(engine, mono), 0)])[0]

    close(mono, left[:500])
    close(mono, right[:500])


@pytest.mark.parametrize(
    ("frames", "origin", "loop_frames", "position"),
    [
        (1000, 0, 1000, 0),  # no tail
        (1000, 0, 777, 0),  # a tail that rings over the next pass
        (1000, 0, 130, 0),  # a tail that rings over seven passes
        (1000, 0, 40, 0),  # a loop shorter than a quantum
        (1000, 123, 500, -123),  # pickup and tail
        (1000, 123, 500, -50),  # part of the pickup
        (1000, 123, 500, 0),  # no pickup
        (1000, 123, 500, 333),  # entered in the middle
        (1000, 123, 877, 0),  # no tail, a lead-in that is not played
        (1000, 0, 0, 0),  # once
        (1000, 200, 0, -200),  # once, with its pickup
    ],
)
def test_a_loop_with_its_tail_equals_its_naive_twin(
    rng: np.random.Generator, frames: int, origin: int, loop_frames: int, position: int
) -> None:
    material = signals.noise(frames, rng, 0.5)
    engine = engine_of()
    sound = add(engine, material, loop_frames, origin)
    start = 101
    audio = left_of(engine, 4096, [c.start_clip(LEAD + start, 0, sound, 0, position=position)])

    close(naive.clip(material, 4096, start, position, origin, loop_frames), audio, 4e-6)


def test_gain_and_pan_of_the_start_hold_from_the_first_frame() -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(640))
    start = c.start_clip(LEAD + 3, 0, sound, 0, gain=0.5, pan=-0.4)
    left, right = buses_of(engine, 512, [start])[0]
    expected = [0.5 * gain for gain in naive.pan_gains(-0.4)]

    close(np.full(509, expected[0]), left[3:])
    close(np.full(509, expected[1]), right[3:])


@pytest.mark.parametrize("shape", [LINEAR, EQUAL_POWER_IN, EQUAL_POWER_OUT])
@pytest.mark.parametrize(("first", "frames"), [(64, 640), (101, 1000), (127, 5), (90, 3000)])
def test_a_fade_follows_its_shape_from_its_exact_frame(shape: int, first: int, frames: int) -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(8000))
    audio = left_of(
        engine,
        4096,
        [
            c.start_clip(LEAD, 0, sound, 0, gain=0.9),
            c.fade_clip(LEAD + first, 0, 0.2, frames, shape=shape),
        ],
    )

    def gain(frame: int) -> float:
        return naive.ramp(0.9, 0.2, first, frames, shape, frame)

    close(naive.line(gain, range(4096), [first]), audio, 1e-5)


@pytest.mark.parametrize("frames", [1, 64, 500, 4000])
def test_a_clip_that_is_faded_out_ends_and_leaves_no_step(frames: int) -> None:
    engine = engine_of()
    sound = add(engine, signals.sine(300.0, 48000, 0.8))
    commands = [c.start_clip(LEAD, 0, sound, 0), c.stop_clip(LEAD + 1037, 0, frames)]
    audio = left_of(engine, 8192, commands)
    last = int(np.flatnonzero(audio)[-1])

    assert last < 1037 + frames + QUANTUM
    assert engine.memory["clips"][0]["state"][0] == 0
    if frames > 1:
        assert measure.click(audio) < AUDIBLE_CLICK


def test_a_fade_out_can_be_reversed_while_it_runs() -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(9000))
    audio = left_of(
        engine,
        4096,
        [
            c.start_clip(LEAD, 0, sound, 0),
            c.stop_clip(LEAD + 500, 0, 1000),
            c.fade_clip(LEAD + 1000, 0, 1.0, 500),
        ],
    )

    assert audio[1000] == pytest.approx(0.5, abs=1e-3)
    close(np.ones(2000), audio[2000:4000])
    assert measure.largest_step(audio[1:]) < 1.0 / 500


def test_a_clip_that_is_cut_decays_within_two_milliseconds_to_a_hundredth() -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(9000, 0.7))
    commands = [c.start_clip(LEAD, 0, sound, 0), c.stop_clip(LEAD + 1037, 0)]
    audio = left_of(engine, 4096, commands)

    assert audio[1036] == pytest.approx(0.7, abs=1e-5)
    assert audio[1037] > 0.6
    assert abs(audio[1037 + 96]) <= 0.0071
    assert measure.onset(audio[1037 + 2000 :]) == -1


@pytest.mark.parametrize("cut", [1000, 1037, 1088])
def test_a_start_that_cuts_into_a_sounding_clip_leaves_no_step(cut: int) -> None:
    engine = engine_of()
    low, other = (add(engine, signals.sine(hz, 9000, 0.8)) for hz in (110.0, 170.0))
    commands = [c.start_clip(LEAD, 0, low, 0), c.start_clip(LEAD + cut, 0, other, 0)]
    audio = left_of(engine, 4096, commands)
    decay = 0.8 * (1.0 - 0.01 ** (1 / 96))  # the first frame of what decays to 1 % in 2 ms
    slopes = 0.8 * 2.0 * np.pi * (110.0 + 170.0) / 48000

    assert measure.largest_step(audio) < decay + slopes


def test_a_loop_that_is_cut_at_its_seam_leaves_no_step() -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(640, 0.5), 640)
    commands = [c.start_clip(LEAD, 0, sound, 0), c.stop_clip(LEAD + 1280, 0)]
    audio = left_of(engine, 2048, commands)

    assert audio[1280] > 0.45


def test_a_loop_with_a_lead_in_that_is_cut_at_its_seam_decays_from_what_sounded() -> None:
    engine = engine_of()
    material = np.concatenate([signals.constant(100, -0.9), signals.constant(640, 0.5)])
    sound = add(engine, material, 640, 100)
    commands = [c.start_clip(LEAD, 0, sound, 0), c.stop_clip(LEAD + 1280, 0)]
    audio = left_of(engine, 2048, commands)

    assert audio[1280] > 0.45


def test_a_clip_does_not_sound_before_it_starts_nor_after_it_ends() -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(100))
    audio = left_of(engine, 1024, [c.start_clip(LEAD + 200, 0, sound, 0)])

    assert (int(np.flatnonzero(audio)[0]), int(np.flatnonzero(audio)[-1])) == (200, 299)


@pytest.mark.parametrize("cutoff_hz", [200.0, 1000.0, 6000.0])
def test_a_clips_filter_is_a_butterworth_low_pass(rng: np.random.Generator, cutoff_hz: float) -> None:
    engine = engine_of()
    material = signals.noise(20000, rng, 0.5)
    commands = [
        c.start_clip(LEAD, 0, add(engine, material), 0),
        c.filter_clip(LEAD, 0, cutoff_hz, 0),
    ]
    audio = left_of(engine, 16384, commands)

    close(naive.low_pass(material, cutoff_hz)[4096:16384], audio[4096:], 2e-5)


def test_a_filter_that_opens_again_lets_everything_through(rng: np.random.Generator) -> None:
    engine = engine_of()
    material = signals.noise(20000, rng, 0.5)
    commands = [
        c.start_clip(LEAD, 0, add(engine, material), 0),
        c.filter_clip(LEAD, 0, 400.0, 0),
        c.filter_clip(LEAD + 4000, 0, 20000.0, 1000),
    ]
    audio = left_of(engine, 16384, commands)

    close(material[8192:16384], audio[8192:])


@pytest.mark.parametrize("frames", [640, 3000])
def test_closing_a_filter_leaves_no_step(frames: int) -> None:
    engine = engine_of()
    sound = add(engine, signals.sine(100.0, 48000, 0.8))
    commands = [
        c.start_clip(LEAD, 0, sound, 0),
        c.filter_clip(LEAD + 2000, 0, 300.0, frames),
    ]
    audio = left_of(engine, 16384, commands)

    assert measure.click(audio) < AUDIBLE_CLICK


def test_moving_a_closed_filter_leaves_no_step() -> None:
    engine = engine_of()
    sound = add(engine, signals.sine(100.0, 48000, 0.8))
    commands = [
        c.start_clip(LEAD, 0, sound, 0),
        c.filter_clip(LEAD, 0, 60.0, 0),
        c.filter_clip(LEAD + 4864, 0, 70.0, 3000),
    ]
    audio = left_of(engine, 16384, commands)

    assert measure.click(audio[4000:]) < AUDIBLE_CLICK


def test_a_start_that_cuts_into_a_filtered_clip_leaves_no_step() -> None:
    engine = engine_of()
    low, quiet = add(engine, signals.sine(300.0, 48000, 0.8)), add(engine, signals.constant(9, 0))
    commands = [
        c.start_clip(LEAD, 0, low, 0),
        c.filter_clip(LEAD, 0, 100.0, 0),
        c.start_clip(LEAD + 4946, 0, quiet, 0),
    ]
    audio = left_of(engine, 16384, commands)

    assert measure.click(audio[4000:]) < AUDIBLE_CLICK


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_filter_of_a_restarted_clip_opens_within_five_milliseconds(rate: int) -> None:
    engine = engine_of(sample_rate=rate)
    sound = add(engine, signals.constant(9000))
    engine.post([c.start_clip(LEAD, 0, sound, 0), c.filter_clip(LEAD, 0, 100.0, 0)])
    engine.post([c.start_clip(LEAD + 1000, 0, sound, 0)])
    engine.pull(1024)

    assert int(engine.memory["clips"][0]["cutoff_frames"][0]) == pytest.approx(0.005 * rate, abs=1)


def test_a_filter_of_one_clip_leaves_its_neighbour_alone(rng: np.random.Generator) -> None:
    engine = engine_of(buses=(BusSpec("a"), BusSpec("b")))
    material = signals.noise(9000, rng, 0.5)
    sound = add(engine, material)
    commands = [
        c.start_clip(LEAD + 13, 0, sound, 0),
        c.start_clip(LEAD + 13, 1, sound, 1),
        c.filter_clip(LEAD + 1000, 0, 500.0, 100),
    ]
    audio = buses_of(engine, 4096, commands)

    close(material[: 4096 - 13], audio[1, 0, 13:])
    assert not np.allclose(audio[0, 0], audio[1, 0])


def test_a_clip_that_starts_anew_on_another_bus_finishes_on_the_old_one() -> None:
    engine = engine_of(buses=(BusSpec("old"), BusSpec("new")))
    sound, quiet = add(engine, signals.constant(9000)), add(engine, signals.constant(9000, 0.0))
    commands = [c.start_clip(LEAD, 0, sound, 0), c.start_clip(LEAD + 672, 0, quiet, 1)]
    old, new = buses_of(engine, 2048, commands)[:, 0]

    assert (int(np.flatnonzero(old > 0.99)[-1]), measure.onset(new)) == (671, -1)


def test_a_clip_is_heard_on_the_bus_it_was_started_on() -> None:
    engine = engine_of(buses=(BusSpec("a"), BusSpec("b")))
    sound = add(engine, signals.constant(64))
    audio = buses_of(engine, 256, [c.start_clip(LEAD, 0, sound, 1)])

    assert (np.count_nonzero(audio[0, 0]), np.count_nonzero(audio[1, 0])) == (0, 64)


def test_fifty_clips_at_once_are_the_sum_of_each_alone(rng: np.random.Generator) -> None:
    engine = engine_of(clips=50)
    materials = [signals.noise(700, rng, 0.02) for _ in range(50)]
    starts = [int(frame) for frame in rng.integers(0, 900, 50)]
    commands = [
        c.start_clip(LEAD + start, number, add(engine, material), 0)
        for number, (material, start) in enumerate(zip(materials, starts, strict=True))
    ]
    audio = left_of(engine, 2048, commands)
    expected = sum(naive.clip(m, 2048, s) for m, s in zip(materials, starts, strict=True))

    close(np.asarray(expected), audio, 1e-5)


def test_a_start_beyond_the_loop_stays_within_its_bus() -> None:
    engine = engine_of(buses=(BusSpec("a"), BusSpec("b")))
    sound = add(engine, signals.constant(640), 640)
    audio = buses_of(engine, 640, [c.start_clip(LEAD, 0, sound, 1, position=740)])

    assert np.count_nonzero(audio[0]) == 0


def test_a_start_before_the_pickup_waits_in_silence() -> None:
    memory = aligned(np.float32, 4000)
    memory[:] = 0.5
    sound = Sound(memory[2000:], memory[2000:])
    engine = engine_of()
    start = c.start_clip(LEAD, 0, engine.add_sound(sound), 0, position=-500)
    audio = left_of(engine, 1024, [start])

    assert measure.onset(audio) == 500


def released(
    material: np.ndarray, loop_frames: int, at: int, *more: c.Command, frames: int = 4096
) -> np.ndarray:
    """A loop that begins at frame 0 and is released at `at`."""
    engine = engine_of()
    sound = add(engine, material, loop_frames)
    return left_of(engine, frames, [c.start_clip(LEAD, 0, sound, 0), c.release_clip(LEAD + at, 0), *more])


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_a_loop_that_is_released_at_its_seam_lets_all_its_tails_ring(
    rng: np.random.Generator, passes: int
) -> None:
    material = signals.noise(1500, rng, 0.5)
    expected = np.zeros(4096)
    for number in range(passes):
        expected[number * 512 : number * 512 + 1500] += material

    close(expected, released(material, 512, 512 * passes), 4e-6)


def test_a_loop_that_is_released_in_its_middle_keeps_the_tails_of_earlier_passes() -> None:
    material = np.concatenate([signals.constant(512, 0.5), signals.constant(400, 0.125)])
    audio = released(material, 512, 2 * 512 + 100)

    close(np.full(90, 0.625), audio[1034:1124], 1e-5)
    assert audio[1124] == pytest.approx(0.125 + 0.5 * 0.01 ** (1 / 96), abs=1e-4)
    close(np.full(50, 0.125), audio[1370:1420], 4e-3)
    assert measure.onset(audio[1024 + 400 + 300 :]) == -1


def test_a_clip_whose_tail_has_ended_is_free() -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(900), 512)
    left_of(engine, 4096, [c.start_clip(LEAD, 0, sound, 0), c.release_clip(LEAD + 1024, 0)])

    assert engine.memory["clips"][0]["state"][0] == 0


def test_a_loop_that_is_released_in_its_first_pass_decays_at_once() -> None:
    audio = released(signals.constant(900, 0.5), 512, 100)

    close(np.full(100, 0.5), audio[:100])
    assert 0.4 < audio[100] < 0.5
    assert measure.onset(audio[2000:]) == -1


@pytest.mark.parametrize("how", ["start", "stop"])
def test_a_released_clip_that_is_cut_decays_from_its_tail_alone(how: str) -> None:
    material = np.concatenate([signals.constant(512, 0.9), signals.constant(400, 0.125)])
    quiet = c.start_clip(LEAD + 612, 0, 0, 0, gain=0.0)
    cut = quiet if how == "start" else c.stop_clip(LEAD + 612, 0)
    audio = released(material, 512, 512, cut)

    close(np.full(90, 0.125), audio[520:610])
    assert abs(audio[612]) < 0.125
