"""Checks of what leads from section to section: transitions, bridges, fills, playlists, markers, grids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from adaptive.preset.faults import FaultList, KeyPath, join_names, show_path
from adaptive.preset.model import ANY
from adaptive.preset.schema import (
    BridgeTable,
    Entry,
    Fade,
    Grid,
    PlaylistTable,
    PresetFile,
    SectionTable,
    TransitionTable,
)
from adaptive.preset.segments import grid_of, marker_beats
from adaptive.preset.walk import GRID_KEYS

MATCHING, RANDOM = "matching", "random"
"""Special markers of `enter_at`: the one with the exit marker's name, and one chosen at random."""

_LENGTHS = ("beats", "bars", "seconds")
_STARTS = ("start_beats", "start_bars", "start_seconds")


def check_routes(file: PresetFile, faults: FaultList) -> None:
    """Add a fault for every invalid transition, bridge, fill, playlist, marker and grid."""
    _playlists(file, faults)
    _markers(file, faults)
    for i, line in enumerate(file.select):
        faults.require_known(
            ("select", i, "section"), "section", line.section, [*file.sections, *file.playlists]
        )
    _rules(file, faults)
    _bridges(file, faults)
    for name, fill in file.fills.items():
        for i, layer in enumerate(fill.replaces):
            faults.require_known(("fills", name, "replaces", i), "layer", layer, file.layers)
    for name, stinger in file.stingers.items():
        _grid(stinger.play_at, ("stingers", name, "play_at"), grid_of(file).beats_per_bar, faults)
        if isinstance(stinger.play_at, Grid) and stinger.play_at.marker not in {None, ANY}:
            where = ("stingers", name, "play_at", "marker")
            faults.require_known(where, "marker", stinger.play_at.marker or "", _all_markers(file))


def _marked(file: PresetFile) -> Iterator[tuple[KeyPath, SectionTable | BridgeTable]]:
    for name, section in file.sections.items():
        yield ("sections", name), section
    for name, bridge in file.bridges.items():
        yield ("bridges", name), bridge


def _all_markers(file: PresetFile) -> set[str]:
    return {marker for section in file.sections.values() for marker in section.markers}


def _markers(file: PresetFile, faults: FaultList) -> None:
    for at, table in _marked(file):
        beats = grid_of(file, table).beats_per_bar
        length = table.length_beats if table.length_bars is None else table.length_bars * beats
        for name, place in table.markers.items():
            where = (*at, "markers", name)
            if name in {ANY, MATCHING, RANDOM}:
                faults.add(where, "has a meaning of its own in a transition; take another name")
            beat = int(str(place).partition(".")[2] or 1)
            if beat > beats:
                faults.add(
                    where, f"names beat {beat} of a bar of {beats}", [where, (*at, "meter"), ("meter",)]
                )
            elif length is not None and marker_beats(place, beats) >= length:
                faults.add(where, f"lies after the end, which is at {length / beats:g} bars")


def _rules(file: PresetFile, faults: FaultList) -> None:
    pairs: dict[tuple[str, str], int] = {}
    places = [*file.sections, *file.playlists, ANY]
    for i, rule in enumerate(file.transitions):
        at: KeyPath = ("transitions", i)
        for key, name in (("from", rule.source), ("to", rule.target)):
            faults.require_known((*at, key), "section", name, places)
        check_fades(rule, at, faults)
        if rule.bridge is not None:
            faults.require_known((*at, "bridge"), "bridge", rule.bridge, file.bridges)
        if rule.fill is not None:
            faults.require_known((*at, "fill"), "fill", rule.fill, file.fills)
        source = file.sections.get(rule.source)
        _grid(rule.exit_at, (*at, "exit_at"), grid_of(file, source).beats_per_bar, faults)
        _rule_markers(rule, at, file, faults)
        _rule_sense(rule, at, faults)
        first = pairs.setdefault((rule.source, rule.target), i)
        if first != i:
            pair = f"from `{rule.source}` to `{rule.target}`"
            earlier = show_path(("transitions", first))
            faults.add(at, f"is a second rule {pair}, after `{earlier}`; leave one of the two out")


def _rule_sense(rule: TransitionTable, at: KeyPath, faults: FaultList) -> None:
    """Check for keys that contradict other keys of the same rule."""
    is_marked = isinstance(rule.exit_at, Grid) and rule.exit_at.marker is not None
    if isinstance(rule.enter_at, Entry) and rule.enter_at.marker == MATCHING and not is_marked:
        faults.add((*at, "enter_at"), "`matching` needs an `exit_at` that is a marker")
    if rule.pickup == "always" and rule.enter_at != "start":
        faults.add((*at, "pickup"), '`always` needs `enter_at = "start"`: only the start has a pickup')


def _rule_markers(rule: TransitionTable, at: KeyPath, file: PresetFile, faults: FaultList) -> None:
    """Check that a marker exists in the section the rule names, or in any section if it names none."""
    exit_marker = rule.exit_at.marker if isinstance(rule.exit_at, Grid) else None
    enter_marker = rule.enter_at.marker if isinstance(rule.enter_at, Entry) else None
    for key, marker, name in (
        ("exit_at", exit_marker, rule.source),
        ("enter_at", enter_marker, rule.target),
    ):
        if marker is None or (marker in {MATCHING, RANDOM} and key == "enter_at"):
            continue
        section = file.sections.get(name)
        known = _all_markers(file) if section is None else set(section.markers)
        if marker == ANY and key == "exit_at":
            if not known:
                faults.add((*at, key, "marker"), f"`{name}` has no markers, so it would never be left")
        else:
            faults.require_known((*at, key, "marker"), "marker", marker, known)


