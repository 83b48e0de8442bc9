from __future__ import annotations

import os
from pathlib import Path

from adaptive.sinks.stderr_mute import STDERR, muted_stderr


def stderr_into(path: Path) -> int:
    kept = os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    return kept


def test_what_libraries_write_meanwhile_goes_nowhere_and_comes_back_by_force(tmp_path: Path) -> None:
    kept = stderr_into(tmp_path / "said")
    try:
        os.write(2, b"a")
        with muted_stderr():
            os.write(2, b"b")
            with muted_stderr():
                os.write(2, b"c")
            os.write(2, b"d")
        os.write(2, b"e")
        token = STDERR.mute()
        os.write(2, b"f")
        STDERR.force()  # whoever turned it away hangs
        os.write(2, b"g")
        STDERR.unmute(token)
        os.write(2, b"h")
    finally:
        os.dup2(kept, 2)
        os.close(kept)

    assert (tmp_path / "said").read_bytes() == b"aegh"
