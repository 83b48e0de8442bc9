"""From the opcodes of an SFZ region to regions of a sampler: one for each channel of its recording."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adaptive.instruments.samples import SampleFile
from adaptive.instruments.sfz_opcodes import MOVED, Opcodes
from adaptive.instruments.sfz_rules import has_starts, rule_of
from adaptive.instruments.sfz_text import numbered
from adaptive.kernel.sources.sampler_record import BEND, KEY, VELOCITY
from adaptive.kernel.sources.sampler_regions import (
    DEFAULT_MODULATORS,
    LOUDNESS,
    OCTAVES_A_DB,
    Modulator,
    ModulatorSource,
    Region,
    RegionEnvelope,
    RegionLfo,
)

_ENVELOPES = ("delay", "attack", "hold", "decay", "sustain", "release")

PAIR_DB = -20.0 * math.log10(math.sqrt(2.0))
"""Level of one channel of a stereo recording at its side: a mono one in the middle is as loud."""

LEVELS_AROUND = ("global", "master", "group")
"""Headers whose level and tuning are added to those of a region, such as `group_volume`."""

LINEAR_DB = 48.0
"""Amount of a concave modulator of the level with which the gain is the controller's share."""


def regions_of(values: Mapping[str, str], file: SampleFile, number: int) -> list[Region]:
    """The regions of an SFZ region; none if no key or velocity plays it.

    Parameters
    ----------
    values : Mapping
        Its opcodes, by the names of `OPCODES`.
    file : SampleFile
        Its recording.
    number : int
        Tells it apart from others.
    """
    told = Opcodes(values)
    fixed = told.key("key", -1) if "key" in values else None
    keys = (
        told.key("lokey", 0 if fixed is None else fixed),
        told.key("hikey", 127 if fixed is None else fixed),
    )
    velocities = int(told.number("lovel", 0)), int(told.number("hivel", 127))
    end = int(told.number("end", file.frames - 1)) + 1
    is_started = has_starts(values)
    if (keys[0] > keys[1] and not is_started) or velocities[0] > velocities[1] or end <= 1:
        return []
    end = min(end, file.frames)
    loop, mode = _loop(told, file, end)
    is_release = told.values.get("trigger", "attack") in {"release", "release_key"}
    center = told.key("pitch_keycenter", 60 if fixed is None else fixed)
    if values.get("pitch_keycenter", "").strip() == "sample" and file.key is not None:
        center = file.key
    group, off_by = (int(told.number(name)) & 0xFFFF for name in ("group", "off_by"))
    pan = min(max(told.number("pan") / 100.0, -1.0), 1.0)
    level = _level(told)
    cutoff, modulators = _filter(told)
    off_mode = values.get("off_mode", "time" if "off_time" in values else "fast").strip()
    rule = rule_of(told, number, is_release=is_release)
    region = Region(
        file.channels[0],
        (max(keys[0], 0), min(keys[1], 127)),
        (max(velocities[0], 0), min(velocities[1], 127)),
        root_key=float(center),
        tune_cents=told.number("tune")
        + 100.0 * told.number("transpose")
        + sum(told.number(f"{name}_tune") for name in LEVELS_AROUND),
        key_cents=100.0 if rule.plays_root else told.number("pitch_keytrack", 100.0),
        start=min(max(int(told.number("offset")), 0), end - 1),
        end=end,
        loop=loop,
        loops_until_release=mode == "loop_sustain",
        level_db=min(max(level, -144.0), 48.0),
        pan=pan,
        cutoff_hz=cutoff,
        resonance_db=min(max(told.number("resonance"), 0.0), 40.0) if "cutoff" in values else 0.0,
        amplitude=_envelope(told, "ampeg", 0.0),
        choke_group=group,
        choked_by=off_by,
        is_choked_slowly=off_mode in {"normal", "time"},
        choke_s=min(max(told.number("off_time", 0.006), 0.001), 100.0) if off_mode == "time" else 0.0,
        plays_to_its_end=mode == "one_shot" or ((is_release or is_started) and "loop_mode" not in values),
        modulators=(*_velocity(told), *modulators, *_moved(told)),
        rule=rule,
        **_movement(told),
    )
    if len(file.channels) == 1:
        return [region]
    sides = (math.cos((pan + 1.0) * math.pi / 4.0), math.sin((pan + 1.0) * math.pi / 4.0))
    return [
        replace(
            region,
            recording=channel,
            pan=place,
            level_db=region.level_db + 20.0 * math.log10(max(side, 1e-6)),
        )
        for channel, place, side in zip(file.channels, (-1.0, 1.0), sides, strict=True)
    ]


def _level(told: Opcodes) -> float:
    """Decibels of a region, with those of the headers around it."""
    level = told.number("volume") + _gain_db(told.number("amplitude", 100.0))
    for name in LEVELS_AROUND:
        level += told.number(f"{name}_volume") + _gain_db(told.number(f"{name}_amplitude", 100.0))
    for _, amount in (*numbered(told.values, "amplitude_oncc"), *numbered(told.values, "amplitude_cc")):
        level += _gain_db(Opcodes({"amount": amount}).number("amount"))
    return level


