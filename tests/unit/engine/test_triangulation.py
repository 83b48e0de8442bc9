from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from adaptive.engine.triangulation import inverse_of, triangulate

SQUARE = [(0, (-2.0, 2.0, 0.0)), (1, (2.0, 2.0, 0.0)), (2, (-2.0, -2.0, 0.0)), (3, (2.0, -2.0, 0.0))]


def test_the_nodes_of_a_square_are_its_speakers_and_both_poles() -> None:
    made = triangulate(SQUARE)

    assert [dict(node.shares) for node in made.nodes[:4]] == [{channel: 1.0} for channel in range(4)]
    assert [dict(node.shares) for node in made.nodes[4:]] == [dict.fromkeys(range(4), 0.25)] * 2
    assert len(made.triangles) == 8


@pytest.mark.parametrize("count", [1, 2, 3, 12, 64])
def test_every_direction_lies_in_a_triangle_whose_shares_are_whole(count: int) -> None:
    turns = [math.tau * number / count for number in range(count)]
    made = triangulate([(n, (math.sin(turn), math.cos(turn), 0.3)) for n, turn in enumerate(turns)])
    inverses = np.array([inverse_of(made, triangle) for triangle in made.triangles])
    directions = np.random.default_rng(2).standard_normal((200, 3))

    assert all(sum(node.shares.values()) == pytest.approx(1.0) for node in made.nodes)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    gains = np.einsum("tij,dj->dti", inverses, directions)
    assert gains.min(axis=2).max(axis=1).min() > -1e-5


def test_speakers_that_all_hang_above_play_what_is_level_together() -> None:
    made = triangulate([(0, (0.0, 0.0, 3.0)), (1, (0.2, 0.0, 3.0))])
    level = [node for node in made.nodes if abs(node.direction[2]) < 0.1]

    assert [dict(node.shares) for node in level] == [{0: 0.5, 1: 0.5}] * 3


def test_a_plane_of_four_speakers_makes_two_triangles() -> None:
    cube = list(itertools.product((-1.0, 1.0), repeat=3))
    made = triangulate(list(enumerate(cube)))  # type: ignore[arg-type]
    real = [triangle for triangle in made.triangles if max(triangle) < 8]

    assert len(real) == 8  # two for each wall; above and below there are other nodes
