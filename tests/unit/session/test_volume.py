from __future__ import annotations

import numpy as np

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.session.volume import Volume
from tests.helpers.rendering import LEAD

RATE = 48000


def wanted(engine: Engine) -> float:
    return float(engine.memory.head["volume_wanted"])


def test_a_volume_moves_in_a_straight_line_and_arrives_in_time() -> None:
    engine = Engine(EngineSpec())
    engine.pull(LEAD)
    volume, seen = Volume(engine), []
    volume.set(0.0, 0.5)
    for _ in range(24):
        engine.pull(1024)
        volume.follow()
        seen.append(wanted(engine))

    assert np.isclose(seen[11], 1.0 - 12 * 1024 / (RATE / 2), atol=3e-3)
    assert seen[-1] == 0.0
    assert np.allclose(np.diff(seen[:23]), -1024 / (RATE / 2), atol=1e-4)


def test_a_volume_is_squared_and_without_a_time_set_at_once() -> None:
    engine = Engine(EngineSpec())
    Volume(engine).set(0.5, 0.0)

    assert wanted(engine) == 0.25


def test_a_new_engine_goes_on_where_the_old_one_was_and_begins_as_quiet() -> None:
    old, new = Engine(EngineSpec()), Engine(EngineSpec())
    old.pull(LEAD)
    volume = Volume(old)
    volume.set(0.0, 0.5)
    old.pull(RATE // 4)
    volume.adopt(new)

    assert np.isclose(wanted(new), 0.5, atol=3e-3)
    assert float(new.memory["master"][0]["volume_value"]) == wanted(new)
    new.pull(RATE // 4)
    volume.follow()
    assert wanted(new) == 0.0
