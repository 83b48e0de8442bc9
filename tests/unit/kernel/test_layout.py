from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from adaptive.kernel import bus_record, layout, osc_receiver_layout
from adaptive.kernel.dsp import fft
from adaptive.kernel.processors import lowpass_record, modulated_reverb_record, reverb_record
from adaptive.kernel.sources import clip_record, stretch_record, synth_record

RECORD_MODULES = (
    layout,
    osc_receiver_layout,
    bus_record,
    lowpass_record,
    modulated_reverb_record,
    reverb_record,
    clip_record,
    fft,
    stretch_record,
    synth_record,
)
RECORDS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in RECORD_MODULES
    for name, value in vars(module).items()
    if isinstance(value, np.dtype)
}
LINE = layout.CACHE_LINE


def spans(record: np.dtype[np.void]) -> list[tuple[int, int]]:
    """Offset and size of each field, in the order in which they are stored."""
    return sorted((int(field[1]), field[0].itemsize) for field in (record.fields or {}).values())


@pytest.mark.parametrize("name", RECORDS)
def test_a_field_of_a_cache_line_or_more_begins_at_a_line(name: str) -> None:
    wide = [offset for offset, size in spans(RECORDS[name]) if size >= LINE]

    assert [offset % LINE for offset in wide] == [0] * len(wide)


@pytest.mark.parametrize("name", RECORDS)
def test_the_next_record_of_an_array_is_aligned_like_the_first(name: str) -> None:
    size = RECORDS[name].itemsize

    assert size % (LINE if size >= LINE else 8) == 0


@pytest.mark.parametrize("name", RECORDS)
def test_fields_do_not_overlap_and_lie_within_their_record(name: str) -> None:
    record = RECORDS[name]
    fields = [*spans(record), (record.itemsize, 0)]

    assert all(offset + size <= after for (offset, size), (after, _) in pairwise(fields))


def test_fields_of_half_a_line_do_not_cross_a_line() -> None:
    record = layout.record([("a", "i4"), ("b", "f4", 8), ("c", "i4"), ("d", "f4", 4), ("e", "f4", 16)])

    assert spans(record) == [(0, 4), (32, 32), (64, 4), (80, 16), (128, 64)]


def test_the_root_of_a_stream_is_one_cache_line() -> None:
    assert layout.ROOT.itemsize == LINE
