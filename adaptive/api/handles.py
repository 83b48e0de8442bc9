"""Handles for what a preset declares: parameters, states, layers."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from typing import Any, TypeVar

from adaptive.api.message_receipts import MessageReceipts
from adaptive.api.mixer import HandleOwner, Mixer
from adaptive.conductor.layout.layout import curve_value
from adaptive.conductor.snapshots import SnapshotState
from adaptive.errors import ProtocolError, UnknownNameError
from adaptive.inputs.shown import shown
from adaptive.inputs.similar_names import nearest_or_all
from adaptive.preset.table import Curve

Handle = TypeVar("Handle")


def as_number(value: Any) -> Any:
    """A number of any kind (NumPy's too) as a float; anything else unchanged, to be refused with a sentence.

    Examples
    --------
    >>> import numpy as np
    >>> as_number(np.float32(0.5)), as_number("loud")
    (0.5, 'loud')
    """
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else value


def require(kind: str, name: object, names: Collection[str]) -> str:
    """The name, if it is one of `names`.

    Raises
    ------
    UnknownNameError
        It is none; the sentence suggests the most similar one.

    Examples
    --------
    >>> require("layer", "drum", ["drums", "pad"])
    Traceback (most recent call last):
    adaptive.errors.UnknownNameError: there is no layer 'drum' (did you mean 'drums'?)
    """
    if isinstance(name, str) and name in names:
        return name
    message = f"there is no {kind} {name!r}{nearest_or_all(name, sorted(names))}"
    raise UnknownNameError(message)


class ParameterHandle:
    """A parameter of the session that plays.

    Parameters
    ----------
    owner : HandleOwner
        The session.
    name : str
        Name of the parameter.
    """

    def __init__(self, owner: HandleOwner, name: str) -> None:
        self._owner, self.name = owner, name

    def set(self, value: float) -> None:
        """Set its target; it is followed from the next quantum on, as fast as `rise_s` and `fall_s` say.

        A value out of range is clamped, and logged once.

        Raises
        ------
        ProtocolError
            It is no finite number, or the parameter is derived from others.
        EndedError
            The session has ended.
        """
        self._owner.send({"parameter": self.name, "value": as_number(value)})

    def ramp_to(self, value: float, seconds: float) -> None:
        """Move its target in a straight line, within some seconds of music; a later `set` ends the ramp.

        Raises
        ------
        ProtocolError
            A number is not finite, or `seconds` is not from 0 to 3600.
        EndedError
            The session has ended.
        """
        wanted = {"parameter": self.name, "value": as_number(value), "seconds": as_number(seconds)}
        self._owner.send(wanted)

    @property
    def value(self) -> float:
        """Its present value, smoothed."""
        performance = self._owner.performance
        return performance.engine.value(performance.layout.parameters[self.name])

    @property
    def range(self) -> tuple[float, float]:
        """Least and greatest value."""
        low, high = self._owner.performance.preset.file.parameters[self.name].range
        return low, high

    @property
    def is_derived(self) -> bool:
        """Whether it is computed from others, and cannot be set."""
        return self.name in self._owner.performance.preset.derived

    def __repr__(self) -> str:
        low, high = self.range
        return f"<parameter {self.name}: {self.value:.3g}, range {low:g} to {high:g}>"


class LayerHandle:
    """A layer of the session that plays: its level, mute and solo.

    The level that is set here replaces the `level_db` of the layer in the preset, number or curve, until it
    is let go; what a section adds (`levels_db`), fades and ducking still apply.

    Parameters
    ----------
    owner : HandleOwner
        The session.
    name : str
        Name of the layer.
    mixer : Mixer
        Knows which layers are muted and soloed.
    """

    def __init__(self, owner: HandleOwner, name: str, mixer: Mixer) -> None:
        self._owner, self.name, self._mixer = owner, name, mixer

    @property
    def level_db(self) -> float:
        """Its level in decibels; -80 and less is silence.  Setting it takes 20 ms; None lets it go.

        Read, it is what was set here; otherwise what the preset says at this moment.
        """
        held = self._mixer.levels_db.get(self.name)
        return self._preset_level() if held is None else held

    @level_db.setter
    def level_db(self, level_db: float | None) -> None:
        """Set it, within 20 ms."""
        self.fade_to(level_db, 0.0)

    def fade_to(self, level_db: float | None, seconds: float) -> None:
        """Move to a level within some seconds; None: back to what the preset says.

        Raises
        ------
        ProtocolError
            It is no number from -120 to 24, or `seconds` is not from 0 to 3600.
        EndedError
            The session has ended.
        """
        self._mixer.fade_to(self.name, as_number(level_db), as_number(seconds))

    def release(self, seconds: float = 0.0) -> None:
        """Let its level go: the preset decides again."""
        self.fade_to(None, seconds)

    def mute(self) -> None:
        """Silence it until `unmute`."""
        self._mixer.mute(self.name, is_muted=True)

    def unmute(self) -> None:
        """End `mute`."""
        self._mixer.mute(self.name, is_muted=False)

    def solo(self) -> None:
        """Silence all layers that are not soloed."""
        self._mixer.solo(self.name, is_soloed=True)

    def unsolo(self) -> None:
        """End `solo`."""
        self._mixer.solo(self.name, is_soloed=False)

    def play_note(self, pitch: int, velocity: float = 0.8) -> MessageReceipts:
        """Play a note on its instrument now, until `end_note`; only a generated layer can be played.

        Parameters
        ----------
        pitch : int
            MIDI number, 0 … 127; of a drum kit, the key of the General MIDI percussion map.
        velocity : float
            0 … 1.

        Raises
        ------
        ProtocolError
            The layer has no instrument, or a number is out of range.
        EndedError
            The session has ended.
        """
        note = {"layer": self.name, "pitch": pitch, "velocity": as_number(velocity)}
        return self._owner.send({"note": note})

    def end_note(self, pitch: int) -> MessageReceipts:
        """End a note that `play_note` began."""
        return self.play_note(pitch, 0.0)

    def move_control(self, control: int | str, value: float) -> MessageReceipts:
        """Move a control of its instrument now; only a layer that a sampler plays has some.

        Parameters
        ----------
        control : int or str
            A controller, 0 … 119, or ``"bend"``, ``"pressure"``, ``"bend_range"``, ``"reset"``,
            ``"sound_off"``, or a generator of a SoundFont such as ``"soundfont_generator_8"``.
        value : float
            0 … 1; of the bend -1 … 1, of its range semitones, of a generator what is added in its unit.

        Raises
        ------
        ProtocolError
            The layer has no controls, or a number is out of range.
        EndedError
            The session has ended.
        """
        moved = {"layer": self.name, "control": control, "value": as_number(value)}
        return self._owner.send({"control": moved})

    @property
    def is_muted(self) -> bool:
        """Whether it was muted."""
        return self.name in self._mixer.muted

    @property
    def is_soloed(self) -> bool:
        """Whether it was soloed."""
        return self.name in self._mixer.soloed

    @property
    def is_playing(self) -> bool:
        """Whether the section that plays has it."""
        playback = self._owner.performance.conductor.playback
        return self.name in playback.layers_of(playback.instance.section)

    def _preset_level(self) -> float:
        performance = self._owner.performance
        level = performance.preset.file.layers[self.name].level_db
        if isinstance(level, Curve):
            return curve_value(level, performance.engine.value(performance.layout.parameters[level.over]))
        return float(level)

    def __repr__(self) -> str:
        state = ", muted" if self.is_muted else ", soloed" if self.is_soloed else ""
        return f"<layer {self.name}: {self.level_db:.1f} dB{state}>"


class HandleMap(Mapping[str, Handle]):
    """Handles by name.  The names are those of the preset that plays.

    Parameters
    ----------
    kind : str
        Word for one of them, for error sentences.
    names : callable
        The names.
    make : callable
        Makes the handle of a name.
    """

    def __init__(
        self, kind: str, names: Callable[[], Collection[str]], make: Callable[[str], Handle]
    ) -> None:
        self._kind, self._names, self._make = kind, names, make

    def __getitem__(self, name: str) -> Handle:
        return self._make(require(self._kind, name, self._names()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __repr__(self) -> str:
        return f"<{self._kind}s: {', '.join(self) or 'none'}>"


class SnapshotSwitches(MutableMapping[str, bool | None]):
    """The snapshots of the mixer: ``snapshots["underwater"] = True`` turns one on, None lets it go.

    Reading one says whether it is on, or blends in, now.

    Parameters
    ----------
    owner : HandleOwner
        The session.
    """

    def __init__(self, owner: HandleOwner) -> None:
        self._owner = owner

    def __getitem__(self, name: str) -> bool:
        return self._state(name).goal == 1.0

    def __setitem__(self, name: str, value: bool | None) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        """Let a snapshot go: its condition and its events decide again."""
        self.set(name, None)

    def set(self, name: str, value: bool | None) -> MessageReceipts:
        """Turn a snapshot on or off, or let it go; the receipts say from when it blends.

        Raises
        ------
        UnknownNameError
            There is no such snapshot.
        ProtocolError
            The value is not True, False or None.
        EndedError
            The session has ended.
        """
        require("snapshot", name, self._names())
        return self._owner.send({"snapshot": {name: value}})

    def blend(self, name: str) -> float:
        """How far a snapshot has blended in: from 0 to 1."""
        return self._state(name).blend

    def _state(self, name: str) -> SnapshotState:
        states = self._owner.performance.conductor.mix.snapshots.states
        return states[require("snapshot", name, self._names())]

    def _names(self) -> Mapping[str, object]:
        return self._owner.performance.preset.file.snapshots

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __repr__(self) -> str:
        return f"<snapshots: {', '.join(name for name in self if self[name]) or 'none'} on>"


class States(MutableMapping[str, str]):
    """The state groups: read as a dict, and set as one.

    Parameters
    ----------
    owner : HandleOwner
        The session.
    """

    def __init__(self, owner: HandleOwner) -> None:
        self._owner = owner

    def __getitem__(self, group: str) -> str:
        require("state group", group, self._groups())
        return str(self._owner.performance.conductor.playback.values.states[group])

    def __setitem__(self, group: str, value: str) -> None:
        self.set(group, value)

    def set(self, group: str, value: str) -> MessageReceipts:
        """Set a group to one of its values; the receipts say when it sounds.

        Raises
        ------
        UnknownNameError
            There is no such group.
        ProtocolError
            The group has no such value.
        EndedError
            The session has ended.
        """
        require("state group", group, self._groups())
        if not isinstance(value, str):
            message = f"{group} is set by the name of a value, got {shown(value)}"
            raise ProtocolError(f"{message}; there is {', '.join(self.values_of(group))}")
        return self._owner.send({"state": {group: value}})

    def values_of(self, group: str) -> tuple[str, ...]:
        """The values that a group can have."""
        groups = self._groups()
        return tuple(groups[require("state group", group, groups)].values)

    def __delitem__(self, group: str) -> None:
        message = f"the state group {group!r} is the preset's: it can be set, and not removed"
        raise UnknownNameError(message)

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups())

    def __len__(self) -> int:
        return len(self._groups())

    def _groups(self) -> Mapping[str, Any]:
        return self._owner.performance.preset.state_groups

    def __repr__(self) -> str:
        return f"<states: {', '.join(f'{group} = {self[group]}' for group in self) or 'none'}>"
