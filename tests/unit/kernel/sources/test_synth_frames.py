from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.layout import LANE_BLOCKS, LANES, QUANTUM
from adaptive.kernel.sources import synth_frames
from adaptive.kernel.sources.synth_record import VOICE_GROUP

F32, I64 = np.float32, np.int64
Q = QUANTUM
DECAY = F32(synth_frames.RESIDUAL_DECAY)


@pytest.fixture
def blocks() -> np.ndarray:
    """Oscillators, left and right: 64 frames of sixteen lanes each."""
    made: np.ndarray = aligned(np.float32, LANE_BLOCKS, Q, LANES)
    return made


@pytest.fixture
def voices() -> np.ndarray:
    """Voices whose filters pass everything, each with its own gain line and pan."""
    made = aligned(VOICE_GROUP, 1)
    lanes = np.arange(LANES)
    made[0]["gain_value"], made[0]["gain_step"] = lanes / 16.0, 0.001 * lanes
    made[0]["pan_left"], made[0]["pan_right"] = 0.5 + lanes / 32.0, 1.0 - lanes / 32.0
    return made


def test_each_voice_gets_its_gain_line_and_its_pan(
    blocks: np.ndarray, voices: np.ndarray, rng: np.random.Generator
) -> None:
    blocks[0] = rng.uniform(-1.0, 1.0, (Q, LANES))
    # with the high-pass alone and coefficients of 0 the output is the input
    synth_frames.shape_frames(address(blocks), address(voices), I64(0), I64(Q), F32(0.0), F32(0.0), F32(1.0))
    voice = voices[0]
    out = blocks[0] * (voice["gain_value"] + voice["gain_step"] * np.arange(Q)[:, None])

    np.testing.assert_allclose(blocks[1], out * voice["pan_left"], atol=1e-6)
    np.testing.assert_allclose(blocks[2], out * voice["pan_right"], atol=1e-6)
    np.testing.assert_allclose(voice["last"], out[-1], atol=1e-6)


def test_a_quantum_in_pieces_has_the_same_bits(
    blocks: np.ndarray, voices: np.ndarray, rng: np.random.Generator
) -> None:
    for name in ("b1", "b2", "b3"):
        voices[0][name] = rng.uniform(0.0, 0.4, LANES)
    voices[0]["damping"] = 1.0
    blocks[0] = rng.uniform(-1.0, 1.0, (Q, LANES))
    again, state = aligned(np.float32, *blocks.shape), aligned(VOICE_GROUP, 1)
    again[:], state[:] = blocks, voices
    shares = F32(0.5), F32(0.25), F32(0.25)
    synth_frames.shape_frames(address(blocks), address(voices), I64(0), I64(Q), *shares)
    for first, last in ((0, 1), (1, 40), (40, Q)):
        synth_frames.shape_frames(address(again), address(state), I64(first), I64(last), *shares)

    np.testing.assert_array_equal(blocks, again)


def test_residuals_decay_on_their_side_within_the_frames_asked_for(
    blocks: np.ndarray, voices: np.ndarray
) -> None:
    voices[0]["residual_left"][3], voices[0]["residual_right"][7] = 0.5, -0.25
    synth_frames.ring_out(address(blocks), address(voices), I64(10), I64(20))
    decay = float(DECAY) ** np.arange(10)

    np.testing.assert_allclose(blocks[1, 10:20, 3], 0.5 * decay, rtol=1e-5)
    np.testing.assert_allclose(blocks[2, 10:20, 7], -0.25 * decay, rtol=1e-5)
    assert np.count_nonzero(blocks) == 20
    assert voices[0]["residual_left"][3] == pytest.approx(0.5 * float(DECAY) ** 10, rel=1e-5)
