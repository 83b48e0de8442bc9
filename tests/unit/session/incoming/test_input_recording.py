"""Files of inputs: silence where the kernel's frames were not taken in time, and where a layer was away."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import soundfile

from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.kernel.sources.incoming_settings import IncomingSpec
from adaptive.session.incoming import input_recording
from adaptive.session.incoming.input_recording import InputRecording
from adaptive.session.incoming.streams import IncomingStream
from tests.helpers.rendering import engine_of


def test_gaps_are_silence_and_every_frame_lies_at_its_place(tmp_path: Path, monkeypatch: Any) -> None:
    engine = engine_of(instruments=(IncomingSpec(0, "program:voice", 512 / 48000),))
    ring = engine.memory.instruments.belongings(0)
    assert isinstance(ring, FrameRing)
    stream = IncomingStream("voice", engine.spec.instruments[0], ring, engine.memory.instruments.record(0))
    monkeypatch.setattr(input_recording, "streams_of", lambda _performance: [stream])
    monkeypatch.setattr(input_recording, "WRITE_EVERY_S", 60.0)  # the test takes what was played itself
    monkeypatch.setattr(input_recording, "KEPT_S", 0.1)
    told: list[str] = []
    recording = InputRecording(tmp_path, 48000, 10**9, told.append)
    values = np.zeros((0, 2), np.float32)

    def play(frames: int) -> None:
        nonlocal values
        for _ in range(frames // 256):
            fresh = ((np.arange(256) + len(values)) % 1000 / 2**11).astype(np.float32)
            values = np.concatenate([values, np.stack([fresh, -fresh], 1)])
            ring.write(values[-256:])
            engine.pull(256)

    play(1024)  # nobody records yet
    begin = engine.frame
    recording.follow(SimpleNamespace(layout=object()), 0)
    play(2048)
    recording._take()
    play(25600)  # more than is kept
    recording._take()
    play(1024)
    recording.close()
    found, rate = soundfile.read(tmp_path / "input-voice.flac", dtype="float32")
    lag = next(lag for lag in range(0, begin, 64) if np.array_equal(found[:512], values[begin - lag :][:512]))

    assert (rate, len(found)) == (48000, 2048 + 25600 + 1024)
    comment = soundfile.SoundFile(tmp_path / "input-voice.flac").comment
    assert comment == f"begins at frame {begin} of the timeline"
    wanted = values[begin - lag :][: len(found)]
    silent = ~found.any(axis=1) & wanted.any(axis=1)
    np.testing.assert_array_equal(found[~silent], wanted[~silent])
    assert 2048 <= np.flatnonzero(silent)[0] < 2048 + 64
    assert len(told) == 1
    assert "frames are silent, they were not written in time" in told[0]
    assert 25600 - 4800 <= silent.sum() <= 25600 - 4800 + 256
