"""``adaptive check``, ``send``."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from adaptive.cli.common import UsageError
from adaptive.engine.stretch_kind import StretchKind
from adaptive.errors import InputError, OscError, PresetError, SiteError
from adaptive.inputs.osc_codec import OscMessage, decode, encode_bundle, flatten
from adaptive.inputs.osc_peers import RECEIPT
from adaptive.inputs.trust import VARIABLE
from adaptive.preset.elastic import is_elastic
from adaptive.preset.finding import Finding, findings_of
from adaptive.preset.tempo_follow import followed_ratios
from adaptive.session.opening import open_preset
from adaptive.site.load import load_site

if TYPE_CHECKING:
    from adaptive.analysis.room import SectionRoom

ANSWERS = frozenset({"accepted", "merged", "dropped", "failed"})
"""Statuses of the first receipt of a request: they say whether it is carried out."""

PORTS = {"tcp": 9001, "osc": 9000}
"""The ports of `adaptive play`; TCP is asked first, because it answers."""

REFUSAL_S = 0.05
"""How long `send` waits for the system to report a closed UDP port; it takes some microseconds."""

RECEIPT_S, ATTEMPTS = 0.5, 3
"""How long `send` waits for receipts over OSC, and how often it sends what is not answered."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check", help="Check presets: every fault with its place; exit 1 on faults.")(check)
    app.command("send", help="Send parameters, a state or an event to a running engine.")(send)


def check(
    presets: Annotated[list[str] | None, typer.Argument(help="Names or folders.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each preset.")] = False,
    memory: Annotated[int, typer.Option(min=1, help="Megabytes that stems may take.")] = 1000,
    is_listening: Annotated[
        bool, typer.Option("--listen", help="Play every section: which layer masks which, which is loud.")
    ] = False,
    site: Annotated[
        Path | None, typer.Option(help="Check a site file too; presets may be left out then.")
    ] = None,
) -> None:
    """Check presets."""
    if not presets and site is None:
        raise UsageError("Missing argument 'PRESETS...': name a preset, or a site file with --site")
    is_faulty = False if site is None else _check_site(site, as_json=as_json)
    for name in presets or ():
        checked = _checked(name, memory * 1_000_000, is_listening=is_listening)
        if checked.has_faults:
            is_faulty = True
        elif site is not None:
            _warn_of_site(site, name)
        shown = [json.dumps(checked.as_json())] if as_json else checked.lines(is_named=len(presets or ()) > 1)
        sys.stdout.writelines(f"{line}\n" for line in shown)
    if is_faulty:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found in a preset: faults and remarks, how stems would be stretched, where room is left."""

    name: str
    findings: list[Finding]
    stretch: Mapping[str, StretchKind]
    room: Mapping[str, SectionRoom]
    streams: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()

    @property
    def has_faults(self) -> bool:
        """Whether it has faults, and cannot be played."""
        return any(finding.severity == "fault" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`."""
        report: dict[str, Any] = {
            "preset": self.name,
            "ok": not self.has_faults,
            "findings": [one.as_json() for one in self.findings],
        }
        if self.stretch:
            report["stretch"] = {
                layer: {"kind": one.kind, "reason": one.reason} for layer, one in self.stretch.items()
            }
        if self.ratios:
            report["tempo"] = list(self.ratios)
        if self.streams:
            report["streams"] = list(self.streams)
        if self.room:
            report["room"] = {section: one.as_json() for section, one in self.room.items()}
        return report

    def lines(self, *, is_named: bool) -> Iterator[str]:
        """Lines for the user; `is_named`: each finding begins with the preset's name."""
        for finding in self.findings:
            yield f"{self.name}: {finding.shown}" if is_named else finding.shown
        for layer, one in self.stretch.items():
            yield f'layers.{layer}: at another tempo "auto" is "{one.kind}": {one.reason}'
        yield from self.ratios
        yield from self.streams
        for section, left in self.room.items():
            yield f"sections.{section}: {left.sentence}"
        if not self.has_faults:
            yield f"{self.name}: no faults"


def _checked(name: str, memory_bytes: int, *, is_listening: bool) -> _Checked:
    """Check a preset; one with faults is neither listened to nor measured."""
    found = _Checked(name, findings_of_preset(name, memory_bytes), {}, {})
    if found.has_faults:
        return found
    heard = _listened(name) if is_listening else []
    from adaptive.session.full_check import stream_sentences
    from adaptive.session.instrument_memory import instrument_sentences

    preset = open_preset(name)
    streams = (*stream_sentences(preset, memory_bytes), *instrument_sentences(preset, memory_bytes))
    room, ratios = room_of(name, memory_bytes), tuple(followed_ratios(preset))
    return _Checked(name, found.findings + heard, stretch_of(name), room, streams, ratios)


