"""``adaptive midi``: lists MIDI ports, shows what they send, and learns which control moves what."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from adaptive.cli.common import UsageError, say
from adaptive.errors import InputError, MachineError
from adaptive.inputs.midi.learn import Learned, Learner
from adaptive.inputs.midi.names import find_name
from adaptive.inputs.midi.ports import MidiSystem, Take, find_system
from adaptive.inputs.midi.stream import CLOCK, SENSING, MidiMessage, MidiStream
from adaptive.preset.toml_text import parse_toml
from adaptive.session.opening import open_preset
from adaptive.sinks.stderr_mute import muted_stderr

WAIT_S = 0.02
MOST_KEPT = 10_000
NAMES = {
    0x80: "note off", 0x90: "note on", 0xA0: "key pressure", 0xB0: "controller", 0xC0: "program",
    0xD0: "pressure", 0xE0: "bend", 0xF0: "exclusive", 0xF1: "quarter frame", 0xF2: "song position",
    0xF3: "song select", 0xF6: "tune", CLOCK: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop",
    SENSING: "sensing", 0xFF: "reset",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("midi", help="List MIDI ports and what they send; --learn binds a control.")(midi)


def midi(
    port: Annotated[str | None, typer.Option(help="Part of a port's name; left out: every port.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.0, help="Show what the ports send for so long; 0: only list them.")
    ] = None,
    learn: Annotated[
        str | None, typer.Option(metavar="NAME", help="A parameter, state, event or layer: move its control.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="The preset that has this name.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="A preset.toml, or a site file, to which the mapping is added.")
    ] = None,
) -> None:
    """List MIDI ports, show what they send, or learn a control."""
    if learn is None and (preset is not None or into is not None):
        raise UsageError("--preset and --into go with --learn")
    target = "" if learn is None else _target(learn, preset, into)
    with muted_stderr():
        system = find_system()
    _list(system)
    wanted = _chosen(system, port)
    if learn is not None:
        say(f"move the control for {learn} …")
        _keep(_learn(system, wanted, seconds), target, learn, into)
    elif seconds is None and not sys.stdout.isatty():
        return
    elif wanted and seconds != 0.0:
        _show(system, wanted, seconds)


def _list(system: MidiSystem) -> None:
    for word, names in (("in ", system.inputs()), ("out", system.outputs())):
        for name in names:
            sys.stdout.write(f"{word} {name}\n")
        if not names:
            sys.stdout.write(f"{word} none\n")


def _chosen(system: MidiSystem, port: str | None) -> list[str]:
    there = system.inputs()
    if port is None:
        return there
    name = find_name(port, there)
    if name is None:
        message = f"no MIDI port is called {port!r}"
        raise MachineError(message)
    return [name]


class _Listening:
    """Messages of several ports, in the order in which they came."""

    def __init__(self, system: MidiSystem, names: list[str]) -> None:
        self._waiting: deque[tuple[str, bytes, float]] = deque(maxlen=MOST_KEPT)
        self._streams = {name: MidiStream() for name in names}
        self._ports = [system.open_input(name, self._take_of(name)) for name in names]

    def _take_of(self, name: str) -> Take:
        return lambda data, at_s: self._waiting.append((name, data, at_s))

    def messages(self) -> list[tuple[str, MidiMessage, float]]:
        """What has come since the last call."""
        found = []
        while self._waiting:
            name, data, at_s = self._waiting.popleft()
            found += [(name, message, at_s) for message in self._streams[name].feed(data)]
        return found

    def close(self) -> None:
        """Close the ports."""
        for port in self._ports:
            port.close()


def _show(system: MidiSystem, names: list[str], seconds: float | None) -> None:
    """Print what comes; of clock and sensing only the first, because they come all the time."""
    listening, seen = _Listening(system, names), set[tuple[str, int]]()
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            for name, message, _ in listening.messages():
                if message.kind in {CLOCK, SENSING}:
                    if (name, message.kind) in seen:
                        continue
                    seen.add((name, message.kind))
                channel = f" {message.channel + 1}" if message.kind < 0xF0 else ""
                data = " ".join(str(byte) for byte in message.data[:16])
                line = f"{name}: {NAMES.get(message.kind, '?')}{channel} {data}".rstrip()
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            time.sleep(WAIT_S)
    finally:
        listening.close()


def _learn(system: MidiSystem, names: list[str], seconds: float | None) -> Learned:
    if not names:
        raise MachineError("there is no MIDI port to learn from")
    listening, learner = _Listening(system, names), Learner()
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            for name, message, at_s in listening.messages():
                learner.take(name, message, at_s)
            found = learner.learned(time.monotonic())
            if found is not None:
                return found
            time.sleep(WAIT_S)
    finally:
        listening.close()
    raise InputError(f"nothing was moved within {seconds:g} s")


def _target(name: str, preset: str | None, into: Path | None) -> str:
    """The key that binds a control to a name: `parameter`, `state`, `event` or `layer`."""
    if preset is None and into is not None and into.name == "preset.toml":
        preset = str(into.parent)
    if preset is None:
        return "parameter"
    file = open_preset(preset).file
    layers = [layer for layer, table in file.layers.items() if table.generator is not None]
    kinds: dict[str, Collection[str]] = {
        "parameter": file.parameters,
        "state": file.states,
        "event": file.stingers,
        "layer": layers,
    }
    for kind, names in kinds.items():
        if name in names:
            return kind
    known = ", ".join(one for names in kinds.values() for one in names)
    message = f"{preset} has no parameter, state, event or layer {name!r}; there is {known}"
    raise InputError(message)


def _keep(found: Learned, target: str, name: str, into: Path | None) -> None:
    """Write the mapping into a file, or print it."""
    text = found.toml(target, name)
    if into is None:
        sys.stdout.write(text)
        return
    append_table(into, text)
    say(f"{found.port}, {found.source} on channel {found.channel + 1} moves {name}: added to {into}")


def append_table(path: Path, text: str) -> None:
    """Add a table to the end of a TOML file, which is replaced as a whole, or not at all.

    Raises
    ------
    PresetError
        The file is not valid TOML, or would not be with the table.
    """
    before = path.read_bytes() if path.exists() else b""
    gap = b"" if not before.strip() else b"\n" if before.endswith(b"\n") else b"\n\n"
    content = before + gap + text.encode()
    parse_toml(content, str(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if path.exists():
            os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
