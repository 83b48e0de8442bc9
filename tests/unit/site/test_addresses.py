from __future__ import annotations

import pytest

from adaptive.errors import InputError
from adaptive.site.addresses import Networks, host_and_port


@pytest.mark.parametrize("text", ["", "host", "host:", "host:x", "host:99999", "host:-1", "1.2.3.4:9000 "])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="must be HOST:PORT or a port from 0 to 65535"):
        host_and_port(text)


def test_networks_of_both_kinds_and_addresses_in_another_form() -> None:
    networks = Networks(["10.0.0.7", "fe80::/10", "2001:db8::/32"])

    assert [one in networks for one in ("10.0.0.7", "::ffff:10.0.0.7", "fe80::1%eth0", "2001:db8::9")] == [
        True
    ] * 4
    assert [one in networks for one in ("10.0.0.8", "::1", "somewhere", "", "tcp")] == [False] * 5


def test_networks_of_which_none_can_be_read_let_nobody_in() -> None:
    assert "10.0.0.1" not in Networks(["10.0.0.999"])
