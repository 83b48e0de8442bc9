"""Finds numbers that a parameter can never reach: thresholds of conditions, and points of curves."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from adaptive.preset.expression import Comparison, Number, Reference
from adaptive.preset.faults import KeyPath
from adaptive.preset.finding import Finding, warning
from adaptive.preset.instrument_controls import instrument_curves
from adaptive.preset.mixer import mixer_curves
from adaptive.preset.model import Preset
from adaptive.preset.placed import place_curves
from adaptive.preset.schema import LayerTable
from adaptive.preset.table import Curve
from adaptive.preset.tree import walk

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


LEVELS = frozenset({"level_db", "reverb_db"})
"""Keys whose curves are levels; `sends` are too."""


def check_thresholds(preset: Preset) -> Iterator[Finding]:
    """Find comparisons and curves with numbers outside the range of their parameter."""
    for place in preset.when:
        for text in beyond_range(preset, place):
            yield warning(("select", place, "when"), text)
    for name, layer in preset.file.layers.items():
        for field in msgspec.structs.fields(LayerTable):
            curve = getattr(layer, field.name)
            if isinstance(curve, Curve):
                yield from _points(preset, curve, ("layers", name, field.encode_name))
    curves = (*mixer_curves(preset.file), *place_curves(preset.file), *instrument_curves(preset.file))
    for at, curve in curves:
        yield from _points(preset, curve, at)


def beyond_range(preset: Preset, place: int) -> list[str]:
    """Return a sentence for each comparison of a select line that is the same whatever is sent."""
    found = []
    for node, _ in walk(preset.when[place].root):
        match node:
            case Comparison(operator, Reference(name), Number(number)):
                found.append(_comparison(preset, operator, name, number))
            case Comparison(operator, Number(number), Reference(name)):
                found.append(_comparison(preset, _TURNED[operator], name, number))
    return [text for text in found if text]


def _comparison(preset: Preset, operator: str, name: str, number: float) -> str:
    if name not in preset.file.parameters:
        return ""
    low, high = preset.file.parameters[name].range
    is_above = number > high or (number == high and operator in (">", "<="))
    is_below = number < low or (number == low and operator in ("<", ">="))
    if not (is_above or is_below):
        return ""
    is_true = operator == "!=" or (operator in ("<", "<=") if is_above else operator in (">", ">="))
    where = "at the end of" if low <= number <= high else "outside"
    percent = (
        f"; did you mean {number / 100:g}?" if (low, high) == (0.0, 1.0) and 10.0 <= number <= 100.0 else ""
    )
    return (
        f"compares `{name}` with {number:g}, {where} its range, {low:g} to {high:g}: this is"
        f" {'always' if is_true else 'never'} true{percent}"
    )


def _points(preset: Preset, curve: Curve, at: KeyPath) -> Iterator[Finding]:
    low, high = preset.file.parameters[curve.over].range
    values = [value for _, value in curve.points]
    is_level = at[-1] in LEVELS or at[-2] == "sends"
    if is_level and min(values) >= 0.0 and max(values) <= 1.0 and min(values) < max(values):
        text = (
            f"goes from {min(values):g} to {max(values):g} dB, which is hardly heard: levels are in decibels;"
            " -80 is silence, 0 as recorded, and half the amplitude is -6"
        )
        yield warning((*at, "points"), text)
    for i, (x, _) in enumerate(curve.points):
        if not low <= x <= high:
            text = f"lies at {x:g}, outside the range of `{curve.over}`, {low:g} to {high:g}: never reached"
            yield warning((*at, "points", i), text)
