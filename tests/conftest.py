"""Options, fixtures and selection shared by all tests."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, settings

from tests.helpers.amounts import amount
from tests.helpers.programs import OF_MARK, require_program

# How long an example takes says how busy the machine is: 281 ms where 200 are the default's limit.
settings.register_profile(
    "busy", deadline=None, max_examples=amount(30, 100), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite golden files with what came out; say in the commit what was heard",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: at any time a test or two wait for music, a server or a page."""
    return min(4, (os.cpu_count() or 1) + 1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without garbage collection, and leave what was collected out of it: a pass takes 0.5 s."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs data or hours, unless it was asked for."""
    without = set()
    if not os.environ.get("ADAPTIVE_TEST_DATA"):
        without.add("foreign_data")
    asked = config.option.markexpr or ""
    if not re.search(r"\bprove\b", asked):
        without.add("prove")
    if not (os.environ.get("ADAPTIVE_REQUIRE_ALL") or re.search(r"\bslow\b", asked)):
        without.add("slow")  # minutes of compiling for other processors: CI does it
    if not (os.environ.get("ADAPTIVE_REQUIRE_ALL") or re.search(r"\bnetwork\b", asked)):
        without.add("network")
    if not (os.environ.get("ADAPTIVE_REQUIRE_ALL") or re.search(r"\bci\b", asked)):
        without.add("ci")  # further variants of what a short test shows, and dear ones
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in without)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is missing."""
    for mark, program in OF_MARK.items():
        if item.get_closest_marker(mark):
            require_program(program)


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Let soundfile close a file without waiting until the disk has it: 23 ms for each of thousands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(soundfile.SoundFile, "flush", lambda _self: None)
        yield


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Randomness that is the same every time."""
    return np.random.default_rng(20250301)
