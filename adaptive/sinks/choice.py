"""Chooses the sink for ``--sink auto``, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adaptive.errors import DeviceError
from adaptive.sinks import jack_library, miniaudio_library, portaudio_library
from adaptive.sinks.devices import choose

SINKS = ("auto", "portaudio", "miniaudio", "jack", "web", "pcm", "null")
SOUND_CARD_SINKS = ("portaudio", "miniaudio")
"""Sinks that play on a sound card, in the order in which ``auto`` tries them."""


@dataclass(frozen=True, slots=True)
class SinkChoice:
    """The chosen sink, and the reason.  `name` is never ``auto``."""

    name: str
    why: str


def library_of(card: str) -> Any:
    """The module that lists the devices of a sink of `SOUND_CARD_SINKS`, or of ``jack``."""
    if card == "jack":
        return jack_library
    return portaudio_library if card == "portaudio" else miniaudio_library


def choose_sink(name: str, device: str | None) -> SinkChoice:
    """Resolve ``auto``: a sound card through PortAudio, otherwise through miniaudio, otherwise the browser.

    Parameters
    ----------
    name : str
        One of `SINKS`.
    device : str or None
        Part of a device's name.

    Raises
    ------
    DeviceError
        A sound card was asked for, and there is none.
    """
    if name not in {"auto", *SOUND_CARD_SINKS}:
        return SinkChoice(name, "asked for")
    errors = []
    for card in SOUND_CARD_SINKS if name == "auto" else (name,):
        try:
            found, why = choose(library_of(card).list_devices(), device)
        except DeviceError as error:
            errors.append(error)
            continue
        because = "" if not errors else f", and through PortAudio: {errors[0]}"
        return SinkChoice(card, f"{found.name}: {why}{because}")
    if name != "auto" or device is not None:
        raise errors[0]
    return SinkChoice("web", f"{errors[0]}: listen in the browser")
