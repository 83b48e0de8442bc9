from __future__ import annotations

from adaptive.conductor.shot_picks import ShotPicks
from adaptive.conductor.variation_picker import PickState, VariationPicker


def three(order: str = "sequence") -> ShotPicks:
    return ShotPicks({"stingers.hit": VariationPicker("stingers.hit", (1.0,) * 3, order)})


def test_files_are_picked_in_their_order_and_a_single_file_needs_no_pick() -> None:
    picks = three()

    assert [picks.pick("stingers.hit")[0] for _ in range(4)] == [0, 1, 2, 0]
    assert picks.pick("stingers.other") == (0, None)


def test_a_pick_is_taken_back_unless_another_came_after_it() -> None:
    picks = three()
    _, before = picks.pick("stingers.hit")
    picks.undo("stingers.hit", before)
    assert picks.pick("stingers.hit")[0] == 0
    _, before = picks.pick("stingers.hit")
    picks.pick("stingers.hit")
    picks.undo("stingers.hit", before)
    assert picks.pick("stingers.hit")[0] == 0


def test_only_what_fits_is_taken_over() -> None:
    picks = three()
    picks.state = picks.fitting({"stingers.hit": PickState(7, (), (2,)), "stingers.gone": PickState(1)})
    fewer = ShotPicks({"stingers.hit": VariationPicker("stingers.hit", (1.0,) * 2, "sequence")})

    assert set(picks.state) == {"stingers.hit"}
    assert fewer.fitting(picks.state) == {}
