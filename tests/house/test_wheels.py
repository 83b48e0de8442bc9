"""Nobody compiles anything to install it: every machine of the project has a wheel of every dependency."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.helpers import wheels

ROOT = Path(__file__).parents[2]


def test_the_pythons_are_those_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["requires-python"] == ">=3.11,<3.15"
    assert wheels.PYTHONS == ("3.11", "3.12", "3.13", "3.14")


def test_every_marker_can_be_judged_for_every_machine() -> None:
    for requirement in wheels.dependencies():
        judged = [
            wheels.applies(requirement, platform, python)
            for platform in wheels.PLATFORMS.values()
            for python in wheels.PYTHONS
        ]

        assert any(judged), f"{requirement} is wanted nowhere"


BETWEEN = [pytest.param(python, marks=pytest.mark.prove) for python in wheels.PYTHONS[1:-1]]
"""A resolution takes seven seconds: before each landing the oldest and the newest are asked for."""


@pytest.mark.network
@pytest.mark.parametrize("python", [wheels.PYTHONS[0], *BETWEEN, wheels.PYTHONS[-1]])
@pytest.mark.parametrize("name", wheels.PLATFORMS)
def test_every_dependency_has_a_wheel(name: str, python: str, tmp_path: Path) -> None:
    platform = wheels.PLATFORMS[name]
    wanted = [wheels.bare(r) for r in wheels.dependencies() if wheels.applies(r, platform, python)]
    found = wheels.resolve(wanted, platform, python, tmp_path)

    assert isinstance(found, dict), found
    assert {requirement.split(">")[0] for requirement in wanted} <= set(found)
    assert [file for file in found.values() if not file.endswith(".whl")] == []
    assert ("colorama" in found) == (platform.sys_platform == "win32")  # markers of others are judged too


@pytest.mark.network
@pytest.mark.parametrize("name", wheels.PLATFORMS)
def test_what_a_marker_leaves_out_has_no_wheel_there(name: str, tmp_path: Path) -> None:
    platform = wheels.PLATFORMS[name]
    stale = []
    for requirement in wheels.dependencies():
        for python in wheels.PYTHONS:
            if not wheels.applies(requirement, platform, python):
                found = wheels.resolve([wheels.bare(requirement)], platform, python, tmp_path)
                stale += [f"{requirement} on {python}"] if isinstance(found, dict) else []

    assert stale == []


@pytest.mark.network
def test_a_missing_wheel_is_noticed(tmp_path: Path) -> None:
    found = wheels.resolve(["python-rtmidi"], wheels.PLATFORMS["Linux x86-64"], "3.14", tmp_path)

    assert isinstance(found, str)
    assert "No matching distribution" in found
