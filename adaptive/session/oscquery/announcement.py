"""Announces OSCQuery and OSC on the network over mDNS, so that other programs find them.

Each interface is told its own address: an instance of zeroconf serves each of them, in a thread beside the
session.  Interfaces that come and go are followed, and a name that another device has gets a number.

References
----------
Multicast DNS (RFC 6762), DNS-based service discovery (RFC 6763).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import ipaddress
import logging
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

OSCQUERY, OSC = "_oscjson._tcp.local.", "_osc._udp.local."
"""What is announced: the tree, and the port for messages (which TouchOSC, for example, looks for)."""

LOOK_S = 5.0
"""Time between two looks at the interfaces of the machine."""

CLASH_S = 0.2
"""Time until a name that clashes is given up."""

CHECK_MS = 700
"""Another device of the same name has this time to answer."""

CLOSE_S = 2.0
"""Time in which the network is told that the engine has gone."""

MOST_OTHERS = 1000
"""Names of other devices that are remembered."""

MOST_NAMES = 99
"""Numbers that a name may get."""

LONGEST_LABEL = 63
"""Bytes of a name in DNS."""

HOW_TO_INSTALL = (
    "OSCQuery is served, but not announced on the network: "
    "pip install 'adaptive-soundtrack[discovery]' adds zeroconf, which announces it"
)

IP_BOUND_IF = 25
"""Option of a socket on macOS, which Python does not name: the index of the only interface that it uses."""

_ALL_ADDRESSES = {"0.0.0.0", "::"}


@dataclass(frozen=True, slots=True)
class Announced:
    """What is announced.

    Parameters
    ----------
    name : str
        Name for people.
    host, port : str and int
        Where OSCQuery listens.
    osc_host, osc_port : str and int
        Where OSC over UDP listens; port 0: nowhere.
    """

    name: str
    host: str
    port: int
    osc_host: str = ""
    osc_port: int = 0

    def services(self, address: str) -> list[tuple[str, int]]:
        """Types of services that are reached at an address, and their ports."""
        found = [(OSCQUERY, self.port)]
        if self.osc_port and self.osc_host in {*_ALL_ADDRESSES, address}:
            found.append((OSC, self.osc_port))
        return found


def find_zeroconf() -> ModuleType | None:
    """The library; None: it is not installed."""
    try:
        return importlib.import_module("zeroconf")
    except ImportError:
        return None


def addresses_of(host: str) -> list[str]:
    """IPv4 addresses at which a server at `host` is reached; that of loopback only if there is no other.

    Examples
    --------
    >>> addresses_of("127.0.0.1"), addresses_of("localhost"), addresses_of("::1")
    (['127.0.0.1'], ['127.0.0.1'], [])
    """
    if host == "localhost":
        return ["127.0.0.1"]
    if host not in _ALL_ADDRESSES:
        with contextlib.suppress(ValueError):
            return [host] if ipaddress.ip_address(host).version == 4 else []
        return []
    adapters = importlib.import_module("ifaddr").get_adapters()
    found = [str(ip.ip) for adapter in adapters for ip in adapter.ips if ip.is_IPv4]
    outside = [one for one in found if not ipaddress.ip_address(one).is_loopback]
    return sorted(set(outside or found))


def numbered(name: str, number: int) -> str:
    """A name that fits into a label of DNS, with a number if it is not the first.

    Examples
    --------
    >>> numbered("adaptive", 1), numbered("adaptive", 2), len(numbered("ä" * 40, 10).encode())
    ('adaptive', 'adaptive-2', 63)
    """
    end = "" if number == 1 else f"-{number}"
    fitting = name.encode()[: LONGEST_LABEL - len(end)].decode("utf-8", "ignore")
    return fitting.replace(".", " ").strip() + end


class _Interface:
    """One address that is announced.

    Parameters
    ----------
    library : module
        zeroconf.
    announced : Announced
        What is announced.
    address : str
        The address.
    own_hosts : set of str
        Gets the name under which the address can be looked up; it holds those of all interfaces.
    """

    def __init__(self, library: ModuleType, announced: Announced, address: str, own_hosts: set[str]) -> None:
        self._library, self._announced, self.address, self._own_hosts = library, announced, address, own_hosts
        label = socket.gethostname().partition(".")[0][:30] or "adaptive"
        self._host = f"{label}-{announced.port}-{address.replace('.', '-')}.local."
        own_hosts |= {self._host.lower(), self._host.lower().rstrip(".")}
        self._zeroconf = library.Zeroconf(interfaces=[address])
        self._infos: dict[str, Any] = {}
        self._others: dict[str, str] = {}  # name to the host of another device that has it
        if ipaddress.ip_address(address).is_loopback:
            hear_this_machine_only(self._zeroconf, lambda: addresses_of("0.0.0.0"))
        else:
            hear_interface_only(self._zeroconf, address)
        self._zeroconf.add_listener(_clash_listener(library, self._hear), None)

    def _hear(self, name: str, host: str, *, is_over: bool) -> None:
        """Another device says that a name is its own, or is no longer."""
        if host in self._own_hosts or not name.startswith(self._announced.name[:8].lower()):
            return
        if is_over:
            self._others.pop(name, None)
        elif len(self._others) < MOST_OTHERS:
            self._others[name] = host

    def _is_clashing(self, info: Any) -> bool:
        """Whether another device has announced a name at the same time: the later host gives way."""
        return self._others.get(info.name.lower(), self._host.lower()) < self._host.lower()

    @property
    def is_clashing(self) -> bool:
        """Whether a name has to be given up."""
        return any(map(self._is_clashing, self._infos.values()))

    def register(self) -> list[str]:
        """Announce what is not announced yet, or under a name that clashes; return the names that are new."""
        new = []
        for kind, port in self._announced.services(self.address):
            before = self._infos.get(kind)
            if before is not None and not self._is_clashing(before):
                continue
            if before is not None:
                self._give_up(before)
            name = self._free_name(kind)
            info = self._library.ServiceInfo(
                kind, f"{name}.{kind}", port, properties={"txtvers": "1"}, server=self._host,
                parsed_addresses=[self.address],
            )  # fmt: skip
            self._infos[kind] = info  # first: another device may announce the same at this moment
            try:
                self._zeroconf.register_service(info, cooperating_responders=True, strict=False)
            except Exception:
                del self._infos[kind]
                raise
            if kind == OSCQUERY:
                new.append(name)
        return new

    def _give_up(self, info: Any) -> None:
        """Answer no more under a name.  A good-bye would be one of the device that keeps it, too."""
        del self._infos[info.type]
        self._zeroconf.loop.call_soon_threadsafe(self._zeroconf.registry.async_remove, info)

    def _free_name(self, kind: str) -> str:
        """The name, with a number if another device has it."""
        for number in range(1, MOST_NAMES + 1):
            name = numbered(self._announced.name, number)
            if f"{name}.{kind}".lower() in self._others:  # the library may know our own record of it, too
                continue
            found = self._zeroconf.get_service_info(kind, f"{name}.{kind}", timeout=CHECK_MS)
            if found is None or (found.server or "").lower() in self._own_hosts:
                return name
        return name

    def close(self) -> None:
        """Tell the network that the engine has gone."""
        self._zeroconf.close()
        self._own_hosts -= {self._host.lower(), self._host.lower().rstrip(".")}


def hear_interface_only(zeroconf: Any, address: str) -> None:
    """Let an instance hear its own interface alone, on Linux and macOS.

    Its socket listens at all addresses, so that a question from one network would be answered with the
    address of another, or all of them would be heard by one instance only.
    """
    name = interface_of(address)
    if name is None:
        return
    with contextlib.suppress(AttributeError, OSError):
        for reader in zeroconf.engine.readers:
            heard = reader.transport.get_extra_info("socket")
            if hasattr(socket, "SO_BINDTODEVICE"):
                heard.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
            elif sys.platform == "darwin":
                heard.setsockopt(socket.IPPROTO_IP, IP_BOUND_IF, socket.if_nametoindex(name))


def interface_of(address: str) -> str | None:
    """Name of the interface that has an address; None: none has."""
    for adapter in importlib.import_module("ifaddr").get_adapters():
        if any(ip.ip == address for ip in adapter.ips):
            return str(adapter.name)
    return None


def hear_this_machine_only(zeroconf: Any, find_addresses: Callable[[], list[str]]) -> None:
    """Let the instance of the loopback interface hear programs of this machine that ask on another interface.

    Some clients, such as npm's `bonjour-service`, ask on one interface only, and that is not loopback.
    """
    own: set[str] = set()

    def is_own(address: str) -> bool:
        if address not in own and not ipaddress.ip_address(address).is_loopback:
            own.clear()
            own.update(find_addresses())
        return address in own or ipaddress.ip_address(address).is_loopback

    class OwnMachine(asyncio.DatagramProtocol):
        """Passes on what comes from this machine."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def datagram_received(self, data: bytes, address: Any) -> None:
            """Pass on a packet, or drop it."""
            if is_own(str(address[0])):
                self._inner.datagram_received(data, address)

    with contextlib.suppress(AttributeError):
        for reader in zeroconf.engine.readers:
            transport = reader.transport
            inner = transport.get_protocol()
            zeroconf.loop.call_soon_threadsafe(transport.set_protocol, OwnMachine(inner))


