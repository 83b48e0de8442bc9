"""Promises about time: how soon a section can come, what trembles, what comes too late."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from adaptive.preset.expression import margin
from adaptive.preset.faults import join_names
from adaptive.preset.finding import Finding, fault, warning
from adaptive.preset.lengths import section_length_beats, section_stems, written_length_beats
from adaptive.preset.model import ANY, Preset
from adaptive.preset.schema import EveryBars
from adaptive.preset.tree import (
    CLOCK_FUNCTIONS,
    Binary,
    Call,
    Comparison,
    Logic,
    Node,
    Number,
    Reference,
    Unary,
    children,
    walk,
)

# How far ahead of the sound a decision is made.
LOOK_AHEAD_S = 0.05

_OPPOSITE_SIDES = {">": 1, ">=": 1, "<": -1, "<=": -1}


def known_length_beats(preset: Preset, section: str, stem_seconds: Mapping[Path, float] | None) -> int | None:
    """Return the length of a section; None when only its files could tell."""
    if stem_seconds is None and section_stems(preset, section):
        return written_length_beats(preset, section)
    return section_length_beats(preset, section, stem_seconds or {})


def exit_grid_beats(preset: Preset, source: str, target: str, length_beats: int | None) -> float | None:
    """Return the distance between two moments at which `source` may be left for `target`.

    The grid of bars and phrases is counted from bar 1 of each pass, so it is never longer than
    the section.  None when it is the section's length and that is not known.
    """
    exit_at = preset.transition(source, target).exit_at
    bar = preset.beats_per_bar
    if isinstance(exit_at, EveryBars):
        grid: float = exit_at.every_bars * bar
    else:
        fixed = {"immediate": 0, "beat": 1, "bar": bar}
        phrase = preset.file.sections[source].phrase_bars * bar
        if exit_at == "end":
            return length_beats
        grid = fixed.get(exit_at, phrase)
    return grid if length_beats is None else min(grid, length_beats)


def worst_reaction_s(preset: Preset, place: int, source: str, length_beats: int | None) -> float | None:
    """Return the longest time until a select line is heard, coming from `source`.

    Notes
    -----
    ``wait + look-ahead + settling``.  The wait is one exit grid of the transition at the tempo
    of `source`; where `source` has ``min_stay_bars`` and the line is not urgent, it is the first
    multiple of the grid that is no shorter than the stay.  The look-ahead is `LOOK_AHEAD_S`.
    Settling is the longest of the ``rise_s`` of parameters that must rise for the line to turn
    true and the ``fall_s`` of those that must fall.  None when the grid is not known.
    """
    line = preset.select[place]
    grid = exit_grid_beats(preset, source, line.section, length_beats)
    if grid is None:
        return None
    stay = preset.file.sections[source].min_stay_bars * preset.beats_per_bar
    wait = grid
    if stay > grid and not line.urgent:
        wait = math.ceil(stay / grid) * grid if grid else stay
    settling = settling_s(preset, preset.when[place].root, 1) if place in preset.when else 0.0
    return wait * preset.beat_s(source) + LOOK_AHEAD_S + settling


def settling_s(preset: Preset, node: Node, towards: int) -> float:
    """Return how long the parameters of a term take to follow a step.

    Parameters
    ----------
    preset : Preset
        Has the parameters.
    node : Node
        The term.
    towards : int
        1 when the term must rise (or turn true), -1 when it must fall, 0 when it may do either.
    """
    signed = [(child, towards * sign) for child, sign in _directions(node)]
    inside = max((settling_s(preset, child, way) for child, way in signed), default=0.0)
    if not isinstance(node, Reference) or node.name not in preset.file.parameters:
        return inside
    table = preset.file.parameters[node.name]
    own = {1: table.rise_s, -1: table.fall_s}.get(towards, max(table.rise_s, table.fall_s))
    if node.name in preset.derived:
        own += settling_s(preset, preset.derived[node.name].root, towards)
    return own


def _directions(node: Node) -> list[tuple[Node, int]]:
    """Return each operand with the way it moves the node: 1 the same, -1 against, 0 either."""
    match node:
        case Call(function, _) if function in CLOCK_FUNCTIONS:
            return []
        case Unary(_, operand):
            return [(operand, -1)]
        case Binary("-", left, right):
            return [(left, 1), (right, -1)]
        case Binary("*", Number(factor), moving) | Binary("*" | "/", moving, Number(factor)):
            return [(moving, 1 if factor >= 0.0 else -1)]
        case Comparison(operator, left, right, _):
            sign = _OPPOSITE_SIDES.get(operator, 0)
            return [(left, sign), (right, -sign)]
        case Binary("+", _, _) | Logic() | Call("min" | "max" | "mean", _):
            return [(child, 1) for child in children(node)]
        case _:
            return [(child, 0) for child in children(node)]


def check_reactions(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    """Find select lines that promise to react sooner than they can."""
    for place, line in enumerate(preset.select):
        if line.react_within_s is None:
            continue
        worst: dict[str, float] = {}
        for source in preset.file.sections:
            length = known_length_beats(preset, source, stem_seconds)
            seconds = worst_reaction_s(preset, place, source, length)
            if source != line.section and seconds is not None:
                worst[source] = seconds
        slowest = max(worst, key=lambda name: worst[name], default="")
        if slowest and worst[slowest] > line.react_within_s:
            text = (
                f"cannot be kept: from `{slowest}` it can take {worst[slowest]:.2f} s, "
                f"and {line.react_within_s:g} s are promised"
            )
            yield fault(("select", place, "react_within_s"), text)


def check_flapping(preset: Preset) -> Iterator[Finding]:
    """Find thresholds that a trembling value crosses again and again."""
    for place, expression in preset.when.items():
        section = preset.select[place].section
        if preset.file.sections[section].min_stay_bars:
            continue
        for node, _ in walk(expression.root):
            names = _thresholded(preset, node)
            if names:
                yield warning(
                    ("select", place, "when"),
                    f"{join_names(names)} may tremble around this threshold and the music with it;"
                    f" give `hysteresis` to the parameter or `min_stay_bars` to `{section}`",
                )


def _thresholded(preset: Preset, node: Node) -> list[str]:
    """Return the parameters that a comparison holds against a threshold without hysteresis."""
    if not isinstance(node, Comparison) or node.operator not in _OPPOSITE_SIDES:
        return []
    parameters = preset.file.parameters

    def hysteresis(name: str) -> float:
        return parameters[name].hysteresis if name in parameters else 0.0

    if margin(node.left, hysteresis) + margin(node.right, hysteresis) > 0.0:
        return []
    return sorted({*_heard(node.left), *_heard(node.right)} & parameters.keys())


def _heard(node: Node) -> Iterator[str]:
    """Yield the names whose value a term reads; `age` and `stale` read no value."""
    if isinstance(node, Reference):
        yield node.name
    elif not (isinstance(node, Call) and node.function in CLOCK_FUNCTIONS):
        for child in children(node):
            yield from _heard(child)


def check_stingers(preset: Preset) -> Iterator[Finding]:
    """Find stingers that can expire while they wait for their grid."""
    bar = preset.beats_per_bar
    slowest_beat_s = max(preset.beat_s(section) for section in preset.file.sections)
    for name, stinger in preset.file.stingers.items():
        grid = stinger.play_at
        beats = grid.every_bars * bar if isinstance(grid, EveryBars) else _STINGER_BARS[grid] * bar
        wait_s = (1 if grid == "beat" else beats) * slowest_beat_s
        if wait_s > stinger.expires_s:
            yield warning(
                ("stingers", name, "expires_s"),
                f"is {stinger.expires_s:g} s, and the wait for `play_at` can be {wait_s:.2f} s:"
                " some of these events will not be heard",
            )


_STINGER_BARS = {"immediate": 0, "beat": 0, "bar": 1}


def check_grids(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    """Find lengths that are no whole bars, and grids that do not fit into the section."""
    bar = preset.beats_per_bar
    for name, section in preset.file.sections.items():
        length = known_length_beats(preset, name, stem_seconds)
        if length is not None and length % bar:
            yield warning(
                ("sections", name, "length_beats"),
                f"is no multiple of the bar's {bar} beats: the bar line moves at each pass",
            )
        uses = {preset.transition(name, other).exit_at for other in preset.file.sections}
        if length is not None and "phrase" in uses and length % (section.phrase_bars * bar):
            yield warning(
                ("sections", name, "phrase_bars"),
                f"is {section.phrase_bars}, which does not divide the section's"
                f" {length / bar:g} bars: its last phrase is short",
            )
    yield from _check_every_bars(preset, stem_seconds)


def _check_every_bars(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    for i, rule in enumerate(preset.file.transitions):
        if not isinstance(rule.exit_at, EveryBars):
            continue
        grid = rule.exit_at.every_bars * preset.beats_per_bar
        sources = preset.file.sections if rule.source == ANY else [rule.source]
        lengths = {name: known_length_beats(preset, name, stem_seconds) for name in sources}
        odd = [name for name, length in lengths.items() if length is not None and length % grid]
        if odd:
            yield warning(
                ("transitions", i, "exit_at", "every_bars"),
                f"is {rule.exit_at.every_bars}, which does not divide the bars of"
                f" {join_names(odd)}: the count begins again with each pass",
            )
