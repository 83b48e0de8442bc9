from __future__ import annotations

import itertools

import numpy as np
import pytest

from adaptive.engine.arrays import ALIGNMENT, address, aligned
from adaptive.engine.engine import Engine
from adaptive.engine.inserts import kinds_of
from adaptive.engine.spec import BusSpec, EngineSpec, ParameterSpec
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build
from adaptive.kernel.sources.synth_settings import SynthSpec

RECORDS = [getattr(k, name) for name in dir(k) if name.isupper() and isinstance(getattr(k, name), np.dtype)]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(
        EngineSpec(
            clips=19,
            buses=tuple(BusSpec(str(n)) for n in range(11)),
            instruments=(SynthSpec(0, voices=20), SynthSpec(1, voices=3)),
            parameters=tuple(ParameterSpec(str(n)) for n in range(5)),
        )
    )


def test_every_array_begins_at_a_cache_line(engine: Engine) -> None:
    places = {name: address(array) % ALIGNMENT for name, array in engine.memory.arrays.items()}

    assert dict.fromkeys(places, 0) == places
    assert [engine.stream_gate(2).address % 64, engine.memory.header_address % 64] == [0, 0]


def test_the_header_points_to_every_array(engine: Engine) -> None:
    head = engine.memory.head
    expected = {name: address(array) for name, array in engine.memory.arrays.items()}

    assert expected == {name: int(head[f"at_{name}"]) for name in expected}


def test_no_two_arrays_overlap(engine: Engine) -> None:
    spans = sorted((address(a), address(a) + a.nbytes) for a in engine.memory.arrays.values())

    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_every_unit_has_its_address_in_the_table(engine: Engine) -> None:
    used = build.unit_names(kinds_of(engine.spec))
    table = [address for address in engine.memory["units"].tolist() if address]

    assert sorted(build.addresses(used).values()) == sorted(table)
    assert len(engine.memory["units"]) == len(build.unit_names())


def test_words_that_two_threads_share_do_not_share_a_cache_line() -> None:
    head, tail = (int(k.RING.fields[name][1]) for name in ("head", "tail"))  # type: ignore[index]

    assert tail - head >= 64
    assert head % 8 == tail % 8 == 0


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 4097])
@pytest.mark.parametrize("dtype", [np.float32, np.int64, k.COMMAND])
def test_aligned_memory_is_zero_and_as_large_as_asked(size: int, dtype: np.dtype) -> None:
    array = aligned(dtype, size)

    assert (size, 0) == (array.size, address(array) % ALIGNMENT)
    assert not any(array.tobytes())


def test_memory_may_have_any_shape() -> None:
    assert aligned(np.float32, 3, 2, 64).shape == (3, 2, 64)


def test_every_field_of_every_record_is_aligned_to_its_size() -> None:
    for record in RECORDS:
        for name, (kind, offset) in ((n, f[:2]) for n, f in record.fields.items()):
            scalar = kind.base if kind.base.fields is None else None
            if scalar is not None:
                assert offset % scalar.itemsize == 0, name


def test_counts_are_rounded_up_to_whole_groups(engine: Engine) -> None:
    head = engine.memory.head

    assert (int(head["clip_groups"]), int(head["bus_groups"]), int(head["instrument_count"])) == (3, 2, 2)


def test_nothing_that_is_counted_may_be_missing() -> None:
    engine = Engine(EngineSpec(clips=0, buses=(), entries=1, replies=1))

    assert engine.pull(640).shape == (640, 2)
