from __future__ import annotations

from typing import Any

import pytest

from adaptive.inputs.osc_codec import IMPULSE, OscTimeTag
from adaptive.inputs.release import is_release


@pytest.mark.parametrize("first", [0, 0.0, -0.0, False])
def test_the_number_zero_and_false_are_a_release(first: Any) -> None:
    assert is_release((first,))
    assert is_release((first, 2.5))


@pytest.mark.parametrize(
    "arguments",
    [(), (1,), (True,), (0.25,), (-1,), (float("nan"),), ("0",), ("",), (None,), (IMPULSE,), (b"",),
     ((0,),), (OscTimeTag(0),), ("me", 0)],
)  # fmt: skip
def test_everything_else_is_a_press(arguments: tuple[Any, ...]) -> None:
    assert not is_release(arguments)