def _gain_db(percent: float) -> float:
    return 20.0 * math.log10(max(percent / 100.0, 1e-6))


def _loop(told: Opcodes, file: SampleFile, end: int) -> tuple[tuple[int, int] | None, str]:
    """The loop that is played, and the mode; loops of SFZ and WAV name their last frame."""
    first, last = file.loop or (0, end - 1)
    has_loop = file.loop is not None or "loop_start" in told.values or "loop_end" in told.values
    mode = told.values.get("loop_mode", "loop_continuous" if has_loop else "no_loop").strip()
    if mode not in {"loop_continuous", "loop_sustain"}:
        return None, mode
    first = max(int(told.number("loop_start", first)), 0)
    behind = min(int(told.number("loop_end", last)) + 1, end)
    return ((first, behind) if behind - first >= 2 else None), mode


def _velocity(told: Opcodes) -> tuple[Modulator, ...]:
    """How velocity moves the level: 40 dB for a tenth with `amp_veltrack` 100, and what controllers move."""
    share = min(max(told.number("amp_veltrack", 100.0) / 100.0, -1.0), 1.0)
    if any(True for _ in numbered(told.values, "amp_velcurve_")):
        share = 0.0  # the curve says it all
    bend = told.number("bend_up", 200.0) / 100.0
    source = ModulatorSource(VELOCITY, "concave", is_falling=share >= 0.0)
    return (
        Modulator(source, "attenuation", LOUDNESS * abs(share)),
        *DEFAULT_MODULATORS[1:-1],
        Modulator(ModulatorSource(BEND, is_bipolar=True), "pitch", bend),
    )


def _filter(told: Opcodes) -> tuple[float, tuple[Modulator, ...]]:
    """Cutoff, and what velocity and key add to it."""
    if "cutoff" not in told.values or told.values.get("fil_type", "lpf_2p").strip()[:3] != "lpf":
        return 20000.0, ()
    cutoff = min(max(told.number("cutoff"), 10.0), 20000.0)
    made = []
    by_velocity = told.number("fil_veltrack") / 100.0
    if by_velocity:
        made.append(Modulator(ModulatorSource(VELOCITY), "cutoff", by_velocity))
    by_key = told.number("fil_keytrack") / 100.0
    if by_key:
        made.append(Modulator(ModulatorSource(KEY), "cutoff", 127.0 * by_key))
        cutoff *= 2.0 ** (-by_key * told.key("fil_keycenter", 60) / 12.0)
    return cutoff, tuple(made)


def _moved(told: Opcodes) -> tuple[Modulator, ...]:
    made = []
    for name, (destination, unit) in MOVED.items():
        for on in ("oncc", "cc"):
            for control, _ in numbered(told.values, f"{name}_{on}"):
                amount = told.number(f"{name}_{on}{control}") * unit
                made.append(Modulator(ModulatorSource(control), destination, amount))
    for on in ("oncc", "cc"):
        for control, _ in numbered(told.values, f"amplitude_{on}"):
            source = ModulatorSource(control, "concave", is_falling=True)
            made.append(Modulator(source, "attenuation", LINEAR_DB * OCTAVES_A_DB))
    return tuple(made)


def _envelope(told: Opcodes, name: str, shortest_s: float) -> RegionEnvelope:
    seconds = {
        part: min(max(told.number(f"{name}_{part}", shortest_s), 0.0), 100.0)
        for part in _ENVELOPES
        if part != "sustain"
    }
    sustain = min(max(told.number(f"{name}_sustain", 100.0) / 100.0, 0.0), 1.0)
    return RegionEnvelope(
        seconds["delay"], seconds["attack"], seconds["hold"], max(seconds["decay"], 0.001), sustain,
        max(seconds["release"], 0.001),
    )  # fmt: skip


def _movement(told: Opcodes) -> dict[str, Any]:
    """The envelope and the oscillators that move pitch, cutoff and level."""
    name = "fileg" if "fileg_depth" in told.values else "pitcheg"
    of_filter = told.number("fileg_depth") if name == "fileg" else 0.0
    shaker = "fillfo" if "fillfo_depth" in told.values else "amplfo"
    return {
        "modulation": _envelope(told, name, 0.0),
        "modulation_cutoff_cents": of_filter,
        "modulation_pitch_cents": told.number("pitcheg_depth"),
        "lfo": RegionLfo(
            max(told.number(f"{shaker}_delay"), 0.0), min(max(told.number(f"{shaker}_freq"), 0.0), 100.0),
            0.0, told.number("fillfo_depth"), told.number("amplfo_depth"),
        ),
        "vibrato": RegionLfo(
            max(told.number("pitchlfo_delay"), 0.0),
            min(max(told.number("pitchlfo_freq", 8.176), 0.0), 100.0),
            told.number("pitchlfo_depth"),
        ),
    }  # fmt: skip
