from __future__ import annotations

from adaptive.conductor.layers.fades import Fades
from adaptive.kernel import layout as kernel


def test_a_file_with_itself_is_faded_by_equal_gain_where_the_rule_names_no_curve() -> None:
    free = Fades(100, 0, 200, 0, is_out_free=True, is_in_free=True).into_itself()
    named = Fades(100, 0, 200, 0, is_out_free=False, is_in_free=True).into_itself()

    assert (free.shape_out, free.shape_in) == (kernel.LINEAR, kernel.LINEAR)
    assert (named.shape_out, named.shape_in) == (kernel.EQUAL_POWER_OUT, kernel.LINEAR)
    assert (named.out_frames, named.in_frames) == (100, 200)
