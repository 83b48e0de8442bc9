"""Asks pip what it would install on another machine, without installing it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Platform:
    """A kind of machine: the tags of its wheels, and what environment markers see on it."""

    tags: tuple[str, ...]
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


def _glibc(machine: str) -> tuple[str, ...]:
    return (*(f"manylinux_2_{minor}_{machine}" for minor in (28, 27, 26, 24, 17)), f"manylinux2014_{machine}")


PLATFORMS = {
    "Linux x86-64": Platform(_glibc("x86_64"), "linux", "x86_64", "Linux"),
    "Linux aarch64": Platform(_glibc("aarch64"), "linux", "aarch64", "Linux"),
    "macOS arm64": Platform(("macosx_14_0_arm64",), "darwin", "arm64", "Darwin"),
    "Windows x86-64": Platform(("win_amd64",), "win32", "AMD64", "Windows"),
}


def dependencies() -> list[Requirement]:
    """What the project requires, with its markers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]


def applies(requirement: Requirement, platform: Platform, python: str) -> bool:
    """Whether a machine has to have it."""
    return requirement.marker is None or requirement.marker.evaluate(platform.environment(python))


def bare(requirement: Requirement) -> str:
    """A requirement without its marker: pip judges markers by the machine it runs on."""
    return f"{requirement.name}{requirement.specifier}"


def resolve(wanted: list[str], platform: Platform, python: str, folder: Path) -> dict[str, str] | str:
    """Wheels that pip would install, by name; or what it says where it finds none."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    command += ["--target", str(folder / "target"), "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", python, "--report", str(report), "--disable-pip-version-check"]
    command += [word for tag in platform.tags for word in ("--platform", tag)]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stderr
    found: dict[str, str] = {}
    missing: set[str] = set()
    rows = json.loads(report.read_text(encoding="utf-8"))["install"]
    for row in rows:
        name = canonicalize_name(row["metadata"]["name"])
        found[name] = row["download_info"]["url"].rsplit("/", 1)[-1]
    for row in rows:
        for text in row["metadata"].get("requires_dist", []):
            requirement = Requirement(text)
            is_asked = requirement.marker is not None and applies(requirement, platform, python)
            if is_asked and canonicalize_name(requirement.name) not in found:
                missing.add(bare(requirement))  # a marker that only the other machine fulfils
    if missing:
        more = resolve(sorted(missing), platform, python, folder)
        return more if isinstance(more, str) else found | more
    return found
