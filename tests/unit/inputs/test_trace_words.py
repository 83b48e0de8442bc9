from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.inputs.trace_words import MOST_SHOWN, ignored_words
from adaptive.preset.model import Preset
from tests.helpers.presets import STEM_LAYERS, make_preset

BODY = (
    STEM_LAYERS
    + """
[sections.calm]
layers = ["calm"]
[parameters.threat]
[parameters.double]
value = "threat * 2"
[states.place]
values = ["world", "market", "shop"]
[stingers.fanfare]
stem = "blow.wav"
"""
)


@pytest.fixture
def preset(tmp_path: Path) -> Preset:
    return make_preset(tmp_path, BODY)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("place=wrld", " (did you mean world?)"),
        ("place=xyz", " (there is world, market, shop)"),
        ("plaec=shop", " (did you mean place=shop?)"),
        ("zone=shop", " (the states are place)"),
        ("place", ' (it is a state: write {"t": …, "state": {"place": "world"}})'),
        ("market", ' (it is a state: write {"t": …, "state": {"place": "market"}})'),
        ("fanfare", ' (it is an event: write {"t": …, "event": "fanfare"})'),
        ("fanfair", " (did you mean fanfare?)"),
        ("thraet", " (did you mean threat?)"),
        ("double", " (it is computed from its `value` and cannot be sent)"),
        ("xyz", ""),
    ],
)
def test_a_name_that_is_not_declared_is_told_with_what_was_meant(
    preset: Preset, name: str, meant: str
) -> None:
    assert ignored_words({name: 2}, preset) == f"{name} (2×){meant}"


def test_many_names_are_counted(preset: Preset) -> None:
    told = ignored_words({f"{i}{i}{i}": 1 for i in range(MOST_SHOWN + 3)}, preset)

    assert told.endswith(", and 3 more")
    assert told.count("×") == MOST_SHOWN
