"""Asks what would be installed on another machine, without installing it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "test.txt"
DOCS_LOCK = ROOT / "requirements" / "docs.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Platform:
    """A kind of machine: what uv calls it, and what environment markers see on it."""

    uv: str
    sys_platform: str
    machine: str
    system: str

    def environment(self, python: str) -> dict[str, str]:
        """Values of the markers."""
        return {
            "python_version": python, "python_full_version": f"{python}.1", "sys_platform": self.sys_platform,
            "platform_machine": self.machine, "platform_system": self.system, "extra": "",
            "os_name": "nt" if self.sys_platform == "win32" else "posix",
            "implementation_name": "cpython", "platform_python_implementation": "CPython",
        }  # fmt: skip


PLATFORMS = {
    "Linux x86-64": Platform("x86_64-manylinux_2_28", "linux", "x86_64", "Linux"),
    "Linux aarch64": Platform("aarch64-manylinux_2_28", "linux", "aarch64", "Linux"),
    "macOS arm64": Platform("aarch64-apple-darwin", "darwin", "arm64", "Darwin"),
    "Windows x86-64": Platform("x86_64-pc-windows-msvc", "win32", "AMD64", "Windows"),
}


def dependencies() -> list[Requirement]:
    """What the project requires, with its markers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]


def every_requirement() -> list[Requirement]:
    """The same, and what tests, frozen builds and the build itself require."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = whole["project"]["optional-dependencies"].values()
    more = [*whole["dependency-groups"]["build"], *(text for extra in extras for text in extra)]
    return [*dependencies(), *(Requirement(text) for text in more)]


def locked() -> list[Requirement]:
    """What the locks pin, with markers: a name may stand there once for old Pythons and once for new."""
    lines = [line for lock in (LOCK, DOCS_LOCK) for line in lock.read_text(encoding="utf-8").splitlines()]
    pins = dict.fromkeys(line.rstrip("\\ ") for line in lines if "==" in line and line[0] not in "# ")
    return [Requirement(pin) for pin in pins]


def locked_for(platform: Platform, python: str) -> dict[str, str]:
    """The version of each distribution on a machine, by name."""
    found = [requirement for requirement in locked() if applies(requirement, platform, python)]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in found}


def applies(requirement: Requirement, platform: Platform, python: str) -> bool:
    """Whether a machine has to have it."""
    return requirement.marker is None or requirement.marker.evaluate(platform.environment(python))


def resolve(wanted: list[str], platform: Platform, python: str) -> dict[str, str] | str:
    """Wheels that a machine would install, name and version; or what uv says where there is none."""
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--only-binary", ":all:"]
    command += ["--python-platform", platform.uv, "--python-version", python, "-"]
    done = subprocess.run(
        command, input="\n".join(wanted), capture_output=True, text=True, check=False,
        cwd=LOCK.parent, env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"},
    )  # fmt: skip
    if done.returncode != 0:
        return done.stderr
    return dict(line.split("==") for line in done.stdout.split())
