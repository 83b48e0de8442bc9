from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from adaptive.conductor.messages import FireEvent, Message, SetTempo
from adaptive.errors import PresetError
from tests.helpers.presets import RATE, Played, Player, control_step_of, make_preset

OWN_BPM, BEATS, LEAD = 120.0, 8, 4800
HEAD = 'schema = 1\nname = "Fanfare"\ntempo_bpm = 120\n'
BODY = """
[layers.pad]
generator = "pad"
[sections.road]
layers = []
length_bars = 4
[stingers.fanfare]
stem = "fanfare.wav"
first_beat_s = 0.1
{keys}
"""


def fanfare() -> np.ndarray[Any, Any]:
    """A quiet lead-in, then a short blow on each of eight beats."""
    beat = round(60.0 / OWN_BPM * RATE)
    t = np.arange(4800) / RATE
    blow = 0.8 * np.sin(2 * np.pi * 180.0 * t) * np.exp(-t / 0.02)
    audio = np.zeros(LEAD + BEATS * beat)
    for number in range(BEATS):
        audio[LEAD + number * beat :][: len(blow)] += blow
    audio[:LEAD] += 0.05 * np.sin(np.linspace(0.0, 200.0 * np.pi, LEAD))
    return np.stack([audio, audio], 1)


def played(folder: Path, keys: str, script: dict[float, list[Message]], seconds: float = 7.0) -> Played:
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / "fanfare.wav", fanfare(), RATE, subtype="FLOAT")
    player = Player(make_preset(folder, BODY.format(keys=keys), HEAD, stems={}))
    by_step = {control_step_of(seconds): messages for seconds, messages in script.items()}
    return player.play(round(seconds * RATE), by_step)


def strip(run: Played) -> np.ndarray[Any, Any]:
    heard: np.ndarray[Any, Any] = run.buses[run.performance.layout.stingers["fanfare"].bus, 0]
    return heard


def blows(run: Played) -> list[int]:
    """Frames at which a blow begins: the level rises tenfold within 2 ms."""
    level = np.abs(strip(run))
    starts, last = [], -RATE
    for frame in np.flatnonzero(level > 0.3):
        if frame - last > 6000:
            starts.append(int(frame))
        last = int(frame)
    return starts


def distance_ms(run: Played) -> list[float]:
    """How far each blow is from the nearest beat."""
    tempo = run.performance.conductor.tempo
    found = []
    for frame in blows(run):
        beat = tempo.beat_at(frame)
        found.append(abs(frame - tempo.exact_frame_at(round(beat))) / RATE * 1000.0)
    return found


FIRE = FireEvent("fanfare")


@pytest.mark.parametrize("tempo_bpm", [96.0, 150.0])
@pytest.mark.parametrize("stretch", ["transients", "slices"])
def test_a_stinger_with_a_tempo_is_played_in_time(tmp_path: Path, tempo_bpm: float, stretch: str) -> None:
    keys = f'tempo_bpm = 120\nstretch = "{stretch}"'
    run = played(tmp_path, keys, {0.0: [SetTempo(tempo_bpm)], 1.0: [FIRE]})

    assert len(blows(run)) == BEATS
    assert max(distance_ms(run)) < 3.0


def test_it_follows_a_tempo_that_changes_while_it_sounds(tmp_path: Path) -> None:
    script: dict[float, list[Message]] = {0.5: [FIRE], 1.7: [SetTempo(140.0)], 3.0: [SetTempo(110.0)]}
    run = played(tmp_path, 'tempo_bpm = 120\nstretch = "transients"', script)

    assert len(blows(run)) == BEATS
    assert max(distance_ms(run)) < 3.0


def test_without_a_tempo_it_sounds_as_recorded(tmp_path: Path) -> None:
    run = played(tmp_path, "", {0.0: [SetTempo(150.0)], 1.0: [FIRE]})
    begins = run.lines("stinger")[0]["starts_frame"]
    heard, recorded = strip(run)[begins:], fanfare()[:, 0]

    np.testing.assert_allclose(heard[: len(recorded)], recorded, atol=1e-6)


def test_at_its_own_tempo_it_is_a_copy(tmp_path: Path) -> None:
    plain = played(tmp_path / "plain", "", {1.0: [FIRE]})
    in_time = played(tmp_path / "in_time", 'tempo_bpm = 120\nstretch = "tones"', {1.0: [FIRE]})

    np.testing.assert_array_equal(strip(plain), strip(in_time))


def test_a_tempo_out_of_reach_leaves_it_as_it_was_recorded(tmp_path: Path) -> None:
    run = played(tmp_path, "tempo_bpm = 40", {0.0: [SetTempo(150.0)], 1.0: [FIRE]})
    begins = run.lines("stinger")[0]["starts_frame"]

    np.testing.assert_allclose(strip(run)[begins:][: 4 * RATE], fanfare()[: 4 * RATE, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ('stretch = "tones"', "needs `tempo_bpm`"),
        ("tempo_bpm = 10", "must be between 20 and 400"),
    ],
)
def test_keys_that_do_nothing_are_refused(tmp_path: Path, keys: str, at: str) -> None:
    with pytest.raises(PresetError, match=at):
        played(tmp_path, keys, {})
