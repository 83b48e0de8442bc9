"""Pulsed noise through one channel after the other, to find out which speaker hangs on which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.rig_spec import PlaceSpec, RigSpec, SpeakerSpec
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.session.place import OutputPlan

PULSE_S, PAUSE_S = 0.25, 0.15
PULSES = 4
RMS_DB = -20.0
TURN_S = PULSES * (PULSE_S + PAUSE_S) + 0.4
"""Time that a channel has, with the silence behind it."""

EDGE_S = 0.005


@dataclass(frozen=True, slots=True)
class Turn:
    """One channel of a test.

    Parameters
    ----------
    channel : int
        Counted from 0.
    begin_s, end_s : float
        Time of its pulses.
    words : str
        What the site says of it.
    """

    channel: int
    begin_s: float
    end_s: float
    words: str


class ChannelTest:
    """An engine that plays pulses of noise through every channel, in order.

    Each goes through trim, delay and ceiling of its own channel, and to no other: crossovers are left out.

    Parameters
    ----------
    plan : OutputPlan
        Channels, speakers and ceiling.
    sample_rate : int
        Frames a second.
    """

    def __init__(self, plan: OutputPlan, sample_rate: int = 48000) -> None:
        speakers = {one.channel: one for one in (plan.rig.speakers if plan.rig is not None else ())}
        self.turns = [
            Turn(
                channel,
                channel * TURN_S,
                (channel + 1) * TURN_S,
                _words(channel, speakers.get(channel)) if speakers else f"channel {channel + 1}",
            )
            for channel in range(plan.channels)
        ]
        straight = [
            replace(speakers.get(channel, SpeakerSpec(channel)), kind="direct")
            for channel in range(plan.channels)
        ]
        buses = [
            BusSpec(f"channel_{channel + 1}", placed=PlaceSpec("direct", channel=channel))
            for channel in range(plan.channels)
        ]
        spec = EngineSpec(
            sample_rate,
            plan.channels,
            clips=1,
            buses=buses,
            rig=RigSpec(tuple(straight)),
            ceiling_db=plan.ceiling_db,
        )
        self.engine = Engine(spec)
        number = self.engine.add_sound(self.engine.bank.add(pulses(sample_rate)))
        begins = [round(turn.begin_s * sample_rate) for turn in self.turns]
        self.engine.post(
            [
                commands.start_clip(at, 0, number, turn.channel)
                for at, turn in zip(begins, self.turns, strict=True)
            ]
        )

    @property
    def seconds(self) -> float:
        """Length of the whole test."""
        return self.turns[-1].end_s

    def due(self, told: int) -> Iterator[Turn]:
        """Turns that have begun, behind the first `told` of them."""
        now_s = self.engine.frame / self.engine.spec.sample_rate
        return (turn for turn in self.turns[told:] if turn.begin_s <= now_s)


def pulses(sample_rate: int) -> np.ndarray:
    """Pulses of pink noise, the same on both sides: shape (2, frames)."""
    frames = round(PULSES * (PULSE_S + PAUSE_S) * sample_rate)
    rng = np.random.default_rng(0)
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    hz = np.fft.rfftfreq(frames, 1.0 / sample_rate)
    noise = np.fft.irfft(
        spectrum * np.where((hz > 40.0) & (hz < 16000.0), np.maximum(hz, 1.0) ** -0.5, 0.0), frames
    )
    noise *= 10.0 ** (RMS_DB / 20.0) / np.sqrt(np.mean(noise**2))
    within_s = np.arange(frames) / sample_rate % (PULSE_S + PAUSE_S)
    gate = np.clip(np.minimum(within_s, PULSE_S - within_s) / EDGE_S, 0.0, 1.0)
    return np.tile((noise * gate).astype(np.float32), (2, 1))


def _words(channel: int, speaker: SpeakerSpec | None) -> str:
    """What a channel feeds, for the person who listens."""
    if speaker is None:
        return f"channel {channel + 1}: no speaker"
    what = {"full": "speaker", "sub": "sub", "direct": f"speaker of {speaker.bus}"}[speaker.kind]
    at = "" if speaker.at_m is None else " at [" + ", ".join(f"{value:g}" for value in speaker.at_m) + "] m"
    more = [f"{speaker.trim_db:+g} dB"] if speaker.trim_db else []
    more += [f"{speaker.delay_ms:g} ms later"] if speaker.delay_ms else []
    return f"channel {channel + 1}: {what}{at}" + (f", {', '.join(more)}" if more else "")
