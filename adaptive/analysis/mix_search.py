"""Finds the fewest turns of levels, filters and widths that bring a mix into the ranges of a reference.

What a turn does is calculated from the spectra of the layers: powers add.  Only what is outside its range is
mended, up to somewhat inside it; what is inside stays where it is, and is not pushed out.  The search turns
one control at a time, the one that gains most for its price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from adaptive.analysis.bands import F64
from adaptive.analysis.masking import ACTIVE_DB, LOUDNESS_POWER, MASKED_DB, TOLD_SHARE, spread
from adaptive.analysis.mix_controls import CONTROLS, MixControl
from adaptive.analysis.mix_profile import (
    LayerProfile,
    SoundProfile,
    decibels,
    lufs_of_bands,
    side_mid_db,
    smoothed,
)
from adaptive.analysis.mix_reference import MixReference
from adaptive.analysis.mix_roles import MASTER, usual_lu

Turns = Mapping[tuple[str, str], float]
"""Layer and kind of control to decibels."""

Term = tuple[str, ...]
"""What is measured: ``spectrum``, ``above_2k``, ``width``; ``balance``, ``masked``: of a section's layer."""

FARTHEST_IN = 0.8
"""With an amount of 1, what is mended is brought within a fifth of the tolerance, around the reference."""

LEAST_IN = 0.1
"""With an amount of 0, so far inside the tolerance that the next run finds it there."""

SECTION_MORE_DB = 5.0
"""A single section may be so much further from the reference: it may lack the drums, or the bass."""

WEIGHTS = {"spectrum": 1.0, "section": 0.3, "above_2k": 0.1, "width": 0.5, "balance": 0.25, "masked": 1.0}
ENTRY_PRICE, CUT_PRICE, RAISE_PRICE = 0.15, 0.02, 0.03
"""Price of a turn, and of a squared decibel of it: turn down rather than up."""

LEVEL_SHARE = 0.5
"""Levels are cheaper: a fader changes no sound."""

STEPS_DB = (6.0, 3.0, 1.0)
WHOLE = ""
"""Stands for the whole mix in the place of a layer."""

MOST_STEPS = 60
MASKED_PRICE = 20.0
LEAST_OUT = 0.01
"""What is outside by less, as a squared distance, is fine."""

FAINT_LUFS = -60.0
"""A layer that is softer is not heard here; it is neither mended nor counted."""


@dataclass(frozen=True)
class HeardMix:
    """What was measured of one section: the mix, and the layers that play in it.

    Attributes
    ----------
    name : str
        Of the section.
    whole : SoundProfile
        The mix, behind the master.
    layers : Mapping
        Layer to what was measured of it.
    """

    name: str
    whole: SoundProfile
    layers: Mapping[str, LayerProfile]

    def audible(self) -> dict[str, LayerProfile]:
        """The layers that are heard."""
        return {
            name: one for name, one in self.layers.items()
            if one.whole.lufs is not None and one.whole.lufs > FAINT_LUFS
        }  # fmt: skip

    def below_lu(self, layer: str) -> float:
        """Loudness of a layer relative to the mix; the master, which both pass, is taken out."""
        mid, side = (
            sum(getattr(one.whole, name) for one in self.audible().values()) for name in ("mid", "side")
        )
        master_lu = lufs_of_bands(self.whole.mid, self.whole.side) - lufs_of_bands(mid, side)
        return (self.layers[layer].whole.lufs or 0.0) - (self.whole.lufs or 0.0) + master_lu


@dataclass
class _Section:
    """Spectra of a section as arrays, one row a layer."""

    heard: HeardMix
    rows: list[str]
    mid: F64
    side: F64
    windows: F64
    pauses_lu: F64


