"""What messages hold of the composer's controls, as it is saved."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adaptive.composer.steer import RegeneratedBars
from adaptive.conductor.regenerations import RegenerationsState
from adaptive.conductor.steering import HeldControls
from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.controls import CONTROLS
from adaptive.music.scale import Key

Text = Annotated[str, Meta(max_length=200)]
Point = Annotated[float, Meta(ge=-1.0, le=1.0)]


NO_TAKES, NOTHING_LOCKED = RegenerationsState(), frozenset[str]()


class SavedTake(Struct, frozen=True, forbid_unknown_fields=True):
    """A `RegeneratedBars` of some layers as JSON."""

    layers: tuple[Text, ...]
    section: Text
    number: Annotated[int, Meta(ge=1, le=2**31)]
    first: Annotated[int, Meta(ge=0, le=10**9)]
    last: Annotated[int, Meta(ge=0, le=10**9)]


class SavedSteering(Struct, frozen=True, forbid_unknown_fields=True):
    """A `HeldControls` as JSON.

    Attributes
    ----------
    layers : dict of str to dict
        Layer, or empty for all, to control and value.
    mood : (float, float) or None
        Valence and arousal.
    key, chord : str or None
        As they were sent.
    locked : tuple of str
        Locked layers; they begin as they are asked for when they are restored.
    takes : tuple of SavedTake
        Regenerations, in order.
    take_count : int
        How many there were.
    """

    layers: dict[Text, dict[Text, float]] = msgspec.field(default_factory=dict)
    mood: tuple[Point, Point] | None = None
    key: Text | None = None
    chord: Text | None = None
    locked: tuple[Text, ...] = ()
    takes: tuple[SavedTake, ...] = ()
    take_count: Annotated[int, Meta(ge=0, le=2**31)] = 0


def saved_steering(
    state: HeldControls, locked: frozenset[str] = NOTHING_LOCKED, takes: RegenerationsState = NO_TAKES
) -> SavedSteering | None:
    """Return what is held, locked and regenerated, to be saved; None if nothing is."""
    if state == HeldControls() and not locked and takes == NO_TAKES:
        return None
    layers: dict[str, dict[str, float]] = {}
    for (layer, control), value in state.controls.items():
        layers.setdefault(layer, {})[control] = value
    history = tuple(
        SavedTake(names, take.section, take.number, take.first, take.last) for names, take in takes.history
    )
    return SavedSteering(
        layers, state.mood, state.key, state.chord, tuple(sorted(locked)), history, takes.count
    )


def takes_of(saved: SavedSteering | None) -> RegenerationsState:
    """Return the regenerations that were saved."""
    if saved is None:
        return NO_TAKES
    history = tuple(
        (one.layers, RegeneratedBars(one.section, one.number, one.first, one.last)) for one in saved.takes
    )
    return RegenerationsState(history, saved.take_count)


def steering_of(saved: SavedSteering | None) -> HeldControls:
    """Return what was saved; what cannot be held any more is left out."""
    if saved is None:
        return HeldControls()
    controls = {
        (layer, control): min(max(value, CONTROLS[control].low), CONTROLS[control].high)
        for layer, values in saved.layers.items()
        for control, value in values.items()
        if control in CONTROLS and value == value
    }
    return HeldControls(
        controls, saved.mood, _readable(saved.key, Key.parse), _readable(saved.chord, Chord.parse)
    )


def _readable(text: str | None, parse: object) -> str | None:
    try:
        if text is not None:
            parse(text)  # type: ignore[operator]
    except InputError:
        return None
    return text
