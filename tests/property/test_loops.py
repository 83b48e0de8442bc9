"""Loops of files of any rate, tempo, length, lead-in, tail and format: they never click and never drift.

The laws, for a file played for three passes:

- Near a seam (5 ms to either side, or where the file ends within a pass) no step is larger than the
  material's own, which is measured in the rest of the pass, in the tail, and in the file beside the seams.
  What decays over 5 ms moves by at most pi / 2 of its height in 5 ms beside that.  Where two pieces are
  crossfaded with equal power, their steps add up to at most sqrt(2) of the larger one.  A fifth is allowed
  beyond it: a step as large as its neighbours is left as it is, and overshoots by 18 percent when it is
  resampled; and -60 dBFS, which are no click.
- Everywhere else the sound is that of a float64 twin of the decoded file, to -90 dBFS.  The filter of a
  resampler reaches about 120 frames of the lower rate, which is more than 5 ms below 24 kHz; there they are
  compared so far from a seam.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from adaptive.engine.bank import Bank, Sound
from adaptive.engine.commands import start_clip
from adaptive.engine.decode import decode
from adaptive.engine.join import JOIN_LIMIT, JOIN_S
from tests.helpers.loop_files import FORMATS, LoopFile, loop_files
from tests.helpers.rendering import LEAD, buses_of, engine_of
from tests.reference.loop import Audio, LoopTwin, play

EXAMPLES = 100
PASSES = 3
REACH = 128
"""Frames of the lower rate that a resampler's filter reaches."""
PLACES = 100
"""Random places that are compared with the twin."""
EXACT = 10.0 ** (-90.0 / 20.0)


def audio_of(sound: Sound) -> Audio:
    """The channels of a sound, shape (channels, frames)."""
    return sound.whole()[: 1 if sound.left is sound.right else 2]


def check(file: LoopFile, path: Path) -> None:
    """Check both laws for one file."""
    decoded = decode(path)
    sound = Bank(file.engine_rate).load(path, file.origin, file.loop_frames, file.beat_frames)
    assert sound.report is not None
    heard = play(audio_of(sound), file.origin, file.loop_frames, PASSES)
    end = decoded.frames * file.engine_rate / file.rate - file.origin
    tail = sound.report.tail_frames
    seams = [float(file.loop_frames)]
    if end < file.loop_frames or tail:
        seams.append(end)
    if 0 < file.origin < file.loop_frames - end:
        seams.append(float(file.loop_frames - file.origin))  # silence, and then the lead-in
    twin = LoopTwin(
        decoded.audio, file.rate, file.engine_rate, file.origin, file.loop_frames, is_tail=tail > 0
    )
    is_crossfaded = sound.report.is_crossfaded or sound.report.completed_frames > 0
    assert_no_click(heard, twin, seams, is_crossfaded)
    assert_like_twin(heard, twin, seams)


def assert_no_click(heard: Audio, twin: LoopTwin, seams: list[float], is_crossfaded: bool) -> None:
    """No step near a seam is larger than the material's own."""
    length, window = twin.loop_frames, round(JOIN_S * twin.engine_rate)
    steps = np.abs(np.diff(heard, axis=1))
    is_near = np.zeros(steps.shape[1], bool)
    for seam in [at + number * length for at in seams for number in range(PASSES)]:
        is_near[max(0, int(seam) - window - 2) : int(seam) + window + 2] = True
    is_near[:window] = False  # the first entry, which nothing touches
    own = max(float(steps[:, ~is_near].max()), own_steps(twin, window))
    if twin.is_tail:
        tail = twin.values(twin.origin + length + np.arange(min(4 * window, length)))
        own += float(np.abs(np.diff(tail, axis=1)).max())
    if is_crossfaded:
        own *= np.sqrt(2.0)
    highest = 2.0 * float(np.abs(twin.audio).max())
    step = float(steps[:, is_near].max())

    assert step <= 1.2 * own + JOIN_LIMIT + highest * np.pi / 2.0 / window, (step, own)
    assert steps[:, length - 1 :: length].max() <= 1.2 * own + JOIN_LIMIT


def own_steps(twin: LoopTwin, window: int) -> float:
    """The largest step of the file itself beside its seams, three frames from its ends."""
    last = int(twin.audio.shape[1] * twin.engine_rate / twin.rate)
    end = min(last, twin.origin + twin.loop_frames)
    pieces = [
        (twin.origin, twin.origin + 2 * window),
        (end - 2 * window - 3, end - 3),
        (last - window, last - 3),
    ]
    if twin.origin > 2 * window + 3:
        pieces.append((twin.origin - 2 * window, twin.origin + 1))
    return max(float(np.abs(np.diff(twin.values(np.arange(*piece)), axis=1)).max()) for piece in pieces)


def assert_like_twin(heard: Audio, twin: LoopTwin, seams: list[float]) -> None:
    """Away from the seams, the first and the last pass are those of the twin."""
    length, rate = twin.loop_frames, twin.engine_rate
    margin = max(round(JOIN_S * rate) + 2, REACH * rate // min(twin.rate, rate) if twin.rate != rate else 0)
    places = np.random.default_rng(length).integers(0, length, PLACES)
    for seam in seams:
        places = places[np.abs((places - seam + length / 2) % length - length / 2) > margin]
    for number in (0, PASSES - 1):
        apart = heard[:, number * length + places] - twin.played(number, places)
        assert np.abs(apart).max(initial=0.0) <= EXACT


@settings(max_examples=EXAMPLES)
@given(loop_files())
def test_any_file_loops_without_a_click_and_is_otherwise_what_it_is(file: LoopFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(file, file.write(Path(folder)))


def test_noise_crossfaded_into_its_lead_in_does_not_click(tmp_path: Path) -> None:
    file = LoopFile(
        seed=1, rate=96000, engine_rate=48000, tempo_bpm=103.387, meter=1, bars=1, rounding="floor",
        change_frames=0, lead_in_s=0.2503, tail_s=0.0, material="bursts", is_periodic=False,
        channels=1, format=("wav", "PCM_16"),
    )  # fmt: skip
    check(file, file.write(tmp_path))


@pytest.mark.parametrize(
    ("rate", "change", "lead_in_s", "tail_s"),
    [(44100, -1, 0.0, 0.0), (48000, 0, 0.1, 0.4), (48000, -900, 0.1, 0.0), (96000, 0, 0.0, 0.0)],
    ids=["rounded", "with a tail", "completed by its lead-in", "ends that do not meet"],
)
def test_the_kernel_plays_what_the_laws_were_checked_on(
    tmp_path: Path, rate: int, change: int, lead_in_s: float, tail_s: float
) -> None:
    file = LoopFile(
        seed=1, rate=rate, engine_rate=48000, tempo_bpm=137.0, meter=2, bars=1, rounding="floor",
        change_frames=change, lead_in_s=lead_in_s, tail_s=tail_s, material="tones", is_periodic=False,
        channels=2, format=FORMATS[2],
    )  # fmt: skip
    engine = engine_of()
    sound = engine.bank.load(file.write(tmp_path), file.origin, file.loop_frames, file.beat_frames)
    frames = (PASSES - 1) * file.loop_frames
    start = start_clip(LEAD, 0, engine.add_sound(sound), 0)
    heard = buses_of(engine, frames, [start])[0]
    expected = play(audio_of(sound), file.origin, file.loop_frames, PASSES)[:, :frames]

    np.testing.assert_allclose(heard, expected, rtol=0.0, atol=2e-6)
