"""What is announced over mDNS, with a library that keeps what it is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.session.oscquery import announcement
from adaptive.session.oscquery.announcement import OSC, OSCQUERY, Announced, Announcer, addresses_of, numbered

GALLERY = Announced("gallery", "0.0.0.0", 9002, "0.0.0.0", 9000)


class FakeInfo:
    """A service as it was announced."""

    def __init__(self, kind: str, name: str, port: int, **more: Any) -> None:
        self.type, self.name, self.port = kind, name, port
        self.server, self.addresses = more["server"], more["parsed_addresses"]


class FakeZeroconf:
    """One interface; services of other devices lie in `Network.others`."""

    def __init__(self, network: Network, interfaces: list[str]) -> None:
        (self.address,) = interfaces
        if self.address in network.broken:
            raise OSError(19, "No such device")
        self.network, self.services = network, dict[str, FakeInfo]()
        self.listener: Any = None
        self.engine = SimpleNamespace(readers=[])
        self.loop = SimpleNamespace(call_soon_threadsafe=lambda call, info: call(info))
        self.registry = SimpleNamespace(async_remove=lambda info: self.services.pop(info.type))
        network.interfaces[self.address] = self

    def add_listener(self, listener: Any, _question: None) -> None:
        self.listener = listener

    def get_service_info(self, _kind: str, name: str, timeout: int) -> Any:
        assert timeout > 0
        return self.network.others.get((self.address, name))

    def register_service(self, info: FakeInfo, **_options: Any) -> None:
        self.services[info.type] = info

    def close(self) -> None:
        self.network.interfaces.pop(self.address, None)


class Network:
    """The library, and what it has been told."""

    def __init__(self) -> None:
        self.interfaces: dict[str, FakeZeroconf] = {}
        self.others: dict[tuple[str, str], Any] = {}
        self.broken: set[str] = set()
        self.ServiceInfo, self.RecordUpdateListener, self.DNSService = FakeInfo, object, SimpleNamespace
        self.Zeroconf = lambda interfaces: FakeZeroconf(self, interfaces)
        self.there: list[str] = []
        self.told: list[str] = []
        self.hosts: set[str] = set()

    def announcer(self, announced: Announced = GALLERY) -> Announcer:
        library: Any = self
        return Announcer(library, announced, self.told.append, self.hosts, lambda _host: self.there)

    def names(self, kind: str = OSCQUERY) -> dict[str, str]:
        """The name under which each interface has the engine."""
        return {
            address: one.services[kind].name.removesuffix(f".{kind}")
            for address, one in self.interfaces.items()
            if kind in one.services
        }


def test_each_interface_is_told_its_own_address_and_changes_are_followed() -> None:
    network = Network()
    announcer = network.announcer()
    network.there = ["192.0.2.2", "198.51.100.7"]
    announcer.look()
    infos = [one.services[kind] for one in network.interfaces.values() for kind in (OSCQUERY, OSC)]

    assert [(info.addresses, info.port) for info in infos] == [
        (["192.0.2.2"], 9002), (["192.0.2.2"], 9000), (["198.51.100.7"], 9002), (["198.51.100.7"], 9000),
    ]  # fmt: skip
    assert len({info.server for info in infos}) == 2
    assert {info.server.lower().rstrip(".") for info in infos} <= network.hosts
    network.there = ["198.51.100.7", "203.0.113.1"]
    announcer.look()
    assert network.names() == {"198.51.100.7": "gallery", "203.0.113.1": "gallery"}
    assert not any("192-0-2-2" in host for host in network.hosts)
    assert network.told == []


def test_a_name_that_is_taken_gets_a_number_on_its_interface_alone() -> None:
    network = Network()
    network.there = ["192.0.2.2", "198.51.100.7"]
    for name in ("gallery", "gallery-2"):
        network.others["192.0.2.2", f"{name}.{OSCQUERY}"] = SimpleNamespace(server="other.local.")
    network.announcer().look()

    assert network.names() == {"192.0.2.2": "gallery-3", "198.51.100.7": "gallery"}
    assert network.names(OSC) == {"192.0.2.2": "gallery", "198.51.100.7": "gallery"}
    assert network.told == [
        "OSCQuery is announced on 192.0.2.2 as 'gallery-3': the name 'gallery' is taken there"
    ]


@pytest.mark.parametrize(("other", "expected"), [("a.local.", "gallery-2"), ("zzz.local.", "gallery")])
def test_of_two_that_begin_at_once_one_gives_way(
    monkeypatch: pytest.MonkeyPatch, other: str, expected: str
) -> None:
    monkeypatch.setattr(announcement.socket, "gethostname", lambda: "Studio.example")
    network = Network()
    network.there = ["192.0.2.2"]
    announcer = network.announcer()
    announcer.look()
    record = SimpleNamespace(name=f"Gallery.{OSCQUERY}", server=other, ttl=120)
    network.interfaces["192.0.2.2"].listener.async_update_records(None, 0.0, [SimpleNamespace(new=record)])
    assert network.interfaces["192.0.2.2"].services[OSCQUERY].name == f"gallery.{OSCQUERY}"
    announcer.look()

    assert network.names() == {"192.0.2.2": expected}
    assert not announcer._interfaces["192.0.2.2"].is_clashing


def test_a_name_that_another_device_has_announced_is_not_taken() -> None:
    network = Network()
    network.there = ["192.0.2.2"]
    announcer = network.announcer()
    announcer._interfaces["192.0.2.2"] = made = _interface(network, announcer)
    for name, host in (("gallery", "zzz.local."), ("gallery-2", "zzz.local."), ("else", "zzz.local.")):
        record = SimpleNamespace(name=f"{name}.{OSCQUERY}", server=host, ttl=120)
        made._zeroconf.listener.async_update_records(None, 0.0, [SimpleNamespace(new=record)])
    gone = SimpleNamespace(name=f"gallery-2.{OSCQUERY}", server="zzz.local.", ttl=0)
    made._zeroconf.listener.async_update_records(None, 0.0, [SimpleNamespace(new=gone)])
    announcer.look()

    assert network.names() == {"192.0.2.2": "gallery-2"}


def _interface(network: Network, announcer: Announcer) -> announcement._Interface:
    library: Any = network
    return announcement._Interface(library, GALLERY, "192.0.2.2", announcer._own_hosts)


def test_our_own_records_and_names_that_end_are_no_clash() -> None:
    network = Network()
    network.there = ["192.0.2.2"]
    announcer = network.announcer()
    announcer.look()
    own = network.interfaces["192.0.2.2"].services[OSCQUERY]
    records = [
        SimpleNamespace(new=SimpleNamespace(name=own.name, server=own.server, ttl=120)),
        SimpleNamespace(new=SimpleNamespace(name=own.name, server="a.local.", ttl=0)),
        SimpleNamespace(new=object()),
    ]
    network.interfaces["192.0.2.2"].listener.async_update_records(None, 0.0, records)
    network.others["192.0.2.2", own.name] = own
    announcer.look()

    assert network.names() == {"192.0.2.2": "gallery"}


def test_what_fails_is_told_once_and_tried_again() -> None:
    network = Network()
    network.there, network.broken = ["192.0.2.2"], {"192.0.2.2"}
    announcer = network.announcer()
    announcer.look()
    announcer.look()
    assert network.told == ["OSCQuery is not announced on 192.0.2.2: [Errno 19] No such device"]
    network.broken.clear()
    announcer.look()

    assert network.names() == {"192.0.2.2": "gallery"}


def test_osc_is_announced_where_it_is_reached() -> None:
    assert Announced("x", "0.0.0.0", 1, "127.0.0.1", 2).services("192.0.2.2") == [(OSCQUERY, 1)]
    assert Announced("x", "192.0.2.2", 1, "192.0.2.2", 2).services("192.0.2.2") == [(OSCQUERY, 1), (OSC, 2)]
    assert Announced("x", "192.0.2.2", 1).services("192.0.2.2") == [(OSCQUERY, 1)]


def test_a_name_fits_into_a_label() -> None:
    assert numbered("a.b. ", 1) == "a b"
    assert numbered("é" * 60, 2) == "é" * 30 + "-2"


def test_the_thread_ends() -> None:
    network = Network()
    network.there = ["192.0.2.2"]
    announcer = network.announcer()
    announcer.start()
    announcer.close()

    assert not announcer._thread.is_alive()
    assert network.interfaces == {}


def test_loopback_is_announced_only_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def adapters(*addresses: str) -> Any:
        ips = [SimpleNamespace(ip=one, is_IPv4=True) for one in addresses]
        ips.append(SimpleNamespace(ip=("fe80::1", 0, 0), is_IPv4=False))
        return SimpleNamespace(get_adapters=lambda: [SimpleNamespace(ips=ips)])

    monkeypatch.setattr(
        announcement.importlib, "import_module", lambda _name: adapters("127.0.0.1", "192.0.2.2")
    )
    assert addresses_of("0.0.0.0") == ["192.0.2.2"]
    monkeypatch.setattr(announcement.importlib, "import_module", lambda _name: adapters("127.0.0.1"))
    assert addresses_of("0.0.0.0") == ["127.0.0.1"]
    assert addresses_of("192.0.2.2") == ["192.0.2.2"]
    assert addresses_of("gallery.example") == []
