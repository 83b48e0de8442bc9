from __future__ import annotations

from adaptive.preset.faults import FaultList
from adaptive.preset.instrument_tables import InstrumentTable
from adaptive.preset.walk import read_file


def read(**instrument: object) -> tuple[object, list[str]]:
    faults = FaultList()
    document = {
        "schema": 1, "name": "x", "tempo_bpm": 100.0, "layers": {"a": {"generator": "pad"}},
        "sections": {"one": {"layers": ["a"]}}, "instruments": {"it": instrument},
    }  # fmt: skip
    file = read_file(document, faults)
    return file.instruments["it"], [one.text for one in faults.findings()]


def test_a_table_without_a_kind_is_a_patch_of_the_synthesiser() -> None:
    table, faults = read(base="bell", cutoff_hz=900.0)

    assert isinstance(table, InstrumentTable)
    assert (table.kind, table.cutoff_hz, faults) == ("synth", 900.0, [])
    assert read(kind="synth", base="bell")[1] == []


def test_an_unknown_kind_is_a_fault_with_the_nearest_name() -> None:
    _, (fault,) = read(kind="synht")

    assert "did you mean `synth`?" in fault


def test_a_table_without_a_kind_is_of_the_kind_that_has_most_of_its_keys() -> None:
    table, faults = read(soundfont="a.sf2", program=3, bank=128.0)

    assert faults == []
    assert (table.kind, table.plays_drums) == ("sampler", True)  # type: ignore[attr-defined]
    assert any("did you mean `soundfont`?" in text for text in read(sondfont="a.sf2", bank=8.0)[1])
