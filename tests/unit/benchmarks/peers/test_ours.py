from __future__ import annotations

import pytest

from benchmarks.peers import ours, works


@pytest.mark.parametrize("work", [works.Work(works.STEMS, 2, 128), works.Work(works.VOICES, 16, 64)])
def test_our_engine_plays_the_work_that_is_measured(work: works.Work) -> None:
    played = ours.prepare(work)

    assert played.play(0.3) > 0.0
    assert played.engine.frame > 0.7 * works.RATE
