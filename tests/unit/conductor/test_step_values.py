"""Values that expressions read in a control step, and what an edit keeps of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.conductor.step_values import StepValues
from adaptive.preset.model import Preset
from tests.helpers.presets import make_preset

SECTION = '[layers.a]\nstem = "calm.wav"\n[sections.a]\nlayers = ["a"]\n'


def preset(folder: Path, tables: str) -> Preset:
    return make_preset(folder, tables + SECTION)


def test_rows_of_the_history_are_found_by_the_names_of_parameters(tmp_path: Path) -> None:
    values = StepValues(
        preset(tmp_path, "[parameters.heat]\nhysteresis = 0.1\n[parameters.cold]\n"), {"heat": 1, "cold": 0}
    )
    values.update(
        np.array([[0.25, 3.0, 1.0, 0.3, 0.3], [0.75, 0.5, 0.0, 0.8, 0.8], [9.0, 9.0, 1.0, 9.0, 9.0]]), 2.5
    )

    assert (values.number("heat"), values.value("cold")) == (0.75, 0.25)
    assert (values.target("heat"), values.target("cold")) == (0.8, 0.3)
    assert (values.age("heat"), values.age("cold")) == (0.5, 3.0)
    assert (values.is_stale("heat"), values.is_stale("cold")) == (False, True)
    assert (values.hysteresis("heat"), values.hysteresis("cold")) == (0.1, 0.0)
    assert values.bars_in_section == 2.5


def test_the_signature_changes_with_values_and_states_and_not_with_ages_and_bars(tmp_path: Path) -> None:
    values = StepValues(
        preset(tmp_path, '[parameters.heat]\n[states.place]\nvalues = ["road", "inn"]\n'), {"heat": 0}
    )
    values.update(np.array([[0.5, 0.0, 0.0, 0.5, 0.5]]), 0.0)
    first = values.signature()
    values.update(np.array([[0.5, 8.0, 0.0, 0.5, 0.5]]), 4.0)
    assert values.signature() == first

    values.states["place"] = "inn"
    assert values.signature() != first
    values.states["place"] = "road"
    values.update(np.array([[0.6, 8.0, 0.0, 0.6, 0.6]]), 4.0)
    assert values.signature() != first


def test_an_edit_keeps_states_that_it_still_declares_and_drops_the_others(tmp_path: Path) -> None:
    old = StepValues(
        preset(
            tmp_path / "a", '[states.place]\nvalues = ["road", "inn"]\n[states.mood]\nvalues = ["a", "b"]\n'
        ),
        {},
    )
    old.states |= {"place": "inn", "mood": "b"}
    edited = preset(
        tmp_path / "b", '[states.place]\nvalues = ["lake", "inn"]\n[states.mood]\nvalues = ["c", "d"]\n'
    )
    new = StepValues(edited, {})
    new.state = new.fitting(old.state)

    assert new.states == {"place": "inn", "mood": "c"}


def test_conditions_read_the_cadence_that_is_followed_and_curves_what_was_sent(tmp_path: Path) -> None:
    follow = '[tempo_follow]\nparameter = "cadence"\nrange_bpm = [90, 180]\n'
    tables = f"[parameters.cadence]\nrange = [0, 240]\n{follow}"
    values = StepValues(preset(tmp_path, tables), {"cadence": 0})
    values.update(np.array([[0.0, 0.0, 0.0, 0.0, 0.0]]), 0.0)
    before, read = values.signature(), values.reader("cadence")

    values.believe(168.0)
    assert (values.value("cadence"), read(), values.number("cadence")) == (168.0, 168.0, 0.0)
    assert values.signature() != before
    values.believe(None)
    assert (values.value("cadence"), read()) == (0.0, 0.0)