class MixModel:
    """Calculates how far a mix is from what is wanted, for any turns of its controls.

    Parameters
    ----------
    sections : sequence of HeardMix
        What was heard.
    roles : Mapping
        Layer to its role.
    reference : MixReference
        What is wanted.
    amount : float
        How far what is outside its range is brought inside: 0 just so, 1 to the reference itself.
    before : Mapping, optional
        Turns of earlier rounds, and tones and widths of earlier runs: they count to what is the most.
    """

    def __init__(
        self,
        sections: Sequence[HeardMix],
        roles: Mapping[str, str],
        reference: MixReference,
        amount: float = 0.7,
        before: Turns | None = None,
    ) -> None:
        self._inside = LEAST_IN + (FARTHEST_IN - LEAST_IN) * amount
        self._before = before or {}
        self.roles, self.reference = roles, reference
        self.sections = [_section(one) for one in sections if one.audible() and one.whole.lufs is not None]
        self.layers = list(dict.fromkeys(name for one in self.sections for name in one.rows))
        self.owners = [WHOLE, *self.layers]
        self._controls = {control.kind: control for control in CONTROLS}
        self._wide = {
            name for name in self.layers
            if all(
                side_mid_db(one.mid[one.rows.index(name)], one.side[one.rows.index(name)]) > -30.0
                for one in self.sections if name in one.rows
            )
        }  # fmt: skip
        self._tolerance = np.ones(len(reference.bands_db))
        self._is_out: set[Term] = set()
        self._has_masked = any(
            share > TOLD_SHARE for one in self.sections for share in self.masked(one, {}).values()
        )
        if self.sections:
            apart = reference.excess_db(self.measured({}).bands_db)
            self._tolerance = np.where(np.abs(apart) > 0.0, 1.0 - self._inside, 1.0)
            self._is_out = {
                term for term, value in self.terms({}, is_strict=False).items() if value > LEAST_OUT
            }

    @property
    def is_fine(self) -> bool:
        """Whether everything is inside its range."""
        return not self._is_out

    def is_out(self, kind: str) -> bool:
        """Whether something of a kind is outside its range."""
        return any(term[0] == kind for term in self._is_out)

    def controls_of(self, layer: str) -> list[MixControl]:
        """What may be turned of a layer."""
        role = self.roles[layer] if layer != WHOLE else MASTER
        return [
            one for one in CONTROLS
            if role in one.roles and (one.kind != "width" or layer in self._wide)
        ]  # fmt: skip

    def outside(self) -> Iterator[str]:
        """What is outside its range, in words."""
        words = {"spectrum": "the spectrum", "above_2k": "what is above 2 kHz", "width": "the width"}
        for term in sorted(self._is_out):
            if term[0] in words:
                yield words[term[0]]
            elif term[0] == "section":
                yield f"the spectrum of `{term[1]}`"
            elif term[0] == "masked":
                yield f"`{term[2]}` in `{term[1]}` (the others mask it)"
            else:
                one = next(one for one in self.sections if one.heard.name == term[1])
                low, _ = usual_lu(self.roles[term[2]], len(one.rows))
                is_soft = one.heard.below_lu(term[2]) < low
                yield f"`{term[2]}` in `{term[1]}` (too {'soft' if is_soft else 'loud'})"

    def bounded(self, layer: str, control: MixControl, value: float) -> float:
        """A turn within what the control allows, with what an earlier run has turned."""
        already = self._before.get((layer, control.kind), 0.0)
        low, high = min(0.0, control.lowest - already), max(0.0, control.highest - already)
        return min(high, max(low, value))

    def cost(self, turns: Turns) -> float:
        """How far the mix is from what is wanted, and what the turns cost."""
        price = sum(_price(kind, value) for (_, kind), value in turns.items() if value)
        return price + self.distance(turns)

    def distance(self, turns: Turns, *, is_strict: bool = True) -> float:
        """How far the mix is from what is wanted, or, if not strict, from what is usual."""
        terms = self.terms(turns, is_strict=is_strict)
        return sum(WEIGHTS[term[0]] * value for term, value in terms.items())

    def measured(self, turns: Turns) -> SoundProfile:
        """The mix of all sections, each as loud as the others."""
        mids, sides = [], []
        for one in self.sections:
            mid, side, _, _ = self._mixed(one, turns)
            scale = 10.0 ** (-lufs_of_bands(mid, side) / 10.0)
            mids.append(mid * scale)
            sides.append(side * scale)
        mid, side = np.mean(mids, axis=0), np.mean(sides, axis=0)
        return SoundProfile(mid, side, None, 0.0, None)

    def lufs(self, turns: Turns) -> list[float]:
        """Loudness of each section."""
        found = []
        for one in self.sections:
            mid, side, _, _ = self._mixed(one, turns)
            louder = lufs_of_bands(mid, side) - lufs_of_bands(one.heard.whole.mid, one.heard.whole.side)
            found.append((one.heard.whole.lufs or 0.0) + louder)
        return found

    def terms(self, turns: Turns, *, is_strict: bool = True) -> dict[Term, float]:
        """Every measure, as a squared distance from its range; if strict, from inside where it was out."""
        found: dict[Term, float] = {}
        whole, reference = self.measured(turns), self.reference
        tolerance = self._tolerance if is_strict else 1.0
        apart = reference.apart_db(whole.bands_db)
        allowed = tolerance * reference.tolerance_db
        found["spectrum",] = float((_outside(apart, -allowed, allowed) ** 2).mean())
        found["above_2k",] = self._ranged(("above_2k",), whole.above_2k_db, reference.above_2k_db, is_strict)
        found["width",] = self._ranged(("width",), whole.side_mid_db, reference.side_mid_db, is_strict)
        for one in self.sections:
            mid, side, layer_mids, layer_sides = self._mixed(one, turns)
            more = allowed + SECTION_MORE_DB
            apart = reference.apart_db(decibels(smoothed(mid + side)))
            found["section", one.heard.name] = float(
                (_outside(apart, -more, more) ** 2).mean() / len(self.sections)
            )
            total = lufs_of_bands(layer_mids.sum(axis=0), layer_sides.sum(axis=0))
            for row, name in enumerate(one.rows):
                term = ("balance", one.heard.name, name)
                below = lufs_of_bands(layer_mids[row], layer_sides[row]) - total + one.pauses_lu[row]
                usual = usual_lu(self.roles[name], len(one.rows))
                found[term] = self._ranged(term, below, usual, is_strict) / len(self.sections)
            if not self._has_masked:
                continue
            for name, share in self.masked(one, turns).items():
                is_mended = is_strict and ("masked", one.heard.name, name) in self._is_out
                wanted = TOLD_SHARE - (0.1 if is_mended else 0.0)
                found["masked", one.heard.name, name] = MASKED_PRICE * max(0.0, share - wanted) ** 2
        return found

    def masked(self, one: _Section, turns: Turns) -> dict[str, float]:
        """Which share of each layer of a section is masked by the others."""
        if len(one.rows) < 2:
            return {}
        gains = np.stack([self.gains(name, turns)[0] for name in one.rows])
        powers = one.windows * gains[:, None, :]
        frames = powers.sum(axis=2)
        least = np.maximum(frames.max(axis=1, initial=0.0) * 10.0 ** (ACTIVE_DB / 10.0), 1e-9)
        weight = powers**LOUDNESS_POWER * (frames > least[:, None])[:, :, None]
        others = spread(powers.sum(axis=0)[None] - powers)
        hidden = (weight * (powers < others * 10.0 ** (MASKED_DB / 10.0))).sum(axis=(1, 2))
        shares = hidden / np.maximum(weight.sum(axis=(1, 2)), 1e-20)
        return dict(zip(one.rows, map(float, shares), strict=True))

    def gains(self, layer: str, turns: Turns) -> tuple[F64, F64]:
        """By which powers of the middle and the side of a layer are multiplied."""
        mid, side = np.ones(self.reference.bands_db.shape), np.ones(self.reference.bands_db.shape)
        for control in CONTROLS:
            value = turns.get((layer, control.kind), 0.0)
            if value:
                of_mid, of_side = control.gains(value)
                mid, side = mid * of_mid, side * of_side
        return mid, side

    def _mixed(self, one: _Section, turns: Turns) -> tuple[F64, F64, F64, F64]:
        """Spectrum of the middle and of the side: of the mix, and of each layer."""
        gains = [self.gains(name, turns) for name in one.rows]
        mids = one.mid * np.stack([gain for gain, _ in gains])
        sides = one.side * np.stack([gain for _, gain in gains])
        of_mid, of_side = self.gains(WHOLE, turns)
        mid = of_mid * one.heard.whole.mid * mids.sum(axis=0) / np.maximum(one.mid.sum(axis=0), 1e-20)
        side = of_side * one.heard.whole.side * sides.sum(axis=0) / np.maximum(one.side.sum(axis=0), 1e-20)
        return mid, side, mids, sides

    def _ranged(self, term: Term, value: float, wanted: tuple[float, float], is_strict: bool) -> float:
        low, high = wanted
        if is_strict and term in self._is_out:
            inside = self._inside * (high - low) / 2.0
            low, high = low + inside, high - inside
        return float(_outside(np.array(value), low, high) ** 2)


