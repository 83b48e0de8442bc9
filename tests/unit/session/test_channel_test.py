from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.rig_spec import RigSpec, SpeakerSpec
from adaptive.kernel.layout import MASTER_LOOK_AHEAD
from adaptive.session.channel_test import TURN_S, ChannelTest
from adaptive.session.place import OutputPlan

SPEAKERS = (
    SpeakerSpec(0, (-2.0, 2.0, 0.0), trim_db=-6.0),
    SpeakerSpec(1, (2.0, 2.0, 0.0), delay_ms=10.0),
    SpeakerSpec(2, kind="sub"),
)


def test_each_channel_plays_in_its_turn_and_no_other_does() -> None:
    test = ChannelTest(OutputPlan(4, RigSpec(SPEAKERS), -12.0))
    heard = test.engine.pull(round(test.seconds * 48000))[MASTER_LOOK_AHEAD:]
    turn = round(TURN_S * 48000)
    levels = np.array([np.abs(heard[number * turn : (number + 1) * turn]).max(axis=0) for number in range(4)])
    begins = [int(np.flatnonzero(np.abs(heard[:, number]) > 1e-4)[0]) % turn for number in range(2)]

    assert (levels > 1e-4).tolist() == np.eye(4, dtype=bool).tolist()
    assert levels.max() <= np.float32(10.0 ** (-12.0 / 20.0))
    assert levels[0, 0] < 0.9 * levels[3, 3]  # which the ceiling lowered
    assert begins[1] - begins[0] == pytest.approx(480, abs=12)
    assert [turn.words for turn in test.turns] == [
        "channel 1: speaker at [-2, 2, 0] m, -6 dB",
        "channel 2: speaker at [2, 2, 0] m, 10 ms later",
        "channel 3: sub",
        "channel 4: no speaker",
    ]
