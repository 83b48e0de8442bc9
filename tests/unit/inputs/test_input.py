from __future__ import annotations

import errno
import socket

import pytest

from adaptive.inputs.input import InputBase, port_taken


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.EADDRINUSE, "x"),
            "TCP port 9001 on here is taken (another engine?); choose another with --tcp here:0",
        ),
        (OSError(errno.EACCES, "x"), "TCP port 9001 on here needs more rights; choose another with --tcp"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "TCP: there is no address called 'here' on this machine"),
        (socket.gaierror(1, "x"), "TCP: there is no address called 'here' on this machine"),
    ],
)
def test_an_address_that_cannot_be_bound_is_named(error: OSError, sentence: str) -> None:
    assert str(port_taken("TCP", "--tcp", ("here", 9001), error)) == sentence


def test_an_input_has_no_port_and_no_faults_unless_it_says_so() -> None:
    made = InputBase(None)  # type: ignore[arg-type]

    assert (made.port, made.faults(), made.name) == (0, None, "input")
