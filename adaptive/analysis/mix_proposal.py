"""Changes of a mix, each with its reason: made from the turns that the search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.analysis.mix_controls import CONTROLS
from adaptive.analysis.mix_profile import LayerProfile, above_2k_db
from adaptive.analysis.mix_reasons import reason_of
from adaptive.analysis.mix_roles import BASS, DRUMS, LEAD
from adaptive.analysis.mix_search import WHOLE, HeardMix, MixModel, found_turns

AT_ONCE_DB = 0.5
"""Decibels are written in steps of this; what is smaller is left out."""

JUMPS_LU = {LEAD: 9.0, BASS: 9.0, DRUMS: 9.0}
"""How far the level of a layer may move from phrase to phrase; what accompanies may come and go."""

LOUDNESS_IN_LU = 1.0
"""A mix that is too loud or too soft is brought so far inside the range."""

MOST_HELD_DB, RATIO = 6.0, 3.0
HELD, LIMIT = "hold", "limit"

CEILING_DB, MUCH_DB = -1.0, 4.0
"""Ceiling of the true peak; so much a limiter may take off peaks before a compressor helps it."""

TONE_IDS = {"tone": "mix_tone", HELD: "mix_hold", "width": "mix_width", LIMIT: "mix_limit"}
"""Inserts that `adaptive mix` writes have these names, so that it finds them again."""


@dataclass(frozen=True)
class MixChange:
    """One change of a preset's mix.

    Attributes
    ----------
    layer : str
        The layer; empty: the whole preset.
    kind : str
        ``level``, ``pan``, ``tone``, ``width``, ``hold``.
    settings : Mapping
        What it adds (``level``, ``tone``, ``width``: decibels) or sets.
    reason : str
        One sentence.
    """

    layer: str
    kind: str
    settings: Mapping[str, Any]
    reason: str

    @property
    def in_words(self) -> str:
        """What changes, in words."""
        if self.kind == "level":
            return f"{self.settings['level_db']:+.1f} dB"
        if self.kind == "tone":
            hz = {one.kind: one.hz for one in CONTROLS}
            return ", ".join(
                f"{value:+.1f} dB {_place(name, hz[name])}" for name, value in self.settings.items()
            )
        if self.kind == "width":
            return f"width {10.0 ** (self.settings['width_db'] / 20.0):.2f}"
        if self.kind == "pan":
            return f"pan {self.settings['pan']:+.2f}"
        if self.kind == LIMIT:
            return (
                f"{self.settings['gain_db']:+.1f} dB into a limiter at {self.settings['ceiling_db']:g} dBTP"
            )
        return f"compressor from {self.settings['threshold_db']:.0f} dB, {self.settings['ratio']:g} to 1"


def _place(name: str, hz: float) -> str:
    shown = f"{hz / 1000:g} kHz" if hz >= 1000.0 else f"{hz:g} Hz"
    return {"low_db": f"below {shown}", "high_db": f"above {shown}"}.get(name, f"around {shown}")


def proposed(
    sections: Sequence[HeardMix], model: MixModel, held: frozenset[str] = frozenset()
) -> list[MixChange]:
    """The changes of one round.

    Parameters
    ----------
    sections : sequence of HeardMix
        What was heard.
    model : MixModel
        Of these sections.
    held : frozenset of str
        Layers that have a compressor of ours already.
    """
    scaled = {place: _rounded(value) for place, value in found_turns(model).items()}
    scaled = {place: value for place, value in scaled.items() if value}
    changes: list[MixChange] = []
    for layer in model.owners:
        kinds = [kind for name, kind in scaled if name == layer]
        for kind, members in (("level", ["level"]), ("tone", _TONES), ("width", ["width"])):
            own = [name for name in members if name in kinds]
            if not own:
                continue
            without = {
                place: value for place, value in scaled.items() if place not in {(layer, one) for one in own}
            }
            reason = reason_of(model, scaled, without, layer, kind)
            settings = {f"{one}_db" if kind != "tone" else one: scaled[layer, one] for one in own}
            changes.append(MixChange(layer, kind, settings, reason))
    changes += _held(sections, model.roles, held)
    return changes + loudness_changes(model, scaled, held)


def loudness_changes(model: MixModel, turns: Mapping[Any, float], held: frozenset[str]) -> list[MixChange]:
    """A change of the level of everything, if with the other changes it would be too loud or too soft.

    Where peaks would exceed the ceiling, the level is raised in front of a limiter that sees peaks between
    samples; where they would by much, a compressor comes before it.
    """
    low, high = model.reference.lufs
    lufs, now = whole_lufs(model.lufs(turns)), whole_lufs(model.lufs({}))
    if low <= lufs <= high:
        return []
    wanted = min(high - LOUDNESS_IN_LU, max(low + LOUDNESS_IN_LU, lufs))
    by_db = _rounded(wanted - lufs)
    together = "together the sections are"
    reason = f"{together} at {now:.1f} LUFS; {low:g} to {high:g} are wanted"
    if low <= now <= high:
        reason = f"with the other changes, {together} at {lufs:.1f} LUFS; {low:g} to {high:g} are wanted"
    elif turns:
        reason += f", and the other changes make {lufs - now:+.1f} LU"
    if not by_db:
        return []
    pairs = zip(model.sections, model.lufs(turns), strict=True)
    peak = max(one.heard.whole.true_peak_db + after - (one.heard.whole.lufs or 0.0) for one, after in pairs)
    over = peak + by_db - CEILING_DB
    if over <= 0.0 or by_db < 0.0:
        return [MixChange(WHOLE, "level", {"level_db": by_db}, reason)]
    made = [
        MixChange(
            WHOLE,
            LIMIT,
            {"gain_db": by_db, "ceiling_db": CEILING_DB},
            f"{reason}; peaks would reach {peak + by_db:.1f} dBTP",
        )
    ]
    if over > MUCH_DB and WHOLE not in held:
        settings = {
            "threshold_db": round(max(-60.0, peak - over)),
            "ratio": 2.0,
            "attack_ms": 10.0,
            "release_ms": 200.0,
        }
        much = f"up to {MUCH_DB:g} dB is hardly heard"
        why = f"without it the limiter would take {over:.0f} dB off the peaks; {much}"
        made.insert(0, MixChange(WHOLE, HELD, settings, why))
    return made


_TONES = [one.kind for one in CONTROLS if one.is_tone]


def _rounded(value: float) -> float:
    return round(value / AT_ONCE_DB) * AT_ONCE_DB


def _held(sections: Sequence[HeardMix], roles: Mapping[str, str], held: frozenset[str]) -> list[MixChange]:
    """Compressors for layers whose level jumps."""
    changes = []
    for layer in dict.fromkeys(name for one in sections for name in one.audible()):
        if layer in held or roles[layer] not in JUMPS_LU:
            continue
        heard = [(one, one.layers[layer]) for one in sections if layer in one.audible()]
        section, worst = max(heard, key=lambda pair: pair[1].spread_lu)
        over = worst.spread_lu - JUMPS_LU[roles[layer]]
        if over <= 0.0 or not len(worst.envelope_db):
            continue
        reduced = min(MOST_HELD_DB, over + 2.0)
        changes.append(_compressor(layer, worst, reduced, section.name))
    return changes


def _compressor(layer: str, heard: LayerProfile, reduced_db: float, section: str) -> MixChange:
    loud = float(np.percentile(heard.envelope_db, 95.0))
    threshold = max(-60.0, min(-1.0, round(loud - reduced_db / (1.0 - 1.0 / RATIO))))
    settings = {
        "threshold_db": float(threshold), "ratio": RATIO, "attack_ms": 15.0, "release_ms": 160.0,
        "makeup_db": round(0.5 * reduced_db, 1),
    }  # fmt: skip
    moves = f"its level moves by {heard.spread_lu:.0f} LU from phrase to phrase"
    reason = f"in `{section}` {moves}: it jumps in front or falls behind"
    return MixChange(layer, HELD, settings, reason)


def figures(sections: Sequence[HeardMix], model: MixModel) -> dict[str, float]:
    """The mix in figures: loudness of the whole, spectrum, width, distance from what is wanted."""
    known = [one.whole.lufs for one in sections if one.whole.lufs is not None]
    whole = model.measured({})
    apart = model.reference.apart_db(whole.bands_db)
    return {
        "lufs": whole_lufs(known),
        "above_2k_db": above_2k_db(whole.mid + whole.side),
        "side_mid_db": whole.side_mid_db,
        "apart_db": float(np.sqrt((apart**2).mean())),
        "distance": model.distance({}, is_strict=False),
    }


def whole_lufs(lufs: Sequence[float]) -> float:
    """Loudness of sections one after another, with the gate of BS.1770: 10 LU below their mean."""
    powers = 10.0 ** (np.array(lufs) / 10.0)
    gate = 10.0 * np.log10(powers.mean()) - 10.0
    loud = powers[np.array(lufs) > gate]
    return float(10.0 * np.log10(loud.mean()))
