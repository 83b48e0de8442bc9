"""What the memory of every kind of instrument has in common: its head, and groups of sixteen voices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.kernel.layout import LANES, record
from adaptive.kernel.processors.descriptor import Parameter

HEAD_FIELDS: list[Any] = [
    ("bus", "i4"),
    ("first_event", "i4"),  # the first command of this quantum; -1: none
    ("voices", "i8"),  # address of the groups of voices
    ("group_count", "i4"),
    ("voice_limit", "i4"),
    ("next_age", "i4"),
    ("sounding", "i4"),
    # the fade of the whole instrument
    ("fade_from", "f4"),
    ("fade_to", "f4"),
    ("fade_start", "i8"),
    ("fade_frames", "i8"),
    ("fade_shape", "i4"),
    ("fade_value", "f4"),  # at the end of this quantum
]

INSTRUMENT_HEAD = record(HEAD_FIELDS)
"""The first fields of every instrument, by which commands reach it whatever its kind is."""

VOICE_FIELDS: list[Any] = [
    ("active", "i4"),  # number of lanes that sound
    ("stage", "i4", LANES),  # 0 off, 1 attack, 2 decay and sustain, 3 release
    ("age", "i4", LANES),
    ("note", "i8", LANES),  # id of the note
    ("release_frame", "i8", LANES),
    ("pitch", "f4", LANES),
    ("velocity", "f4", LANES),
    ("event_offset", "i4", LANES),  # frame of the quantum at which a note starts; -1: none
    ("event_entry", "i4", LANES),
]


def instrument_record(fields: list[Any], parameters: Sequence[Parameter] = ()) -> np.dtype[Any]:
    """Record of an instrument: the head, fields of its kind, and the parameters that curves may set.

    The parameters have a row each of ``wanted``, where curves, held values and edits write, and of ``now``,
    which `controls.follow_controls` moves there.  Each row has one column.  ``moving`` is above 0 while any
    of them moves.
    """
    rows = (len(parameters), 1)
    moved = [(name, "f4", rows) for name in ("wanted", "aimed", "now", "step")] if parameters else []
    left = [("steps_left", "i4", rows), ("moving", "i4")] if parameters else []
    return record([*HEAD_FIELDS, *fields, *moved, *left])


def voice_record(fields: list[Any]) -> np.dtype[Any]:
    """Record of sixteen voices: what notes need, then fields of the kind, each with `LANES` numbers."""
    return record([*VOICE_FIELDS, *fields])
