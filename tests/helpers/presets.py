"""Small presets of sines, written into a folder, and a player that renders them step by step."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.messages import Message, Receipt
from adaptive.conductor.saved_state import SavedMusic
from adaptive.engine.bank import Bank
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance, vocabulary

Audio = np.ndarray
Line = dict[str, Any]

RATE = 48000
STEPS_HEARD = 16
"""Control steps after which the buses' output is taken: once each would be a tenth of a test's time."""

BAR = RATE
"""At 240 quarter notes a minute in 4/4 a bar lasts a second: positions read as seconds."""

BEAT = BAR // 4
LOOK_AHEAD = 2400

HEAD = """schema = 1
name = "Test"
tempo_bpm = 240
"""

STEM_LAYERS = """
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
"""

STEMS = {"calm": 220.0, "fight": 331.0, "both": 443.0}
"""Name of a file, and the frequency of its sine in hertz."""

GAIN = 0.2


def write_sine(path: Path, hz: float, beats: float = 16, lead_s: float = 0.0, gain: float = GAIN) -> None:
    """Write a sine of whole cycles, so that it loops without a step; `lead_s` more of it before beat 1."""
    path.write_bytes(_sine(hz, beats, lead_s, gain))


@lru_cache(maxsize=32)
def _sine(hz: float, beats: float, lead_s: float, gain: float) -> bytes:
    """The bytes of a sine's file: hundreds of presets have the same three files."""
    frames, lead = round(beats * BEAT), round(lead_s * RATE)
    cycles = max(1, round(hz * frames / RATE))
    phase = 2.0 * np.pi * cycles * np.arange(-lead, frames) / frames
    audio = (gain * np.sin(phase)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, audio, RATE, subtype="FLOAT", format="WAV")
    return file.getvalue()


def write_blow(path: Path, lead_s: float = 0.1, ring_s: float = 0.3, gain: float = 0.5) -> None:
    """Write a one-shot: a soft rise of `lead_s`, then at beat 1 a step, which rings for `ring_s`."""
    path.write_bytes(_blow(lead_s, ring_s, gain))


@lru_cache(maxsize=8)
def _blow(lead_s: float, ring_s: float, gain: float) -> bytes:
    """The bytes of a one-shot's file."""
    lead, ring = round(lead_s * RATE), round(ring_s * RATE)
    rise = 0.05 * gain * np.linspace(0.0, 1.0, lead, endpoint=False)
    fall = gain * np.cos(2.0 * np.pi * 100.0 / RATE * np.arange(ring)) * np.linspace(1.0, 0.0, ring)
    file = io.BytesIO()
    blow = np.concatenate([rise, fall]).astype(np.float32)
    soundfile.write(file, blow, RATE, subtype="FLOAT", format="WAV")
    return file.getvalue()


def make_preset(folder: Path, body: str, head: str = HEAD, stems: Mapping[str, float] = STEMS) -> Preset:
    """Write a preset whose stems are four bars of a sine each, and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, hz in stems.items():
        if not (folder / f"{name}.wav").exists():
            write_sine(folder / f"{name}.wav", hz)
    if not (folder / "blow.wav").exists():
        write_blow(folder / "blow.wav")
    (folder / "preset.toml").write_text(head + body, encoding="utf-8")
    return load(folder, vocabulary=vocabulary())


def two_sections(folder: Path, rule: str = "", calm: str = "", fight: str = "", more: str = "") -> Preset:
    """Two sections of one stem each, and one rule for all transitions."""
    body = STEM_LAYERS
    body += f'[sections.calm]\nlayers = ["calm"]\nlength_bars = 4\n{calm}\n'
    body += f'[sections.fight]\nlayers = ["fight"]\nlength_bars = 4\n{fight}\n'
    if rule:
        body += f'[[transitions]]\nfrom = "any"\nto = "any"\n{rule}\n'
    return make_preset(folder, body + more)


class BusBlock:
    """What every bus put out in some control steps.

    Most of a dozen buses are silent, and are not kept: the memory for them took a quarter of a test's time.
    """

    def __init__(self, block: Audio) -> None:
        self.frames = block.shape[2]
        self._heard = {int(bus): block[bus].copy() for bus in np.flatnonzero(block.any(axis=(1, 2)))}

    def __getitem__(self, bus: int) -> Audio:
        return self._heard[bus] if bus in self._heard else np.zeros((2, self.frames), np.float32)


class Buses:
    """What every bus put out, by bus, channel and frame; a bus is put together when it is asked for.

    Of a dozen buses a test listens to two: to put all together took a quarter of a test's time.
    """

    def __init__(self, blocks: Sequence[BusBlock]) -> None:
        self._blocks = list(blocks)
        self._whole: dict[int, Audio] = {}

    def __getitem__(self, where: Any) -> Audio:
        bus, *rest = where if isinstance(where, tuple) else (where,)
        if bus not in self._whole:
            self._whole[bus] = np.concatenate([block[bus] for block in self._blocks], axis=1)
        found: Audio = self._whole[bus][tuple(rest)]
        return found


@dataclass(slots=True)
class Played:
    """The result of playing: master, buses, log and receipts."""

    performance: Performance
    master: Audio
    buses: Buses
    log: list[Line] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    def bus(self, layer: str) -> Audio:
        """Left channel of a layer, on the timeline (no master delay)."""
        return self.buses[self.performance.layout.layers[layer].bus, 0]

    def lines(self, kind: str, **wanted: Any) -> list[Line]:
        """Log lines of a kind that have all the wanted values."""
        found = [line for line in self.log if line["kind"] == kind]
        return [line for line in found if all(line.get(k) == v for k, v in wanted.items())]

    def seams(self) -> list[Line]:
        """Log lines of planned transitions."""
        return self.lines("transition", status="planned")

    def told(self, message_id: str) -> list[str]:
        """Statuses of a message's receipts, in order."""
        return [receipt.status for receipt in self.receipts if receipt.id == message_id]


