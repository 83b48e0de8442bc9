"""What must hold of the tables about the network and of `[hours]`, beyond types and ranges."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterator

from adaptive.errors import InputError
from adaptive.preset.faults import FaultList
from adaptive.preset.finding import Finding, warning
from adaptive.preset.key_path import KeyPath
from adaptive.site.addresses import host_and_port, network_of
from adaptive.site.site_file import SiteFile


def check_network(file: SiteFile, faults: FaultList) -> None:
    """Add a fault for each address and network that is none."""
    if file.osc.listen is not None:
        _check_address(file.osc.listen, ("osc", "listen"), faults)
    if file.oscquery.listen is not None:
        _check_address(file.oscquery.listen, ("oscquery", "listen"), faults)
    for number, network in enumerate(file.osc.allow):
        if network_of(network) is None:
            text = f'is no network; write one such as "192.168.1.0/24", got {network!r}'
            faults.add(("osc", "allow", number), text)
    for number, one in enumerate(file.osc_out):
        at = ("osc_out", number, "to")
        if _check_address(one.to, at, faults) and host_and_port(one.to)[1] == 0:
            faults.add(at, "must name a port from 1 to 65535")
    if (file.trust.certificate_file is None) != (file.trust.key_file is None):
        missing = "key_file" if file.trust.key_file is None else "certificate_file"
        faults.add(("trust", missing), "is missing; a certificate goes with its key")


def _check_address(text: str, at: KeyPath, faults: FaultList) -> bool:
    try:
        host_and_port(text)
    except InputError as error:
        faults.add(at, str(error))
        return False
    return True


def check_hours(file: SiteFile, faults: FaultList) -> None:
    """Add a fault for a zone or a date that does not exist, and for hours without length."""
    hours = file.hours
    if hours is None:
        return
    if hours.open == hours.close:
        faults.add(
            ("hours", "close"), f"is the same as `open`, {hours.open}; leave `[hours]` out to be always open"
        )
    if hours.timezone is not None:
        try:
            zoneinfo.ZoneInfo(hours.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            text = 'is no time zone that this machine knows; write one such as "Europe/Vienna"'
            faults.add(("hours", "timezone"), f"{text}, got {hours.timezone!r}")
    for number, date in enumerate(hours.closed):
        try:
            datetime.date.fromisoformat(date)
        except ValueError:
            faults.add(("hours", "closed", number), f"is no date, got {date!r}")


def network_warnings(file: SiteFile) -> Iterator[Finding]:
    """Yield warnings about OSC that everybody in reach may send."""
    if file.osc.allow:
        return
    for table, listen in (("osc", file.osc.listen), ("oscquery", file.oscquery.listen)):
        if listen is not None and host_and_port(listen)[0] not in {"127.0.0.1", "::1", "localhost"}:
            where = "`allow`" if table == "osc" else "`allow` of `[osc]`"
            text = f"is reached from other machines, and {where} names no network: all may control the music"
            yield warning((table, "listen"), text)
