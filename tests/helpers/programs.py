"""Programs that tests need, and the commands that install them."""

from __future__ import annotations

import os
import shutil

import pytest

INSTALL = {
    "cc": "sudo apt-get install --yes gcc libc6-dev",
    "jackd": "sudo apt-get install --yes jackd2",
    "pulseaudio": "sudo apt-get install --yes pulseaudio pulseaudio-utils libasound2-plugins",
    "chromium": "sudo apt-get install --yes chromium",
    "oscdump": "sudo apt-get install --yes liblo-tools",
    "oscsend": "sudo apt-get install --yes liblo-tools",
    "sclang": "sudo apt-get install --yes --no-install-recommends supercollider-language",
    "godot3-server": "sudo apt-get install --yes --no-install-recommends godot3-server",
    "mcs": "sudo apt-get install --yes --no-install-recommends mono-mcs",
    "mono": "sudo apt-get install --yes --no-install-recommends mono-mcs",
    "nc": "sudo apt-get install --yes netcat-openbsd",
    "node": "sudo apt-get install --yes nodejs npm",
    "openssl": "sudo apt-get install --yes openssl",
    "systemd-analyze": "sudo apt-get install --yes systemd",
}
"""Command that installs each program (Debian, Ubuntu)."""

OF_MARK = {"device": "jackd", "pulse": "pulseaudio", "browser": "chromium", "foreign": "oscsend"}
"""Program that each pytest mark needs."""


def lacking(message: str) -> None:
    """Skip the test, or fail it with ``ADAPTIVE_REQUIRE_ALL=1`` in the environment."""
    if os.environ.get("ADAPTIVE_REQUIRE_ALL") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def require_program(name: str, install_line: str | None = None) -> str:
    """Path of a program; if it is missing, skip the test and say how to install it.

    With ``ADAPTIVE_REQUIRE_ALL=1`` in the environment the test fails instead.
    """
    path = shutil.which(name)
    if path is not None:
        return path
    line = install_line or INSTALL.get(name, f"install {name}")
    lacking(f"{name} is missing: {line}")
    return ""
