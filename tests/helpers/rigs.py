"""Engines that play one bus on the speakers of a rig."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.rig_spec import PlaceSpec, Position, RigSpec, SpeakerSpec
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.kernel.layout import MASTER_LOOK_AHEAD

FRAMES = 4096


def rig_of(*places: Position, **settings: Any) -> RigSpec:
    """A rig with a speaker at each place, on the channels in their order."""
    return RigSpec(tuple(SpeakerSpec(number, at_m=place, **settings) for number, place in enumerate(places)))


def ring_of(count: int, radius_m: float = 2.0) -> RigSpec:
    """A ring of speakers, clockwise from the front."""
    turns = [math.tau * number / count for number in range(count)]
    return rig_of(*((radius_m * math.sin(turn), radius_m * math.cos(turn), 0.0) for turn in turns))


SQUARE = rig_of((-2.0, 2.0, 0.0), (2.0, 2.0, 0.0), (-2.0, -2.0, 0.0), (2.0, -2.0, 0.0))


def rig_engine(rig: RigSpec, place: PlaceSpec, channels: int | None = None, **settings: Any) -> Engine:
    """An engine with one placed bus."""
    width = channels or max((one.channel for one in rig.speakers), default=3) + 1
    bus = BusSpec("object", placed=place)
    return Engine(EngineSpec(channels=max(2, width), buses=(bus,), rig=rig, **settings))


def heard_from(engine: Engine, sound: np.ndarray, frames: int = FRAMES) -> np.ndarray:
    """What an engine plays of a sound that begins at its first frame, without the limiter's latency."""
    number = engine.add_sound(engine.bank.add(sound, 0, 0))
    engine.post([commands.start_clip(0, 0, number, 0)])
    return engine.pull(frames + MASTER_LOOK_AHEAD)[MASTER_LOOK_AHEAD:]


def tone(frames: int = FRAMES, hz: float = 1000.0, level: float = 0.25) -> np.ndarray:
    """The same sine on both sides, shape (2, frames)."""
    wave = level * np.sin(math.tau * hz / 48000.0 * np.arange(frames))
    return np.stack([wave, wave]).astype(np.float32)


def levels_db(rig: RigSpec, place: PlaceSpec, channels: int | None = None) -> Sequence[float]:
    """Level of each channel, by the level of the source and the distance law, in decibels."""
    heard = heard_from(rig_engine(rig, place, channels), tone())[1024:].astype(np.float64)
    law = 1.0 / max(1.0, distance_of(place))
    power = np.sqrt((heard**2).mean(axis=0)) / (0.25 / math.sqrt(2.0)) / law
    return [20.0 * math.log10(max(value, 1e-9)) for value in power]


def distance_of(place: PlaceSpec) -> float:
    """Distance of a place in metres."""
    if place.is_cartesian:
        return math.hypot(place.x_m, place.y_m, place.z_m)
    return place.distance_m


def at_m(x: float, y: float, z: float = 0.0, **settings: Any) -> PlaceSpec:
    """A place in metres."""
    return PlaceSpec(is_cartesian=True, x_m=x, y_m=y, z_m=z, **settings)
