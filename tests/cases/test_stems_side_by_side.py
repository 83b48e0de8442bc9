"""Stems that are stretched in different ways stay together while the tempo changes; at rest they copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import SetTempo
from adaptive.conductor.tempo.source import TempoTarget
from adaptive.timebase import TempoMap
from tests.helpers.presets import RATE, Played, Player, make_preset

BEATS = 16
OWN_BPM = 140.0
FRAMES = round(BEATS * 60.0 / OWN_BPM * RATE)
KICKS = ("transients", "tones", "slices")
HEAD = 'schema = 1\nname = "Side by side"\ntempo_bpm = 140\n'
Array = np.ndarray[Any, Any]


def write_stems(folder: Path) -> None:
    """A kick on every beat, and a tone whose right channel is quieter and seven frames late."""
    folder.mkdir(exist_ok=True)
    t = np.arange(9600) / RATE
    kick = 0.8 * np.sin(2 * np.pi * (50 * t - 8 * np.exp(-t / 0.02))) * np.exp(-t / 0.06)
    kicks = np.zeros(FRAMES)
    for beat in range(BEATS):
        at = round(beat * FRAMES / BEATS)
        kicks[at : at + len(kick)] += kick[: FRAMES - at]
    soundfile.write(folder / "kick.wav", np.stack([kicks, kicks], 1), RATE, subtype="FLOAT")
    hertz = round(440.0 * FRAMES / RATE) * RATE / FRAMES  # whole periods: the loop has no step
    left = 10 ** (-12 / 20) * np.sin(2 * np.pi * hertz * np.arange(FRAMES) / RATE)
    soundfile.write(folder / "tone.wav", np.stack([left, 0.8 * np.roll(left, 7)], 1), RATE, subtype="FLOAT")


def body() -> str:
    layers = "".join(f'[layers.{kind}]\nstem = "kick.wav"\nstretch = "{kind}"\n' for kind in KICKS)
    layers += (
        '[layers.up]\nstem = "tone.wav"\ntranspose = 1\n[layers.same]\nstem = "tone.wav"\nstretch = "tones"\n'
    )
    names = ", ".join(f'"{name}"' for name in (*KICKS, "up", "same"))
    return f"{layers}[sections.road]\nlayers = [{names}]\nlength_bars = 4\n"


class Cycle:
    """160 for four seconds; then 140, 112, 140, 165, and over again; at 140 it rests 1.2 or 0.9 beats."""

    def __init__(self, tempo: TempoMap, change_per_s: float) -> None:
        self.tempo, self.change = tempo, change_per_s
        self.goals, self.number, self.rests, self.until = [140.0, 112.0, 140.0, 165.0], 0, 0, 0.0
        self.at_rest: list[tuple[float, float]] = []

    def target(self, now: int) -> TempoTarget | None:
        seconds = now / RATE
        if seconds < 4.0:
            return TempoTarget(160.0, "parameter", self.change)
        goal = self.goals[self.number % 4]
        if abs(self.tempo.tempo_at(now) / goal - 1) > 1e-5:
            return TempoTarget(goal, "parameter", self.change)
        if goal == OWN_BPM and not self.until:
            self.until = seconds + (1.2, 0.9)[self.rests % 2] * 60.0 / OWN_BPM
            self.rests += 1
            self.at_rest.append((seconds, self.until))
        if seconds >= self.until:
            self.number, self.until = self.number + 1, 0.0
            goal = self.goals[self.number % 4]
        return TempoTarget(goal, "parameter", self.change)


def ride(folder: Path, seconds: float, change_per_s: float) -> tuple[Played, Cycle, TempoMap]:
    """Play; return what was played, the cycle, and a tempo map that has forgotten nothing."""
    write_stems(folder)
    preset = make_preset(folder, body(), HEAD, stems={})
    player = Player(preset, beginning=Beginning(messages=[SetTempo(160.0)]))
    conductor = player.performance.conductor
    kept = TempoMap(RATE, 160.0)
    kept.restore(conductor.tempo.snapshot())
    cycle = Cycle(conductor.tempo, change_per_s)
    conductor.tempo_steering.sources = (cycle,)
    conductor.playback.tempo_wanted = None
    conductor.playback.tempo_live = 160.0
    tempo: dict[float, Any] = {}
    while player.performance.frame < seconds * RATE:
        player.control_step()
        tempo |= {segment.frame: segment for segment in conductor.tempo.snapshot()}
        now = player.performance.frame
        tempo = {f: s for f, s in tempo.items() if f <= now or s in conductor.tempo.snapshot()}
    kept.restore(tuple(tempo[frame] for frame in sorted(tempo)))
    return player.result(), cycle, kept


def peaks(audio: Array, frames: list[int]) -> tuple[Array, Array]:
    """Level and frame of the greatest rise around each beat, to a tenth of a millisecond."""
    levels, places = [], []
    for frame in frames:
        first = max(0, frame - 1200)
        piece = np.abs(audio[first : frame + 2400])
        levels.append(piece.max())
        places.append(first + int(np.argmax(piece > 0.5 * piece.max())))
    return np.array(levels), np.array(places)


def judge(folder: Path, seconds: float, change_per_s: float) -> None:
    played, cycle, tempo = ride(folder, seconds, change_per_s)
    last = int(tempo.beat_at(played.performance.frame - RATE))
    beats = [tempo.frame_at(beat) for beat in range(last)]
    found = {kind: peaks(played.bus(kind), beats) for kind in KICKS}

    for kind in KICKS:
        levels = 20 * np.log10(found[kind][0])
        assert np.abs(levels[0] - levels[1:4]).max() < 1.0, kind
    for first, second in (("transients", "tones"), ("transients", "slices"), ("tones", "slices")):
        apart = np.abs(found[first][1] - found[second][1])
        assert apart.max() < 0.003 * RATE, (first, second, apart.max())
    for name, stem in played.performance.conductor.assets.stems.items():
        clip, end = stem.current, played.performance.frame
        assert clip is not None
        assert clip.way is not None
        assert clip.sound is not None
        exact = tempo.beat_at(end) * clip.sound.loop_frames / BEATS
        assert abs(clip.way.position_at(end) - exact) < 1.0, name
    assert abs(cents(played.bus("up")[RATE : 12 * RATE])) < 2.0
    check_tone(played, cycle)


def cents(audio: Array) -> float:
    """Distance of a tone from a semitone above the one of the stem."""
    size = 1 << 21
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), size))
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    written = round(440.0 * FRAMES / RATE) * RATE / FRAMES * 2 ** (1 / 12)
    k = int(np.argmax(np.where(np.abs(hertz - written) < 15, spectrum, 0)))
    return float(1200 * np.log2(hertz[k] / written))


def check_tone(played: Played, cycle: Cycle) -> None:
    """The tone at its own pitch has no dip, keeps its image, and is a copy once the tempo has rested."""
    left, right = played.buses[played.performance.layout.layers["same"].bus]
    start = RATE // 10
    window = RATE // 50
    power = np.convolve(left.astype(np.float64) ** 2, np.ones(window) / window, "valid")[start:]
    level = 10 * np.log10(power / np.median(power))
    assert level.min() > -3.0
    source, _ = soundfile.read(played.performance.preset.folder / "tone.wav")
    was, is_now = (np.corrcoef(a, b)[0, 1] for a, b in ((source[:, 0], source[:, 1]), (left, right)))
    assert abs(was - is_now) < 0.03
    copies = 0
    for begin, end in cycle.at_rest:
        frame = round(end * RATE) - 960
        piece, other = left[frame : frame + 900], right[frame : frame + 900]
        if end - begin > 1.1 * 60.0 / OWN_BPM and len(piece) == 900:
            copies += is_copy(source.astype(np.float32), piece, other)
    assert copies == sum(
        end - begin > 1.1 * 60.0 / OWN_BPM and round(end * RATE) - 60 <= len(left)
        for begin, end in cycle.at_rest
    )
    assert copies >= 1


def is_copy(source: Array, left: Array, right: Array) -> bool:
    """Whether a piece is in a looped file, but for one gain of both channels."""
    looped = np.concatenate([source, source])
    gain = np.float32(np.abs(left).max() / np.abs(source[:, 0]).max())
    views = np.lib.stride_tricks.sliding_window_view(looped[:, 0], len(left))
    places = np.flatnonzero(np.abs(views[:, 0] * gain - left[0]) < 1e-5)
    for place in places:
        piece = looped[place : place + len(left)]
        if np.abs(piece[:, 0] * gain - left).max() < 1e-6 and np.abs(piece[:, 1] * gain - right).max() < 1e-6:
            return True
    return False


def test_stems_stay_together_while_the_tempo_changes(tmp_path: Path) -> None:
    judge(tmp_path, 14.0, 0.2)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_stems_stay_together_for_ten_minutes(tmp_path: Path) -> None:
    judge(tmp_path, 604.0, 0.02)
