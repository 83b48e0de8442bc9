"""Programs we did not write, and what to type when one is missing."""

from __future__ import annotations

import os
import shutil

import pytest

INSTALL = {
    "jackd": "sudo apt-get install --yes jackd2",
    "pulseaudio": "sudo apt-get install --yes pulseaudio pulseaudio-utils libasound2-plugins",
    "chromium": "sudo apt-get install --yes chromium",
    "oscsend": "sudo apt-get install --yes liblo-tools",
    "sclang": "sudo apt-get install --yes --no-install-recommends supercollider-language",
    "godot3-server": "sudo apt-get install --yes --no-install-recommends godot3-server",
    "nc": "sudo apt-get install --yes netcat-openbsd",
    "node": "sudo apt-get install --yes nodejs npm",
    "systemd-analyze": "sudo apt-get install --yes systemd",
}
"""Program → the line that installs it (Debian, Ubuntu)."""

OF_MARK = {"device": "jackd", "pulse": "pulseaudio", "browser": "chromium", "foreign": "oscsend"}
"""Mark → the program it stands for."""


def require_program(name: str, install_line: str | None = None) -> str:
    """Path of a program; skip the test if it is missing, saying how to install it.

    With ``ADAPTIVE_REQUIRE_ALL=1`` in the environment the test fails instead: a machine that
    claims to run everything does.
    """
    path = shutil.which(name)
    if path is not None:
        return path
    line = install_line or INSTALL.get(name, f"install {name}")
    message = f"{name} is missing: {line}"
    if os.environ.get("ADAPTIVE_REQUIRE_ALL") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
