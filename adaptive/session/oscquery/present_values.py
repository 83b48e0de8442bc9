"""The values of the methods that can be read, as they are now."""

from __future__ import annotations

from typing import Any, Protocol

from adaptive.conductor.mix_targets import MixTarget
from adaptive.conductor.steering import declared_controls
from adaptive.inputs.message import Checker
from adaptive.music.controls import CONTROLS
from adaptive.music.mood import MOODS
from adaptive.session.harmony_topic import HarmonyTopic
from adaptive.session.oscquery.address_space import Value
from adaptive.session.oscquery.methods import ROOT
from adaptive.session.performance import Performance
from adaptive.session.shared_peaks import SharedPeaks
from adaptive.units import gain_to_db


class ValueHost(Protocol):
    """The part of a session that `MethodValues` uses."""

    performance: Performance
    checker: Checker
    peaks: SharedPeaks

    @property
    def volume(self) -> float:
        """The listener's volume, 0 … 1."""

    def heard(self, frame: int) -> int:
        """Number of the frame at which a rendered frame reaches the output."""


class MethodValues:
    """Reads values by the address of their method.

    Parameters
    ----------
    host : ValueHost
        The session.
    """

    def __init__(self, host: ValueHost) -> None:
        self._host = host
        self._harmony = HarmonyTopic(host, lambda _content: None)

    def close(self) -> None:
        """Nothing is read any more."""
        self._host.peaks.forget(self)

    def of(self, path: str) -> Value:
        """The values of a method; None: there is none now."""
        performance = self._host.performance
        conductor, engine, layout = performance.conductor, performance.engine, performance.layout
        match path.removeprefix(f"{ROOT}/").split("/"):
            case ["parameter", name] if name in layout.parameters:
                record = engine.memory["parameters"][layout.parameters[name]]
                return (float(record["target"]),)
            case ["value", name] if name in layout.parameters:
                return (engine.value(layout.parameters[name]),)
            case ["state", group] if group in conductor.playback.values.states:
                return (str(conductor.playback.values.states[group]),)
            case ["snapshot", name] if name in conductor.mix.snapshots.states:
                return (conductor.mix.snapshots.states[name].goal > 0.0,)
            case ["mix", target] if target in self._host.checker.mix_targets:
                return self._mixed(target, self._host.checker.mix_targets[target])
            case ["steer", control] if control in CONTROLS:
                return self._steered(control)
            case [word]:
                return self._whole(word)
            case ["meters", "peak_db"]:
                return _in_db(self._host.peaks.take(self, engine))
            case ["meters", "rms_db"]:
                return _in_db(engine.rms())
        return None

    def _whole(self, word: str) -> Value:
        """A value of the whole music."""
        performance = self._host.performance
        conductor, engine = performance.conductor, performance.engine
        held = conductor.steering.state
        match word:
            case "preset":
                return (performance.preset.folder.name,)
            case "volume":
                return (self._host.volume,)
            case "tempo":
                return (self._tempo_bpm(),)
            case "mood":
                return (next((name for name, point in MOODS.items() if point == held.mood), ""),)
            case "key":
                return (held.key or performance.preset.file.key or "",)
            case "chord":
                return (held.chord or "",)
            case "section":
                return (conductor.instance.section or "",)
            case "harmony":
                content = self._harmony.content()
                return (content["key"] or "", content["chord"] or "")
            case "beat" | "bar":
                beat_of_timeline = conductor.tempo.beat_at(engine.frame)
                position = conductor.instance.position(beat_of_timeline)
                bar, beat = map(int, position.split(".")[:2])
                section = conductor.instance.section or ""
                return (bar, section) if word == "bar" else (bar, beat, self._tempo_bpm(), section)
        return None

    def _tempo_bpm(self) -> float:
        performance = self._host.performance
        return round(float(performance.conductor.tempo.tempo_at(performance.engine.frame)), 3)

    def _mixed(self, path: str, target: MixTarget) -> Value:
        """What is held, else the number that the preset says; None where it says a curve."""
        held = self._host.performance.conductor.mix.held.get(path)
        if held is not None:
            return (float(held),)
        return (float(target.control),) if isinstance(target.control, int | float) else None

    def _steered(self, control: str) -> Value:
        """What is held of all layers, else the number that the preset says, else the usual one."""
        performance = self._host.performance
        held = performance.conductor.steering.state.controls.get(("", control))
        if held is not None:
            return (float(held),)
        said = declared_controls(performance.preset.file.steer).get(control, CONTROLS[control].default)
        return (float(said),) if isinstance(said, int | float) else None


def _in_db(levels: Any) -> Value:
    return tuple(round(gain_to_db(float(one)), 1) for one in levels)
