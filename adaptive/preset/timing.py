"""Checks of timing: reaction times, thresholds that flap or latch, stingers that expire, grids."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from adaptive.preset.faults import join_names
from adaptive.preset.finding import Finding, fault, warning
from adaptive.preset.grids import describe, longest_first_wait, longest_wait, spots
from adaptive.preset.hysteresis import margin
from adaptive.preset.lengths import (
    intro_length_beats,
    section_length_beats,
    section_stems,
    written_length_beats,
)
from adaptive.preset.model import ANY, Preset
from adaptive.preset.schema import Grid
from adaptive.preset.segments import BRIDGE, Segment, is_bridge
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

# How long before a frame is rendered the conductor decides what it holds.
LOOK_AHEAD_S = 0.05

PREPARE_S = 1.5
"""How long before a seam a transition is decided that enters a streamed stem where it is not in memory."""

FEW_LAYERS = 12
"""Generated layers of a section whose first bars may be written in one control step."""

LAYER_S = 0.0027
"""How much longer before a seam a transition is decided for each further generated layer of the section that
begins: two first bars are written in a control step of 5.3 ms."""

_OPPOSITE_SIDES = {">": 1, ">=": 1, "<": -1, "<=": -1}


def known_length_beats(preset: Preset, section: str, stem_seconds: Mapping[Path, float] | None) -> int | None:
    """Return the length of a section; None if it follows from files whose durations are not known."""
    if stem_seconds is None and section_stems(preset, section):
        return written_length_beats(preset, section)
    return section_length_beats(preset, section, stem_seconds or {})


def exit_grid_beats(
    preset: Preset, source: str, target: str, length_beats: int | None, intro_beats: int = 0
) -> float | None:
    """Return the longest wait, in beats, until `source` may be left for `target`.

    Grids are counted from bar 1 of each pass, so the wait is never longer than the section and its
    introduction, which has `intro_beats`.  None if it
    depends on the section's length and that is not known, or if the section has no place on the grid.
    """
    exit_at = preset.transition(source, target).exit_at
    if exit_at == "immediate":
        return 0.0
    segment = preset.segments[source]
    if length_beats is None:
        plain = {"beat": 1.0, "bar": float(segment.beats_per_bar)}
        plain["phrase"] = plain["bar"] * segment.phrase_bars
        if isinstance(exit_at, Grid):
            bars = exit_at.every_bars and float(exit_at.every_bars * segment.beats_per_bar)
            return bars or (exit_at.every_beats and float(exit_at.every_beats)) or None
        return plain.get(exit_at)
    places = spots(exit_at, length_beats, segment.beats_per_bar, segment.phrase_bars, segment.markers)
    if not places:
        return None
    wait = longest_wait(places, length_beats)
    if intro_beats:
        intro = spots(exit_at, intro_beats, segment.beats_per_bar, segment.phrase_bars)
        wait = max(wait, longest_first_wait(exit_at, places, length_beats, intro, intro_beats))
    return wait


def _sections_named(preset: Preset, name: str) -> list[str]:
    """Return the sections a name refers to: the section of that name, or all sections of a playlist."""
    return [section for section in preset.file.sections if name in {section, *preset.playlists_of(section)}]


def worst_reaction_s(
    preset: Preset,
    place: int,
    source: str,
    length_beats: int | None,
    target: str | None = None,
    intro_beats: int = 0,
) -> float | None:
    """Return the longest time in seconds from a change outside until a select line's section is heard.

    Parameters
    ----------
    preset : Preset
        The preset.
    place : int
        The index of the select line.
    source : str
        The section that plays before.
    length_beats : int or None
        The length of `source`, if it is known.
    target : str, optional
        The section that is entered; needed if the line names a playlist.
    intro_beats : int
        The length of the introduction of `source`.

    Returns
    -------
    float or None
        None if the exit grid is not known.

    Notes
    -----
    The time is ``wait + look-ahead + settling``.

    - The wait is the longest wait for the exit grid, plus the length of a fill or pickup that must fit, at
      the tempo of `source`, or at the slowest of `[tempo_follow]`.  That stems are stretched adds nothing.
      If `source` has ``min_stay_bars`` and the line is not urgent, the wait is the
      first multiple of the grid that is no shorter than these bars.
    - The look-ahead is `LOOK_AHEAD_S`, and longer before sections with many generated layers.
    - The settling time is the longest ``rise_s`` of the parameters that must rise for the line to turn true,
      and ``fall_s`` of those that must fall.
    """
    line = preset.select[place]
    target = target or line.section
    grid = exit_grid_beats(preset, source, target, length_beats, intro_beats)
    if grid is None:
        return None
    grid += _lead_beats(preset, source, target)
    segment = preset.segments[source]
    stay = segment.min_stay_bars * segment.beats_per_bar
    wait = grid
    if stay > grid and not line.urgent:
        wait = math.ceil(stay / grid) * grid if grid else stay
    settling = settling_s(preset, preset.when[place].root, 1) if place in preset.when else 0.0
    return wait * slowest_beat_s(preset, segment) + LOOK_AHEAD_S + first_bars_s(preset, target) + settling


def first_bars_s(preset: Preset, segment: str) -> float:
    """Return the seconds before a seam in which the first bars of generated layers are written; 0: a few.

    Parameters
    ----------
    segment : str
        The segment that begins; empty: silence.
    """
    names = preset.segments[segment].layers if segment in preset.segments else ()
    layers = preset.file.layers
    count = sum(layers[name].generator is not None for name in names if name in layers)
    return LAYER_S * max(0, count - FEW_LAYERS)


def slowest_beat_s(preset: Preset, segment: Segment) -> float:
    """Return the length of a beat at the slowest tempo that the preset follows somebody to."""
    follow = preset.file.tempo_follow
    if follow is None:
        return segment.beat_s
    return segment.beat_s * max(1.0, segment.tempo_bpm / follow.range_bpm[0])


def _lead_beats(preset: Preset, source: str, target: str) -> float:
    """Return the beats a rule needs before the seam: for a fill or pickup that must fit, and for streams."""
    rule = preset.transition(source, target)
    fill = preset.file.fills.get(rule.fill or "")
    beats = float(fill.length_beats) if fill is not None and fill.must_fit else 0.0
    if rule.pickup == "always" and target in preset.segments:
        beats = max(beats, preset.segments[target].first_beat_s / preset.segments[source].beat_s)
    if rule.enter_at in {"same_position", "last_position"} and _is_streamed(preset, target):
        beats = max(beats, PREPARE_S / preset.segments[source].beat_s)
    return beats


def _is_streamed(preset: Preset, section: str) -> bool:
    """Whether a stem of a section asks to be streamed."""
    if section not in preset.segments:
        return False
    layers = preset.file.layers
    return any(
        layers[name].streamed and bool(preset.variations(name, section))
        for name in preset.segments[section].layers
        if name in layers
    )


def settling_s(preset: Preset, node: Node, towards: int) -> float:
    """Return the longest time in seconds that the parameters of a term take to follow a step.

    Parameters
    ----------
    preset : Preset
        The preset whose parameters the term reads.
    node : Node
        The term.
    towards : int
        1 if the term must rise (or turn true), -1 if it must fall, 0 if it may do either.
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
    """Return each operand with the sign of its effect on the node: 1, -1, or 0 if it may be either."""
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
    """Find select lines whose ``react_within_s`` is shorter than the longest reaction time."""
    for place, line in enumerate(preset.select):
        if line.react_within_s is None:
            continue
        worst: dict[str, float] = {}
        for source in preset.file.sections:
            length = known_length_beats(preset, source, stem_seconds)
            intro = intro_length_beats(preset, source, stem_seconds or {})
            if line.section in {source, *preset.playlists_of(source)}:
                continue
            for target in _sections_named(preset, line.section):
                seconds = worst_reaction_s(preset, place, source, length, target, intro)
                if seconds is not None:
                    worst[source] = max(seconds, worst.get(source, 0.0))
        slowest = max(worst, key=lambda name: worst[name], default="")
        if slowest and worst[slowest] > line.react_within_s:
            text = (
                f"cannot be kept: from `{slowest}` it can take {worst[slowest]:.2f} s, "
                f"and {line.react_within_s:g} s are promised"
            )
            yield fault(("select", place, "react_within_s"), text)


