"""Controls of a channel: their numbers, and what the memory of instruments and voices has of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.layout import LANES
from adaptive.kernel.processors.descriptor import Parameter

CHANNELS = 16

BEND, PRESSURE, BEND_RANGE, CONTROLS = 128, 129, 130, 131
"""Controls of a channel: controllers 0 to 127, pitch bend, pressure, range of the bend; their number."""

KEY_PRESSURE = 142
"""The pressure of one key; a sampler's modulators have the numbers from 131 to 141 for other sources."""

CHANNEL_PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "bend_semitones", 0.0, 96.0, 2.0, "How far the pitch bend goes, until a player sets its range."
    ),
    Parameter("wheel_vibrato_cents", 0.0, 200.0, 50.0, "Vibrato that the modulation wheel adds."),
    Parameter("wheel_brightness", -1.0, 1.0, 0.0, "How far the modulation wheel moves the brightness."),
    Parameter("wheel_level_db", -24.0, 24.0, 0.0, "How far the modulation wheel moves the level."),
    Parameter("pressure_vibrato_cents", 0.0, 200.0, 50.0, "Vibrato that pressure (aftertouch) adds."),
    Parameter("pressure_brightness", -1.0, 1.0, 0.0, "How far pressure moves the brightness."),
    Parameter("pressure_level_db", -24.0, 24.0, 0.0, "How far pressure moves the level."),
)
"""The last parameters of every kind of instrument that has a channel's controls."""

MAPPED = len(CHANNEL_PARAMETERS)
(
    BEND_SEMITONES, WHEEL_VIBRATO, WHEEL_BRIGHTNESS, WHEEL_LEVEL, PRESSURE_VIBRATO, PRESSURE_BRIGHTNESS,
    PRESSURE_LEVEL,
) = (np.int64(row) for row in range(MAPPED))  # fmt: skip

CONTROL_FIELDS: list[Any] = [
    ("mapped", "f4", MAPPED),  # `CHANNEL_PARAMETERS` in this quantum
    ("bend_wanted", "f4", CHANNELS),  # -1 to 1
    ("bend_range", "f4", CHANNELS),  # semitones; 0: that of the instrument
    ("wheel_wanted", "f4", CHANNELS),
    ("pressure_wanted", "f4", CHANNELS),
    ("bend_now", "f4", CHANNELS),  # semitones at the end of the quantum
    ("wheel_now", "f4", CHANNELS),
    ("pressure_now", "f4", CHANNELS),
    ("glide_share", "f4"),  # of the way to what is wanted, in a quantum
    ("vibrato_phase", "f4"),
    ("vibrato_semitones", "f4"),  # of a cent of depth; 0 if the voices have a vibrato of their own
    ("has_vibrato", "i4"),  # 1: so they do
    ("played_quanta", "i4"),  # quanta for which controls are still followed; 0: they rest
    ("is_key_pressed", "i4"),  # 1: the pressure of a key is followed
]

CONTROL_VOICES: list[Any] = [
    ("channel", "i4", LANES),
    ("key_pressure_wanted", "f4", LANES),
    ("key_pressure", "f4", LANES),
    # at the end of the quantum
    ("bend", "f4", LANES),  # semitones added to the pitch
    ("sway", "f4", LANES),  # cents added to the depth of the voice's own vibrato
    ("lift", "f4", LANES),  # added to the brightness
    ("swell", "f4", LANES),  # share of the level that is added to it
]

HEARD_CONTROLS = frozenset({1, 120, 121, 123, BEND, PRESSURE, BEND_RANGE, KEY_PRESSURE})
"""Controls that instruments with `CONTROL_FIELDS` listen to."""
