"""`[osc]`, `[oscquery]`, `[[osc_out]]` and `[trust]` of a site file."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from adaptive.preset.table import Table

Address = Annotated[str, Meta(min_length=1, max_length=255)]
"""``HOST:PORT``, or a port alone, which means this machine."""

OscOutTopic = Literal["beat", "bar", "section", "harmony", "meters", "parameters", "notes"]


class OscTable(Table, frozen=True):
    """`[osc]`: where OSC is received, and from which networks; left out: from all that reach the port."""

    listen: Address | None = None
    allow: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=64)] = ()


class OscQueryTable(Table, frozen=True):
    """`[oscquery]`: where the tree of addresses is shown, and under which name; `[osc]` says to whom.

    With `announce = false` it is not announced over mDNS.
    """

    listen: Address | None = None
    name: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    announce: bool = True


class OscOutTable(Table, frozen=True):
    """`[[osc_out]]`: a program that listens at a fixed port and does not subscribe.

    `rate_hz` is how often meters and parameters are sent.
    """

    to: Address
    send: Annotated[tuple[OscOutTopic, ...], Meta(min_length=1)]
    rate_hz: Annotated[float, Meta(ge=0.1, le=120.0)] = 30.0


class TrustTable(Table, frozen=True):
    """`[trust]`: what a client beyond this machine has to know, and how the connection is kept secret.

    Paths are relative to the site file.
    """

    token_file: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    certificate_file: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    key_file: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
