"""Wrong presets as beginners write them, and what `adaptive check` answers to each.

Every sentence has to say what to write instead, and one wrong line has to give one fault.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.preset.check import check
from adaptive.preset.load import read
from adaptive.session.performance import vocabulary
from adaptive.session.playable import require_playable

FOLDER = Path(__file__).parent / "beginners"
RIGHT = (FOLDER / "preset.toml").read_text(encoding="utf-8")

WRONG: dict[str, tuple[str, str]] = {
    # syntax
    "decimal comma": ("rise_s     = 0.2", "rise_s = 0,2"),
    "decimal comma in braces": ("{ beats = 2 }", "{ beats = 0,5 }"),
    "decimal comma in a list": ("[0.0, 1.0]\nrise_s", "[0,0, 1,0]\nrise_s"),
    "text without quotes": ('section = "shop"', "section = shop"),
    "path without quotes": ('stem    = "stems/fanfare.wav"', "stem = stems/fanfare.wav"),
    "meter without quotes": ('"4/4"', "4/4"),
    "condition without quotes": ('"threat > 0.6 or health < 20"', "threat > 0.6"),
    "double quotes inside double quotes": ("\"place == 'shop'\"", '"place == "shop""'),
    "typographic quotes": ('"First day"', "“First day”"),
    "typographic quotes in a list": ('layers      = ["pad"]', "layers = [„pad“]"),
    "unit after the number": ("tempo_bpm = 120", "tempo_bpm = 120 bpm"),
    "colon for equals": ("length_bars = 4", "length_bars: 4"),
    "comment with slashes": ("length_bars = 4", "length_bars = 4 // four bars"),
    "number without a digit first": ("rise_s     = 0.2", "rise_s = .2"),
    "True": ("length_bars = 4", "length_bars = 4\n[[select]]\nurgent = True"),
    "no closing quote": ('"First day"', '"First day'),
    "no closing bracket of a list": ('["pad", "drums"]', '["pad", "drums"'),
    "no comma in a list": ('["pad", "drums"]', '["pad" "drums"]'),
    "no closing bracket of a table": ("[layers.pad]", "[layers.pad"),
    "blank in a table's name": ("[layers.pad]", "[layers.my pad]"),
    "umlaut in a table's name": ("[layers.pad]", "[layers.fläche]"),
    "the same table twice": ("[layers.drums]", "[layers.pad]"),
    "the same key twice": ("rise_s     = 0.2", "rise_s = 0.2\nrise_s = 0.3"),
    "braces over two lines": ("{ beats = 2 }", "{ beats = 2,\n  curve = 'linear' }"),
    "backslashes": ('"stems/pad.wav"', '"stems\\pad.wav"'),
    "backslash that is an escape": ('"stems/fanfare.wav"', '"stems\\fanfare.wav"'),
    "no-break space": ("length_bars = 4", "length_bars =\u00a04"),
    "two files without a list": ('"stems/fanfare.wav"', '"stems/fanfare.wav", "stems/pad.wav"'),
    # brackets and nesting
    "single brackets of a list": ('[[inputs]]', "[inputs]"),
    "single brackets, several times": ("[[select]]", "[select]"),
    "double brackets of a table": ("[sections.shop]", "[[sections.shop]]"),
    "double brackets without a name": ("[stingers.fanfare]", '[[stingers]]\nname = "fanfare"'),
    "table without its group": ("[layers.drums]", "[drums]"),
    "singular for plural": ("[layers.drums]", "[layer.drums]"),
    "all singular": ("[layers.", "[layer."),
    "key below the wrong table": ('meter     = "4/4"\n\n[credits]', '\n[credits]\nmeter = "4/4"'),
    "when in a section": ("[sections.shop]", "[sections.shop]\nwhen = \"place == 'shop'\""),
    "fade in a section": ("[sections.shop]", "[sections.shop]\nfade_out = { beats = 2 }"),
    # types
    "number for a fade": ("{ beats = 2 }", "2"),
    "text for a fade": ("{ beats = 2 }", '"2 beats"'),
    "seconds as a text for a fade": ("{ beats = 2 }", '"1.5s"'),
    "number as a text": ("length_bars = 4", 'length_bars = "4"'),
    "number as a text with a comma": ("rise_s     = 0.2", 'rise_s = "0,2"'),
    "number with a fraction": ("length_bars = 4", "length_bars = 4.0"),
    "one layer without a list": ('layers      = ["pad"]\nlength_bars = 4', 'layers = "pad"\nlength_bars = 4'),
    "file for a layer": (
        '[layers.drums]\nstem = { fight = "stems/drums.wav" }',
        '[layers]\ndrums = "stems/drums.wav"',
    ),
    "list for a section": (
        '[sections.shop]\nlayers      = ["pad"]\nlength_bars = 4',
        '[sections]\nshop = ["pad"]',
    ),
    "text for a range": ("range      = [0.0, 100.0]", 'range = "0-100"'),
    "number for a grid": ("{ every_bars = 4 }", "4"),
    "text for a marker": ('{ marker = "lift" }', '"lift"'),
    "points without a table": (
        '{ over = "threat", points = [[0.0, -6.0], [1.0, 0.0]] }',
        "[[0.0, -6.0], [1.0, 0.0]]",
    ),
    "meter as a number": ('"4/4"', "4"),
    "schema as a text": ("schema    = 1", 'schema = "1"'),
    "yes for true": ('section = "fight"', 'section = "fight"\nurgent = "yes"'),
    # names and values
    "misspelt key": ("length_bars = 4", "lenght_bars = 4"),
    "key with another unit": ("rise_s     = 0.2", "rise_ms = 200"),
    "key of another program": ('[layers.drums]\nstem', "[layers.drums]\nfile"),
    "key without its unit": ("tempo_bpm = 120", "bpm = 120"),
    "volume": ("[layers.drums]", "[layers.drums]\nvolume = -6"),
    "capital letters in a key": ("tempo_bpm = 120", "Tempo_BPM = 120"),
    "capital letter in a name": ("[sections.shop]", "[sections.Shop]"),
    "capital letter in a name and its uses": ("shop", "Shop"),
    "misspelt name at its table": ("[layers.pad]", "[layers.pda]"),
    "misspelt parameter at its table": ("[parameters.threat]", "[parameters.thret]"),
    "misspelt layer in a section": ('["pad", "drums"]', '["pad", "drumz"]'),
    "misspelt word": ('exit_at  = "beat"', 'exit_at = "beet"'),
    "misspelt file": ('"stems/fanfare.wav"', '"stems/fanfar.wav"'),
    "file of another case": ('"stems/fanfare.wav"', '"Stems/Fanfare.WAV"'),
    "file elsewhere": ('"stems/fanfare.wav"', '"/music/fanfare.wav"'),
    "stem for a section that is not": ("{ fight =", "{ figth ="),
    # conditions
    "value without quotes": ("place == 'shop'", "place == shop"),
    "misspelt value without quotes": ("place == 'shop'", "place == shpo"),
    "misspelt value": ("place == 'shop'", "place == 'shpo'"),
    "single equals": ("place == 'shop'", "place = 'shop'"),
    "a value for a state": ("place == 'shop'", "shop"),
    "a state alone": ("place == 'shop'", "place"),
    "operators of another language": ("threat > 0.6", "threat > 0.6 && health < 50"),
    "threshold in percent": ("threat > 0.6", "threat > 60"),
    "threshold below the range": ("threat > 0.6", "threat > -1"),
    "threshold outside, the other way round": ("threat > 0.6", "5 < threat"),
    "curve outside the range": ("[[0.0, -6.0], [1.0, 0.0]]", "[[0.0, -6.0], [100.0, 0.0]]"),
    "misspelt parameter": ("threat > 0.6", "thraet > 0.6"),
    # inputs
    "address with a blank": ('"/hr/bpm"', '"/hr/bpm "'),
    "address with a slash at its end": ('"/hr/bpm"', '"/hr/bpm/"'),
    "address with two slashes": ('"/hr/bpm"', '"//hr/bpm"'),
    "address without a slash": ('"/hr/bpm"', '"hr/bpm"'),
    "key of the preset": ('meter     = "4/4"', 'key = "H minor"'),
    "chords as one text": ("length_bars = 4", 'length_bars = 4\nchords = "Am, F, C, G"'),
    "chord that is none": ("length_bars = 4", 'length_bars = 4\nchords = ["Am", "Hx"]'),
}  # fmt: skip
"""What is wrong, and the piece of the right preset that is replaced by another one, everywhere."""

ENCODED = {
    "UTF-16": RIGHT.encode("utf-16"),
    "UTF-16 without its mark": RIGHT.encode("utf-16-le"),
    "Latin-1": RIGHT.replace("Ada", "Jürgen").encode("latin-1"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("first day")
    (made / "stems").mkdir()
    for name in ("pad", "drums", "fanfare"):
        (made / "stems" / f"{name}.wav").touch()
    shutil.copy(FOLDER / "preset.toml", made)
    return made


def lines_of(content: bytes, folder: Path) -> list[str]:
    try:
        return [one.shown for one in check(require_playable(read(content, folder, vocabulary())))]
    except PresetError as error:
        return error.faults


def answers(folder: Path) -> dict[str, list[str]]:
    wrong = {title: RIGHT.replace(old, new).encode() for title, (old, new) in WRONG.items()}
    return {title: lines_of(content, folder) for title, content in {**wrong, **ENCODED}.items()}


def told(folder: Path) -> str:
    parts = []
    for title, lines in answers(folder).items():
        change = "".join(f"    {text}\n" for text in WRONG.get(title, ("", ""))[1].splitlines() or [""])
        parts.append(f"{title}\n{change}" + "".join(f"  {line}\n" for line in lines))
    return "\n".join(parts)


def test_every_wrong_preset_is_answered_in_the_words_of_the_golden_file(
    folder: Path, update_golden: bool
) -> None:
    expected = FOLDER / "expected.txt"
    if update_golden:
        expected.write_text(told(folder), encoding="utf-8", newline="\n")

    assert expected.read_text(encoding="utf-8") == told(folder)


def test_the_right_preset_has_nothing_to_mend(folder: Path) -> None:
    assert lines_of(RIGHT.encode(), folder) == []


@pytest.mark.parametrize("mark", ["\ufeff", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(folder: Path, mark: str) -> None:
    text = mark + RIGHT if mark == "\ufeff" else RIGHT.replace("\n", mark)

    assert lines_of(text.encode(), folder) == []
    assert lines_of(text.replace("    ", "\t").encode(), folder) == []


def test_one_wrong_line_is_one_fault(folder: Path) -> None:
    several = {title: lines for title, lines in answers(folder).items() if len(lines) != 1}

    assert several == {}


def test_every_sentence_has_its_line(folder: Path) -> None:
    lines = [line.removeprefix("warning: ") for found in answers(folder).values() for line in found]

    assert [line for line in lines if not line.startswith("preset.toml:")] == []
