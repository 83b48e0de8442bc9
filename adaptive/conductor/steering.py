"""Steers the composer: what the preset asks for, what messages hold, and what a mood stands for.

Of several that ask for one control, the first of these wins: a message for the layer, a message for all, a
mood that a message holds, the layer's `steer` or `density`, the preset's `[steer]`, the preset's mood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adaptive.composer.steer import NOTHING_HELD, HeldHarmony, Steer
from adaptive.conductor.layers.generated import DENSITY_STEP, GeneratedLayer
from adaptive.conductor.layout.layout import curve_value
from adaptive.conductor.messages import Message, SetChord, SetKey, SetMood, SetSteer
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands
from adaptive.engine.records import OPEN_HZ
from adaptive.music.chord import Chord
from adaptive.music.controls import CONTROLS, OF_ALL_LAYERS
from adaptive.music.mood import mood_controls, mood_mode, mood_point
from adaptive.music.scale import Key
from adaptive.preset.schema import MoodPoint, PresetFile, SteerTable
from adaptive.preset.table import Control, Curve

SUDDEN = 0.25
"""A density that a curve changes by this at once is heard from the next beat on, as a message is."""

CURVE_STEP = 0.05
"""A smaller change of a control that follows a parameter causes no rewrite; of density, `DENSITY_STEP`."""

BRIGHTNESS_S = 0.1
"""Time in which a filter follows the brightness."""

DARK_OCTAVES = 6.0
"""Octaves by which brightness 0 closes the filter."""

DEFAULT_DENSITY = 0.5

STEER_FIELDS = tuple(control for control in CONTROLS if control in Steer.__dataclass_fields__)

PLANNED: Mapping[str, float | None] = {"tension": None, "repetition": None, "temperature": 1.0}
"""Controls that the plan of a section reads, and what it has where nothing is asked for."""

HELD_STEP = 0.08
"""A smaller change of one of these that follows a parameter plans nothing anew."""

SteerMessage = SetSteer | SetMood | SetKey | SetChord


@dataclass(frozen=True)
class HeldControls:
    """What messages hold.

    Parameters
    ----------
    controls : dict
        (layer, control) to value; the layer is empty for all layers.
    mood : (float, float) or None
        Valence and arousal.
    key, chord : str or None
        As they were sent.
    """

    controls: Mapping[tuple[str, str], float] = field(default_factory=dict)
    mood: tuple[float, float] | None = None
    key: str | None = None
    chord: str | None = None

    @property
    def harmony(self) -> HeldHarmony:
        """The key, mode and chord that are held."""
        if self.mood is None and self.key is None and self.chord is None:
            return NOTHING_HELD
        key = None if self.key is None else Key.parse(self.key)
        # a key that was sent has its own mode
        mode = mood_mode(self.mood[0]) if self.mood is not None and key is None else ""
        return HeldHarmony(key, mode, None if self.chord is None else Chord.parse(self.chord))


@dataclass(frozen=True)
class LockedLayer:
    """What a locked layer stays with.

    Parameters
    ----------
    controls : Mapping
        Control to value; what is not asked for is left out.
    held : HeldHarmony
        Key, mode, chord and the controls of the plan.
    """

    controls: Mapping[str, float]
    held: HeldHarmony


def cutoff_hz(brightness: float) -> float:
    """Return the cutoff of a layer's filter at a brightness of 0 … 1; at 1 it is open."""
    return float(OPEN_HZ * 2.0 ** (-DARK_OCTAVES * (1.0 - brightness) ** 2))


