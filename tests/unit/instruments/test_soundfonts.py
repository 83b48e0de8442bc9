from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.errors import InputError
from adaptive.instruments.kinds import instrument_spec
from adaptive.kernel.sources.sampler_settings import SamplerSpec
from adaptive.preset.instrument_tables import SOURCE_TABLES
from tests.helpers.soundfont_file import sine, soundfont

ZONE = [{"sample": 0}]
PROGRAMS = [
    ("Old Piano", 0, 0, ZONE), ("Strings CLP", 0, 48, ZONE), ("Strings Dark", 8, 48, ZONE),
    ("Standard", 128, 0, ZONE), ("Violin", 0, 90, ZONE),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    soundfont(tmp_path / "small.sf2", [(sine(), 48000, 60, 0, 4800)], PROGRAMS)
    return tmp_path


def spec(folder: Path, file: str = "small.sf2", **keys: Any) -> SamplerSpec:
    made = instrument_spec(SOURCE_TABLES["sampler"](soundfont=file, **keys), 3, folder)  # type: ignore[call-arg]
    assert isinstance(made, SamplerSpec)
    return made


@pytest.mark.parametrize(
    ("program", "bank", "name"),
    [
        (None, 0, "Old Piano"),
        ("String Ensemble 1", 0, "Strings CLP"),
        ("string ensemble 1", 8.0, "Strings Dark"),
        (48, 3.0, "Strings CLP"),  # the file has no bank 3
        ("strings dark", 0, "Strings Dark"),
        (17, 128.0, "Standard"),  # nor this kit
    ],
)
def test_a_program_is_a_general_midi_name_a_number_or_a_name_of_the_file(
    folder: Path, program: str | int | None, bank: float, name: str
) -> None:
    assert spec(folder, program=program, bank=bank).samples.name == name


def test_a_program_that_is_not_there_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(
        InputError, match=r"small\.sf2 has no program `Strings Clp9`; the nearest is `Strings CLP`"
    ):
        spec(folder, program="Strings Clp9")
    with pytest.raises(InputError, match=r"small\.sf2 has no program 99 in bank 0"):
        spec(folder, program=99)
    with pytest.raises(InputError, match=r"must end in \.sf2"):
        spec(folder, file="small.wav")


def test_two_samplers_of_a_program_share_its_regions_and_another_program_is_another_row(folder: Path) -> None:
    one, other = spec(folder, program=48), spec(folder, program=48, level_db=-6.0)

    assert one.samples is other.samples
    assert one.fixed == other.fixed != spec(folder, program=0).fixed