Script = Mapping[int, Sequence[Message]]


class Player:
    """Plays a preset offline, one control step at a time.

    Parameters
    ----------
    preset : Preset
        What is played.
    seed : int
        Seed of all random choices.
    bank : Bank, optional
        Shared audio, so that many runs decode once.
    saved : SavedMusic, optional
        A saved state to continue from.
    beginning : Beginning
        The state to begin in.
    """

    def __init__(
        self,
        preset: Preset,
        seed: int = 0,
        bank: Bank | None = None,
        saved: SavedMusic | None = None,
        beginning: Beginning = AS_DECLARED,
    ) -> None:
        self.text: list[str] = []
        self.performance = Performance(preset, seed, bank=bank, write_log=self.text.append)
        self.receipts: list[Receipt] = []
        self.performance.conductor.on_receipt = self.receipts.append
        self.performance.engine.listen_to_buses(STEPS_HEARD * CONTROL_STEP_FRAMES)
        self._master: list[Audio] = []
        self._buses: list[BusBlock] = []
        self.performance.begin(saved, beginning)

    def control_step(self, messages: Sequence[Message] = ()) -> None:
        """Render the frames of a control step, then step the conductor."""
        engine = self.performance.engine
        self._master.append(engine.pull(CONTROL_STEP_FRAMES))
        if len(self._master) % STEPS_HEARD == 0:
            self._buses.append(BusBlock(engine.take_buses()))
        engine.drain_replies()
        assert self.performance.step(messages)

    def play(self, frames: int, script: Script | None = None) -> Played:
        """Play up to a frame; `script` has the messages by control step."""
        while self.performance.frame < frames:
            self.control_step((script or {}).get(self.performance.next_control_step, ()))
        return self.result()

    def result(self) -> Played:
        """The result so far."""
        self._buses.append(BusBlock(self.performance.engine.take_buses()))
        return Played(
            self.performance,
            np.concatenate(self._master),
            Buses(self._buses),
            [json.loads(line) for line in self.text],
            list(self.receipts),
        )


def play(preset: Preset, seconds: float, script: Script | None = None, bank: Bank | None = None) -> Played:
    """Play a preset for some seconds; `script` has the messages by control step."""
    return Player(preset, bank=bank).play(round(seconds * RATE), script)


def control_step_of(seconds: float) -> int:
    """First control step at or after a time."""
    return -(-round(seconds * RATE) // CONTROL_STEP_FRAMES)


def sounding(audio: Audio, floor: float = 1e-4, gap: int = 480) -> list[tuple[int, int]]:
    """Stretches (first frame, frame after the last) in which a signal sounds."""
    above = np.flatnonzero(np.abs(audio) > floor)
    if above.size == 0:
        return []
    cuts = np.flatnonzero(np.diff(above) > gap)
    firsts = [above[0], *above[cuts + 1]]
    lasts = [*above[cuts], above[-1]]
    return [(int(a), int(b) + 1) for a, b in zip(firsts, lasts, strict=True)]
