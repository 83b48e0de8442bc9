"""Memory of the panner: places of buses, the speakers of a rig, and what lies between them."""

from __future__ import annotations

from adaptive.kernel.layout import MAX_CHANNELS, record

RIG_SPEAKERS, RIG_AMBIX, RIG_BINAURAL = range(3)
"""What the output is: the feeds of speakers, first-order ambisonics, or the signals of two ears."""

LAW_OFF, LAW_DIRECTION, LAW_DISTANCE, LAW_DIRECT = range(4)
"""How a place becomes gains: not placed, by its direction, by its distance from each speaker, one channel."""

PLACE = record(
    [
        ("law", "i4"),
        ("is_cartesian", "i4"),  # 1: x_m, y_m, z_m say where; 0: azimuth_deg, elevation_deg, distance_m
        ("has_width", "i4"),  # 1: both sides have places of their own; 0: their mean has one
        ("channel", "i4"),  # of `LAW_DIRECT`
        ("base", "i4"),  # triangle that enclosed it last
        ("is_set", "i4"),  # 0: the next quantum begins at its gains, without moving there
        # cells, set by curves and held values
        ("azimuth_deg", "f4"),
        ("elevation_deg", "f4"),
        ("distance_m", "f4"),
        ("x_m", "f4"),
        ("y_m", "f4"),
        ("z_m", "f4"),
        ("width_deg", "f4"),
        ("aimed", "f4", 7),  # the cells for which `target` was computed
        ("target", "f4", (2, MAX_CHANNELS)),
        ("gain", "f4", (2, MAX_CHANNELS)),  # at the end of this quantum
    ]
)
"""Where a bus is heard; one for each row of a bus."""

CELLS = ("azimuth_deg", "elevation_deg", "distance_m", "x_m", "y_m", "z_m", "width_deg")
"""Numbers of a place that curves and held values set, in the order of `aimed`."""

BASE = record([("node", "i4", 3), ("inverse", "f4", 9)])
"""Three nodes that enclose directions; `inverse` is that of the matrix whose columns are theirs."""

NODE = record([("first", "i4"), ("count", "i4")])
"""A direction, real or between speakers: its rows of `SHARE`."""

SHARE = record([("channel", "i4"), ("power", "f4")])
"""How much of the power of a node a channel plays."""

SPEAKER = record([("channel", "i4"), ("x_m", "f4"), ("y_m", "f4"), ("z_m", "f4")])
"""A speaker that takes part in panning."""

SECTIONS = 2
"""Second-order sections of a crossover: a Linkwitz-Riley filter of the fourth order."""

OUTPUT = record(
    [
        ("gain", "f4"),  # of the trim
        ("is_sub", "i4"),
        ("is_filtered", "i4"),  # 1: the crossover's low-pass of a sub, or high-pass of another speaker
        ("delay_frames", "i8"),
        ("ring", "i8"),  # address of the last frames; 0: no delay
        ("ring_frames", "i8"),
        ("filter", "f4", 5),  # b0, b1, b2, a1, a2 of each section
        ("state", "f4", 2 * SECTIONS),
    ]
)
"""What lies between the panner and a channel: crossover, trim and delay."""

RIG = record(
    [
        ("mode", "i4"),
        ("has_outputs", "i4"),  # 1: some channel has a trim, a delay or a crossover
        ("base_count", "i8"),
        ("speaker_count", "i8"),
        ("sub_count", "i8"),
        ("share", "f4"),  # share of the way to its gain that a place moves in a quantum
        ("at_places", "i8"),
        ("at_bases", "i8"),
        ("at_nodes", "i8"),
        ("at_shares", "i8"),
        ("at_speakers", "i8"),
        ("at_outputs", "i8"),
        ("at_ears", "i8"),  # of an output for headphones
        ("at_head", "i8"),
        ("at_row", "i8"),  # a row of scratch
    ]
)
