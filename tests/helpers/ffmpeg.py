"""ffmpeg's filters, for tests that compare ours with foreign ones."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="apt-get install ffmpeg")


def filtered(sound: np.ndarray, filters: str, rate: int = 48000) -> np.ndarray:
    """A sound of one channel behind a chain of ffmpeg's audio filters."""
    raw = ["-f", "f32le", "-ar", str(rate), "-ac", "1"]
    command = ["ffmpeg", "-v", "error", *raw, "-i", "-", "-af", filters, "-f", "f32le", "-"]
    done = subprocess.run(command, input=sound.astype(np.float32).tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32).astype(float)
