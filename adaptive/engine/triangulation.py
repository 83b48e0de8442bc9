"""Divides the directions around a listener into triangles of speakers, and of nodes that stand for speakers.

A *node* is a direction and the share of its power that each speaker plays.  Speakers in one direction are one
node.  Where speakers are too far apart to pan between, there are nodes that no speaker stands at: in a wide
gap of the horizon, whose power goes to the speakers at its edges, and above and below a rig that has nothing
there, whose power goes to all neighbours in equal parts.  So every direction has three nodes around it, and
the power of a source is the same wherever it is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from adaptive.engine.rig_spec import Position

SAME_DEG = 0.5
"""Speakers that are nearer to each other than this, seen from the listener, are one node."""

WIDEST_GAP_DEG = 120.5
"""Between speakers further apart on the horizon there are nodes; three in a circle have none."""

HIGH_DEG = 60.0
"""A rig without a speaker at this elevation has a node above it."""

LEVEL_DEG, FLAT_DEG = 1.0, 50.0
"""Speakers within the first elevation are on the horizon; those within the second can stand for it."""

SAME_WAY_DEG, BESIDE_DEG = 3.0, 30.0
"""Speakers whose azimuths differ by less stand above each other, or beside each other."""

FLATTEST = 1e-6
JITTER = 1e-7
"""Moves nodes off common planes, so that four of them in one plane make two triangles, not four."""

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class SpeakerNode:
    """A direction and the share of its power that each channel plays; the shares sum to 1."""

    direction: Vector
    shares: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Triangulation:
    """Nodes, and the triples of them that enclose directions."""

    nodes: Sequence[SpeakerNode]
    triangles: Sequence[tuple[int, int, int]]


def triangulate(speakers: Sequence[tuple[int, Position]]) -> Triangulation:
    """Divide all directions among speakers: (channel, metres right, forward, up), at least one."""
    real = _merged(speakers)
    horizon = [*real, *_copies_on_the_horizon(real)]
    nodes = [*horizon, *_gap_nodes(horizon)]
    poles: list[Vector] = [(0.0, 0.0, sign) for sign in (1.0, -1.0) if not _has_pole(real, sign)]
    triangles = _hull([*(node.direction for node in nodes), *poles])
    between = len(nodes)
    for row, direction in enumerate(poles, between):
        beside = {node for one in triangles if row in one for node in one}
        around = [nodes[node] for node in sorted(beside) if node < len(horizon)] or real
        shares: dict[int, float] = {}
        for node in around:
            for channel, share in node.shares.items():
                shares[channel] = shares.get(channel, 0.0) + share / len(around)
        nodes.append(SpeakerNode(direction, shares))
    return Triangulation(nodes, triangles)


def inverse_of(triangulation: Triangulation, triangle: tuple[int, int, int]) -> np.ndarray:
    """Inverse of the matrix whose columns are the directions of a triangle."""
    columns = [triangulation.nodes[node].direction for node in triangle]
    return np.linalg.inv(np.array(columns, np.float64).T)


def azimuth_deg(direction: Vector) -> float:
    """Azimuth from -180 to 180 degrees, to the right positive."""
    return math.degrees(math.atan2(direction[0], direction[1]))


def _merged(speakers: Sequence[tuple[int, Position]]) -> list[SpeakerNode]:
    """Nodes of speakers; those in one direction share a node."""
    found: list[tuple[Vector, list[int]]] = []
    for channel, position in speakers:
        length = math.hypot(*position)
        direction: Vector = (position[0] / length, position[1] / length, position[2] / length)
        for other, channels in found:
            if math.degrees(2.0 * math.asin(min(1.0, math.dist(direction, other) / 2.0))) < SAME_DEG:
                channels.append(channel)
                break
        else:
            found.append((direction, [channel]))
    return [
        SpeakerNode(direction, {channel: 1.0 / len(channels) for channel in channels})
        for direction, channels in found
    ]


def _copies_on_the_horizon(real: Sequence[SpeakerNode]) -> list[SpeakerNode]:
    """Nodes on the horizon below or above speakers that have no other there: what is level plays from them.

    So a ring that hangs under a ceiling plays what has an azimuth alone, and what is placed at a speaker.
    """
    made = []
    for number, node in enumerate(real):
        others = [other for row, other in enumerate(real) if row != number]
        if LEVEL_DEG < abs(_elevation_deg(node.direction)) < FLAT_DEG and not any(
            _stands_for_horizon(other, node) for other in others
        ):
            flat = math.hypot(node.direction[0], node.direction[1])
            direction = (node.direction[0] / flat, node.direction[1] / flat, 0.0)
            made.append(SpeakerNode(direction, node.shares))
    return made


def _stands_for_horizon(other: SpeakerNode, node: SpeakerNode) -> bool:
    """Whether what is level near a node can be panned with another, without a copy of the node."""
    apart = abs((azimuth_deg(other.direction) - azimuth_deg(node.direction) + 180.0) % 360.0 - 180.0)
    one, two = _elevation_deg(other.direction), _elevation_deg(node.direction)
    is_across = one * two < 0.0
    is_lower = abs(one) < abs(two) - 10.0
    is_same_way = apart < SAME_WAY_DEG and abs(one) < abs(two)
    return is_same_way or (apart < BESIDE_DEG and (is_across or is_lower))


def _elevation_deg(direction: Vector) -> float:
    return math.degrees(math.asin(max(-1.0, min(1.0, direction[2]))))


def _gap_nodes(level: Sequence[SpeakerNode]) -> list[SpeakerNode]:
    """Nodes in the wide gaps of the horizon; their power moves from the one edge to the other."""
    flat = [node for node in level if abs(_elevation_deg(node.direction)) <= LEVEL_DEG]
    flat = flat or [node for node in level if abs(_elevation_deg(node.direction)) < HIGH_DEG]
    if not flat:  # every speaker hangs above, or lies below
        shares = {channel: share / len(level) for node in level for channel, share in node.shares.items()}
        return [
            SpeakerNode((math.sin(turn), math.cos(turn), 0.0), shares)
            for turn in (0.0, math.tau / 3.0, -math.tau / 3.0)
        ]
    ring = sorted(flat, key=lambda node: azimuth_deg(node.direction))
    made = []
    for left, right in zip(ring, [*ring[1:], ring[0]], strict=True):
        start = azimuth_deg(left.direction)
        gap = (azimuth_deg(right.direction) - start) % 360.0 or (360.0 if len(ring) == 1 else 0.0)
        count = math.ceil(gap / WIDEST_GAP_DEG)
        for number in range(1, count):
            angle = math.radians(start + gap * number / count)
            to_right = math.sin(number / count * math.pi / 2.0) ** 2
            shares = {channel: share * (1.0 - to_right) for channel, share in left.shares.items()}
            for channel, share in right.shares.items():
                shares[channel] = shares.get(channel, 0.0) + share * to_right
            made.append(SpeakerNode((math.sin(angle), math.cos(angle), 0.0), shares))
    return made


def _has_pole(real: Sequence[SpeakerNode], sign: float) -> bool:
    return any(sign * node.direction[2] >= math.sin(math.radians(HIGH_DEG)) for node in real)


def _hull(directions: Sequence[Vector]) -> list[tuple[int, int, int]]:
    """Triangles of the convex hull of points on a sphere, each corner counted round as seen from outside.

    Points are added one by one: the triangles that a point sees give way to those between it and their edge.
    """
    shift = np.random.default_rng(0).standard_normal((len(directions), 3)) * JITTER
    points = np.array(directions, np.float64) + shift
    first = _tetrahedron(points)
    middle = points[list(first)].mean(axis=0)
    faces = [_outward(points, corners, middle) for corners in itertools.combinations(first, 3)]
    for number in range(len(points)):
        if number in first:
            continue
        is_seen = _heights(points, np.array(faces), points[number]) > 0.0
        seen = [face for face, one in zip(faces, is_seen, strict=True) if one]
        edges = {(face[i], face[(i + 1) % 3]) for face in seen for i in range(3)}
        faces = [face for face, one in zip(faces, is_seen, strict=True) if not one]
        faces += [(start, end, number) for start, end in sorted(edges) if (end, start) not in edges]
    # a triangle whose plane contains the listener encloses no direction
    return [face for face in faces if abs(float(np.linalg.det(points[list(face)]))) > FLATTEST]


def _tetrahedron(points: np.ndarray) -> tuple[int, int, int, int]:
    """Four points that are not in one plane: each as far as can be from those before."""
    second = int(np.linalg.norm(points - points[0], axis=1).argmax())
    along = np.cross(points - points[0], points[second] - points[0])
    third = int(np.linalg.norm(along, axis=1).argmax())
    normal = np.cross(points[second] - points[0], points[third] - points[0])
    return 0, second, third, int(np.abs((points - points[0]) @ normal).argmax())


def _heights(points: np.ndarray, faces: np.ndarray, at: np.ndarray) -> np.ndarray:
    """How far a point lies outside the plane of each triangle, times twice its area."""
    a, b, c = (points[faces[:, column]] for column in range(3))
    heights: np.ndarray = np.einsum("ij,ij->i", np.cross(b - a, c - a), at - a)
    return heights


def _outward(points: np.ndarray, corners: tuple[int, ...], middle: np.ndarray) -> tuple[int, int, int]:
    a, b, c = corners
    return (a, c, b) if _heights(points, np.array([(a, b, c)]), middle)[0] > 0.0 else (a, b, c)
