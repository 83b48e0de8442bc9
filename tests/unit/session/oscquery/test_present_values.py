"""The values of the methods that OSCQuery shows."""

from __future__ import annotations

import pytest

from adaptive.inputs.lines import Connection
from adaptive.session.oscquery.methods import methods_of
from adaptive.session.oscquery.present_values import MethodValues
from tests.helpers.hostile import Report, Rig
from tests.helpers.mutation import as_json


def test_values_are_those_of_now(tmp_path_factory: pytest.TempPathFactory) -> None:
    rig = Rig(tmp_path_factory.mktemp("values"), Report())
    session = rig.session
    values = MethodValues(session)
    client = Connection(session)
    for _ in range(8):
        rig.turn()
    before = {path: values.of(path) for path in ("/adaptive/mood", "/adaptive/chord", "/adaptive/snapshot/x")}
    for document in (
        {"parameter": "threat", "value": 0.75}, {"state": {"place": "shelter"}}, {"volume": 0.5},
        {"mix": {"layers.calm.level_db": -6}}, {"steer": {"density": 0.25}}, {"mood": "tense"},
        {"key": "D minor"}, {"chord": "Dm7"},
    ):  # fmt: skip
        client.take(as_json(document))
    for _ in range(60):
        rig.turn()
    preset, checker = rig.preset, session.checker
    readable = [one for one in methods_of(preset, checker, [], 2) if one.can_be_read]
    found = {one.path.removeprefix("/adaptive/"): values.of(one.path) for one in readable}
    expected = {
        "parameter/threat": (0.75,), "state/place": ("shelter",), "volume": (0.5,), "tempo": (240.0,),
        "mix/layers.calm.level_db": (-6.0,), "mix/layers.fight.pan": (0.0,), "steer/density": (0.25,),
        "steer/register": (0.0,), "mood": ("tense",), "key": ("D minor",), "chord": ("Dm7",),
        "preset": ("small",),
    }  # fmt: skip

    assert {path: found[path] for path in expected} == expected
    assert before == {"/adaptive/mood": ("",), "/adaptive/chord": ("",), "/adaptive/snapshot/x": None}
    assert found["value/threat"] == pytest.approx((0.75,), abs=0.01)
    assert found["harmony"] is not None
    assert found["bar"] == (found["beat"][0], *found["section"])
    for one in readable:
        value = values.of(one.path)
        assert value is None or len(value) == len(one.types), one.path
        kinds = {"f": float, "i": int, "s": str, "T": bool}
        for tag, argument in zip(one.types, value or (), strict=False):
            assert isinstance(argument, kinds[tag]), one.path
    assert values.of("/adaptive/nothing") is None
    assert values.of("/") is None
    values.close()
