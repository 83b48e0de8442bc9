from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.preset.chains import chains
from adaptive.preset.mixer import kinds
from tests.helpers.presets import two_sections

HELD = "[buses.far]\ninserts = {}\n"


@pytest.mark.parametrize("name", chains())
def test_every_chain_is_a_list_of_inserts_and_says_what_it_does(name: str, tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more=HELD.format(f'"{name}"'))
    doc, inserts = chains()[name]

    assert [insert.kind for insert in preset.file.buses["far"].inserts] == [one["kind"] for one in inserts]
    assert all(insert.name.startswith(f"{name}_") for insert in preset.file.buses["far"].inserts)
    assert doc.endswith(".")


def test_a_chain_stands_among_other_inserts(tmp_path: Path) -> None:
    listed = '["tight_bass", { kind = "eq", low_db = 2.0 }, "flanger"]'
    inserts = two_sections(tmp_path, more=HELD.format(listed)).file.buses["far"].inserts

    assert [insert.name for insert in inserts] == [
        "tight_bass_eq", "tight_bass_compressor", "tight_bass_saturation", "tight_bass_width", "eq",
        "flanger_chorus",
    ]  # fmt: skip


def test_the_master_has_chains_too(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more='[master]\ninserts = "loud_master"\n')

    assert "limiter" in kinds(preset.file)


@pytest.mark.parametrize("listed", ['"warm_tap"', '["warm_tap"]'])
def test_an_unknown_chain_is_one_sentence_with_the_nearest_name(listed: str, tmp_path: Path) -> None:
    with pytest.raises(PresetError) as caught:
        two_sections(tmp_path, more=HELD.format(listed))

    assert "there is no chain of inserts named" in str(caught.value)
    assert "did you mean `warm_tape`?" in str(caught.value)
