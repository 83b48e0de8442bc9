from __future__ import annotations

import sys
from pathlib import Path

from adaptive.engine.file_names import for_libsndfile


def test_a_name_is_bytes_where_names_of_files_are_bytes() -> None:
    name = for_libsndfile(Path("stems/pad.wav"))

    assert name == (str(Path("stems/pad.wav")) if sys.platform == "win32" else b"stems/pad.wav")
