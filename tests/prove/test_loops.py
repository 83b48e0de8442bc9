"""Two thousand files as loops: the laws are in `tests/property/test_loops.py`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.helpers.loop_files import LoopFile, loop_files
from tests.property.test_loops import check

FILES = int(os.environ.get("ADAPTIVE_PROVE_LOOPS", "2000"))


@pytest.mark.prove
@pytest.mark.timeout(0)
@settings(max_examples=FILES)
@given(loop_files())
def test_two_thousand_files_loop_without_a_click(file: LoopFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(file, file.write(Path(folder)))