def _check_site(path: Path, *, as_json: bool) -> bool:
    """Print what is wrong with a site file; return whether it has faults."""
    try:
        found, is_faulty = list(load_site(path).warnings), False
    except SiteError as error:
        found, is_faulty = findings_of(error.findings), True
    if as_json:
        report = {"site": str(path), "ok": not is_faulty, "findings": [one.as_json() for one in found]}
        sys.stdout.write(json.dumps(report) + "\n")
        return is_faulty
    for one in found:
        sys.stdout.write(f"{one.shown}\n")
    if not is_faulty:
        sys.stdout.write(f"{path}: no faults\n")
    return is_faulty


def _warn_of_site(path: Path, name: str) -> None:
    """Tell, as `play` does, which places and inputs of a site file do not fit a preset."""
    from adaptive.cli.common import say
    from adaptive.session.place import unknown_sentence
    from adaptive.session.site_inputs import with_site_inputs

    try:
        site = load_site(path)
    except SiteError:  # its faults are told
        return
    preset = open_preset(name)
    if sentence := unknown_sentence(site, preset):
        say(sentence)
    for one in with_site_inputs(preset, site)[1]:
        say(f"{one.shown}; {preset.file.name} plays without it")


def _listened(name: str) -> list[Finding]:
    """What is heard when every section is played; its loudness is told."""
    from adaptive.cli.common import say, warm_kernel
    from adaptive.session.listening import findings_of_listening, listen

    preset = open_preset(name)
    warm_kernel(preset)
    heard = listen(preset)
    for one in heard:
        loudness = "not measurable" if one.integrated_lufs is None else f"{one.integrated_lufs:.1f} LUFS"
        values = ", ".join(f"{key} {value:g}" for key, value in one.beginning.values.items())
        say(f"section {one.name}: {loudness}" + (f" at {values}" if values else ""))
    unheard = [section for section in preset.file.sections if section not in {one.name for one in heard}]
    if unheard:
        say(f"not played, because no parameter or state chooses them: {', '.join(unheard)}")
    return list(findings_of_listening(heard))


def stretch_of(name: str) -> dict[str, StretchKind]:
    """How the stems of a preset that says how they are stretched ask for it themselves."""
    preset = open_preset(name)
    if not is_elastic(preset.file):
        return {}
    from adaptive.analysis.stretch_guess import stretch_of_preset

    return stretch_of_preset(preset)


def room_of(name: str, limit_bytes: int) -> dict[str, SectionRoom]:
    """What the recordings of a preset sound, where generated layers leave room for them."""
    preset = open_preset(name)
    layers = preset.file.layers.values()
    if not any(one.generator for one in layers) or not any(one.stem for one in layers):
        return {}
    from adaptive.analysis.room import room_of_preset

    return room_of_preset(preset, limit_bytes)


def findings_of_preset(name: str, limit_bytes: int) -> list[Finding]:
    """All that `check` finds in a preset, in the order of its file."""
    try:
        preset = open_preset(name)
    except PresetError as error:
        return findings_of(error.findings)
    from adaptive.session.full_check import FullCheck

    return FullCheck(limit_bytes).findings(preset)


def send(
    values: Annotated[
        list[str] | None, typer.Argument(help="NAME=VALUE …; over osc:// also /ADDRESS=VALUE")
    ] = None,
    state: Annotated[str | None, typer.Option(help="[GROUP/]VALUE")] = None,
    event: Annotated[str | None, typer.Option(help="NAME")] = None,
    to: Annotated[
        str, typer.Option(help="tcp://HOST:PORT, or osc://HOST:PORT")
    ] = f"tcp://127.0.0.1:{PORTS['tcp']}",
) -> None:
    """Send parameters, a state or an event to a running engine, and print what became of each."""
    pairs = [_pair(text) for text in values or []]
    state = None if state is None else state.replace("=", "/", 1)
    if not pairs and state is None and event is None:
        message = "nothing to send: give NAME=VALUE, --state or --event"
        raise UsageError(message)
    try:
        parts = urlsplit(to)
        target = (parts.hostname or "127.0.0.1", parts.port or PORTS.get(parts.scheme, 0))
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in {"osc", "tcp"}:
        message = f"--to must be osc://HOST:PORT or tcp://HOST:PORT, got {to!r}"
        raise UsageError(message)
    if parts.scheme == "osc":
        _send_osc(target, pairs, state, event)
    else:
        _send_tcp(target, pairs, state, event)


