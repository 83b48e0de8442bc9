from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import InputError
from adaptive.instruments.kinds import instrument_spec, table_of
from adaptive.kernel.sources.synth_settings import SynthSpec
from adaptive.preset.instrument_tables import InstrumentTable


def test_a_name_is_looked_up_in_the_preset_first_and_a_table_stands_for_itself() -> None:
    own = InstrumentTable(cutoff_hz=500.0)

    assert table_of("bell", {"bell": own}) is own
    assert table_of(own, {}) is own
    assert table_of("bell", {}).kind == "synth"


def test_a_patch_becomes_a_synthesiser() -> None:
    spec = instrument_spec(InstrumentTable(voices=3), 7, Path())

    assert isinstance(spec, SynthSpec)
    assert (spec.bus, spec.voices, spec.fixed) == (7, 3, ("synth", 3))


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(InputError, match="there is no instrument `bel`"):
        table_of("bel", {})
