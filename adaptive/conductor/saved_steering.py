"""What messages hold of the composer's controls, as it is saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adaptive.composer.steer import HeldHarmony, RegeneratedBars
from adaptive.conductor.regenerations import RegenerationsState
from adaptive.conductor.steering import PLANNED, HeldControls, LockedLayer
from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.controls import CONTROLS
from adaptive.music.scale import MODES, Key

Text = Annotated[str, Meta(max_length=200)]
Point = Annotated[float, Meta(ge=-1.0, le=1.0)]


NO_TAKES = RegenerationsState()
NOTHING_LOCKED: Mapping[str, LockedLayer] = {}


class SavedTake(Struct, frozen=True, forbid_unknown_fields=True):
    """A `RegeneratedBars` of some layers as JSON."""

    layers: tuple[Text, ...]
    section: Text
    number: Annotated[int, Meta(ge=1, le=2**31)]
    first: Annotated[int, Meta(ge=0, le=10**9)]
    last: Annotated[int, Meta(ge=0, le=10**9)]


class SavedLocked(Struct, frozen=True, forbid_unknown_fields=True):
    """What a locked layer stays with, as JSON.

    Attributes
    ----------
    controls : dict of str to float
        Control to value; what is not asked for is left out.
    key, mode, chord : str
        What is held of its harmony; empty: nothing.
    planned : dict of str to float
        The controls that its plan reads.
    """

    controls: dict[Text, float] = msgspec.field(default_factory=dict)
    key: Text = ""
    mode: Text = ""
    chord: Text = ""
    planned: dict[Text, float] = msgspec.field(default_factory=dict)


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
    locked : dict of str to SavedLocked
        Locked layers, and what they stay with; saved before that was kept: the layers alone.
    takes : tuple of SavedTake
        Regenerations, in order.
    take_count : int
        How many there were.
    """

    layers: dict[Text, dict[Text, float]] = msgspec.field(default_factory=dict)
    mood: tuple[Point, Point] | None = None
    key: Text | None = None
    chord: Text | None = None
    locked: dict[Text, SavedLocked] | tuple[Text, ...] = msgspec.field(default_factory=dict)
    takes: tuple[SavedTake, ...] = ()
    take_count: Annotated[int, Meta(ge=0, le=2**31)] = 0


def saved_steering(
    state: HeldControls,
    locked: Mapping[str, LockedLayer] = NOTHING_LOCKED,
    takes: RegenerationsState = NO_TAKES,
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
        layers,
        state.mood,
        state.key,
        state.chord,
        {name: _saved_locked(one) for name, one in sorted(locked.items())},
        history,
        takes.count,
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


def _saved_locked(layer: LockedLayer) -> SavedLocked:
    held = layer.held
    return SavedLocked(
        dict(layer.controls),
        "" if held.key is None else str(held.key),
        held.mode,
        "" if held.chord is None else str(held.chord),
        {control: value for control in PLANNED if (value := getattr(held, control)) is not None},
    )


def locked_of(saved: SavedSteering | None) -> dict[str, LockedLayer | None]:
    """Return the locked layers that were saved; None for one of which only the lock was.

    What cannot be held any more is left out.
    """
    if saved is None:
        return {}
    if isinstance(saved.locked, tuple):
        return dict.fromkeys(saved.locked)
    return {name: _locked_layer(one) for name, one in saved.locked.items()}


def _locked_layer(saved: SavedLocked) -> LockedLayer:
    key, chord = _readable(saved.key or None, Key.parse), _readable(saved.chord or None, Chord.parse)
    planned = dict(PLANNED) | _within(saved.planned, PLANNED)
    held = HeldHarmony(
        None if key is None else Key.parse(key),
        saved.mode if saved.mode in MODES else "",
        None if chord is None else Chord.parse(chord),
        tension=planned["tension"],
        repetition=planned["repetition"],
        temperature=float(planned["temperature"] or 0.0),
    )
    return LockedLayer(_within(saved.controls, CONTROLS), held)


def _within(values: Mapping[str, float], known: Collection[str]) -> dict[str, float]:
    """Return the values of known controls, within their ranges."""
    return {
        name: min(max(value, CONTROLS[name].low), CONTROLS[name].high)
        for name, value in values.items()
        if name in known and value == value
    }


def _readable(text: str | None, parse: object) -> str | None:
    try:
        if text is not None:
            parse(text)  # type: ignore[operator]
    except InputError:
        return None
    return text
