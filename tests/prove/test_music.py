"""Musical figures of docs/music.md, printed anew: the judge's table, steering, an hour of an installation.

The judge and its references are no part of the project: ``ADAPTIVE_MUSIC_JUDGE`` names their folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tools.hour import new_in_blocks, played, report, rests
from tools.music_table import judge_of, lines_of, references, table
from tools.pieces import ENSEMBLES
from tools.steering_table import of_controls, of_long_controls

pytestmark = pytest.mark.prove

JUDGE = os.environ.get("ADAPTIVE_MUSIC_JUDGE")
PRESETS = Path(__file__).parents[2] / "presets"
HOUR_S = 3600.0


@pytest.mark.skipif(JUDGE is None, reason="ADAPTIVE_MUSIC_JUDGE does not name the judge's folder")
@pytest.mark.parametrize("name", ENSEMBLES)
def test_the_table_of_a_genre(name: str) -> None:
    folder = Path(JUDGE or "")
    rows = table(judge_of(folder), ENSEMBLES[name], range(1, 11), 136, references(folder), (0, 136))
    lines = lines_of(name, rows)
    print("\n".join(lines))
    # a loop has hardly a measure in range, and ours have most
    assert np.median([row["share.notes"] for row in rows["ours"]]) >= 0.5
    assert np.median([row["share.notes"] for row in rows["loop"] if "share.notes" in row]) < 0.3


def test_what_is_asked_is_what_is_played() -> None:
    seeds = range(1, 5)
    found = of_controls(ENSEMBLES["full"], seeds) | of_long_controls(ENSEMBLES["full"], seeds)
    for control, values in found.items():
        print(f"{control}: median {np.median(values):.3f}, least {min(values):.3f}")
    assert all(np.median(values) >= 0.95 for values in found.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_an_hour_of_tidepool_rests_and_does_not_repeat_itself(seed: int) -> None:
    folder = PRESETS / "tidepool"
    hour = played(folder, folder / "tidepool.jsonl", HOUR_S, seed, 8000)
    print(report(hour, HOUR_S))
    pauses = rests(hour.spans, HOUR_S)
    assert 0.05 <= sum(pauses) / HOUR_S <= 0.2
    assert max(pauses) <= 180.0
    assert min(new_in_blocks([frozenset(hour.bars[n]) for n in sorted(hour.bars)])) >= 12
