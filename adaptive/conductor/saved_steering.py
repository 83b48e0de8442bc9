"""What messages hold of the composer's controls, as it is saved."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adaptive.composer.steer import CONTROLS
from adaptive.conductor.steering import HeldControls
from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.scale import Key

Text = Annotated[str, Meta(max_length=200)]
Point = Annotated[float, Meta(ge=-1.0, le=1.0)]


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
    """

    layers: dict[Text, dict[Text, float]] = msgspec.field(default_factory=dict)
    mood: tuple[Point, Point] | None = None
    key: Text | None = None
    chord: Text | None = None


def saved_steering(state: HeldControls) -> SavedSteering | None:
    """Return what is held, to be saved; None if nothing is."""
    if state == HeldControls():
        return None
    layers: dict[str, dict[str, float]] = {}
    for (layer, control), value in state.controls.items():
        layers.setdefault(layer, {})[control] = value
    return SavedSteering(layers, state.mood, state.key, state.chord)


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
