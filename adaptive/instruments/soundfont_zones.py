"""What a zone of a SoundFont means: generators in seconds, decibels and hertz, as a region of a sampler."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from adaptive.kernel.sources.sampler_regions import Modulator, Recording, Region, RegionEnvelope, RegionLfo

GENERATOR = {
    "start": 0, "end": 1, "loop_start": 2, "loop_end": 3, "start_coarse": 4,
    "lfo_pitch": 5, "vibrato_pitch": 6, "modulation_pitch": 7, "cutoff": 8, "resonance": 9,
    "lfo_cutoff": 10, "modulation_cutoff": 11, "end_coarse": 12, "lfo_level": 13, "pan": 17,
    "lfo_delay": 21, "lfo_rate": 22, "vibrato_delay": 23, "vibrato_rate": 24,
    "modulation_delay": 25, "modulation_attack": 26, "modulation_hold": 27, "modulation_decay": 28,
    "modulation_sustain": 29, "modulation_release": 30, "modulation_hold_key": 31, "modulation_decay_key": 32,
    "delay": 33, "attack": 34, "hold": 35, "decay": 36, "sustain": 37, "release": 38,
    "hold_key": 39, "decay_key": 40, "instrument": 41, "keys": 43, "velocities": 44,
    "loop_start_coarse": 45, "fixed_key": 46, "fixed_velocity": 47, "attenuation": 48,
    "loop_end_coarse": 50, "coarse_tune": 51, "fine_tune": 52, "sample": 53, "loops": 54,
    "key_cents": 56, "choke": 57, "root_key": 58,
}  # fmt: skip
"""Numbers of the generators, section 8.1.2."""

TIMES = ("delay", "attack", "hold", "decay", "release")
DEFAULTS = {
    "cutoff": 13500, "key_cents": 100, "root_key": -1, "fixed_key": -1, "fixed_velocity": -1,
    **{name: -12000 for name in (*TIMES, "lfo_delay", "vibrato_delay")},
    **{f"modulation_{name}": -12000 for name in TIMES},
}  # fmt: skip
"""Values of generators that a file does not give, section 8.1.3; others are 0."""

ONLY_INNER = ("start", "end", "loop_start", "loop_end", "start_coarse", "end_coarse", "loop_start_coarse",
    "loop_end_coarse", "fixed_key", "fixed_velocity", "loops", "choke", "root_key")  # fmt: skip
"""Generators that count in instruments only, section 8.5."""

LONGEST_CENTS = 8000
"""Of times: 100 s."""

ATTENUATION_SHARE = 0.4
COARSE = 32768
LEAST_LOOP = 2


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: generators of the preset, which add, those of the instrument, and the sample's header."""

    outer: dict[int, int]
    inner: dict[int, int]
    sample: Any
    number: int
    modulators: tuple[Modulator, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no key or velocity plays it, or its sample is nothing."""
        (low, high), (soft, loud) = self.range("keys"), self.range("velocities")
        frames = int(self.sample["end"]) - int(self.sample["start"])
        return low > high or soft > loud or frames < LEAST_LOOP

    def value(self, name: str) -> int:
        """The sum of a generator."""
        index = GENERATOR[name]
        own = self.inner.get(index, DEFAULTS.get(name, 0))
        return own if name in ONLY_INNER else own + self.outer.get(index, 0)

    def seconds(self, name: str) -> float:
        """A time, which is given in cents of a second; -32,768 is none."""
        cents = self.value(name)
        return 0.0 if cents <= -32768 else math.exp2(min(cents, LONGEST_CENTS) / 1200.0)

    def hertz(self, name: str) -> float:
        """A frequency, which is given in cents above 8.176 Hz."""
        return 8.176 * math.exp2(min(max(self.value(name), -16000), 13500) / 1200.0)

    def range(self, name: str) -> tuple[int, int]:
        """Keys or velocities that both the preset and the instrument play."""
        low, high = 0, 127
        for generators in (self.outer, self.inner):
            if GENERATOR[name] in generators:
                word = generators[GENERATOR[name]] & 0xFFFF
                low, high = max(low, word & 0xFF), min(high, word >> 8)
        return low, high


def region_of(zone: Zone, recording: Recording, *, is_packed: bool = False) -> Region | None:
    """The region of a zone; None: nothing can be heard of it.

    Loops of packed samples count from the sample's first frame, others from that of all samples.
    """
    head, keys, velocities = zone.sample, zone.range("keys"), zone.range("velocities")
    frames = recording.size - max(0, -zone.value("end") - COARSE * zone.value("end_coarse"))
    if frames < LEAST_LOOP:
        return None
    begin = 0 if is_packed else int(head["start"])
    loop = _loop(zone, int(head["loop_start"]) - begin, int(head["loop_end"]) - begin, frames)
    start = zone.value("start") + COARSE * zone.value("start_coarse")
    root = zone.value("root_key")
    root = root if 0 <= root <= 127 else int(head["key"])
    tune = 100.0 * zone.value("coarse_tune") + zone.value("fine_tune") + int(head["correction"])
    return Region(
        recording,
        keys,
        velocities,
        root_key=float(root if root <= 127 else 60),
        tune_cents=float(tune),
        key_cents=float(zone.value("key_cents")),
        start=min(max(start, 0), frames - 1),
        end=frames,
        loop=loop,
        loops_until_release=zone.value("loops") & 3 == 3,
        level_db=-ATTENUATION_SHARE * min(max(zone.value("attenuation"), 0), 1440) / 10.0,
        pan=min(max(zone.value("pan") / 500.0, -1.0), 1.0),
        cutoff_hz=zone.hertz("cutoff"),
        resonance_db=min(max(zone.value("resonance"), 0), 960) / 10.0,
        amplitude=_envelope(zone, ""),
        modulation=_envelope(zone, "modulation_"),
        modulation_pitch_cents=float(zone.value("modulation_pitch")),
        modulation_cutoff_cents=float(zone.value("modulation_cutoff")),
        lfo=RegionLfo(
            zone.seconds("lfo_delay"), zone.hertz("lfo_rate"), float(zone.value("lfo_pitch")),
            float(zone.value("lfo_cutoff")), zone.value("lfo_level") / 10.0,
        ),
        vibrato=RegionLfo(
            zone.seconds("vibrato_delay"), zone.hertz("vibrato_rate"), float(zone.value("vibrato_pitch"))
        ),
        choke_group=max(zone.value("choke"), 0),
        choked_by=max(zone.value("choke"), 0),
        fixed_key=_fixed(zone.value("fixed_key")),
        fixed_velocity=_fixed(zone.value("fixed_velocity")),
        modulators=zone.modulators,
    )  # fmt: skip


def _fixed(value: int) -> float | None:
    """A key or velocity that a zone always plays; None: it plays that of the note."""
    return float(value) if 0 <= value <= 127 else None


def _loop(zone: Zone, first: int, behind: int, frames: int) -> tuple[int, int] | None:
    """First frame of a loop and the one behind its last, within the recording; None: it does not loop."""
    if zone.value("loops") & 1 == 0:
        return None
    first += zone.value("loop_start") + COARSE * zone.value("loop_start_coarse")
    behind += zone.value("loop_end") + COARSE * zone.value("loop_end_coarse")
    first, behind = max(first, 0), min(behind, frames)
    return (first, behind) if behind - first >= LEAST_LOOP else None


def _envelope(zone: Zone, which: str) -> RegionEnvelope:
    sustain = min(max(zone.value(f"{which}sustain"), 0), 1440)
    return RegionEnvelope(
        zone.seconds(f"{which}delay") if zone.value(f"{which}delay") > -12000 else 0.0,
        zone.seconds(f"{which}attack"),
        zone.seconds(f"{which}hold") if zone.value(f"{which}hold") > -12000 else 0.0,
        zone.seconds(f"{which}decay"),
        max(0.0, 1.0 - sustain / 1000.0) if which else 10.0 ** (-sustain / 200.0),
        zone.seconds(f"{which}release"),
        float(zone.value(f"{which}hold_key")),
        float(zone.value(f"{which}decay_key")),
    )
