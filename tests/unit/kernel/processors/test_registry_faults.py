"""What every kind of processor does with what is not finite, or grows without end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.engine.engine import Engine
from adaptive.kernel import layout as k
from adaptive.kernel.processors import convolution
from adaptive.kernel.processors.registry import PROCESSORS
from tests.helpers.rendering import buses_of
from tests.unit.kernel.processors.test_registry import (
    busy,
    engine_with,
    every_kind,
    group_of,
    insert_of,
    noise,
    started,
)

STATES: dict[str, list[tuple[str, ...]]] = {
    "eq": [("filters", "low"), ("filters", "band")],
    "compressor": [("columns", "held"), ("columns", "reduction")],
    "gate": [("first",), ("second",)],
    "transient_shaper": [("envelope",)],
    "bit_crusher": [("held",)],
    "width": [("low",)],
    "limiter": [("reduction",)],
    "saturation": [("last_output",)],
}
"""What a kind remembers beside its memory, by the names of the fields."""


def break_state(engine: Engine, kind: str) -> None:
    """Write what is not a number to all that an insert remembers of its sound."""
    group, column = group_of(engine)
    for path in STATES.get(kind, []):
        field: Any = group
        for name in path:
            field = field[name]
        if field.shape[-1] == k.LANES:
            field[..., 2 * column : 2 * column + 2] = np.nan
        else:
            field[..., column] = np.nan
    memory = engine.memory.inserts._memory[engine.memory.inserts.slot_of(0, "it")]
    memory[: convolution.STATE_FLOATS if kind == "convolution" else memory.size] = np.nan


@every_kind
def test_a_broken_state_is_silenced_cleared_counted_and_faded_in_again(kind: str) -> None:
    values = busy(kind) | ({"mix": 1.0} if "mix" in PROCESSORS[kind].defaults() else {})
    whole, broken = (engine_with(insert_of(kind, values)) for _ in range(2))
    for engine in (whole, broken):
        buses_of(engine, 9600, started(engine, noise(38400)))
    break_state(broken, kind)
    group, column = group_of(broken)
    found = []
    while len(found) < 4 and group["hushed"][column] == 0.0:
        found.append(buses_of(broken, k.QUANTUM)[0])
    assert not found[-1].any()  # the quantum in which it was noticed
    hushed = []
    while len(hushed) < 20 and group["hushed"][column] > 1e-6:
        hushed.append(float(group["hushed"][column]))
        found.append(buses_of(broken, k.QUANTUM)[0])
    rest = [buses_of(engine, 24000)[0] for engine in (whole, broken)]
    late, expected = (np.sqrt((audio[:, 19200:] ** 2).mean()) for audio in rest)

    assert np.allclose(np.diff([*hushed, 0.0]), -1.0 / 15.0, atol=1e-6)
    assert np.isfinite(np.concatenate([*found, rest[1]], axis=1)).all()
    assert 1 <= broken.telemetry().not_finite <= 4
    assert 0.5 < late / expected < 2.0


@pytest.mark.parametrize("kind", [kind for kind, one in PROCESSORS.items() if "feedback" in one.defaults()])
def test_a_feedback_of_60_db_is_bounded(kind: str) -> None:
    """No preset and no message can ask for it; the kernel does not rely on that."""
    engine = engine_with(
        insert_of(kind, busy(kind) | ({"beats": 0.1, "time_s": 0.0} if kind == "delay" else {}))
    )
    group, column = group_of(engine)
    group["wanted"][PROCESSORS[kind].index_of("feedback"), column] = 1000.0
    audio = buses_of(engine, 96000, started(engine, noise(9600)))[0]
    heard = engine.pull(9600)

    assert np.isfinite(audio).all()
    assert np.abs(audio).max() < 1e6
    assert np.abs(heard).max() <= 1.0
    assert engine.telemetry().not_finite >= 1
