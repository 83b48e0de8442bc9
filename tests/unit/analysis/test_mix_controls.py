from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.mix_controls import CONTROLS, TONES, filter_db
from tests.helpers.inserted import inserted
from tests.helpers.signals import impulse


def test_the_filters_are_those_of_the_insert() -> None:
    settings: dict[str, float] = {}
    hertz = np.geomspace(30.0, 16000.0, 60)
    wanted = np.zeros(len(hertz))
    for control, gain in zip(TONES, (-6.0, 3.0, -4.0, 6.0), strict=True):
        stem = control.kind.removesuffix("_db")
        settings |= {f"{stem}_hz": control.hz, control.kind: gain}
        if control.shape == "bell":
            settings[f"{stem}_q"] = control.q
        assert control.shape is not None
        wanted += filter_db(control.shape, control.hz, gain, control.q, hertz)
    heard = inserted("eq", impulse(1 << 15), **settings)[0]
    at = np.arange(len(heard))
    found = [abs((heard * np.exp(-2j * np.pi * hz / 48000.0 * at)).sum()) for hz in hertz]

    assert 20.0 * np.log10(found) == pytest.approx(wanted, abs=0.1)


def test_a_width_moves_the_side_alone_and_a_level_both() -> None:
    by_kind = {one.kind: one for one in CONTROLS}

    assert by_kind["width"].gains(6.0)[0].max() == 1.0
    assert by_kind["width"].gains(6.0)[1] == pytest.approx(np.full(26, 3.98), abs=0.01)
    assert by_kind["level"].gains(-10.0)[0] == pytest.approx(np.full(26, 0.1))
