"""Sound that came in while a session was recorded sounds in the render of its trace."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import soundfile

from adaptive.inputs.message import SetParameter, Transaction
from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.incoming.streams import streams_of
from adaptive.session.live import LiveSession
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from tests.helpers.presets import HEAD, RATE
from tests.render.test_recording import play_live

BODY = """
[parameters.near]
[layers.voice]
input = "voice"
latency_ms = 20
level_db = { over = "near", points = [[0.0, -30.0], [1.0, 0.0]] }
[sections.calm]
layers = ["voice"]
length_bars = 4
"""


def test_a_voice_that_came_in_renders_to_the_same_samples(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "preset.toml").write_text(HEAD + BODY, encoding="utf-8")
    preset = load(tmp_path / "p", vocabulary())
    run, sound = tmp_path / "run", np.random.default_rng(3).integers(-9000, 9000, (RATE * 3, 2))
    sent = 0

    def disturb(session: LiveSession, count: int) -> None:
        nonlocal sent
        ring, frame = streams_of(session.performance)[0].ring, session.performance.engine.frame
        if count % 40 == 20:
            session.receive(Transaction([SetParameter("near", 0.2 + count / 1000)]))
        if not RATE // 2 < frame < RATE:  # the sender is away for half a second
            wanted = min(frame + 2048 - sent, ring.free)
            sent += ring.write(sound[sent : sent + wanted].astype(np.float32) / 32768)

    session, sink = play_live(preset, run, 1.5, disturb)
    trace = read_trace(run / "trace.jsonl", preset, RATE)

    def rendered() -> tuple[np.ndarray, list[str]]:
        renderer = Renderer(RenderJob(preset, 5, trace.seconds, trace, "cut"))
        audio = np.concatenate(list(renderer.control_steps()))
        renderer.close()
        return audio, renderer.remarks

    audio, remarks = rendered()
    live = sink.audio()[72 : 72 + len(audio)]
    kept = soundfile.read(run / "input-voice.flac")[0]

    assert remarks == []
    assert np.abs(live).max() > 0.001
    assert int(streams_of(session.performance)[0].record["starved"]) >= 1
    assert not kept[int(0.75 * RATE) : int(0.9 * RATE)].any()
    assert len(kept) >= len(live)
    # samples of 16 bit are kept exactly; where the voice fades they are rounded to 24 bit, and filters
    # remember that for some thousand frames: half of all are exact, 0.18 where the ring starved more often
    np.testing.assert_allclose(audio[: len(live)], live, rtol=0.0, atol=2**-24)
    assert (audio[: len(live)] == live).mean() > 0.02

    whole = soundfile.read(run / "input-voice.flac", dtype="int32")[0]
    soundfile.write(run / "input-voice.flac", whole[: RATE // 2], RATE, "PCM_24")
    cut, remarks = rendered()
    np.testing.assert_array_equal(cut[: RATE // 2 - 100], audio[: RATE // 2 - 100])
    assert remarks == ["layer voice is silent from 0.5 s on, where input-voice.flac ends"]
    (run / "input-voice.flac").unlink()
    assert rendered()[1] == ["layer voice is silent: input-voice.flac is not beside the trace"]
    shutil.copy(run / "trace.jsonl", run / "input-voice.flac")
    assert rendered()[1] == ["layer voice is silent: input-voice.flac cannot be read"]