def _pair(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        if equals and name.strip():
            return name.strip(), float(value)
        message = f"{text!r} is no NAME=VALUE"
    except ValueError:
        message = (
            f"{text!r}: the value must be a number; a state is sent with `--state {name.strip()}/{value}`"
        )
    raise UsageError(message)


def _send_osc(
    target: tuple[str, int], pairs: list[tuple[str, float]], state: str | None, event: str | None
) -> None:
    once = secrets.token_hex(4)  # the engine answers a copy of an id that it knows, and acts once
    messages = [
        OscMessage(name if name.startswith("/") else f"/adaptive/parameter/{name}", (value,))
        for name, value in pairs
    ]
    asked = {}
    for kind, name in (("state", state), ("event", event)):
        if name is not None:
            asked[f"{kind}-{once}"] = name
            messages.append(OscMessage(f"/adaptive/{kind}/{name}", (f"{kind}-{once}",)))
    packet = encode_bundle(messages)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(RECEIPT_S if asked else REFUSAL_S)
        try:
            sender.connect(target)
            answers = _osc_answers(sender, packet, asked)
        except OSError as error:
            message = f"no engine listens at {target[0]}:{target[1]}: {error.strerror or error}"
            raise InputError(message) from error
    for message_id, name in asked.items():
        sys.stdout.write(f"{name}: {answers.get(message_id, 'not answered; it may not have arrived')}\n")
    if pairs:
        sys.stdout.write(
            "sent; OSC does not answer parameters: over tcp:// the engine says what became of them\n"
        )
    if any(answers.get(message_id) not in {"accepted", "merged"} for message_id in asked):
        raise typer.Exit(1)


def _osc_answers(sender: socket.socket, packet: bytes, asked: Mapping[str, str]) -> dict[str, str]:
    """The status of each request with an id; what is not answered is sent again, `ATTEMPTS` times in all.

    Without a request that is answered it waits for the system's report of a port at which nobody listens.
    """
    answers: dict[str, str] = {}
    for _attempt in range(ATTEMPTS if asked else 1):
        sender.send(packet)
        try:
            while not asked or len(answers) < len(asked):
                for answer in flatten(decode(sender.recv(1 << 16)))[1]:
                    if answer.address == RECEIPT and len(answer.arguments) == 2:
                        message_id, status = map(str, answer.arguments)
                        if message_id in asked and status in ANSWERS:
                            answers.setdefault(message_id, status)
            break
        except (TimeoutError, OscError):
            continue
    return answers


def _send_tcp(
    target: tuple[str, int], pairs: list[tuple[str, float]], state: str | None, event: str | None
) -> None:
    if addresses := [name for name, _ in pairs if name.startswith("/")]:
        message = f"{addresses[0]!r} is an OSC address: send it with --to osc://HOST:PORT"
        raise UsageError(message)
    documents: list[dict[str, Any]] = [
        {"parameter": name, "value": value, "id": name} for name, value in pairs
    ]
    if state is not None:
        group, slash, value = state.partition("/")
        documents.append({"state": {group: value} if slash else state, "id": "state"})
    if event is not None:
        documents.append({"event": event, "id": event})
    where = f"{target[0]}:{target[1]}"
    try:
        with socket.create_connection(target, timeout=2.0) as stream:
            if token := os.environ.get(VARIABLE):
                stream.sendall(json.dumps({"token": token}).encode() + b"\n")
            stream.sendall(json.dumps(documents).encode() + b"\n")
            try:
                refused = _tell_answers(stream.makefile("r", encoding="utf-8"), len(documents))
            except TimeoutError as error:
                message = f"the engine at {where} has not answered yet; while it is paused, messages wait"
                raise InputError(message) from error
    except OSError as error:
        message = f"no engine answers at {where}: {error.strerror or error}"
        raise InputError(message) from error
    if refused:
        raise typer.Exit(1)


def _tell_answers(answers: Iterable[str], expected: int) -> bool:
    """Print the engine's answer to each request, until all are answered; returns whether any was refused."""
    refused, answered = False, 0
    for line in answers:
        answer = json.loads(line)
        if "error" in answer:
            sys.stderr.write(f"{answer.get('id') or answer.get('at') or 'send'}: {answer['error']}\n")
            refused, answered = True, answered + 1
        elif "receipt" in answer and answer["status"] in ANSWERS:
            sys.stdout.write(f"{answer['receipt']}: {answer['status']}: {answer['reason']}\n")
            refused, answered = refused or answer["status"] in {"dropped", "failed"}, answered + 1
        if answered >= expected:
            break
    return refused
