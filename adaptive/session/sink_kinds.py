"""The sinks that a session can play to, by name.  To add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.engine.engine import Engine
from adaptive.errors import InputError
from adaptive.inputs.similar_names import nearest_or_all
from adaptive.kernel.compile import build
from adaptive.session.device.supervisor import Supervisor
from adaptive.sinks.choice import SOUND_CARD_SINKS, SinkChoice, choose_sink
from adaptive.sinks.clocked import ClockedSink
from adaptive.sinks.sink import Sink
from adaptive.sinks.sound_card import SoundCardSink
from adaptive.sinks.stream import Broadcast

PORTS = ("master", "stems")


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """What the user asked for.

    Parameters
    ----------
    asked : str
        Name of a sink, or ``auto``.
    device : str or None
        Part of the name of a device.
    channels : int or None
        Channels to open; None: as many as the engine has.
    block : int
        Frames a block; 0: as the device wishes.
    broadcast : Broadcast or None
        The stream that listeners hear.
    ports : str
        One of `PORTS`: whether a JACK client has ports for each layer and bus.
    """

    asked: str
    device: str | None = None
    channels: int | None = None
    block: int = 128
    broadcast: Broadcast | None = None
    ports: str = "master"


@dataclass(frozen=True, slots=True)
class SinkKind:
    """A kind of sink.

    Parameters
    ----------
    make : callable
        Makes the sink from an engine and the settings.
    needs_broadcast : bool
        Whether the output is streamed over HTTP.
    """

    make: Callable[[Engine, SinkSettings], Sink]
    needs_broadcast: bool = False


def _card(first: str) -> Callable[[Engine, SinkSettings], Sink]:
    """A sound card, watched by a `Supervisor`; with ``auto`` the libraries after the first are tried too."""

    def make(engine: Engine, settings: SinkSettings) -> Sink:
        def open_card(engine: Engine, sink: str, name: str | None) -> SoundCardSink:
            if sink == "portaudio":
                from adaptive.sinks.portaudio import PortAudioSink

                return PortAudioSink(engine, name, settings.channels, settings.block)
            from adaptive.sinks.miniaudio_sink import MiniaudioSink

            return MiniaudioSink(engine, name, settings.channels, settings.block)

        cards = SOUND_CARD_SINKS[SOUND_CARD_SINKS.index(first) :] if settings.asked == "auto" else [first]
        return Supervisor(engine, cards, settings.device, open_card)

    return make


def _jack(engine: Engine, settings: SinkSettings) -> Sink:
    """A JACK client, watched by a `Supervisor`; it comes back under its names when the server does."""
    from adaptive.sinks.jack_sink import JackNames, JackSink

    build.addresses(["jack_callback"])  # a first start compiles it, which takes longer than a device may
    names = JackNames(settings.ports == "stems")

    def open_client(engine: Engine, _sink: str, card: str | None) -> SoundCardSink:
        return JackSink(engine, card, settings.channels, names)

    return Supervisor(engine, ["jack"], settings.device, open_client)


def _clocked(name: str) -> Callable[[Engine, SinkSettings], Sink]:
    def make(engine: Engine, settings: SinkSettings) -> Sink:
        return ClockedSink(engine, name, settings.broadcast.put if settings.broadcast else None)

    return make


SINK_KINDS: dict[str, SinkKind] = {
    "portaudio": SinkKind(_card("portaudio")),
    "miniaudio": SinkKind(_card("miniaudio")),
    "jack": SinkKind(_jack),
    "web": SinkKind(_clocked("web"), needs_broadcast=True),
    "pcm": SinkKind(_clocked("pcm"), needs_broadcast=True),
    "null": SinkKind(_clocked("null")),
}
"""Every sink by its name.  ``auto`` chooses among them: `adaptive.sinks.choice`."""


def register_sink(name: str, make: Callable[[Engine], Sink]) -> None:
    """Add a sink that `adaptive.play` and ``adaptive play --sink`` accept by its name.

    Parameters
    ----------
    name : str
        A name that no other sink has.
    make : callable
        Makes it from the engine that it is to drive.

    Raises
    ------
    InputError
        There is a sink of that name.

    Examples
    --------
    >>> register_sink("null", ClockedSink)
    Traceback (most recent call last):
    adaptive.errors.InputError: there is a sink called 'null'; choose another name
    """
    if name == "auto" or name in SINK_KINDS:
        message = f"there is a sink called {name!r}; choose another name"
        raise InputError(message)
    SINK_KINDS[name] = SinkKind(lambda engine, _settings: make(engine))


def choose_kind(name: str, device: str | None) -> SinkChoice:
    """The sink that a name stands for, and the reason.

    Raises
    ------
    InputError
        There is no sink of that name.
    DeviceError
        A sound card was asked for, and there is none.
    """
    if name != "auto" and name not in SINK_KINDS:
        message = f"there is no sink {name!r}{nearest_or_all(name, ('auto', *SINK_KINDS))}"
        raise InputError(message)
    return choose_sink(name, device)
