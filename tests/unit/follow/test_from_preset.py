from pathlib import Path

import pytest

from adaptive.follow.from_preset import settings_of
from adaptive.preset.load import load
from tests.unit.preset.test_tempo_follow import GOOD, run


def test_a_preset_without_the_table_follows_nobody(tmp_path: Path) -> None:
    path = run(tmp_path, GOOD)
    text = (path / "preset.toml").read_text()
    (path / "preset.toml").write_text(text.replace(f"[tempo_follow]\n{GOOD}\n", ""))

    assert settings_of(load(path)) is None


def test_the_keys_of_the_table_and_of_its_parameter_are_settings(tmp_path: Path) -> None:
    settings = settings_of(load(run(tmp_path, f"{GOOD}\nlead_ms = 20\nmax_change_percent_per_s = 4")))

    assert settings is not None
    assert (settings.range_bpm, settings.tempo_bpm, settings.lead_ms) == ((148.0, 174.0), 160.0, 20.0)
    assert settings.change_per_s == pytest.approx(0.04)
    assert settings.half_double
    assert settings.follows_phase
    assert settings.least_spm == 60.0
    assert (settings.stale_after_s, settings.fallback_spm) == (None, None)


def test_a_factor_of_an_input_overrules_half_and_double_time(tmp_path: Path) -> None:
    more = '[[inputs]]\nosc = "/pod"\nparameter = "cadence"\nfactor = 2.0\n'
    settings = settings_of(load(run(tmp_path, GOOD, more)))

    assert settings is not None
    assert not settings.half_double
