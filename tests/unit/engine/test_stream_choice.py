"""Which files are streamed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf

from adaptive.engine.stream_choice import StreamChoice


def test_the_largest_files_are_streamed_until_the_rest_fits(tmp_path: Path) -> None:
    paths = []
    for number, seconds in enumerate((20, 40, 30)):  # 7.7, 15.4 and 11.5 MB at 48 kHz
        path = tmp_path / f"{number}.wav"
        sf.write(path, np.zeros((seconds * 48000, 2), np.int16), 48000)
        paths.append(path.resolve())
    choice = StreamChoice()
    choice.choose([], paths, [], 24_000_000, 48000)
    assert [choice.is_streamed(path) for path in paths] == [False, True, False]
    assert choice.remarks == [
        "1.wav: is streamed from disk, because all stems together need more than the 24 MB they may take "
        "(--memory allows more)"
    ]
    roomy = StreamChoice()
    roomy.choose(paths[:1], paths, [], 10**9, 48000)
    assert [roomy.is_streamed(path) for path in paths] == [True, False, False]
