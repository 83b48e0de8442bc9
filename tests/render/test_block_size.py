from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import measure, scene
from tests.helpers.rendering import digest


def rendered(block: int) -> np.ndarray:
    """The piece, pulled in blocks of one size."""
    engine = scene.prepared()
    blocks = [engine.pull(block) for _ in range(-(-scene.FRAMES // block))]
    return np.concatenate(blocks)[: scene.FRAMES]


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    return rendered(64)


def test_the_piece_is_loud_enough_and_full_of_odd_frames(reference: np.ndarray) -> None:
    engine = scene.prepared()
    odd = [command for command in scene.commands(engine, [0, 1, 2]) if command.frame % 2]

    assert len(odd) >= 85
    assert -30.0 < measure.rms_db(reference) < -6.0
    assert np.isfinite(reference).all()


@pytest.mark.parametrize("block", [1, 63, 65, 480, 1024, 4096])
def test_the_samples_do_not_depend_on_the_block_size(block: int, reference: np.ndarray) -> None:
    assert digest(reference) == digest(rendered(block))


def test_blocks_may_change_their_size_from_one_to_the_next(reference: np.ndarray) -> None:
    engine = scene.prepared()
    rng = np.random.default_rng(7)
    blocks, total = [], 0
    while total < scene.FRAMES:
        blocks.append(engine.pull(int(rng.integers(1, 2000))))
        total += len(blocks[-1])

    assert digest(reference) == digest(np.concatenate(blocks)[: scene.FRAMES])


def test_every_command_was_in_time(reference: np.ndarray) -> None:
    engine = scene.prepared()
    engine.pull(scene.FRAMES)
    telemetry = engine.telemetry()

    assert (telemetry.late_commands, telemetry.refused, telemetry.not_finite) == (0, 0, 0)
