"""Says why a control of a mix is turned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, F64
from adaptive.analysis.mix_roles import BASS, DRUMS, LEAD, OTHER, PERCUSSION, usual_lu
from adaptive.analysis.mix_search import WEIGHTS, MixModel, Term

ARTICLES = {
    LEAD: "a tune is", BASS: "a bass is", DRUMS: "drums are", PERCUSSION: "small percussion is",
    OTHER: "what accompanies is",
}  # fmt: skip


TOLD = {
    "level": ("balance", "masked", "spectrum", "section", "above_2k"),
    "tone": ("spectrum", "section", "above_2k", "masked"),
    "width": ("width",),
}
"""What each kind of change is first of all made for."""


def reason_of(
    model: MixModel, turns: Mapping[Any, float], without: Mapping[Any, float], layer: str, kind: str
) -> str:
    """Why a layer is turned: what would be furthest from its range without that.

    Parameters
    ----------
    model : MixModel
        What was heard.
    turns, without : Mapping
        All turns, and all but those that are explained.
    layer, kind : str
        The layer; ``level``, ``tone`` or ``width``.
    """
    alone = {place: value for place, value in turns.items() if place not in without}
    gains = [_gained(model.terms({}), model.terms(alone)), _gained(model.terms(without), model.terms(turns))]
    total = {term: gains[0].get(term, 0.0) + gains[1].get(term, 0.0) for term in {*gains[0], *gains[1]}}
    told = {term: gain for term, gain in total.items() if term[0] in TOLD[kind] and gain > 0.01} or total
    term = max(sorted(told), key=lambda one: told[one])
    return _words(model, term, alone, layer)


def _gained(before: Mapping[Term, float], after: Mapping[Term, float]) -> dict[Term, float]:
    return {term: WEIGHTS[term[0]] * (value - after.get(term, 0.0)) for term, value in before.items()}


def _words(model: MixModel, term: Term, alone: Mapping[Any, float], layer: str) -> str:
    now, reference = model.measured({}), model.reference
    if term[0] in {"balance", "masked"} and term[2] != layer:
        is_lower = sum(value for _, value in alone.items()) < 0.0
        where = f"in `{term[1]}`"
        if is_lower:
            return f"makes room for `{term[2]}` {where}"
        return f"beside it `{term[2]}` stands out less {where}"
    if term[0] == "balance":
        section = next(one for one in model.sections if one.heard.name == term[1])
        below = section.heard.below_lu(layer)
        low, high = usual_lu(model.roles[layer], len(section.rows))
        role = f"{ARTICLES[model.roles[layer]]} usually {-high:g} to {-low:g} LU below"
        return f"in `{term[1]}` it is {_below(below)} the mix; {role}"
    if term[0] == "masked":
        share = next(model.masked(one, {}) for one in model.sections if one.heard.name == term[1])[layer]
        return f"in `{term[1]}` {100.0 * share:.0f} % of it lie under the others"
    if term[0] == "width":
        low, high = reference.side_mid_db
        return (
            f"the side is {_apart(now.side_mid_db)} the middle; {-high:.0f} to {-low:.0f} dB below is wanted"
        )
    if term[0] == "above_2k":
        low, high = reference.above_2k_db
        wanted = f"{-high:.0f} to {-low:.0f} is wanted"
        return f"what is above 2 kHz is {-now.above_2k_db:.0f} dB below the whole; {wanted}"
    where = "the mix"
    if term[0] == "section":
        where = f"`{term[1]}`"
    return _spectrum_words(model, alone, now.bands_db, where)


def _below(lu: float) -> str:
    return f"{-lu:.0f} LU below" if lu < -0.5 else f"{lu:.0f} LU above" if lu > 0.5 else "as loud as"


def _apart(db: float) -> str:
    return f"{-db:.0f} dB below" if db < 0.0 else f"{db:.0f} dB above"


def _spectrum_words(model: MixModel, alone: Mapping[Any, float], bands_db: F64, where: str) -> str:
    """Where the mix is apart from the reference, and is brought nearer by what is turned."""
    moved = model.measured(alone).bands_db - bands_db
    return apart_words(model.reference.apart_db(bands_db), moved, where)


def apart_words(apart_db: F64, moved_db: F64, where: str) -> str:
    """Where a spectrum is apart from the reference, and is brought nearer by what is turned.

    Parameters
    ----------
    apart_db, moved_db : ndarray, shape (bands,)
        How far it is above the reference, and by how much it is turned.
    where : str
        What the spectrum is of.
    """
    helped = np.where(np.sign(moved_db) == -np.sign(apart_db), np.abs(moved_db) * np.abs(apart_db), 0.0)
    if helped.max() <= 0.0:
        return "with the other changes it brings the mix nearer to the reference"
    top = int(np.argmax(helped))
    sign = np.sign(apart_db[top])
    is_alike = (np.sign(apart_db) == sign) & (helped > 0.2 * helped[top])
    low = high = top
    while low > 0 and is_alike[low - 1]:
        low -= 1
    while high < len(helped) - 1 and is_alike[high + 1]:
        high += 1
    word = "above" if sign > 0.0 else "below"
    amount = float(np.abs(apart_db[low : high + 1]).mean())
    band = f"from {_hertz(CENTRES_HZ[low])} to {_hertz(CENTRES_HZ[high])}"
    return f"{band} {where} is {amount:.0f} dB {word} the reference"


def _hertz(hz: float) -> str:
    if hz >= 1000.0:
        return f"{hz / 1000.0:.1f} kHz".replace(".0 ", " ")
    return f"{round(hz, -1):.0f} Hz"
