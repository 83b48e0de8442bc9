"""From a place to the gains of channels: vector base amplitude panning, by distance, and ambisonics.

Vector base amplitude panning is that of Pulkki (J. Audio Eng. Soc. 45, 1997): of the three speakers around a
direction, gains whose weighted sum points there, with the sum of their squares held.  Panning by distance is
that of Lossius, Baltazar and de la Hogue (ICMC 2009), 6 dB for each doubling.  Ambisonics are of the first
order, in the order and normalisation of AmbiX (Nachbar and others, 2011): W, Y, Z, X, SN3D.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, PI, ZERO, cosine, sine
from adaptive.kernel.ears import aim_ears
from adaptive.kernel.holds import short_way
from adaptive.kernel.rig_record import LAW_DIRECT, LAW_DISTANCE, RIG_AMBIX

RADIANS = PI / F32(180.0)
RIGHT, HALF_TURN = F32(90.0), F32(180.0)
NEAR_M = F32(0.5)
"""Nearer than this, a source is spread over all speakers, so that it can pass through the middle."""
REFERENCE_M = ONE
"""Up to this distance a source is at its own level; beyond, 6 dB less for each doubling."""
BLUR_M2 = F32(0.04)
"""Square of the distance, 0.2 m, that is added to every distance from a speaker."""
LEAST = F32(1e-12)
FULL_WIDTH = F32(60.0)


@rtsafe
def sine_of(degrees: float) -> float:
    """Sine of an angle of -180 to 180 degrees."""
    if degrees > RIGHT:
        degrees = HALF_TURN - degrees
    elif degrees < -RIGHT:
        degrees = -HALF_TURN - degrees
    return sine(degrees * RADIANS)


@rtsafe
def cosine_of(degrees: float) -> float:
    """Cosine of an angle of -180 to 180 degrees."""
    if degrees > RIGHT:
        return -cosine((HALF_TURN - degrees) * RADIANS)
    if degrees < -RIGHT:
        return -cosine((HALF_TURN + degrees) * RADIANS)
    return cosine(degrees * RADIANS)


@rtsafe
def position_of(place: Any, turn_deg: float) -> tuple[float, float, float, float]:
    """Direction (x right, y forward, z up) and distance of a place that is turned to the right."""
    if place["is_cartesian"] == 1:
        x, y, z = place["x_m"], place["y_m"], place["z_m"]
        distance = F32(np.sqrt(x * x + y * y + z * z))
        scale = ONE / max(distance, LEAST)
        if turn_deg != ZERO:
            s, c = sine_of(turn_deg), cosine_of(turn_deg)
            x, y = x * c + y * s, y * c - x * s
        return x * scale, y * scale, z * scale, distance
    azimuth = short_way(place["azimuth_deg"] + turn_deg)
    elevation = min(max(place["elevation_deg"], -RIGHT), RIGHT)
    flat = cosine_of(elevation)
    return (
        sine_of(azimuth) * flat,
        cosine_of(azimuth) * flat,
        sine_of(elevation),
        max(place["distance_m"], ZERO),
    )


@rtsafe
def add_node(target: Any, node: Any, shares: Any, power: float) -> None:
    """Add the power of a node to the channels that play it."""
    for row in range(np.int64(node["first"]), np.int64(node["first"] + node["count"])):
        target[np.int64(shares[row]["channel"])] += power * shares[row]["power"]


@rtsafe
def pan_by_direction(
    place: Any, target: Any, bases: Any, nodes: Any, shares: Any, x: float, y: float, z: float
) -> None:
    """Add the powers of a direction, 1 in all: those of the triangle that encloses it, or nearly does."""
    best, chosen = F32(-1e9), np.int64(0)
    first, second, third = ZERO, ZERO, ZERO
    last = np.int64(place["base"])
    for step in range(np.int64(-1), bases.size):
        # the triangle of the last time first: a source that moves is there still, as a rule
        number = last if step < 0 else step
        inverse = bases[number]["inverse"]
        a = inverse[0] * x + inverse[1] * y + inverse[2] * z
        b = inverse[3] * x + inverse[4] * y + inverse[5] * z
        c = inverse[6] * x + inverse[7] * y + inverse[8] * z
        least = min(min(a, b), c)
        if least > best:
            best, chosen = least, number
            first, second, third = a, b, c
            if least >= ZERO:
                break
    first, second, third = max(first, ZERO), max(second, ZERO), max(third, ZERO)
    first, second, third = first * first, second * second, third * third
    scale = ONE / max(first + second + third, LEAST)
    place["base"] = np.int32(chosen)
    base = bases[chosen]
    add_node(target, nodes[np.int64(base["node"][0])], shares, first * scale)
    add_node(target, nodes[np.int64(base["node"][1])], shares, second * scale)
    add_node(target, nodes[np.int64(base["node"][2])], shares, third * scale)


@rtsafe
def pan_by_distance(target: Any, speakers: Any, x: float, y: float, z: float) -> None:
    """Add the powers of a point in metres, 1 in all."""
    total = ZERO
    for number in range(speakers.size):
        speaker = speakers[number]
        dx, dy, dz = x - speaker["x_m"], y - speaker["y_m"], z - speaker["z_m"]
        power = ONE / (dx * dx + dy * dy + dz * dz + BLUR_M2)
        target[np.int64(speaker["channel"])] = power
        total += power
    scale = ONE / max(total, LEAST)
    for number in range(speakers.size):
        target[np.int64(speakers[number]["channel"])] *= scale


@rtsafe
def turn_of(place: Any, side: int) -> float:
    """By how many degrees a side of a place lies to the right of its middle."""
    if place["has_width"] == 0:
        return ZERO
    return place["width_deg"] * (HALF if side == 1 else -HALF)


@rtsafe
def level_of_width(place: Any) -> float:
    """Gain of each side: two in one place are as loud as their mean; 60 degrees apart each has its level."""
    if place["has_width"] == 0:
        return ONE
    return HALF + HALF * min(abs(place["width_deg"]) / FULL_WIDTH, ONE)


@rtsafe
def level_at(distance: float) -> float:
    """Gain of a source at a distance in metres."""
    return REFERENCE_M / max(distance, REFERENCE_M)


@rtsafe
def aim_head(ears: Any, place: Any, side: int, head: Any, rate: float) -> None:
    """Compute what two ears hear of a side of a place."""
    if place["law"] == LAW_DIRECT:
        aim_ears(ears, side, head, ZERO, ONE, ZERO, ONE, rate)
        return
    x, y, _, distance = position_of(place, turn_of(place, side))
    level = level_of_width(place) * level_at(distance)
    aim_ears(ears, side, head, x, y, min(distance / NEAR_M, ONE), level, rate)


@rtsafe
def aim(
    mode: int, place: Any, side: int, bases: Any, nodes: Any, shares: Any, speakers: Any, channels: int
) -> None:
    """Compute the gains of a side of a place."""
    target = place["target"][side]
    for channel in range(channels):
        target[channel] = ZERO
    law = place["law"]
    if law == LAW_DIRECT:
        if mode != RIG_AMBIX:
            target[np.int64(place["channel"])] = ONE
        return
    x, y, z, distance = position_of(place, turn_of(place, side))
    near = min(distance / NEAR_M, ONE)
    level = level_of_width(place)
    if law != LAW_DISTANCE or mode == RIG_AMBIX:
        level *= level_at(distance)
    if mode == RIG_AMBIX:
        target[0] = level
        target[1] = -x * level * near
        target[2] = z * level * near
        target[3] = y * level * near
        return
    if speakers.size == 0:
        return
    if law == LAW_DISTANCE:
        pan_by_distance(target, speakers, x * distance, y * distance, z * distance)
        near = ONE
    else:
        pan_by_direction(place, target, bases, nodes, shares, x, y, z)
    spread = (ONE - near * near) / F32(speakers.size)
    for number in range(speakers.size):
        channel = np.int64(speakers[number]["channel"])
        target[channel] = F32(np.sqrt(target[channel] * near * near + spread)) * level
