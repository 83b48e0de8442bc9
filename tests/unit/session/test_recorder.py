from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adaptive.conductor.messages import FireEvent
from adaptive.session.recorder import Recorder


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /dev/full")
def test_a_full_disk_ends_the_recording_and_not_the_music(tmp_path: Path) -> None:
    folder, told = tmp_path / "run", list[str]()
    folder.mkdir()
    (folder / "log.jsonl").symlink_to("/dev/full")
    recorder = Recorder(folder, {"seed": 1}, {"threat": 0}, 48000, told.append)
    for control_step in range(3):
        recorder.take_line({"kind": "state"})
        recorder.take_step(control_step, [FireEvent("hit")])
    recorder.close(1.0)

    assert told == [f"{folder}: the recording ends here, the music goes on: No space left on device"]
    # what came before it is whole
    assert (folder / "trace.jsonl").read_text(encoding="utf-8") == '{"meta": {"seed": 1}}\n'
