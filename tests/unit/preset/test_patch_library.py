from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.composer.registry import GENERATORS
from adaptive.errors import InputError
from adaptive.instruments.kinds import instrument_spec, table_of
from adaptive.instruments.patches import PATCHES
from adaptive.preset.instrument_controls import instrument_named
from adaptive.preset.patch_library import SYNTH_PATCHES, find, library, names
from tests.helpers.presets import make_preset

ROLES = ("bass", "lead", "pad", "keys", "pluck", "mallet", "strings", "winds", "choir", "texture")
BODY = """
[instruments.mine]
kind = "fm"
base = "keys_tine"
operator_2_level = 0.3
[layers.keys]
generator = "pad"
instrument = "mine"
[sections.one]
layers = ["keys"]
length_bars = 4
"""


def test_each_role_has_four_patches_and_later_ones_and_there_are_six_kits() -> None:
    counted = {
        role: sum(one.role == role and one.edition == 1 for one in library().values())
        for role in (*ROLES, "drums")
    }

    assert counted == {**dict.fromkeys(ROLES, 4), "drums": 6}
    assert len(library()) == 63
    assert not set(names()) & set(PATCHES)
    assert set(PATCHES) == SYNTH_PATCHES
    for patch in library().values():
        assert patch.range[0] < patch.range[1]
        assert 3 <= len(patch.words) <= 4
        assert instrument_spec(patch.instrument, 0, Path()).kind == patch.instrument.kind
        if patch.role != "drums":
            assert {"brightness", "attack", "space"} <= patch.instrument.numbers().keys()


def test_a_patch_is_found_by_its_role_and_words_in_any_order() -> None:
    first, other = find("pad_dark_soft"), find("pad_soft_dark")

    assert first is not None
    assert first is other
    assert {"dark", "soft"} <= set(first.words)
    assert find("pad_dry") is None
    assert table_of("bass_dark", {}).kind == "subtractive"
    assert not set(names()) & set(GENERATORS)


def test_a_patch_of_a_later_edition_takes_no_name_from_an_earlier_one() -> None:
    later = {name: library()[patch] for name, patch in names().items() if library()[patch].edition > 1}

    assert find("pad_warm_soft") == library()["pad_wide"]  # "pad_silk" has these words first
    assert find("pad_hard") == library()["pad_prism"]
    for name, patch in later.items():
        words = set(name.split("_")[1:])
        assert name == patch.name or not any(
            words <= set(one.words)
            for one in library().values()
            if one.role == patch.role and one.edition == 1
        )


def test_a_table_may_begin_with_a_patch(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    table, base = instrument_named(preset.file, "mine"), library()["keys_tine"].instrument

    assert table is not None
    assert getattr(table, "operator_2_level") == 0.3  # noqa: B009
    assert getattr(table, "operator_4_ratio") == getattr(base, "operator_4_ratio")  # noqa: B009


@pytest.mark.parametrize(
    ("base", "told"), [("keys_tone", "keys_tine"), ("pad_wide", "is of the kind `subtractive`")]
)
def test_a_base_must_exist_and_be_of_the_kind(tmp_path: Path, base: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        make_preset(tmp_path, BODY.replace("keys_tine", base))
