"""Memory of eight stereo clips."""

from __future__ import annotations

from adaptive.kernel.layout import LANES, PAIRS, QUANTUM, ramp_fields, record, shaped_ramp_fields
from adaptive.kernel.processors.lowpass_record import LANE_FILTER

KEPT_FRAMES = 2
STRETCHED_FRAMES = QUANTUM + KEPT_FRAMES
"""Frames of a stretched clip that are kept for each channel: the last two, and the quantum after them."""

CLIP_GROUP = record(
    [
        # one column for each clip
        ("state", "i4", PAIRS),
        ("sound", "i4", PAIRS),
        ("bus", "i4", PAIRS),
        ("first_event", "i4", PAIRS),
        ("stops_at_end", "i4", PAIRS),  # stops when the gain ramp has ended
        ("is_tail", "i4", PAIRS),  # only the tails of earlier passes are played
        ("is_filtered", "i4", PAIRS),  # 0 off, 1 on, 2 no coefficients yet, 3 no state yet
        ("position", "i8", PAIRS),  # frames since beat 1 of this pass; negative in the pickup
        ("passes", "i8", PAIRS),  # loops completed: how many tails may still sound
        ("at_stretched", "i8", PAIRS),  # address of a quantum of its stretched sound; 0: it is not stretched
        *shaped_ramp_fields("gain"),
        *ramp_fields("pan"),
        *ramp_fields("cutoff"),
        # values of the ramps at the end of the quantum, updated until the frame in `moving_until`
        ("moving_until", "i8"),
        ("gain_next", "f4", PAIRS),
        ("left_next", "f4", PAIRS),
        ("right_next", "f4", PAIRS),
        # one column for each lane
        ("line_value", "f4", LANES),  # gain at the end of the last piece
        ("residual", "f4", LANES),  # last sample of a cut clip, decaying on the bus it was cut on
        ("residual_lean", "f4", LANES),  # of a stretched clip: how it goes on, beyond its decay
        ("residual_bus", "i4", PAIRS),
        ("begun_at", "i8", PAIRS),  # position at which it was started
        # of a clip that is streamed
        ("missing", "i4", PAIRS),  # quarters by which it is faded out, because frames are missing
        ("starved", "i8", PAIRS),  # times it ran out of frames
        # the tempo map of a clip, as in `STRETCH`
        ("follows", "i4", PAIRS),  # 0: it has none, 1 it has one, 2 one that has just been given to it
        ("way", "i4", PAIRS),  # number of the way that it goes; parts of others are ignored
        ("stretch_kind", "i4", PAIRS),
        ("hop_quantum", "i4", PAIRS),
        ("map_frame", "i8", PAIRS),
        ("map_position", "f8", PAIRS),
        ("map_rate", "f8", PAIRS),
        ("map_rate_change", "f8", PAIRS),
        ("filter", LANE_FILTER),
    ]
)
