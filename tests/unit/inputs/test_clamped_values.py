"""What was out of its range, of all requests that are clamped."""

from __future__ import annotations

from adaptive.conductor.messages import SetSteer, SetTempo
from adaptive.inputs.clamped_values import ClampedValue, clamped_values
from adaptive.inputs.message import SetParameter, SetVolume


def test_each_number_is_named_with_what_it_was_clamped_to_and_its_range() -> None:
    steer = SetSteer((("register", -1.0), ("density", 0.5), ("energy", None)), "lead", clamped=("register",))
    requests = [
        SetParameter("threat", 1.0, is_clamped=True), SetParameter("heat", 1.0),
        SetVolume(0.0, is_clamped=True), SetVolume(1.0), SetTempo(400.0), steer,
    ]  # fmt: skip

    assert list(clamped_values(requests, {"threat": (0.0, 1.0)})) == [
        ClampedValue("threat", 1.0, (0.0, 1.0)),
        ClampedValue("volume", 0.0, (0.0, 1.0)),
        ClampedValue("register of lead", -1.0, (-1.0, 1.0)),
    ]
