"""The ``hello`` message: what a client is told of the preset when it connects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adaptive.preset.model import Preset


def hello_of(
    preset: Preset, groups: Mapping[str, Any], events: Sequence[str], layers: Sequence[str]
) -> dict[str, Any]:
    """Return the ``hello`` message of a preset.

    Parameters
    ----------
    preset : Preset
        The preset.
    groups : mapping of str to state group
        The state groups that a message can set.
    events, layers : sequence of str
        The events that are known, and the layers that notes can play.
    """
    return {
        "hello": {
            "protocol": 1,
            "preset": preset.file.name,
            "parameters": {
                name: {
                    "range": list(table.range),
                    "default": table.range[0] if table.default is None else table.default,
                    "derived": name in preset.derived,
                }
                for name, table in preset.file.parameters.items()
            },
            "states": {
                name: {"values": list(group.values), "default": group.default}
                for name, group in groups.items()
            },
            "events": list(events),
            "layers": list(layers),
            "snapshots": list(preset.file.snapshots),
        }
    }
