"""Makes the beats of a recording even: its copy is stretched, beat by beat, by the engine's own stretcher."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from adaptive.analysis.model import Proposal
from adaptive.analysis.wander import Wander
from adaptive.engine import commands
from adaptive.engine.bank import Bank
from adaptive.engine.engine import Audio, Engine
from adaptive.engine.spec import EngineSpec
from adaptive.engine.stretch_plan import plan_sound
from adaptive.errors import AudioFileError
from adaptive.kernel.layout import QUANTUM, STRETCH_TRANSIENTS

RATE = 48000
LEAD_S = 0.05
"""Silence before the copy, in which the engine begins; it is cut off again."""

BLOCK_QUANTA = 750

WHOLE_SHARE = 0.1
"""A file whose end misses a beat by at most this share of one was cut there."""


def straighten_folder(stems: Path, copies: Path, proposal: Proposal) -> dict[str, str]:
    """Copy a folder of stems; those of sections whose beats wander become even.

    Files of one section are stretched alike, by the beats of all of them together.

    Returns
    -------
    dict of str to str
        What was done, by the name of each file that was stretched.
    """
    told: dict[str, str] = {}
    wanders = {
        path: section.wander
        for section in proposal.sections.values()
        if section.wander is not None
        for paths in section.files.values()
        for path in paths
    }
    if not wanders:
        return told
    for path in sorted(stems.rglob("*")):
        place = copies / path.relative_to(stems)
        wander = wanders.get(path)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif wander is None:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            even_bpm = round(wander.bpm, 1)
            audio = straightened(path, wander, even_bpm)
            soundfile.write(place.with_suffix(".flac"), audio.T, RATE, subtype="PCM_24")
            told[path.name] = f"{len(wander.beats_s)} beats are even now, at {even_bpm:g} BPM"
    return told


def straightened(path: Path, wander: Wander, even_bpm: float) -> Audio:
    """A recording with its beats `60 / even_bpm` seconds apart, float32 of shape (2, frames) at `RATE`.

    What precedes the first beat keeps its speed, and so does what follows the last, unless it is whole beats
    within `WHOLE_SHARE` of a beat: then the copy ends on the grid.

    Raises
    ------
    AudioFileError
        It cannot be read.
    """
    sound = Bank(RATE).load(path)
    rests = np.array(wander.beats_s) * RATE
    frames, period = sound.frames, 60.0 / even_bpm * RATE
    goals = rests[0] + period * np.arange(len(rests))
    lead = round(LEAD_S * RATE / QUANTUM) * QUANTUM
    engine = Engine(replace(EngineSpec(sample_rate=RATE), is_elastic=True))
    number = engine.add_sound(sound)
    engine.plan_stretch(number, plan_sound(sound.whole(), RATE, 0, 0))
    posted = [commands.start_clip(lead, 0, number, 0)]
    edges = [(0.0, 0.0, 1.0)]
    rates = np.diff(rests) / period
    edges += [(goals[i], rests[i], float(rates[i])) for i in range(len(rates))]
    last_rate = _last_rate(frames - rests[-1], period)
    edges += [(goals[-1], rests[-1], last_rate)]
    for i, (goal, place, rate) in enumerate(edges):
        at = round(goal)
        posted.append(
            commands.stretch_clip(
                lead + at, 0, place + (at - goal) * rate, rate, kind=STRETCH_TRANSIENTS, way=1,
                is_first=i == 0,
            )
        )  # fmt: skip
    length = round(goals[-1] + (frames - rests[-1]) / last_rate)
    engine.listen_to_buses(BLOCK_QUANTA * QUANTUM)
    made, done = [], 0
    while done < lead + length:
        until = done + BLOCK_QUANTA * QUANTUM
        engine.post([one for one in posted if done <= one.frame < until])
        engine.pull(BLOCK_QUANTA * QUANTUM)
        made.append(np.array(engine.take_buses()[0]))
        done = until
    audio: Audio = np.concatenate(made, axis=1)[:, lead : lead + length]
    peak = float(np.abs(audio).max(initial=0.0))
    if not np.isfinite(peak):
        raise AudioFileError(f"{path.name} cannot be straightened")
    return np.asarray(audio / max(1.0, peak), np.float32)


def _last_rate(frames: float, period: float) -> float:
    """The rate at which what follows the last beat is played."""
    beats = round(frames / period)
    return frames / (beats * period) if beats and abs(frames / period - beats) <= WHOLE_SHARE else 1.0