def _clash_listener(library: ModuleType, hear: Callable[..., None]) -> Any:
    """A listener of zeroconf that is told who says that a name is its own."""
    base: Any = library.RecordUpdateListener
    service_record: Any = library.DNSService

    class ClashListener(base):  # type: ignore[misc]
        """Hears records of services."""

        def async_update_records(self, _zeroconf: Any, _now: float, records: list[Any]) -> None:
            """Look at new records; called in zeroconf's thread."""
            for update in records:
                record = update.new
                if isinstance(record, service_record):
                    hear(record.name.lower(), record.server.lower(), is_over=not record.ttl)

    return ClashListener()


class Announcer:
    """Announces from a thread of its own, until it is closed.

    Parameters
    ----------
    library : module
        zeroconf.
    announced : Announced
        What is announced.
    tell : callable
        Is given sentences for the user, in the thread.
    hosts : set of str
        Gets the names of hosts under which the engine can be looked up.
    find_addresses : callable
        Addresses of the machine.
    look_s : float
        Time between two looks at the interfaces.
    """

    def __init__(
        self,
        library: ModuleType,
        announced: Announced,
        tell: Callable[[str], None],
        hosts: set[str] | None = None,
        find_addresses: Callable[[str], list[str]] = addresses_of,
        look_s: float = LOOK_S,
    ) -> None:
        self._library, self._announced, self._tell = library, announced, tell
        self._find_addresses, self._look_s = find_addresses, look_s
        self._interfaces: dict[str, _Interface] = {}
        self._own_hosts: set[str] = set() if hosts is None else hosts
        self._told: set[str] = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oscquery announcement", daemon=True)

    def start(self) -> None:
        """Begin."""
        logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # what it warns of is told here
        self._thread.start()

    def close(self) -> None:
        """End, and tell the network; it takes a quarter of a second."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while not self._ending.is_set():
            self.look()
            is_clashing = any(one.is_clashing for one in self._interfaces.values())
            self._ending.wait(CLASH_S if is_clashing else self._look_s)
        for one in self._interfaces.values():
            with contextlib.suppress(Exception):  # the process ends
                one.close()

    def look(self) -> None:
        """Follow the interfaces of the machine."""
        try:
            there = self._find_addresses(self._announced.host)
        except OSError as error:
            self._tell_once(f"OSCQuery: the interfaces of this machine cannot be listed: {error}")
            return
        for address in set(self._interfaces) - set(there):
            with contextlib.suppress(Exception):  # its interface has gone
                self._interfaces.pop(address).close()
        for address in there:
            if self._ending.is_set():
                return
            try:
                self._announce_at(address)
            except Exception as error:  # of a library; the music does not depend on it
                self._tell_once(f"OSCQuery is not announced on {address}: {error or type(error).__name__}")

    def _announce_at(self, address: str) -> None:
        if address not in self._interfaces:
            self._interfaces[address] = _Interface(self._library, self._announced, address, self._own_hosts)
        for name in self._interfaces[address].register():
            if name != numbered(self._announced.name, 1):
                taken = f"the name {self._announced.name!r} is taken there"
                self._tell(f"OSCQuery is announced on {address} as {name!r}: {taken}")

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)
