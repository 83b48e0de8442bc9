from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from adaptive.preset.file_names import as_text, find_same, hint_file, what_differs

NFC, NFD = (unicodedata.normalize(form, "stems/gl\u00fchen.wav") for form in ("NFC", "NFD"))


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(("written", "kept"), [(NFC, NFD), (NFD, NFC), (NFD, NFD)])
def test_a_name_is_found_in_either_form(tmp_path: Path, written: str, kept: str) -> None:
    found = find_same(fill(tmp_path, kept), written)

    assert found is not None
    assert found.samefile(tmp_path / kept)


def test_a_folder_may_be_written_in_either_form_too(tmp_path: Path) -> None:
    folder = unicodedata.normalize("NFD", "st\u00fccke")

    assert find_same(fill(tmp_path, f"{folder}/a.wav"), "st\u00fccke/a.wav") is not None


def test_a_name_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    assert find_same(fill(tmp_path, "stems/a.wav"), "stems/b.wav") is None
    assert find_same(tmp_path, "nothing/b.wav") is None


@pytest.mark.parametrize(
    ("written", "found", "differs"),
    [
        ("a\u00a0b.wav", "a b.wav", "It has SPACE where you wrote NO-BREAK SPACE."),
        ("a .wav", "a.wav", "It has nothing where you wrote SPACE."),
        ("p\u0430d.wav", "pad.wav", "It has LATIN SMALL LETTER A where you wrote CYRILLIC SMALL LETTER A."),
        ("pad.wav", "pa\u200bd.wav", "It has ZERO WIDTH SPACE where you wrote nothing."),
        ("drms.wav", "drums.wav", ""),
    ],
)
def test_characters_that_one_does_not_see_are_named(written: str, found: str, differs: str) -> None:
    assert what_differs(written, found) == differs
    assert hint_file(written, [found]) == f"; did you mean `{found}`?{' ' if differs else ''}{differs}"


def test_another_case_is_told(tmp_path: Path) -> None:
    listed = ["stems/other.wav", "Stems/DRUMS.WAV"]

    assert hint_file("stems/drums.wav", listed) == (
        "; the file is named `Stems/DRUMS.WAV`: upper and lower case differ"
    )


def test_a_name_that_was_read_without_a_locale_is_shown_as_it_is() -> None:
    read = NFD.encode().decode("ascii", "surrogateescape")

    assert as_text(read) == NFD
    assert as_text("\udcff.wav") == "\udcff.wav"
    assert f"did you mean `{NFD}`?" in hint_file("stems/gl\u00fchan.wav", [read])


def test_nothing_similar_gives_no_hint() -> None:
    assert hint_file("stems/a.wav", ["README.md"]) == ""


def test_another_stem_of_the_same_section_is_not_suggested() -> None:
    listed = ["stems/explore_flöte_intro.wav", "stems/explore_bass.wav"]

    assert hint_file("stems/explore_strings.wav", listed) == ""
    assert hint_file("stems/explore_string.wav", ["stems/explore_strings.wav", *listed]) == (
        "; did you mean `stems/explore_strings.wav`?"
    )


def test_letters_are_not_named_where_names_differ_in_many() -> None:
    assert hint_file("explore_flote (1).wav", ["explore_flöte-(1) x.wav"]).endswith("x.wav`?")
