"""A patch in its process: rendered in lockstep, alike each time, and every fault is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from adaptive.inputs.note_message import PlayNote
from adaptive.inputs.trace import read_trace_lines
from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.patches.messages import PatchBeginning, Update
from adaptive.patches.process import PatchProcess
from adaptive.preset.load import load
from adaptive.session.incoming.patches import LIVE_FRAMES
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from tests.helpers.presets import HEAD, RATE

pytest.importorskip("pyo", reason="pip install 'adaptive-soundtrack[pyo]'")

PRESET = (
    HEAD
    + """
[parameters.threat]
[layers.cloud]
pyo = "cloud.py"
[sections.calm]
layers = ["cloud"]
length_bars = 4
"""
)

TONE = """import pyo
def build(patch):
    return pyo.Sine(440 + 440 * patch.parameter("threat"), mul=0.2)
"""


def rendered(
    folder: Path, patch: str, *, seconds: float = 0.5, threat: float = 0.0
) -> tuple[np.ndarray, list[str]]:
    (folder / "preset.toml").write_text(PRESET, encoding="utf-8")
    (folder / "cloud.py").write_text(patch, encoding="utf-8")
    job = RenderJob(load(folder, vocabulary()), 1, seconds, ending="cut", may_run_code=True)
    renderer = Renderer(job)
    renderer.performance.schedule_values([(0, "threat", threat)])
    try:
        return np.concatenate(list(renderer.control_steps())), renderer.remarks
    finally:
        renderer.close()


PLAYED = """import pyo
def build(patch):
    notes = patch.notes(voices=4)
    return pyo.Sig(notes.gate * notes.pitch * 0.001).mix(1)
"""


@pytest.mark.ci
def test_a_live_note_reaches_a_patch_at_its_frame(tmp_path: Path) -> None:
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    (tmp_path / "cloud.py").write_text(PLAYED, encoding="utf-8")
    preset = load(tmp_path, vocabulary())
    begun, ended = PlayNote("cloud", 60, 0.5), PlayNote("cloud", 60, 0.0)
    rows = [{"t": at, "message": note.as_json()} for at, note in ((0.1, begun), (0.2, ended))]
    trace = read_trace_lines([json.dumps(row).encode() for row in rows], preset, RATE)
    renderer = Renderer(RenderJob(preset, 1, 0.6, trace, "cut", may_run_code=True))
    try:
        audio = np.concatenate(list(renderer.control_steps()))
    finally:
        renderer.close()
    heard = np.flatnonzero(np.abs(audio[:, 0]) > 0.002)
    later = 12032 + LIVE_FRAMES  # 250 ms in whole quanta

    assert renderer.remarks == []
    assert abs(heard[0] - (4800 + later)) <= 2
    assert abs(int(np.diff(audio[:, 0]).argmin()) - (9600 + later)) <= 2


@pytest.mark.ci
def test_a_patch_follows_a_parameter_and_is_rendered_alike_each_time(tmp_path: Path) -> None:
    first, remarks = rendered(tmp_path, TONE, threat=1.0)
    second, _ = rendered(tmp_path, TONE, threat=1.0)
    spectrum = np.abs(np.fft.rfft(first[12000:, 0] * np.hanning(12000)))

    assert remarks == []
    assert spectrum.argmax() * 4 == 880
    np.testing.assert_array_equal(first, second)


@pytest.mark.ci
@pytest.mark.parametrize(
    ("patch", "sentence"),
    [
        ("x = 1", "cloud.py: there is no function 'build'"),
        ("def build(patch):\n    return 3", "cloud.py: build() returned int, not a sound of pyo"),
        ("def build(patch):\n    return 1 / 0", "cloud.py:2 raised ZeroDivisionError: division by zero"),
        ("import os\ndef build(patch):\n    os._exit(3)", "its process has ended"),
        (
            "import pyo\ndef build(patch):\n    return pyo.Sig(float('nan'))",
            "cloud.py returns samples that are no numbers or far too loud; they are silent",
        ),
    ],
)
def test_a_patch_that_cannot_play_is_one_sentence_and_silent(
    tmp_path: Path, patch: str, sentence: str
) -> None:
    heard, remarks = rendered(tmp_path, patch, seconds=0.1)

    assert remarks == [f"layer cloud: {sentence}"]
    assert not heard.any()


@pytest.mark.ci
def test_a_patch_that_never_ends_to_build_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "cloud.py").write_text("def build(patch):\n    while True:\n        pass\n", encoding="utf-8")
    ring = FrameRing(64)
    made = PatchProcess(
        PatchBeginning(str(tmp_path / "cloud.py"), "build", ring.name, ring.capacity, 64, RATE, {})
    )
    for number in range(20_000):  # more than a pipe holds
        made.tell(Update(frame=number))

    assert not made.has_room
    assert not made.is_playing
    made.close()
    assert not made._writer.is_alive()
