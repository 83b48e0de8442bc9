"""Ten thousand random sequences of requests: the laws are in `tests/property/test_requests.py`."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from adaptive.engine.bank import Bank
from tests.helpers.presets import RATE
from tests.property.test_requests import RUNS, run

SEQUENCES = int(os.environ.get("ADAPTIVE_PROVE_SEQUENCES", "10000"))
CHUNK = 100


def _run_chunk(folder: str, first: int) -> int:
    here = Path(folder) / f"{first}"
    bank = Bank(RATE)
    for seed in range(first, first + CHUNK):
        run(here, seed, bank)
    return CHUNK


@pytest.mark.prove
@pytest.mark.timeout(0)
def test_ten_thousand_random_sequences_never_click_never_fail_and_end_where_they_were_asked(
    tmp_path: Path,
) -> None:
    """With other seeds than the short tests, in as many processes as there are cores."""
    context = multiprocessing.get_context("spawn")
    firsts = range(RUNS, RUNS + SEQUENCES, CHUNK)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        done = sum(pool.map(_run_chunk, [str(tmp_path)] * len(firsts), firsts))

    assert done == len(firsts) * CHUNK
