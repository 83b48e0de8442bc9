from __future__ import annotations

from types import SimpleNamespace

from adaptive.conductor.layers.clip_in_use import ClipInUse


def clip(loop_frames: int, zero_frame: int = 1000) -> ClipInUse:
    return ClipInUse(3, SimpleNamespace(loop_frames=loop_frames), zero_frame)  # type: ignore[arg-type]


def test_a_loop_counts_within_its_pass_and_an_introduction_below_zero() -> None:
    assert [clip(400).position_at(frame) for frame in (900, 1000, 1399, 1400, 2200)] == [-100, 0, 399, 0, 0]
    assert clip(0).position_at(9000) == 8000


def test_a_loop_is_at_its_end_near_the_end_of_a_pass_but_not_before_the_first() -> None:
    looping = clip(400)

    assert [looping.is_at_end(frame, 10) for frame in (1000, 1395, 1405, 1420, 1790)] == [
        False, True, True, False, True,
    ]  # fmt: skip
    assert clip(0).is_at_end(1234, 10)
