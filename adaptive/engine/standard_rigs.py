"""Speakers of a number of channels for which no site says where they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from adaptive.engine.rig_spec import RigSpec, SpeakerSpec

AZIMUTHS_DEG: Mapping[int, Sequence[float | None]] = {
    1: (0.0,),
    2: (-30.0, 30.0),
    4: (-45.0, 45.0, -135.0, 135.0),
    6: (-30.0, 30.0, 0.0, None, -110.0, 110.0),
    8: (-30.0, 30.0, 0.0, None, -135.0, 135.0, -90.0, 90.0),
}
"""Azimuth of each channel, in the order of a WAV file (ITU-R BS.775); that of low frequencies has none."""

RADIUS_M = 2.0


def standard_rig(channels: int) -> RigSpec:
    """Stereo, four corners, 5.1 or 7.1; any other number is a ring, clockwise from the front."""
    azimuths = AZIMUTHS_DEG.get(channels) or [360.0 * number / channels for number in range(channels)]
    return RigSpec(
        tuple(
            SpeakerSpec(
                channel,
                (RADIUS_M * math.sin(math.radians(angle)), RADIUS_M * math.cos(math.radians(angle)), 0.0),
            )
            for channel, angle in enumerate(azimuths)
            if angle is not None
        )
    )
