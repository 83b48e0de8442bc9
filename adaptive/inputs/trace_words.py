"""Says what was probably meant by the names of a trace that the preset does not declare."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.preset.faults import nearest
from adaptive.preset.model import Preset

MOST_SHOWN = 20
"""More names than these are counted, not listed."""


def ignored_words(ignored: Mapping[str, int], preset: Preset) -> str:
    """Return a list of the names that were ignored: how often, and what to write instead.

    Parameters
    ----------
    ignored : Mapping
        Names that the preset does not declare, and how often each occurred; a state is ``group=value``.
    preset : Preset
        The preset.
    """
    shown = list(ignored.items())[:MOST_SHOWN]
    words = [f"{name} ({count}×){_meant(name, preset)}" for name, count in shown]
    if len(ignored) > len(shown):
        words.append(f"and {len(ignored) - len(shown)} more")
    return ", ".join(words)


def _meant(name: str, preset: Preset) -> str:
    group, equals, value = name.partition("=")
    if equals:
        return _state(group, value, preset)
    groups = {} if _is_implied(preset) else preset.state_groups
    if name in preset.derived:
        return " (it is computed from its `value` and cannot be sent)"
    if name in groups:
        return f' (it is a state: write {{"t": …, "state": {{"{name}": "{groups[name].values[0]}"}}}})'
    if name in preset.file.stingers:
        return f' (it is an event: write {{"t": …, "event": "{name}"}})'
    for owner, states in preset.state_groups.items():
        if name in states.values:
            return f' (it is a state: write {{"t": …, "state": {{"{owner}": "{name}"}}}})'
    near = nearest(name, [*preset.file.parameters, *preset.file.stingers, *groups])
    return f" (did you mean {near}?)" if near else ""


def _state(group: str, value: str, preset: Preset) -> str:
    groups = preset.state_groups
    if group not in groups:
        near = nearest(group, groups)
        return f" (did you mean {near}={value}?)" if near else f" (the states are {', '.join(groups)})"
    near = nearest(value, groups[group].values)
    few = ", ".join(groups[group].values[:MOST_SHOWN])
    return f" (did you mean {near}?)" if near else f" (there is {few})"


def _is_implied(preset: Preset) -> bool:
    """Return whether the states only stand for the sections, because the file declares none."""
    return not preset.file.states