def check_flapping(preset: Preset) -> Iterator[Finding]:
    """Find thresholds without hysteresis, which a noisy value may cross again and again."""
    for place, expression in preset.when.items():
        section = preset.select[place].section
        if section in preset.file.sections and preset.file.sections[section].min_stay_bars:
            continue
        for node, _ in walk(expression.root):
            names = _thresholded(preset, node)
            if names:
                yield warning(
                    ("select", place, "when"),
                    f"small changes of {join_names(names)} may cross this threshold again and again, and the"
                    f" music with them; give `hysteresis` to the parameter or `min_stay_bars` to `{section}`",
                )


def _thresholded(preset: Preset, node: Node) -> list[str]:
    """Return the parameters that a comparison tests against a threshold without hysteresis."""
    if not isinstance(node, Comparison) or node.operator not in _OPPOSITE_SIDES:
        return []
    parameters = preset.file.parameters

    def hysteresis(name: str) -> float:
        return parameters[name].hysteresis if name in parameters else 0.0

    if margin(node.left, hysteresis) + margin(node.right, hysteresis) > 0.0:
        return []
    return sorted({*_values_read(node.left), *_values_read(node.right)} & parameters.keys())


def check_latching(preset: Preset) -> Iterator[Finding]:
    """Find conditions that stay true for ever, because their hysteresis reaches beyond the range."""
    for place, expression in preset.when.items():
        for node, _ in walk(expression.root):
            if not (isinstance(node, Comparison) and isinstance(node.left, Reference)):
                continue
            table = preset.file.parameters.get(node.left.name)
            if table is None or not isinstance(node.right, Number) or not table.hysteresis:
                continue
            side = _OPPOSITE_SIDES.get(node.operator, 0)
            back = node.right.value - side * table.hysteresis
            is_within = table.range[0] <= node.right.value <= table.range[1]
            if side and is_within and not table.range[0] <= back <= table.range[1]:
                beyond = "below" if side > 0 else "above"
                yield warning(
                    ("select", place, "when"),
                    f"never turns false again: with its hysteresis `{node.left.name}` would have to go"
                    f" {beyond} {back:g}, outside its range",
                )