class Steering:
    """Steers the generated layers.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    outbox : CommandOutbox
        Receives the commands.

    Attributes
    ----------
    state : HeldControls
        What messages hold.
    locked : frozenset of str
        Layers that stay as they are.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self._playback, self._outbox = playback, outbox
        self.state, self.locked = HeldControls(), frozenset[str]()
        self._brightness: dict[str, float] = {}
        self._is_dirty = True
        self._of_all = declared_controls(playback.preset.file.steer)
        self._controls = {name: declared_of(playback.preset.file, name) for name in playback.assets.generated}
        self._moving = [
            name
            for name, ways in self._controls.items()
            if any(isinstance(way, Curve) for way in ways.values())
        ]

    # ── what is asked for ──────────────────────────────────────────────────────────────────────

    def holds(self, name: str, control: str) -> bool:
        """Whether a message, or a mood that one holds, decides a control of a layer; or it is locked."""
        held = self.state.controls
        is_mood = self.state.mood is not None and control in mood_controls(0.0, 0.0)
        return is_mood or name in self.locked or ("", control) in held or (name, control) in held

    def _is_learned(self, name: str) -> bool:
        file = self._playback.preset.file
        return file.steer.learned and file.layers[name].steer.learned

    def _asked(self, name: str) -> dict[str, float]:
        """The value of every control that is asked of a layer now."""
        values = {control: self._value(way) for control, way in self._controls[name].items()}
        if self.state.mood is not None:
            values |= mood_controls(*self.state.mood)
        for owner in ("", name):
            values |= {control: v for (layer, control), v in self.state.controls.items() if layer == owner}
        return {control: value for control, value in values.items() if control not in OF_ALL_LAYERS}

    # ── messages ───────────────────────────────────────────────────────────────────────────────

    def handle(self, message: SteerMessage) -> None:
        """Hold what a message asks for; it is heard from the next beat on."""
        before, words = self.state, self._hold(message)
        clamped = _clamped(message)
        if self.state == before:
            self._playback.receipt(message.id, "merged", f"it is so already{clamped}")
            return
        at = self._follow(is_live=True)
        playback = self._playback
        playback.log_line("steer", at, words, **_told(message))
        playback.receipts_of_done(message.id, f"{words} from there on{clamped}", at)

    def begin(self, messages: Iterable[Message] = ()) -> None:
        """Take over what was asked for before the first frame, and set all layers to it."""
        for message in messages:
            if isinstance(message, SteerMessage):
                self._hold(message)
        self._hold_harmony(is_live=True)
        for name, layer in self._playback.assets.generated.items():
            self._set(name, layer, self._asked(name))
        self._is_dirty = False

    def lock(self, layers: frozenset[str]) -> None:
        """Leave these layers as they are; others follow again what is asked of them."""
        self._is_dirty = self._is_dirty or bool(self.locked - layers)
        self.locked = layers & self._playback.assets.generated.keys()

    def locked_layers(self) -> dict[str, LockedLayer]:
        """What every locked layer has, to be saved."""
        found = {}
        for name in self.locked:
            layer = self._playback.assets.generated[name]
            controls = {k: v for k, v in self._present(name, layer).items() if v is not None}
            found[name] = LockedLayer(controls, layer.held)
        return found

    def restore_locked(self, locked: Mapping[str, LockedLayer | None]) -> None:
        """Lock layers, each with what it had when it was saved."""
        self.lock(frozenset(locked))
        for name in self.locked:
            layer, kept = self._playback.assets.generated[name], locked[name]
            if kept is not None:
                self._set(name, layer, kept.controls)
                layer.held = kept.held

    def restore(self, state: HeldControls) -> None:
        """Hold what was saved, as far as the preset has the layers."""
        known = {"", *self._playback.assets.generated}
        controls = {key: value for key, value in state.controls.items() if key[0] in known}
        self._change(replace(state, controls=controls))

    def take_over(self, before: Steering) -> None:
        """Continue what was held before an edit."""
        self.restore(before.state)
        self.locked = before.locked & self._playback.assets.generated.keys()
        self._brightness = {
            k: v for k, v in before._brightness.items() if k in self._playback.assets.generated
        }
        self._is_dirty = True

    def _hold(self, message: SteerMessage) -> str:
        """Change the state; returns what has changed, in words."""
        state = self.state
        if isinstance(message, SetSteer):
            controls = dict(state.controls)
            for control, value in message.values:
                controls.pop((message.layer, control), None)
                if value is not None:
                    controls[message.layer, control] = value
            self._change(replace(state, controls=controls))
            held = ", ".join(control for control, value in message.values if value is not None)
            let_go = ", ".join(control for control, value in message.values if value is None)
            of = f" of {message.layer or 'all layers'}"
            words = [f"{held}{of} held by a message"] if held else []
            return " and ".join([*words, f"{let_go}{of} let go"] if let_go else words)
        if isinstance(message, SetMood):
            self._change(replace(state, mood=message.point))
            return f"mood {message.word or message.point} held" if message.point else "mood let go"
        if isinstance(message, SetKey):
            self._change(replace(state, key=message.key))
            return f"key {message.key} held" if message.key else "key let go"
        self._change(replace(state, chord=message.chord))
        return f"chord {message.chord} held" if message.chord else "chord let go"

    def _change(self, state: HeldControls) -> None:
        self.state = state
        self._hold_harmony(is_live=True)

    def _hold_harmony(self, *, is_live: bool) -> None:
        """Hold what all layers share: key, mode and chord of messages, and what the ensemble is asked for.

        What follows a parameter moves in tenths, and only when it has moved by more than half of one, so that
        a value that trembles changes nothing.
        """
        asked = self._asked_of_all()
        before = self._playback.held
        rounded: dict[str, Any] = {}
        for control, usual in PLANNED.items():
            value, there = asked.get(control, usual), getattr(before, control)
            is_still = None not in (value, there) and abs(float(value or 0) - float(there or 0)) < HELD_STEP
            rounded[control] = (
                there if is_still and not is_live else None if value is None else round(value, 1)
            )
        held = replace(self.state.harmony, **rounded)
        if held != before:
            playback = self._playback
            earliest = playback.tempo.beat_at(playback.earliest)
            where = "beat" if is_live else "bar"  # as `_follow` writes the layers again
            since = playback.instance.next_boundary(earliest, where) if playback.instance.section else 0.0
            playback.held, playback.held_before, playback.held_beat = held, before, since

    def _asked_of_all(self) -> dict[str, float]:
        """The value of every control that is asked of all layers now."""
        values = {name: self._value(way) for name, way in self._of_all.items()}
        if self.state.mood is not None:
            values |= mood_controls(*self.state.mood)
        return values | {control: v for (layer, control), v in self.state.controls.items() if not layer}

    def _value(self, way: Control) -> float:
        if isinstance(way, Curve):
            return float(curve_value(way, self._playback.values.number(way.over)))
        return float(way)

    # ── layers ─────────────────────────────────────────────────────────────────────────────────

    def step(self) -> None:
        """Follow the parameters of curves."""
        if self._is_dirty or self._moving:
            self._follow(is_live=self._is_dirty)
        self._is_dirty = False

    def _follow(self, *, is_live: bool) -> int:
        """Set every layer to what is asked of it, and write again those that change; returns the frame.

        `is_live`: a message has changed something, so that every change counts.
        """
        playback = self._playback
        earliest = playback.tempo.beat_at(playback.earliest)
        beat = playback.instance.next_boundary(earliest, "beat")
        bar = playback.instance.next_boundary(earliest, "bar")
        self._hold_harmony(is_live=is_live)
        for name in playback.assets.generated if is_live else self._moving:
            if name in self.locked:
                continue
            layer = playback.assets.generated[name]
            asked = self._asked(name)
            moved = self._moved(name, layer, asked, is_live=is_live)
            if not moved:
                continue
            # density and harmony that follow a curve wait for the bar line, unless the value turns at once
            turn = abs((asked.get("density") or layer.density) - layer.density)
            is_slow = moved <= {"density", "harmony"} and not is_live and turn < SUDDEN
            self._set(name, layer, asked)
            self._write_again(name, layer, bar if is_slow else beat, moved)
        return playback.tempo.frame_at(beat)

    def _moved(
        self, name: str, layer: GeneratedLayer, asked: Mapping[str, float], *, is_live: bool
    ) -> set[str]:
        """Controls that differ from what the layer has by enough to write it again."""
        present = self._present(name, layer)
        moved = set()
        for control in present.keys() | asked.keys():
            is_curve = not is_live and isinstance(self._controls[name].get(control), Curve)
            step = 0.0 if not is_curve else DENSITY_STEP if control == "density" else CURVE_STEP
            wanted, there = asked.get(control, _default(control)), present.get(control)
            if wanted != there and (wanted is None or there is None or abs(wanted - there) >= step):
                moved.add(control)
        if layer.held != self._playback.held:
            moved.add("harmony")
        return moved

    def _present(self, name: str, layer: GeneratedLayer) -> dict[str, float | None]:
        """The controls as the layer has them."""
        fields = {control: getattr(layer.steer, control) for control in STEER_FIELDS}
        brightness = self._brightness.get(name)
        return {**fields, "density": layer.density, "energy": layer.energy, "brightness": brightness}

    def _set(self, name: str, layer: GeneratedLayer, asked: Mapping[str, float]) -> None:
        fields = {control: value for control, value in asked.items() if control in STEER_FIELDS}
        layer.steer = Steer(**fields, learned=self._is_learned(name))
        layer.density = asked.get("density", DEFAULT_DENSITY)
        layer.energy = asked.get("energy")
        layer.held = self._playback.held
        self._set_brightness(name, asked.get("brightness"))

    def _set_brightness(self, name: str, brightness: float | None) -> None:
        """Close or open the filter of a layer's strip, which a curve of its own cutoff holds alone."""
        if brightness == self._brightness.get(name):
            return
        own = self._playback.preset.file.layers[name].cutoff_hz
        if brightness is None:
            self._brightness.pop(name, None)
        else:
            self._brightness[name] = brightness
        if isinstance(own, Curve):
            return
        open_hz = OPEN_HZ if own is None else own
        cutoff = open_hz if brightness is None else min(open_hz, cutoff_hz(brightness))
        playback = self._playback
        bus = playback.layout.layers[name].bus
        frames = round(BRIGHTNESS_S * playback.tempo.sample_rate)
        self._outbox.add([commands.filter_bus(playback.earliest, bus, cutoff, frames)])

    def _write_again(self, name: str, layer: GeneratedLayer, beat: float, moved: set[str]) -> None:
        """Withdraw what has not sounded from a beat on; it is written anew in this control step."""
        if moved == {"brightness"}:
            return
        playback = self._playback
        write_range = layer.range_at(beat)
        if write_range is None or write_range.context.instance is not playback.instance:
            return
        if beat >= layer.cursor_beat:
            return
        self._outbox.add(layer.withdraw(playback.tempo.frame_at(beat), beat))
        playback.log_line(
            "layer", playback.tempo.frame_at(beat), self._why(name, moved), layer=name,
            density=round(layer.density, 3),
        )  # fmt: skip

    def _why(self, name: str, moved: set[str]) -> str:
        way = self._controls[name].get("density")
        if moved == {"density"} and isinstance(way, Curve):
            return f"{way.over} moved its density"
        return f"written again: {', '.join(sorted(moved))}"


