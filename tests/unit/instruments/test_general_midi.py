from __future__ import annotations

from adaptive.composer.registry import GENERATORS
from adaptive.instruments.general_midi import OF_GENERATOR, OTHERWISE, PROGRAMMES, programme
from adaptive.instruments.patches import PATCHES
from adaptive.preset.instrument_tables import InstrumentTable


def test_every_built_in_patch_and_every_pitched_generator_has_a_programme() -> None:
    assert set(PATCHES) == set(PROGRAMMES)
    assert {name for name, spec in GENERATORS.items() if not spec.is_percussive} == set(OF_GENERATOR)
    assert all(0 <= number <= 127 for number in (*PROGRAMMES.values(), *OF_GENERATOR.values(), OTHERWISE))


def test_a_custom_patch_has_the_programme_of_its_base() -> None:
    instruments = {"mine": InstrumentTable(base="bell")}

    assert programme("mine", "bass", instruments) == PROGRAMMES["bell"]


def test_a_custom_patch_without_a_base_has_the_programme_of_its_generator() -> None:
    assert programme("mine", "bass", {"mine": InstrumentTable()}) == OF_GENERATOR["bass"]
    assert programme("mine", "unknown", {"mine": InstrumentTable()}) == OTHERWISE
