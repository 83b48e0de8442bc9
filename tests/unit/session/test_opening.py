from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.session.live_options import LiveOptions
from adaptive.session.opening import find_preset, open_live, open_preset, preset_folders
from adaptive.session.sink_kinds import SinkSettings, choose_kind
from tests.helpers.presets import two_sections


def test_presets_are_found_by_name_and_a_path_is_no_name(tmp_path: Path) -> None:
    two_sections(tmp_path / "small")

    assert {"lanterns", "nightfall"} <= {folder.name for folder in preset_folders()}
    assert open_preset(tmp_path / "small").file.name == "Test"
    for name in (str(tmp_path / "small"), "../small", "nope"):
        with pytest.raises(PresetError):
            find_preset(name)


def test_a_session_that_is_opened_is_prepared_and_does_not_play(tmp_path: Path) -> None:
    preset, told = two_sections(tmp_path / "small"), []
    live = open_live(
        preset, 5, LiveOptions(), choose_kind("null", None), SinkSettings("null", channels=4), 44100,
        tell=told.append,
    )  # fmt: skip
    spec = live.performance.engine.spec

    assert (spec.sample_rate, spec.channels, live.performance.seed) == (44100, 4, 5)
    assert (live.performance.frame, live.sink, told) == (0, None, [])
