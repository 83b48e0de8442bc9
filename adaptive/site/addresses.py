"""Addresses and networks that a site file names."""

from __future__ import annotations

import ipaddress

from adaptive.errors import InputError

LOOPBACK = "127.0.0.1"


def host_and_port(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``, or a port alone, which means this machine.

    Raises
    ------
    InputError
        It is neither.

    Examples
    --------
    >>> host_and_port("192.168.1.20:10001"), host_and_port("9000"), host_and_port("[::1]:9000")
    (('192.168.1.20', 10001), ('127.0.0.1', 9000), ('::1', 9000))
    """
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        message = f"must be HOST:PORT or a port from 0 to 65535, got {text!r}"
        raise InputError(message)
    return host.strip("[]") or LOOPBACK, int(port)


class Networks:
    """Networks from which something is accepted; none: from everywhere.

    Parameters
    ----------
    networks : sequence of str
        Such as ``192.168.1.0/24`` or ``10.0.0.7``.  What is no network is left out; `check` tells it.

    Examples
    --------
    >>> home = Networks(["192.168.1.0/24"])
    >>> "192.168.1.9" in home, "192.168.2.9" in home, "somewhere" in home, "8.8.8.8" in Networks([])
    (True, False, False, True)
    """

    def __init__(self, networks: tuple[str, ...] | list[str]) -> None:
        self._are_given = bool(networks)
        self._networks = [one for one in map(network_of, networks) if one is not None]
        self._known: dict[str, bool] = {}

    def __bool__(self) -> bool:
        """Whether anything is refused."""
        return self._are_given

    def __contains__(self, address: object) -> bool:
        """Whether an address, as a number, lies in one of the networks."""
        if not self._are_given or not isinstance(address, str):
            return not self._are_given
        known = self._known.get(address)
        if known is None:
            if len(self._known) > 4096:  # somebody sends from ever other addresses
                self._known.clear()
            known = self._known[address] = self._is_in(address)
        return known

    def _is_in(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A network, or one address; None: the text names none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


EVERYWHERE = Networks([])
"""From everywhere."""
