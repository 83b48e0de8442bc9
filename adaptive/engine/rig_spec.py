"""What an engine needs to know of the speakers it plays on, and of the places of its buses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from adaptive.kernel.rig_record import (
    LAW_DIRECT,
    LAW_DIRECTION,
    LAW_DISTANCE,
    RIG_AMBIX,
    RIG_BINAURAL,
    RIG_SPEAKERS,
)

Position = tuple[float, float, float]
"""Metres right, forward and up."""

MODES = {"speakers": RIG_SPEAKERS, "ambix": RIG_AMBIX, "binaural": RIG_BINAURAL}
LAWS = {"direction": LAW_DIRECTION, "distance": LAW_DISTANCE, "direct": LAW_DIRECT}


@dataclass(frozen=True, slots=True)
class SpeakerSpec:
    """A speaker.

    Parameters
    ----------
    channel : int
        Channel that feeds it, counted from 0.
    at_m : Position or None
        Where it stands; None for a sub or a direct speaker without a place.
    kind : str
        ``full``, ``sub`` or ``direct``.
    trim_db, delay_ms : float
        Level and delay of its channel.
    crossover_hz : float
        Of a sub: it plays what is below.
    bus : str
        Of a direct speaker: the bus, layer, stinger, bridge or fill that it plays.
    """

    channel: int
    at_m: Position | None = None
    kind: Literal["full", "sub", "direct"] = "full"
    trim_db: float = 0.0
    delay_ms: float = 0.0
    crossover_hz: float = 80.0
    bus: str = ""


@dataclass(frozen=True, slots=True)
class RigSpec:
    """The speakers of a place, or another form of output in space.

    Parameters
    ----------
    speakers : sequence of SpeakerSpec
        The speakers.
    mode : str
        ``speakers``; ``ambix``: first-order ambisonics, four channels; ``binaural``: two ears.
    places : Mapping
        Where strips and buses are heard, by their names, whatever a preset says.
    """

    speakers: Sequence[SpeakerSpec] = ()
    mode: Literal["speakers", "ambix", "binaural"] = "speakers"
    places: Mapping[str, PlaceSpec] = field(default_factory=dict)

    @property
    def full(self) -> list[SpeakerSpec]:
        """The speakers that take part in panning."""
        return [one for one in self.speakers if one.kind == "full" and one.at_m is not None]

    def direct_channel(self, bus: str) -> int | None:
        """Channel of the direct speaker that plays a bus; None: there is none."""
        found = (one.channel for one in self.speakers if one.kind == "direct" and one.bus == bus)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """Where a bus is heard.

    Parameters
    ----------
    law : str
        ``direction``, ``distance`` or ``direct``.
    is_cartesian : bool
        Whether `x_m`, `y_m` and `z_m` say where, in place of azimuth, elevation and distance.
    azimuth_deg, elevation_deg, distance_m : float
        To the right positive, up positive.
    x_m, y_m, z_m : float
        Metres right, forward and up.
    width_deg : float or None
        Angle between its left and its right side; None: their mean is heard in one place.
    channel : int
        Of the law ``direct``.
    """

    law: Literal["direction", "distance", "direct"] = "direction"
    is_cartesian: bool = False
    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    distance_m: float = 1.0
    x_m: float = 0.0
    y_m: float = 0.0
    z_m: float = 0.0
    width_deg: float | None = None
    channel: int = 0


BED = PlaceSpec(width_deg=60.0)
"""Stereo as it was mixed: its sides 30 degrees to the left and to the right."""
