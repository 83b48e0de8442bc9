"""Renders notes and hits with an engine that has a bus for each patch and one reverb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adaptive.engine.bank import Bank
from adaptive.engine.commands import Command, play_note, start_clip
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel.sources.synth_settings import SynthSpec
from adaptive.units import db_to_gain
from tools.nightfall import patches, patches_strings
from tools.nightfall.drums import kit
from tools.nightfall.patches import Patch
from tools.nightfall.percussion import Hit
from tools.nightfall.theory import BEAT, RATE, Note

Audio = np.ndarray[Any, np.dtype[np.float32]]

HEADROOM = 0.1
"""Gain before the master, so that its limiter never acts; it is undone afterwards."""

PRE_ROLL = 4800
"""Frames rendered before a file begins, so that no command is due at the engine's first frame."""

REVERB_BUS = 8  # a bus can send only to a bus in a later group of eight
DRUM_BUS = 7
CLIPS = 48

PATCHES: dict[str, Patch] = {
    name.lower(): value
    for module in (patches, patches_strings)
    for name, value in vars(module).items()
    if isinstance(value, Patch)
}


def render(
    notes: Sequence[Note],
    hits: Sequence[Hit],
    reverb: InsertSpec,
    *,
    lead_frames: int,
    beats: float,
    tail_s: float,
    drum_send_db: float = -16.0,
    seed: int = 0,
) -> Audio:
    """Render notes and hits; return float32 of shape (frames, 2), with beat 0 at `lead_frames`."""
    names = sorted({note.patch for note in notes})
    spec, first = _lay_out(names, reverb, drum_send_db)
    engine = Engine(spec, Bank(RATE))
    origin = PRE_ROLL + lead_frames
    commands = _notes(notes, first, origin, seed) + _hits(engine, hits, origin)
    engine.post(sorted(commands, key=lambda command: command.frame))
    count = lead_frames + round(beats * BEAT + tail_s * RATE)
    delay = engine.output_delay_frames + PRE_ROLL
    blocks = [engine.pull(4800) for _ in range(-(-(count + delay) // 4800))]
    audio = np.concatenate(blocks)[delay : delay + count]
    assert engine.telemetry().stolen_voices == 0, f"{names}: voices were stolen"
    assert engine.telemetry().late_commands == 0, f"{names}: notes came late"
    return audio / HEADROOM


def _lay_out(
    names: Sequence[str], reverb: InsertSpec, drum_send_db: float
) -> tuple[EngineSpec, dict[str, int]]:
    """Return a spec with a bus for each patch, and the index of the first instrument of each."""
    if len(names) > DRUM_BUS:
        message = f"a part has at most {DRUM_BUS} patches"
        raise ValueError(message)
    buses = [BusSpec("unused") for _ in range(REVERB_BUS)]
    instruments: list[SynthSpec] = []
    first = {}
    for bus, name in enumerate(names):
        patch = PATCHES[name]
        buses[bus] = BusSpec(
            name, sends=(REVERB_BUS,), gain=db_to_gain(patch.level_db),
            send_gains=(db_to_gain(patch.send_db),), cutoff_hz=patch.cutoff_hz,
        )  # fmt: skip
        first[name] = len(instruments)
        instruments += [replace(voice.spec, bus=bus) for voice in patch.voices]
    buses[DRUM_BUS] = BusSpec("drums", sends=(REVERB_BUS,), send_gains=(db_to_gain(drum_send_db),))
    spec = EngineSpec(
        sample_rate=RATE,
        clips=CLIPS,
        buses=(*buses, BusSpec("reverb", inserts=(reverb,))),
        instruments=tuple(instruments),
        ring_capacity=16384,
        entries=16384,
        gain=HEADROOM,
    )
    return spec, first


def _notes(notes: Sequence[Note], first: dict[str, int], origin: int, seed: int) -> list[Command]:
    rng = np.random.default_rng([seed, 7])
    commands = []
    for note in notes:
        for number, voice in enumerate(PATCHES[note.patch].voices):
            for copy in range(voice.copies):
                place = 0.0 if voice.copies == 1 else 2.0 * copy / (voice.copies - 1) - 1.0
                late = rng.uniform(0.0, voice.delay_ms / 1000.0) * RATE if voice.delay_ms else 0.0
                frame = origin + round(note.beat * BEAT + late)
                pitch = note.pitch + voice.semitones + place * voice.detune_cents / 100.0
                pan = float(np.clip(note.pan + place * voice.width, -1.0, 1.0))
                length = max(64, round(note.beats * BEAT))
                instrument = first[note.patch] + number
                commands.append(play_note(frame, instrument, pitch, note.velocity, length, pan=pan))
    return commands


def _hits(engine: Engine, hits: Sequence[Hit], origin: int) -> list[Command]:
    if not hits:
        return []
    needed = {hit.name for hit in hits}
    sounds = {
        name: engine.add_sound(engine.bank.add(audio)) for name, audio in kit().items() if name in needed
    }
    commands = []
    for number, hit in enumerate(sorted(hits, key=lambda hit: hit.beat)):
        frame = origin + round(hit.beat * BEAT)
        clip = number % CLIPS
        commands.append(start_clip(frame, clip, sounds[hit.name], DRUM_BUS, gain=hit.gain, pan=hit.pan))
    return commands