def _grid(where: str | Grid, at: KeyPath, beats: int, faults: FaultList) -> None:
    if not isinstance(where, Grid):
        return
    given = [key for key in GRID_KEYS if getattr(where, key) is not None]
    if len(given) != 1:
        found = f"got {join_names(given)}" if given else "got none"
        faults.add(at, f"must have exactly one of {join_names(GRID_KEYS)}, {found}")
        return
    for key, offset, every in (
        ("offset_bars", where.offset_bars, where.every_bars),
        ("offset_beats", where.offset_beats, where.every_beats),
    ):
        if not offset:
            continue
        whole = key == "offset_beats" and where.every_bars is not None
        distance = where.every_bars * beats if whole and where.every_bars else every
        if distance is None:
            faults.add((*at, key), f"goes with `{key.replace('offset', 'every')}`, not with `{given[0]}`")
        elif offset >= distance:
            faults.add((*at, key), f"must be less than the grid's {distance:g}, got {offset:g}")


def check_fades(table: TransitionTable | BridgeTable, at: KeyPath, faults: FaultList) -> None:
    """Add a fault for every fade with no length, several lengths or several starts."""
    for key, fade in (("fade_out", table.fade_out), ("fade_in", table.fade_in)):
        if fade is not None:
            check_fade(fade, (*at, key), faults)


def check_fade(fade: Fade, at: KeyPath, faults: FaultList) -> None:
    """Add a fault for a fade with no length, several lengths or several starts."""
    lengths = [key for key in _LENGTHS if getattr(fade, key) is not None]
    starts = [key for key in _STARTS if getattr(fade, key) is not None]
    if len(lengths) != 1:
        found = f"got {join_names(lengths)}" if lengths else "got none"
        faults.add(at, f"must have exactly one of {join_names(_LENGTHS, 'and')}, {found}")
    if len(starts) > 1:
        faults.add(at, f"may have only one start, got {join_names(starts)}")


def _bridges(file: PresetFile, faults: FaultList) -> None:
    for name, bridge in file.bridges.items():
        at: KeyPath = ("bridges", name)
        if bridge.length_bars is not None and bridge.length_beats is not None:
            faults.add((*at, "length_beats"), "is given together with `length_bars`; leave one out")
        if bridge.stem is None and not bridge.layers:
            keys = [(*at, "stem"), (*at, "layers")]
            faults.add(at, "must have a `stem` or `layers`: there is nothing to hear", keys)
        elif bridge.stem is None and bridge.length_bars is None and bridge.length_beats is None:
            faults.add(at, "must have a length, because it has no `stem`")
        for i, layer in enumerate(bridge.layers):
            faults.require_known((*at, "layers", i), "layer", layer, file.layers)
            if layer in bridge.layers[:i]:
                faults.add((*at, "layers", i), f"`{layer}` is there already")
        check_fades(bridge, at, faults)


def _playlists(file: PresetFile, faults: FaultList) -> None:
    places = [*file.sections, *file.playlists]
    owner: dict[str, str] = {}
    for name, table in file.playlists.items():
        at: KeyPath = ("playlists", name)
        if name in file.sections or name == ANY:
            faults.add(at, "is also the name of a section; take another name")
        for i, item in enumerate(table.play):
            where = (*at, "play", i)
            faults.require_known(where, "section", item, places)
            if item in table.play[:i]:
                faults.add(where, f"`{item}` is there already; give it more `weights` or `loops`")
            elif item in owner:
                faults.add(
                    where, f"`{item}` already belongs to `{owner[item]}`; it can be in one playlist only"
                )
            else:
                owner[item] = name
        _keyed(table, at, file.playlists, faults)
    for name, table in file.playlists.items():
        if table.at_end == "hold" and name in owner:
            text = f"has no effect inside `{owner[name]}`, which continues after it"
            faults.add(("playlists", name, "at_end"), text)
        if table.each_time == "all" and name not in owner:
            text = "has an effect only in a playlist inside another playlist"
            faults.add(("playlists", name, "each_time"), text)
    for name in _circles(owner, file.playlists):
        faults.add(("playlists", name, "play"), "contains itself, directly or through other playlists")


def _keyed(table: PlaylistTable, at: KeyPath, playlists: Collection[str], faults: FaultList) -> None:
    loops = table.loops if isinstance(table.loops, dict) else {}
    for key, entries in (("weights", table.weights), ("loops", loops)):
        for item in entries:
            faults.require_known((*at, key, item), "entry of `play`", item, table.play)
    for item in loops:
        if item in playlists:
            faults.add((*at, "loops", item), "is a playlist; loops count the passes of a section")
    if table.weights and table.order == "sequence":
        faults.add((*at, "weights"), 'goes with `order = "random"` or "shuffle"')
    if table.at_end == "hold" and table.order != "sequence":
        faults.add((*at, "at_end"), 'goes with `order = "sequence"`')


def _circles(owner: Mapping[str, str], playlists: Collection[str]) -> Iterator[str]:
    """Yield each playlist that contains itself; `owner` maps an entry to the playlist that holds it."""
    for name in playlists:
        seen, at = set(), name
        while at in owner and at not in seen:
            seen.add(at)
            at = owner[at]
            if at == name:
                yield name
                break
