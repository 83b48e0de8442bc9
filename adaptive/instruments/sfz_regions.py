"""From the opcodes of an SFZ region to regions of a sampler: one for each channel of its recording."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adaptive.instruments.samples import SampleFile
from adaptive.instruments.sfz_text import numbered
from adaptive.kernel.sources.sampler_record import BEND, KEY, VELOCITY
from adaptive.kernel.sources.sampler_regions import (
    DEFAULT_MODULATORS,
    LOUDNESS,
    OCTAVES_A_DB,
    Crossfade,
    Modulator,
    ModulatorSource,
    Region,
    RegionEnvelope,
    RegionLfo,
    RegionRule,
)

ALIASES = {
    "loopmode": "loop_mode", "loopstart": "loop_start", "loopend": "loop_end", "pitch": "tune",
    "polyphony_group": "group", "ampeg_dly": "ampeg_delay", "gain": "volume", "offby": "off_by",
}  # fmt: skip
"""Other spellings in use."""

_ENVELOPES = ("delay", "attack", "hold", "decay", "sustain", "release")

OPCODES = {
    "sample", "default_path", "key", "lokey", "hikey", "lovel", "hivel", "pitch_keycenter",
    "pitch_keytrack", "transpose", "tune", "volume", "amplitude", "pan", "amp_veltrack", "offset", "end",
    "loop_mode", "loop_start", "loop_end", "group", "off_by", "off_mode", "note_polyphony", "trigger",
    "rt_decay", "seq_length", "seq_position", "lorand", "hirand", "sw_lokey", "sw_hikey", "sw_last",
    "sw_lolast", "sw_hilast", "sw_default", "xf_velcurve", "xf_keycurve", "xf_cccurve", "cutoff",
    "resonance", "fil_type", "fil_veltrack", "fil_keytrack", "fil_keycenter", "bend_up",
    "fileg_depth", "pitcheg_depth", "amplfo_freq", "amplfo_depth", "amplfo_delay", "fillfo_freq",
    "fillfo_depth", "fillfo_delay", "pitchlfo_freq", "pitchlfo_depth", "pitchlfo_delay",
    *(f"ampeg_{one}" for one in _ENVELOPES),
    *(f"fileg_{one}" for one in _ENVELOPES),
    *(f"pitcheg_{one}" for one in _ENVELOPES),
    *(f"xf{way}_{end}{what}" for way in ("in", "out") for end in ("lo", "hi") for what in ("key", "vel")),
}  # fmt: skip
"""Opcodes that are read."""

MOVED = {
    "volume": ("attenuation", -OCTAVES_A_DB), "pan": ("pan", 0.01), "cutoff": ("cutoff", 0.01),
    "resonance": ("resonance", OCTAVES_A_DB), "tune": ("pitch", 0.01), "pitch": ("pitch", 0.01),
    "gain": ("attenuation", -OCTAVES_A_DB),
}  # fmt: skip
"""What controllers move, as in ``cutoff_oncc1`` or ``cutoff_cc1``, and the unit."""

NUMBERED = (
    "locc", "hicc", "xfin_locc", "xfin_hicc", "xfout_locc", "xfout_hicc",
    *(f"{name}_{on}" for name in MOVED for on in ("oncc", "cc")),
)  # fmt: skip
"""Opcodes that are read and end with a controller's number."""

SILENT = re.compile(
    r"(region|group|master|global|sw)?_?label(_cc\d+)?|sw_label|image|.*_displayname", re.ASCII
)
"""Opcodes that nobody hears."""

TONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([a-g])([#b]?)(-?\d+)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\s*([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?)", re.ASCII)

PAIR_DB = -20.0 * math.log10(math.sqrt(2.0))
"""Level of one channel of a stereo recording at its side: a mono one in the middle is as loud."""

LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class Opcodes:
    """The opcodes of a region, read as numbers."""

    values: Mapping[str, str]

    def number(self, name: str, default: float = 0.0) -> float:
        """A number; one that cannot be read is the default."""
        found = _NUMBER.match(self.values.get(name, ""))
        value = float(found[1]) if found else default
        return value if abs(value) <= LARGEST else default

    def key(self, name: str, default: int) -> int:
        """A key: a number, or a name such as ``c#4``, where ``c4`` is 60."""
        text = self.values.get(name, "").strip()
        note = _NOTE.fullmatch(text)
        if note is not None:
            sharp = {"#": 1, "b": -1}.get(note[2].lower(), 0)
            return 12 * (int(note[3][:4]) + 1) + TONES[note[1].lower()] + sharp
        return int(self.number(name, default))


def known_opcode(name: str) -> bool:
    """Whether an opcode is read, or says nothing that could be heard."""
    if name in OPCODES or SILENT.fullmatch(name) or name.startswith(("hint_", "set_cc", "set_hdcc")):
        return True
    stem = name.rstrip("0123456789")
    return stem != name and stem in NUMBERED


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
    if keys[0] > keys[1] or velocities[0] > velocities[1] or end <= 1:
        return []
    end = min(end, file.frames)
    loop, mode = _loop(told, file, end)
    is_release = told.values.get("trigger", "attack") in {"release", "release_key"}
    center = told.key("pitch_keycenter", 60 if fixed is None else fixed)
    if values.get("pitch_keycenter", "").strip() == "sample" and file.key is not None:
        center = file.key
    group, off_by = (int(told.number(name)) & 0xFFFF for name in ("group", "off_by"))
    pan = min(max(told.number("pan") / 100.0, -1.0), 1.0)
    level = told.number("volume") + 20.0 * math.log10(max(told.number("amplitude", 100.0) / 100.0, 1e-6))
    cutoff, modulators = _filter(told)
    region = Region(
        file.channels[0],
        (max(keys[0], 0), min(keys[1], 127)),
        (max(velocities[0], 0), min(velocities[1], 127)),
        root_key=float(center),
        tune_cents=told.number("tune") + 100.0 * told.number("transpose"),
        key_cents=told.number("pitch_keytrack", 100.0),
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
        is_choked_slowly=values.get("off_mode", "fast").strip() == "normal",
        plays_to_its_end=mode == "one_shot" or (is_release and "loop_mode" not in values),
        modulators=(*_velocity(told), *modulators, *_moved(told)),
        rule=_rule(told, number, is_release=is_release),
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
            for control, _ in numbered(dict(told.values), f"{name}_{on}"):
                amount = told.number(f"{name}_{on}{control}") * unit
                made.append(Modulator(ModulatorSource(control), destination, amount))
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


def _rule(told: Opcodes, number: int, *, is_release: bool) -> RegionRule:
    values = dict(told.values)
    lows, highs = dict(numbered(values, "locc")), dict(numbered(values, "hicc"))
    switches = None
    if "sw_last" in values:
        switches = (told.key("sw_last", 0), told.key("sw_last", 0))
    elif "sw_lolast" in values or "sw_hilast" in values:
        switches = (told.key("sw_lolast", 0), told.key("sw_hilast", 127))
    span = None
    if "sw_lokey" in values or "sw_hikey" in values:
        span = (told.key("sw_lokey", 0), told.key("sw_hikey", 127))
    return RegionRule(
        (told.number("lorand", 0.0), told.number("hirand", 1.0)),
        max(1, int(told.number("seq_length", 1))),
        max(1, int(told.number("seq_position", 1))),
        tuple(
            (control, told.number(f"locc{control}", 0.0), told.number(f"hicc{control}", 127.0))
            for control in sorted({*lows, *highs})
        ),
        switches,
        span if span is not None or switches is None else switches,
        told.key("sw_default", 0) if "sw_default" in values else None,
        is_release,
        told.number("rt_decay"),
        max(0, int(told.number("note_polyphony"))),
        _crossfades(told, values),
        number,
    )


def _crossfades(told: Opcodes, values: dict[str, str]) -> tuple[Crossfade, ...]:
    made = []
    for is_rising, way in ((True, "xfin"), (False, "xfout")):
        rests = (0.0, 0.0) if is_rising else (127.0, 127.0)
        for source, word in (("key", "key"), ("velocity", "vel")):
            names = f"{way}_lo{word}", f"{way}_hi{word}"
            if names[0] in values or names[1] in values:
                low, high = (
                    float(told.key(name, int(rest))) if word == "key" else told.number(name, rest)
                    for name, rest in zip(names, rests, strict=True)
                )
                made.append(Crossfade(source, low, high, is_rising, _is_power(values, f"xf_{word}curve")))
        lows, highs = dict(numbered(values, f"{way}_locc")), dict(numbered(values, f"{way}_hicc"))
        for control in sorted({*lows, *highs}):
            low = told.number(f"{way}_locc{control}", rests[0])
            high = told.number(f"{way}_hicc{control}", rests[1])
            made.append(Crossfade(control, low, high, is_rising, _is_power(values, "xf_cccurve")))
    return tuple(made)


def _is_power(values: Mapping[str, str], name: str) -> bool:
    return values.get(name, "power").strip() != "gain"
