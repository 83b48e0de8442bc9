from __future__ import annotations

import math
from typing import Any

import pytest

from adaptive.errors import ProtocolError
from adaptive.inputs.note_message import USUAL_VELOCITY, PlayNote, check_note


def test_a_note_is_checked() -> None:
    assert check_note("lead", 62, None, ["lead"], "a") == PlayNote("lead", 62, USUAL_VELOCITY, "a")
    assert check_note("lead", 0.0, 0, ["lead"]).is_end


@pytest.mark.parametrize("pitch", [-1, 128, 60.5, math.nan, math.inf, True, "60", None, [60], 10**400])
def test_a_pitch_that_no_key_has_is_refused(pitch: Any) -> None:
    with pytest.raises(ProtocolError, match="pitch must be a whole number from 0 to 127"):
        check_note("lead", pitch, 0.5, ["lead"])


@pytest.mark.parametrize("velocity", [-0.1, 1.1, 100, math.nan, True, "loud", 10**400])
def test_a_velocity_out_of_range_is_refused(velocity: Any) -> None:
    with pytest.raises(ProtocolError, match="velocity must be a number from 0 to 1"):
        check_note("lead", 60, velocity, ["lead"])


@pytest.mark.parametrize("layer", ["pad", None, 3, ["lead"]])
def test_an_unknown_layer_is_refused_with_those_that_are_there(layer: Any) -> None:
    with pytest.raises(ProtocolError, match="there is bass, lead"):
        check_note(layer, 60, 0.5, ["lead", "bass"])