def _values_read(node: Node) -> Iterator[str]:
    """Yield the names whose value a term reads; `age` and `stale` read no value."""
    if isinstance(node, Reference):
        yield node.name
    elif not (isinstance(node, Call) and node.function in CLOCK_FUNCTIONS):
        for child in children(node):
            yield from _values_read(child)


def check_stingers(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    """Find stingers that can expire while they wait for their grid, or have no place in a section."""
    for name, stinger in preset.file.stingers.items():
        longest, without_place = 0.0, []
        for section in preset.file.sections:
            segment = preset.segments[section]
            length = known_length_beats(preset, section, stem_seconds)
            if stinger.play_at == "immediate" or length is None:
                continue
            places = spots(
                stinger.play_at, length, segment.beats_per_bar, segment.phrase_bars, segment.markers
            )
            if not places:
                without_place.append(section)
                continue
            longest = max(longest, longest_wait(places, length) * slowest_beat_s(preset, segment))
        if longest > stinger.expires_s:
            yield warning(
                ("stingers", name, "expires_s"),
                f"is {stinger.expires_s:g} s, and the wait for `play_at` can be {longest:.2f} s:"
                " some of these events will not be heard",
            )
        if without_place:
            sections = join_names(without_place)
            yield warning(
                ("stingers", name, "play_at"),
                f"has no place in {sections} ({describe(stinger.play_at)}): never heard there",
            )


def check_grids(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    """Find lengths that are not whole bars, and grids and markers that do not fit into the section."""
    for name in preset.file.sections:
        segment = preset.segments[name]
        bar = segment.beats_per_bar
        length = known_length_beats(preset, name, stem_seconds)
        if length is not None and length % bar:
            yield warning(
                ("sections", name, "length_beats"),
                f"is no multiple of the bar's {bar} beats: the bar line moves at each pass",
            )
        uses = {preset.transition(name, other).exit_at for other in preset.file.sections}
        if length is not None and "phrase" in uses and length % (segment.phrase_bars * bar):
            yield warning(
                ("sections", name, "phrase_bars"),
                f"is {segment.phrase_bars}, which does not divide the section's"
                f" {length / bar:g} bars: its last phrase is short",
            )
    for name, segment in preset.segments.items():
        length, kind = known_length_beats(preset, name, stem_seconds), "sections"
        if is_bridge(name):
            kind = "bridges"
        for at, marker in segment.markers:
            if length is not None and at >= length:
                yield fault(
                    (kind, name.removeprefix(BRIDGE), "markers", marker),
                    f"lies after the end, which is at {length / segment.beats_per_bar:g} bars",
                )
    yield from _check_every_bars(preset, stem_seconds)


def _check_every_bars(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    for i, rule in enumerate(preset.file.transitions):
        if not isinstance(rule.exit_at, Grid) or rule.exit_at.every_bars is None:
            continue
        sources = [name for name in preset.file.sections if rule.source in {name, ANY}]
        odd = []
        for name in sources:
            length = known_length_beats(preset, name, stem_seconds)
            if length is not None and length % (
                rule.exit_at.every_bars * preset.segments[name].beats_per_bar
            ):
                odd.append(name)
        if odd:
            yield warning(
                ("transitions", i, "exit_at", "every_bars"),
                f"is {rule.exit_at.every_bars}, which does not divide the bars of"
                f" {join_names(odd)}: the count begins again with each pass",
            )
