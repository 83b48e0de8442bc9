from __future__ import annotations

from collections.abc import Iterator

import pytest

import adaptive
from tests.unit.api.playing import small


@pytest.fixture(scope="session")
def preset(tmp_path_factory: pytest.TempPathFactory) -> adaptive.Preset:
    return small(tmp_path_factory.mktemp("api") / "small")


@pytest.fixture
def music(preset: adaptive.Preset) -> Iterator[adaptive.Session]:
    with adaptive.play(preset, sink="null", seed=1) as session:
        yield session
