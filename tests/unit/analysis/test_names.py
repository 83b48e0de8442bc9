"""Laws of file names: they give section, layer, variation, tempo and bars."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.names import group, identifier

FOLDER = Path("any")


def places(*names: str) -> list[tuple[str, str]]:
    return [(stem.section, stem.layer) for stem in group([FOLDER / name for name in names], FOLDER)]


@pytest.mark.parametrize(
    "names",
    [
        ("explore_drums.wav", "explore_bass.wav", "combat_drums.wav", "combat_bass.wav"),
        ("explore-drums.flac", "explore-bass.flac", "combat-drums.flac", "combat-bass.flac"),
        (
            "01 Drums (Explore).wav",
            "02 Bass (Explore).wav",
            "03 Drums (Combat).wav",
            "04 Bass (Combat).wav",
        ),
        ("ExploreDrums.ogg", "ExploreBass.ogg", "CombatDrums.ogg", "CombatBass.ogg"),
        ("drums.explore.mp3", "bass.explore.mp3", "drums.combat.mp3", "bass.combat.mp3"),
        ("Explore/Drums.wav", "Explore/Bass.wav", "Combat/Drums.wav", "Combat/Bass.wav"),
        (
            "My Game - Explore - Drums.wav",
            "My Game - Explore - Bass.wav",
            "My Game - Combat - Drums.wav",
            "My Game - Combat - Bass.wav",
        ),
        (
            "explore_drums_140bpm_16bars.wav",
            "explore_bass_140bpm_16bars.wav",
            "combat_drums_140bpm_8bars.wav",
            "combat_bass_140bpm_8bars.wav",
        ),
    ],
)
def test_however_they_are_written_sections_and_layers_are_told_apart(
    names: tuple[str, ...],
) -> None:
    assert places(*names) == [
        ("explore", "drums"),
        ("explore", "bass"),
        ("combat", "drums"),
        ("combat", "bass"),
    ]


def test_layers_alone_are_one_section() -> None:
    assert places("song_drums.wav", "song_bass.wav") == [("main", "drums"), ("main", "bass")]


def test_sections_alone_have_one_layer() -> None:
    assert places("calm.wav", "fight.wav") == [("calm", "music"), ("fight", "music")]


def test_names_without_known_words_are_layers() -> None:
    assert places("a.ogg", "b.ogg") == [("main", "a"), ("main", "b")]


def test_unknown_words_are_sections_if_they_repeat() -> None:
    assert places("grotto_x.wav", "grotto_y.wav", "meadow_x.wav", "meadow_y.wav") == [
        ("grotto", "x"),
        ("grotto", "y"),
        ("meadow", "x"),
        ("meadow", "y"),
    ]


def test_unknown_words_beside_known_layers_are_sections() -> None:
    assert places("grotto_drums.wav", "grotto_pad.wav", "meadow_pad.wav") == [
        ("grotto", "drums"),
        ("grotto", "pad"),
        ("meadow", "pad"),
    ]


def test_the_name_of_a_song_may_have_a_word_of_a_layer() -> None:
    names = ("night_bus_drums.wav", "night_bus_bass.wav", "garage_band_bass.wav", "garage_band_drums.wav")

    assert places(*names) == [
        ("night_bus", "drums"),
        ("night_bus", "bass"),
        ("garage_band", "bass"),
        ("garage_band", "drums"),
    ]


def test_adjectives_of_layers_are_not_sections() -> None:
    assert places("soft pad.wav", "drums.wav", "lead guitar.wav") == [
        ("main", "soft_pad"),
        ("main", "drums"),
        ("main", "lead_guitar"),
    ]


def test_a_word_all_share_is_the_section_if_it_is_known() -> None:
    assert places("combat_x.wav", "combat_y.wav") == [("combat", "x"), ("combat", "y")]


def test_a_number_after_a_section_belongs_to_it() -> None:
    assert places("verse 1 drums.wav", "verse 2 drums.wav") == [
        ("verse_1", "drums"),
        ("verse_2", "drums"),
    ]


@pytest.mark.parametrize(
    "names",
    [
        ("Drums.wav", "Bass.wav"),
        ("01 Drums_bip.wav", "02 Bass_bip.wav"),
        ("Song - Drums (140bpm).wav", "Song - Bass (140bpm).wav"),
        ("drums_140_Amin.wav", "bass_140_Amin.wav"),
        ("drums_F#m_128.wav", "bass_F#m_128.wav"),
        ("Stem-Drums-Master.WAV", "Stem-Bass-Master.WAV"),
        ("Drums-01.wav", "Bass-01.wav"),
        ("Audio Files/Drums-01.wav", "Audio Files/Bass-01.wav"),
        ("Exports/WAV 24bit/Drums.wav", "Exports/WAV 24bit/Bass.wav"),
        ("My Song 140 BPM - Drums - Stereo Out.wav", "My Song 140 BPM - Bass - Stereo Out.wav"),
    ],
)
def test_names_as_programs_export_them_are_the_layers(names: tuple[str, ...]) -> None:
    assert places(*names) == [("main", "drums"), ("main", "bass")]


def test_nested_folders_are_sections_and_named_in_full_only_where_they_must_be() -> None:
    one = places("Level 1/Calm/drums.wav", "Level 1/Fight/drums.wav")
    two = places("Level 1/Calm/drums.wav", "Level 2/Calm/drums.wav")

    assert one == [("calm", "drums"), ("fight", "drums")]
    assert two == [("level_1_calm", "drums"), ("level_2_calm", "drums")]


def test_a_bare_number_that_can_be_a_tempo_is_one() -> None:
    (stem,) = group([FOLDER / "drums_140_Amin.wav"], FOLDER)

    assert (stem.layer, stem.bpm) == ("drums", 140.0)


def test_letters_without_an_ascii_letter_below_them_are_spelled_out() -> None:
    assert identifier("Größe Łódź Smørebrød", "layer") == "grosse_lodz_smorebrod"


def test_a_folder_named_stems_is_no_section() -> None:
    assert places("stems/drums.wav", "stems/bass.wav") == [("main", "drums"), ("main", "bass")]


def test_two_files_of_one_name_are_two_layers() -> None:
    assert places("drums.wav", "Drums.flac") == [("main", "drums"), ("main", "drums_2")]


def variations(*names: str) -> list[tuple[str, str, int]]:
    return [
        (stem.section, stem.layer, stem.variation)
        for stem in group([FOLDER / name for name in names], FOLDER)
    ]


def test_letters_after_a_section_or_a_layer_are_variations() -> None:
    assert variations("village_a.wav", "village_b.wav", "village_drums.wav", "battle_drums.wav") == [
        ("village", "music", 1),
        ("village", "music", 2),
        ("village", "drums", 0),
        ("battle", "drums", 0),
    ]
    assert variations("calm_pad_b.wav", "calm_pad_a.wav", "fight_pad.wav") == [
        ("calm", "pad", 2),
        ("calm", "pad", 1),
        ("fight", "pad", 0),
    ]


@pytest.mark.parametrize(
    "names",
    [("drums take 1.wav", "drums take 2.wav", "bass.wav"), ("drums.wav", "drums alt.wav", "bass.wav")],
)
def test_words_for_variations_make_variations(names: tuple[str, ...]) -> None:
    assert variations(*names) == [("main", "drums", 1), ("main", "drums", 2), ("main", "bass", 0)]


@pytest.mark.parametrize(
    "names",
    [
        ("a.ogg", "b.ogg"),  # a letter is all they say
        ("calm_pad_a.wav", "calm_pad_c.wav", "fight_pad.wav"),  # no b
        ("calm_guitar_1.wav", "calm_guitar_2.wav", "fight_pad.wav"),  # two guitars
        ("calm_pad_b.wav", "fight_pad.wav"),
    ],
)
def test_files_that_are_not_a_complete_set_of_variations_are_layers(names: tuple[str, ...]) -> None:
    assert [variation for _, _, variation in variations(*names)] == [0] * len(names)


def test_a_stinger_that_says_so_is_no_layer() -> None:
    names = ("calm_pad.wav", "fight_pad.wav", "stinger_victory.wav", "Sting.wav")
    found = group([FOLDER / name for name in names], FOLDER)

    assert [stem.layer for stem in found if stem.is_stinger] == ["victory", "stinger"]
    assert [(stem.section, stem.layer) for stem in found if not stem.is_stinger] == [
        ("calm", "pad"),
        ("fight", "pad"),
    ]


@pytest.mark.parametrize(
    ("name", "bpm", "bars"),
    [
        ("drums_140bpm_16bars.ogg", 140.0, 16),
        ("Drums 97.5 BPM 4 bars.wav", 97.5, 4),
        ("bpm120 loop 1 bar.wav", 120.0, 1),
        ("drums-97,5bpm.wav", 97.5, 0),
        ("808 kit.wav", None, 0),
        ("5bpm.wav", None, 0),
        ("999bpm.wav", None, 0),
        ("barsolo.wav", None, 0),
    ],
)
def test_tempo_and_bars_are_read_from_names(name: str, bpm: float | None, bars: int) -> None:
    (stem,) = group([FOLDER / name], FOLDER)

    assert (bpm, bars) == (stem.bpm, stem.bars)


@pytest.mark.parametrize("words", ["", "8-bit", "Ünï cødé", "日本語", "any", "x" * 300, "a\nb", "_"])
def test_every_name_becomes_a_legal_one(words: str) -> None:
    name = identifier(words, "layer")

    assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name)
    assert name != "any"


@pytest.mark.parametrize("seed", range(40))
def test_whatever_files_are_called_no_two_share_section_layer_and_variation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alphabet = [*"aB1_- .()é日\n", "drums", "combat", "120bpm", "4bars", "calm"]
    names = {"".join(rng.choice(alphabet, rng.integers(1, 6))) + ".wav" for _ in range(12)}

    found = group([FOLDER / name for name in sorted(names)], FOLDER)

    assert len(names) == len({(stem.section, stem.layer, stem.variation) for stem in found})
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", stem.layer) for stem in found)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", stem.section) for stem in found)


def test_the_music_of_a_first_day_becomes_a_section_each() -> None:
    names = ("menu_loop", "fight_drums", "fight_bass", "shop_music", "fanfare")
    found = group([Path(f"{name}.wav") for name in names], Path())

    assert [(stem.section, stem.layer) for stem in found] == [
        ("menu", "music"), ("fight", "drums"), ("fight", "bass"), ("shop", "music"), ("fanfare", "music"),
    ]  # fmt: skip


def test_accents_and_a_file_that_holds_introduction_and_loop_are_read_as_what_they_are() -> None:
    names = ("explore_drums", "explore_flöte (intro+loop)", "menü", "shop")
    stems = group([Path(f"{name}.wav") for name in names], Path())

    assert [(one.section, one.layer) for one in stems] == [
        ("explore", "drums"), ("explore", "flote"), ("menu", "music"), ("shop", "music"),
    ]  # fmt: skip
