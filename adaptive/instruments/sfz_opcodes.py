"""The opcodes of SFZ files that are read, and how their values are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adaptive.kernel.sources.sampler_regions import OCTAVES_A_DB

ALIASES = {
    "loopmode": "loop_mode", "loopstart": "loop_start", "loopend": "loop_end", "pitch": "tune",
    "polyphony_group": "group", "ampeg_dly": "ampeg_delay", "gain": "volume", "offby": "off_by",
    "bendup": "bend_up", "benddown": "bend_down",
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
    "bend_down", "amp_random", "pitch_random", "off_time", "global_volume", "master_volume", "group_volume",
    "global_amplitude", "master_amplitude", "group_amplitude", "global_tune", "master_tune", "group_tune",
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
    *(f"{name}_{on}" for name in (*MOVED, "amplitude") for on in ("oncc", "cc")),
    "on_locc", "on_hicc", "start_locc", "start_hicc", "amp_velcurve_",
)  # fmt: skip
"""Opcodes that are read and end with a controller's number."""

SILENT = re.compile(
    r"(region|group|master|global|sw|key|note)?_?label(_(cc|key|output))?\d*|image|.*_displayname", re.ASCII
)
"""Opcodes that nobody hears."""

TONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([a-g])([#b]?)(-?\d+)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\s*([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?)", re.ASCII)

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
