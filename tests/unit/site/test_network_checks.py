from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import SiteError
from adaptive.site.load import read_site

WHERE = Path("gallery.toml")

GALLERY = b"""
seed = "day"
[osc]
listen = "0.0.0.0:9000"
allow = ["192.168.1.0/24", "10.0.0.7"]
[[osc_out]]
to = "192.168.1.20:10001"
send = ["beat", "meters"]
rate_hz = 30
[[inputs]]
midi = "cc 7"
parameter = "threat"
[hours]
open = "22:00"
close = "02:30"
timezone = "Europe/Vienna"
days = ["fri", "sat"]
closed = ["2027-12-24"]
unsure = "closed"
fade_s = 20.0
[trust]
token_file = "token"
"""


def test_a_place_is_read() -> None:
    site = read_site(GALLERY, WHERE)

    assert (site.file.osc.listen, site.file.osc_out[0].send) == ("0.0.0.0:9000", ("beat", "meters"))
    assert (site.file.inputs[0].midi, site.file.hours is not None, site.file.seed) == ("cc 7", True, "day")
    assert site.warnings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("osc.listen = '9000x'", "osc.listen: must be HOST:PORT or a port from 0 to 65535, got '9000x'"),
        ("osc.allow = ['192.168.1.0/240']", 'osc.allow[1]: is no network; write one such'),
        ("osc_out = [{ to = 'desk:0', send = ['beat'] }]", "osc_out[1].to: must name a port from 1 to 65535"),
        ("osc_out = [{ to = 'desk:1', send = ['beet'] }]", "osc_out[1].send[1]: must be"),
        ("osc_out = [{ to = 'desk:1', send = [] }]", "osc_out[1].send: must"),
        ("hours = { open = '10:00', close = '10:00' }", "hours.close: is the same as `open`, 10:00"),
        ("hours = { open = '24:00', close = '10:00' }", "hours.open: must"),
        ("hours = { open = '8:00', close = '10:00' }", "hours.open: must"),
        ("hours = { open = '10:00', close = '18:00', timezone = 'Wien' }", "hours.timezone: is no time"),
        ("hours = { open = '10:00', close = '18:00', timezone = '../etc' }", "hours.timezone: is no"),
        ("hours = { open = '10:00', close = '18:00', closed = ['2027-02-30'] }", "hours.closed[1]: is"),
        ("hours = { open = '10:00', close = '18:00', days = ['monday'] }", "hours.days[1]: must be"),
        ("trust.certificate_file = 'a.pem'", "trust.key_file: is missing; a certificate goes with its key"),
        ("seed = 'daily'", "seed: must be"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_key(text: str, expected: str) -> None:
    with pytest.raises(SiteError) as caught:
        read_site(text.encode(), WHERE)

    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(f"gallery.toml:1 {expected}")


def test_osc_from_everywhere_is_a_warning() -> None:
    (found,) = read_site(b"osc.listen = '0.0.0.0:9000'", WHERE).warnings

    assert "all may control the music" in found.text
    assert read_site(b"osc.listen = '9001'", WHERE).warnings == ()