def _default(control: str) -> float | None:
    return DEFAULT_DENSITY if control == "density" else CONTROLS[control].default


def declared_of(file: PresetFile, name: str) -> dict[str, Control]:
    """Return what a preset asks of a layer, by control."""
    layer = file.layers[name]
    found = declared_controls(file.steer) | declared_controls(layer.steer)
    if layer.density is not None:
        found["density"] = layer.density
    return found


def declared_controls(table: SteerTable) -> dict[str, Control]:
    """Return what a `steer` table asks for, by control; what it names itself wins over its mood."""
    point = declared_mood(table)
    found: dict[str, Control] = {}
    if point is not None:
        found |= mood_controls(*point)
    for control in CONTROLS:
        value = getattr(table, control)
        if value is not None:
            found[control] = value
    return found


def declared_mood(table: SteerTable) -> tuple[float, float] | None:
    """Return valence and arousal of the mood of a `steer` table; None: it has none."""
    mood = table.mood
    if mood is None:
        return None
    return (mood.valence, mood.arousal) if isinstance(mood, MoodPoint) else mood_point(mood)


def _clamped(message: SteerMessage) -> str:
    """Words about what was asked for beyond its range; empty: nothing."""
    if not isinstance(message, SetSteer):
        return ""
    return "".join(
        f"; {name} is clamped to {value:g}" for name, value in message.values if name in message.clamped
    )


def _told(message: SteerMessage) -> dict[str, object]:
    """What the log keeps of a message."""
    if isinstance(message, SetSteer):
        return {"values": dict(message.values), "layer": message.layer or None}
    if isinstance(message, SetMood):
        return {"mood": message.word or None, "point": message.point}
    if isinstance(message, SetKey):
        return {"key": message.key}
    return {"chord": message.chord}
