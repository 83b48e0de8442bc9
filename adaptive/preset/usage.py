"""Checks for names that a preset declares but does not use, and for select lines that are never read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from adaptive.preset.finding import Finding, warning
from adaptive.preset.instrument_controls import instrument_curves
from adaptive.preset.key_path import show_path
from adaptive.preset.mixer import mixer_curves
from adaptive.preset.model import Preset
from adaptive.preset.placed import place_curves
from adaptive.preset.schema import FallbackTable, LayerTable
from adaptive.preset.table import Curve
from adaptive.preset.tree import Comparison, Reference, Text, Unary, walk


def check_select(preset: Preset) -> Iterator[Finding]:
    """Find select lines that are never read, sections that none selects, and a conditional last line."""
    always = [
        i for i, line in enumerate(preset.select) if line.when is None and not preset.ends(line.section)
    ]
    last = always[0] if always else len(preset.select) - 1
    for i in range(last + 1, len(preset.select)):
        text = f"is never reached: `{show_path(('select', last))}`, above, has no `when` and is always true"
        yield warning(("select", i), text)
    yield from _check_what_is_left(preset, last)
    if preset.file.select and not always and preset.select[last].when is not None:
        yield warning(
            ("select", last, "when"),
            "is the last line's condition; when no line is true"
            f" `{preset.default_section}` plays, so end with a line without `when`",
        )
    # A line that is never reached has its warning above: that its section never plays only follows from it.
    named = {preset.default_section, *preset.following, *(line.section for line in preset.select)}
    for kind, names in (("sections", preset.file.sections), ("playlists", preset.file.playlists)):
        for name in names:
            if not named & {name, *preset.playlists_of(name)}:
                yield warning((kind, name), "never plays: no `[[select]]` line names it")


def _check_what_is_left(preset: Preset, last: int) -> Iterator[Finding]:
    """Find presets in which silence follows a section that ends, and `plays` that has no effect."""
    default = preset.default_section
    if preset.ends(default) and preset.file.sections[default].then == "select":
        at = ("select", last) if preset.file.select else ("sections", default, "plays")
        yield warning(
            at,
            f"`{default}` plays if no line is true, and it ends: silence follows; end with a line without"
            " `when` that names a section without `plays`",
        )
    named = {line.section for line in preset.select} | preset.following | {default}
    for name in preset.file.sections:
        if preset.ends(name) and name not in named and preset.playlists_of(name):
            playlist = preset.playlists_of(name)[0]
            text = f"has no effect in the playlist `{playlist}`, whose `loops` decide"
            yield warning(("sections", name, "plays"), text)
    yield from _check_rules_of_ends(preset)


def _check_rules_of_ends(preset: Preset) -> Iterator[Finding]:
    """Find rules with `any` that say where to enter, and do not count where a section ends."""
    rules = preset.file.transitions
    for name in preset.file.sections:
        if not preset.ends(name):
            continue
        for number, rule in enumerate(rules):
            is_meant = rule.source == "any" and rule.target not in {"any", name} and rule.enter_at != "start"
            if is_meant and not any(one.source == name and one.target == rule.target for one in rules):
                text = (
                    f"does not count when `{name}` ends, where only rules that name both sides do; add one "
                    f'with `from = "{name}"` and `to = "{rule.target}"` if it is to'
                )
                yield warning(("transitions", number), text)


def check_unused(preset: Preset) -> Iterator[Finding]:
    """Find layers, stems, parameters, states, instruments, bridges and fills that are not used."""
    file = preset.file
    playing = {layer for section in file.sections.values() for layer in section.layers}
    under_bridges = {layer for bridge in file.bridges.values() for layer in bridge.layers}
    for name in file.layers:
        if name not in playing | under_bridges:
            yield warning(("layers", name), "is in no section's `layers`")
        else:
            yield from _unused_stems(preset, name, "stem")
            yield from _unused_stems(preset, name, "intro")
            yield from _unused_stems(preset, name, "first_pass")
    yield from _check_parameters(preset)
    named = [layer.instrument for layer in file.layers.values()]
    named += [stinger.instrument for stinger in file.stingers.values()]
    instruments = {name for name in named if isinstance(name, str)}
    for name in file.instruments:
        if name not in instruments:
            yield warning(("instruments", name), "is the instrument of no layer and no stinger")
    for key in ("bridge", "fill"):
        used = {getattr(rule, key) for rule in file.transitions}
        for name in getattr(file, f"{key}s"):
            if name not in used:
                yield warning((f"{key}s", name), f"is the `{key}` of no transition")


def _check_parameters(preset: Preset) -> Iterator[Finding]:
    file, read = preset.file, _names_read(preset)
    for name, table in file.parameters.items():
        if name not in read:
            yield warning(("parameters", name), "is read by no `when`, no `value` and no curve")
        if table.stale_after_s is None and table.fallback != "hold":
            text = "has no effect without `stale_after_s`"
            yield warning(("parameters", name, "fallback"), text)
        if table.ignore != () and table.value is not None:
            text = "has no effect: this parameter is computed from its `value`; put it on those that are sent"
            yield warning(("parameters", name, "ignore"), text)
    yield from _check_scaled_inputs(preset)
    yield from _check_health(preset)
    for name in file.states:
        if name not in read:
            yield warning(("states", name), "is read by no `when`")
        else:
            yield from _unread_values(preset, name)


def _check_health(preset: Preset) -> Iterator[Finding]:
    """Find keys about the health of inputs that have no effect."""
    file = preset.file
    for name, table in file.parameters.items():
        for key in ("expected_rate_hz", "max_change_per_s", "outlier_sigmas"):
            if table.value is not None and getattr(table, key) is not None:
                text = "has no effect: this parameter is computed from its `value`"
                yield warning(("parameters", name, key), f"{text}; put it on those that are sent")
    lowest: dict[str, int] = {}
    for one in file.inputs:
        if one.parameter is not None:
            lowest[one.parameter] = min(lowest.get(one.parameter, one.priority), one.priority)
    for i, one in enumerate(file.inputs):
        parameter = file.parameters.get(one.parameter or "")
        if one.parameter is None or parameter is None or one.priority <= lowest[one.parameter]:
            continue
        if one.stale_after_s is None and parameter.stale_after_s is None:
            text = "once heard, it counts for ever: `stale_after_s` says when a lower priority counts"
            yield warning(("inputs", i, "priority"), text)


def _unread_values(preset: Preset, group: str) -> Iterator[Finding]:
    """Find values of a state that no condition names: music chosen by another line plays then.

    Of the default, and of a group that is also compared by ``!=`` or ``not``, nothing follows.  Where lines
    name fewer values than they leave out, the others are left out on purpose.
    """
    named: set[str] = set()
    for condition in (*preset.when.values(), *preset.snapshot_when.values()):
        for node, _ in walk(condition.root):
            if isinstance(node, Unary) and node.operator == "not" and group in condition.names:
                return
            if not isinstance(node, Comparison) or Reference(group) not in (node.left, node.right):
                continue
            if node.operator != "==":
                return
            named |= {side.value for side in (node.left, node.right) if isinstance(side, Text)}
    table = preset.file.states[group]
    default = table.default or table.values[0]
    left = [value for value in table.values if value != default and value not in named]
    if len(left) >= len(named):
        return
    for value in left:
        text = f"`{value}` is read by no `when`: the line without `when` decides what plays then"
        yield warning(("states", group, "values", table.values.index(value)), text)


def _check_scaled_inputs(preset: Preset) -> Iterator[Finding]:
    """Find inputs that scale what a device sends before the `ignore` of their parameter sees it."""
    for i, table in enumerate(preset.file.inputs):
        parameter = preset.file.parameters.get(table.parameter or "")
        if parameter is None or parameter.ignore == () or table.input_range is None or table.ignore != ():
            continue
        text = (
            f"sees the numbers of `{table.osc or table.midi}` after its `input_range`;"
            " if the device sends one that is no reading, put `ignore` on that input"
        )
        yield warning(("inputs", i, "parameter"), f"`ignore` of `{table.parameter}` {text}")


def _unused_stems(preset: Preset, layer: str, key: str) -> Iterator[Finding]:
    stems = getattr(preset.file.layers[layer], key)
    for section in stems if isinstance(stems, dict) else ():
        if layer not in preset.file.sections[section].layers:
            text = f"is never heard: section `{section}` does not have `{layer}` in its `layers`"
            yield warning(("layers", layer, key, section), text)


def _names_read(preset: Preset) -> set[str]:
    expressions = [*preset.when.values(), *preset.snapshot_when.values(), *preset.derived.values()]
    names = {name for expression in expressions for name in expression.names}
    fallbacks = [table.fallback for table in preset.file.parameters.values()]
    names |= {one.parameter for one in fallbacks if isinstance(one, FallbackTable)}
    for layer in preset.file.layers.values():
        for field in msgspec.structs.fields(LayerTable):
            control = getattr(layer, field.name)
            if isinstance(control, Curve):
                names.add(control.over)
    master = preset.file.master
    names |= {one.over for one in (master.level_db, master.cutoff_hz) if isinstance(one, Curve)}
    names |= {curve.over for _, curve in mixer_curves(preset.file)}
    names |= {curve.over for _, curve in place_curves(preset.file)}
    names |= {curve.over for _, curve in instrument_curves(preset.file)}
    follow = preset.file.tempo_follow
    if follow is not None:
        names |= {name for name in (follow.parameter, follow.heart_rate) if name is not None}
        names |= set() if follow.tempo_bpm is None else {follow.tempo_bpm.over}
    return names
