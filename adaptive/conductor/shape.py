"""Whether two layouts have the same shape: then the one can become the other while it plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from adaptive.conductor.layout import LayerPlace, ScoreLayout
from adaptive.preset.parts import BRIDGE


def other_shape(old: ScoreLayout, new: ScoreLayout) -> str | None:
    """What keeps one layout from becoming the other in place, in a few words; None: nothing."""
    return next(_differences(old, new), None)


def _differences(old: ScoreLayout, new: ScoreLayout) -> Iterator[str]:
    kinds: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("layer", old.layers, new.layers),
        ("stinger", old.stingers, new.stingers),
        ("bridge", old.bridges, new.bridges),
        ("fill", old.fills, new.fills),
        ("parameter", old.parameters, new.parameters),
    ]
    for kind, before, after in kinds:
        yield from (f"{kind} {_plain(name)!r} was added" for name in after if name not in before)
        yield from (f"{kind} {_plain(name)!r} was removed" for name in before if name not in after)
    for kind, before, after in kinds[:4]:
        for name, place in after.items():
            if _seat(place) != _seat(before[name]):
                yield f"{kind} {_plain(name)!r} is played by other means"
    if old.parameters != new.parameters:
        yield "parameters stand in another order"
    yield from _spec_differences(old, new)


def _spec_differences(old: ScoreLayout, new: ScoreLayout) -> Iterator[str]:
    for before, after in zip(old.spec.parameters, new.spec.parameters, strict=True):
        if before.is_linear != after.is_linear:
            yield f"parameter {after.name!r} has another law"
        if (before.program is None) != (after.program is None):
            yield f"parameter {after.name!r} is derived, or no longer"
    voices = [[(one.bus, one.voices) for one in layout.spec.instruments] for layout in (old, new)]
    if voices[0] != voices[1]:
        yield "an instrument has other voices"
    curves = [[(m.parameter, m.kind, m.bus, m.send) for m in layout.spec.mappings] for layout in (old, new)]
    if curves[0] != curves[1]:
        yield "a curve was added, removed or hung on another parameter"
    rooms = [[room.predelay_s for room in layout.spec.reverbs] for layout in (old, new)]
    if rooms[0] != rooms[1]:
        yield "the room's pre-delay is another"


def _seat(place: LayerPlace) -> LayerPlace:
    """A place but for which drum kit it is: kits differ only in what their clips play."""
    return replace(place, kit=place.kit and "")


def _plain(name: str) -> str:
    return name.removeprefix(BRIDGE)
