"""The inputs that a session opens, by name.  To add one: a file, and a line here."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import cast

from adaptive.errors import InputError
from adaptive.inputs.input import Input, InputHost
from adaptive.inputs.midi.ports import MidiSystem, find_system
from adaptive.inputs.midi_input import MidiInput
from adaptive.inputs.osc_input import OscInput
from adaptive.inputs.tcp_input import TcpInput
from adaptive.session.hours_keeper import HoursKeeper
from adaptive.session.http import HttpInput
from adaptive.session.incoming.card import CardInput
from adaptive.session.incoming.patches import PatchInput
from adaptive.session.live_options import LiveOptions
from adaptive.session.midi_out import MidiOut
from adaptive.session.osc_out import OscOut
from adaptive.session.oscquery.oscquery_input import OscQueryHost, OscQueryInput
from adaptive.session.service_notifier import ServiceNotifier
from adaptive.session.wall_clock import WallClock
from adaptive.sinks.stderr_mute import muted_stderr
from adaptive.sinks.stream import Broadcast

MakeInput = Callable[[InputHost, LiveOptions, Broadcast | None], Input | None]
"""Makes an input from the session, its options, and the stream of its output; None: it is not wanted."""


def _osc(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    if options.osc is None:
        return None
    return OscInput(host, options.osc, is_plain=options.is_osc_plain, allowed=options.osc_allowed)


def _tcp(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    return None if options.tcp is None else TcpInput(host, options.tcp, options.osc_allowed, options.trust)


def _http(host: InputHost, options: LiveOptions, broadcast: Broadcast | None) -> Input | None:
    if options.http is None:
        return None
    return HttpInput(host, options.http, options.allow_origins, broadcast, options.trust)


def _oscquery(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    if options.oscquery is None:
        return None
    table = None if options.site is None else options.site.file.oscquery
    return OscQueryInput(
        cast(OscQueryHost, host),
        options.oscquery,
        options.osc,
        name=None if table is None else table.name,
        is_announced=table is None or table.announce,
        may_jump=options.may_jump,
        allowed_origins=options.allow_origins,
        allowed=options.osc_allowed,
        trust=options.trust,
    )


def _midi(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    return MidiInput(host, options.midi, _find_midi)


def _find_midi() -> MidiSystem:
    with muted_stderr():  # ALSA and JACK write lines where there is no server
        return find_system()


def _midi_out(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    if not options.midi_out:
        return None
    return MidiOut(host, options.midi_out, _find_midi, lambda frame: host.client_times.heard_s(frame))


def _osc_out(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    if options.site is None or not options.site.file.osc_out:
        return None
    return OscOut(host, options.site.file.osc_out, host.peaks)


def _hours(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    if options.site is None or options.site.file.hours is None:
        return None
    return HoursKeeper(host, options.site.file.hours, WallClock(), host.fade_place, begin_day=host.begin_day)


def _service(host: InputHost, _options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    is_asked = os.environ.get("NOTIFY_SOCKET", "") and hasattr(socket, "AF_UNIX")
    return ServiceNotifier(host) if is_asked else None


def _patches(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    return PatchInput(host, options.may_run_code)


def _card(host: InputHost, options: LiveOptions, _broadcast: Broadcast | None) -> Input | None:
    return CardInput(host, options.input_device, options.block_size)


INPUT_KINDS: dict[str, MakeInput] = {
    "osc": _osc,
    "tcp": _tcp,
    "http": _http,
    "oscquery": _oscquery,
    "midi": _midi,
    "midi_out": _midi_out,
    "osc_out": _osc_out,
    "hours": _hours,
    "service": _service,
    "patches": _patches,
    "card": _card,
}
"""Every input by its name.  A session opens them in this order."""


def register_input(name: str, make: Callable[[InputHost], Input]) -> None:
    """Add an input that every session of this process opens from now on.

    Parameters
    ----------
    name : str
        A name that no other input has.
    make : callable
        Makes it from the session.

    Raises
    ------
    InputError
        There is an input of that name.

    Examples
    --------
    >>> register_input("osc", lambda host: None)
    Traceback (most recent call last):
    adaptive.errors.InputError: there is an input called 'osc'; choose another name
    """
    if name in INPUT_KINDS:
        message = f"there is an input called {name!r}; choose another name"
        raise InputError(message)
    INPUT_KINDS[name] = lambda host, _options, _broadcast: make(host)


def make_inputs(host: InputHost, options: LiveOptions, broadcast: Broadcast | None) -> dict[str, Input]:
    """The inputs that the options ask for, by name."""
    made = {name: make(host, options, broadcast) for name, make in INPUT_KINDS.items()}
    return {name: one for name, one in made.items() if one is not None}
