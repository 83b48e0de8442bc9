"""Memory of eight stereo buses."""

from __future__ import annotations

from adaptive.kernel.layout import LANES, PAIRS, ramp_fields, record, shaped_ramp_fields
from adaptive.kernel.processors.lowpass_record import LANE_FILTER

BUS_GROUP = record(
    [
        ("output", "i4", PAIRS),  # a bus of a later group, -1: the master, `PANNED`: the panner
        ("channel", "i4", PAIRS),  # first of its two master channels
        ("first_send", "i4", PAIRS),  # row of its first send; -1: none
        # addresses of `late_rows` rings, in which what is early waits for the paths beside it; 0: none
        ("input_ring", "i8", PAIRS),  # of what its sources play
        ("output_ring", "i8", PAIRS),  # of its finished signal
        ("output_delay", "i8", PAIRS),  # frames on the way to `output`
        ("has_inserts", "i4", PAIRS),  # 1: what it hears at its end is not what it heard at its beginning
        ("first_event", "i4", PAIRS),
        ("is_filtered", "i4", PAIRS),  # 0 off, 1 on, 2 no state yet
        *shaped_ramp_fields("gain"),
        *shaped_ramp_fields("duck"),
        *ramp_fields("pan"),
        *ramp_fields("cutoff"),
        # targets set by curves and held values, and the smoothed ones (`_now`) at the end of this quantum
        ("control_gain", "f4", PAIRS),
        ("control_gain_now", "f4", PAIRS),
        ("control_pan", "f4", PAIRS),
        ("control_pan_now", "f4", PAIRS),
        ("control_cutoff", "f4", PAIRS),
        ("silent_quanta", "i4", PAIRS),
        ("loudness", "f4", PAIRS),  # energy of this quantum's input
        ("pan_aimed", "f4", PAIRS),  # pan for which `pan_gain` was computed
        ("pan_gain", "f4", LANES),
        ("line_value", "f4", LANES),
        ("peak", "f4", LANES),  # since it was last read
        ("square", "f4", LANES),  # mean square, smoothed over 300 ms
        ("filter", LANE_FILTER),
    ]
)
