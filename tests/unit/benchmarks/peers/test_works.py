from __future__ import annotations

from benchmarks.peers import works


def test_every_work_is_measured_at_three_block_sizes_and_stems_at_three_counts() -> None:
    for kind in works.TITLES:
        blocks = {work.block_frames for work in works.ALL if work.kind == kind}
        assert blocks == {64, 128, 256}
    assert [work.count for work in works.ALL if work.kind == works.STEMS and work.block_frames == 64] == [
        8,
        32,
        128,
    ]
