"""Loads libjack at run time (LGPL; JACK's own, or PipeWire's), and opens clients of its server.

No server is ever started, and nothing of the library is shipped.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from typing import Any

from adaptive.errors import DeviceError
from adaptive.sinks.call_timeout import within
from adaptive.sinks.devices import Device
from adaptive.sinks.stderr_mute import discard_library_messages, muted_stderr

FILES = {"linux": "libjack.so.0", "darwin": "libjack.0.dylib", "win32": "libjack64.dll"}
INSTALL = (
    "apt-get install libjack-jackd2-0, dnf install pipewire-jack-audio-connection-kit, or brew install jack"
)
TIMEOUT_S = 5.0

NO_START, EXACT_NAME = 1, 2
IS_INPUT, IS_OUTPUT, IS_PHYSICAL, IS_TERMINAL = 1, 2, 4, 16
PLAYBACK_LATENCY = 1
AUDIO = b"32 bit float mono audio"
NO_SERVER = "no JACK server answers (start jackd, or run under pw-jack)"

_POINTER, _TEXT = ctypes.c_void_p, ctypes.c_char_p
_TEXTS = ctypes.POINTER(ctypes.c_char_p)
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "jack_client_open": (_POINTER, [_TEXT, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]),
    "jack_client_close": (ctypes.c_int, [_POINTER]),
    "jack_get_client_name": (_TEXT, [_POINTER]),
    "jack_get_sample_rate": (ctypes.c_uint32, [_POINTER]),
    "jack_get_buffer_size": (ctypes.c_uint32, [_POINTER]),
    "jack_set_process_callback": (ctypes.c_int, [_POINTER, _POINTER, _POINTER]),
    "jack_activate": (ctypes.c_int, [_POINTER]),
    "jack_deactivate": (ctypes.c_int, [_POINTER]),
    "jack_port_register": (_POINTER, [_POINTER, _TEXT, _TEXT, ctypes.c_ulong, ctypes.c_ulong]),
    "jack_port_by_name": (_POINTER, [_POINTER, _TEXT]),
    "jack_port_get_all_connections": (_TEXTS, [_POINTER, _POINTER]),
    "jack_get_ports": (_TEXTS, [_POINTER, _TEXT, _TEXT, ctypes.c_ulong]),
    "jack_connect": (ctypes.c_int, [_POINTER, _TEXT, _TEXT]),
    "jack_free": (None, [_POINTER]),
}


class JackLatencyRange(ctypes.Structure):
    """``jack_latency_range_t``, in frames."""

    _fields_ = (("least", ctypes.c_uint32), ("most", ctypes.c_uint32))


@lru_cache(maxsize=1)
def load() -> Any:
    """Load the library.

    Raises
    ------
    DeviceError
        It is not installed, or lacks a function.
    """
    try:
        library = ctypes.CDLL(FILES.get(sys.platform, FILES["linux"]))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        library.jack_port_get_latency_range.restype = None
        library.jack_port_get_latency_range.argtypes = [
            _POINTER, ctypes.c_int, ctypes.POINTER(JackLatencyRange),
        ]  # fmt: skip
    except (OSError, AttributeError) as error:
        message = f"libjack is not installed ({INSTALL})"
        raise DeviceError(message) from error
    discard_library_messages()
    return library


def open_client(name: str, *, is_exact: bool = False) -> Any:
    """Open a client; without `is_exact` JACK adds a number to a name that is taken.

    Raises
    ------
    DeviceError
        There is no library, no server, or the name is taken.
    """
    library, status = load(), ctypes.c_int()
    options = NO_START | (EXACT_NAME if is_exact else 0)
    with muted_stderr():
        client = library.jack_client_open(name.encode(), options, ctypes.byref(status))
    if not client:
        raise DeviceError(NO_SERVER)
    return client


def address_of(function: str) -> int:
    """Address of a function of the library."""
    return int(ctypes.cast(getattr(load(), function), ctypes.c_void_p).value or 0)


def names(found: Any) -> list[str]:
    """The texts of an array that libjack allocated, which ends with a null; frees the array."""
    listed: list[str] = []
    if found:
        while (text := found[len(listed)]) is not None:
            listed.append(text.decode(errors="replace"))
        load().jack_free(ctypes.cast(found, ctypes.c_void_p))
    return listed


def inputs_of_cards(client: Any) -> dict[str, list[str]]:
    """Ports that are the outputs of sound cards, by the name of their client."""
    found: dict[str, list[str]] = {}
    for port in names(load().jack_get_ports(client, None, AUDIO, IS_INPUT | IS_PHYSICAL)):
        found.setdefault(port.partition(":")[0], []).append(port)
    return found


def devices_of(client: Any) -> list[Device]:
    """The sound cards of a server; a server without any counts as one, to which nothing is connected."""
    rate = float(load().jack_get_sample_rate(client))
    cards = inputs_of_cards(client) or {"JACK": []}
    return [Device(row, name, "JACK", 0, rate, row == 0) for row, name in enumerate(cards)]


def list_devices() -> list[Device]:
    """Sound cards of the server.

    Raises
    ------
    DeviceError
        There is no library or server, or it does not answer.
    """

    def listed() -> list[Device]:
        client = open_client("adaptive-look")
        try:
            return devices_of(client)
        finally:
            load().jack_client_close(client)

    return within(TIMEOUT_S, "JACK", listed)
