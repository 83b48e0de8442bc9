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


@pytest.mark.parametrize("python", wheels.PYTHONS)
@pytest.mark.parametrize("name", wheels.PLATFORMS)
def test_the_lock_keeps_to_the_ranges(name: str, python: str) -> None:
    platform = wheels.PLATFORMS[name]
    pinned = wheels.locked_for(platform, python)
    asked = [r for r in wheels.every_requirement() if wheels.applies(r, platform, python)]

    assert [str(r) for r in asked if not r.specifier.contains(pinned.get(r.name, "0.dev0"))] == []


def test_what_plays_is_pinned_alike_where_tests_run() -> None:
    play = (wheels.LOCK.parent / "play.txt").read_text(encoding="utf-8").splitlines()
    test = wheels.LOCK.read_text(encoding="utf-8").splitlines()

    docs = wheels.DOCS_LOCK.read_text(encoding="utf-8").splitlines()

    assert [line for line in play if line not in test] == []
    # whoever builds the site in the same environment changes nothing that plays or tests
    names = {line.partition("==")[0] for line in docs if "==" in line}
    assert [
        line for line in test if line.partition("==")[0] in names and "==" in line and line not in docs
    ] == []


def test_the_lock_names_no_index_and_no_folder() -> None:
    for path in wheels.LOCK.parent.glob("*.txt"):
        text = path.read_text(encoding="utf-8")

        assert [word for word in ("://", "--index", "--extra-index", "--find-links") if word in text] == []


BETWEEN = [pytest.param(python, marks=pytest.mark.prove) for python in wheels.PYTHONS[1:-1]]
"""A resolution takes some seconds: before each landing the oldest and the newest are asked for."""


@pytest.mark.network
@pytest.mark.parametrize("python", [wheels.PYTHONS[0], *BETWEEN, wheels.PYTHONS[-1]])
@pytest.mark.parametrize("name", wheels.PLATFORMS)
def test_every_pin_has_a_wheel_and_nothing_is_missing(name: str, python: str) -> None:
    platform = wheels.PLATFORMS[name]
    pinned = wheels.locked_for(platform, python)
    found = wheels.resolve([f"{name}=={version}" for name, version in pinned.items()], platform, python)

    assert found == pinned
    assert ("colorama" in found) == (platform.sys_platform == "win32")  # markers of others are judged too


@pytest.mark.network
@pytest.mark.parametrize("name", wheels.PLATFORMS)
def test_what_a_marker_leaves_out_has_no_wheel_there(name: str) -> None:
    platform = wheels.PLATFORMS[name]
    stale = []
    for requirement in wheels.dependencies():
        pins = [f"{r.name}{r.specifier}" for r in wheels.locked() if r.name == requirement.name]
        for python in (wheels.PYTHONS[0], wheels.PYTHONS[-1]):
            if not wheels.applies(requirement, platform, python):
                is_there = isinstance(wheels.resolve(pins, platform, python), dict)
                stale += [f"{requirement} on {python}"] if is_there else []

    assert stale == []


@pytest.mark.network
def test_a_missing_wheel_is_noticed() -> None:
    found = wheels.resolve(["python-rtmidi==1.5.8"], wheels.PLATFORMS["Linux x86-64"], "3.14")

    assert isinstance(found, str)
    assert "python-rtmidi==1.5.8 has no" in " ".join(found.split())