def _price(kind: str, value: float) -> float:
    share = LEVEL_SHARE if kind == "level" else 1.0
    return ENTRY_PRICE + share * (RAISE_PRICE if value > 0.0 else CUT_PRICE) * value * value


def found_turns(model: MixModel) -> dict[tuple[str, str], float]:
    """The turns that bring the mix nearest to what is wanted, for their price; empty if it is fine."""
    turns: dict[tuple[str, str], float] = {}
    if model.is_fine:
        return turns
    cost = model.cost(turns)
    for _ in range(MOST_STEPS):
        best, chosen = cost - 0.02, None
        for layer in model.owners:
            for control in model.controls_of(layer):
                now = turns.get((layer, control.kind), 0.0)
                for step in (*STEPS_DB, *(-step for step in STEPS_DB)):
                    value = model.bounded(layer, control, now + step)
                    if value == now:
                        continue
                    tried = {**turns, (layer, control.kind): value}
                    new = model.cost(tried)
                    if new < best:
                        best, chosen = new, tried
        if chosen is None:
            break
        turns, cost = chosen, best
    return {place: value for place, value in turns.items() if value}


def _section(heard: HeardMix) -> _Section:
    layers = heard.audible()
    rows = list(layers)
    mid = np.stack([one.whole.mid for one in layers.values()])
    side = np.stack([one.whole.side for one in layers.values()])
    least = min(len(one.windows) for one in layers.values())
    windows = np.stack([one.windows[:least] for one in layers.values()])
    # loudness leaves out the pauses of a layer, the spectrum does not
    total = lufs_of_bands(mid.sum(axis=0), side.sum(axis=0))
    pauses = [
        heard.below_lu(name) - lufs_of_bands(one.whole.mid, one.whole.side) + total
        for name, one in layers.items()
    ]
    return _Section(heard, rows, mid, side, windows, np.array(pauses))


def _outside(value: F64, low: F64 | float, high: F64 | float) -> F64:
    found: F64 = value - np.clip(value, low, high)
    return found
