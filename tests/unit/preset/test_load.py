from __future__ import annotations

import copy
import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from adaptive.errors import PresetError
from adaptive.preset.faults import MAX_FAULTS, FaultList
from adaptive.preset.load import MAX_BYTES, Preset, StateGroup, Vocabulary, find, load, read
from adaptive.preset.model import DEFAULT_TRANSITION
from adaptive.preset.schema import Curve, Fade, Grid, PresetFile
from adaptive.preset.walk import PATTERNS, read_file

TWO_MOODS = """
schema    = 1
name      = "Two moods"
tempo_bpm = 120
[layers.calm]
stem = "stems/calm.wav"
[layers.fight]
stem = "stems/fight.wav"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight"]
"""

NIGHT_RUN = (Path(__file__).parent / "night_run.toml").read_text(encoding="utf-8")

HEAD = 'schema = 1\nname = "Test"\ntempo_bpm = 120\n'
TAIL = """
[layers.pad]
stem = "stems/pad.wav"
[sections.calm]
layers = ["pad"]
[sections.storm]
layers = ["pad"]
"""

VOCABULARY = Vocabulary({"drums": frozenset({"shaker", "kit"})}, frozenset({"kit_light", "pluck"}))


def write(folder: Path, text: str, *stems: str) -> Path:
    (folder / "stems").mkdir(exist_ok=True)
    for stem in ("stems/pad.wav", *stems):
        (folder / stem).write_bytes(b"")
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path, vocabulary: Vocabulary | None = None) -> list[str]:
    with pytest.raises(PresetError) as caught:
        load(folder, vocabulary=vocabulary)
    return caught.value.faults


def loaded(folder: Path, extra: str = "", head: str = HEAD) -> Preset:
    return load(write(folder, head + TAIL + extra))


def test_the_smallest_preset_loads(tmp_path: Path) -> None:
    write(tmp_path, TWO_MOODS)
    silence = np.zeros((48, 1), np.float32)
    for mood in ("calm", "fight"):
        soundfile.write(tmp_path / f"stems/{mood}.wav", silence, 48000)
    preset = load(tmp_path)

    assert preset.file.name == "Two moods"
    assert preset.file.tempo_bpm == 120.0
    assert preset.folder == tmp_path.resolve()
    assert preset.variants("fight", "fight") == (tmp_path.resolve() / "stems/fight.wav",)
    assert {(segment.beats_per_bar, segment.beat_unit) for segment in preset.segments.values()} == {(4, 4)}
    assert preset.text_digest == hashlib.sha256(TWO_MOODS.encode()).hexdigest()


def test_without_states_there_is_one_group_whose_values_are_the_sections(tmp_path: Path) -> None:
    preset = loaded(tmp_path)

    assert {"section": StateGroup(("calm", "storm"), "calm")} == preset.state_groups
    assert [line.section for line in preset.select] == ["calm", "storm"]
    assert [one.text for one in preset.when.values()] == ["section == 'calm'", "section == 'storm'"]
    assert preset.default_section == "calm"


def test_the_default_section_is_the_one_without_a_condition(tmp_path: Path) -> None:
    extra = """
    [[select]]
    section = "calm"
    when = "section == 'calm'"
    [[select]]
    section = "storm"
    """
    preset = loaded(tmp_path, extra)

    assert preset.default_section == "storm"
    assert preset.state_groups["section"].default == "storm"
    assert list(preset.when) == [0]


def test_a_state_without_a_default_begins_with_its_first_value(tmp_path: Path) -> None:
    preset = loaded(tmp_path, '[states.place]\nvalues = ["road", "shelter"]\n')

    assert {"place": StateGroup(("road", "shelter"), "road")} == preset.state_groups


NIGHT_RUN_NOT_YET = [
    "tempo_follow: this version does not support `tempo_follow` yet",
    "layers.drums.stretch: this version does not support `stretch` yet",
]


def write_night_run(folder: Path, text: str) -> Path:
    return write(folder, text, *re.findall(r'"(stems/[^"]+)"', NIGHT_RUN))


def test_keys_of_later_versions_are_called_that_and_nothing_else_is_wrong(tmp_path: Path) -> None:
    assert faults_of(write_night_run(tmp_path, NIGHT_RUN), VOCABULARY) == NIGHT_RUN_NOT_YET


def test_the_full_example_loads_without_the_keys_of_later_versions(tmp_path: Path) -> None:
    text = re.sub(r"(?ms)^\[tempo_follow\].*?(?=^\[|^# ──)", "", NIGHT_RUN)
    text = re.sub(r"(?m)^stretch.*$", "", text)
    preset = load(write_night_run(tmp_path, text), vocabulary=VOCABULARY)

    assert preset.default_section == "road"
    assert preset.file.parameters["cadence"].range == (60.0, 240.0)
    assert preset.file.layers["pad"].level_db == Curve("threat", ((0.0, -4.0), (1.0, -12.0)))
    assert preset.file.inputs[2].values == {"0": "road", "1": "shelter"}
    assert preset.transition("chase", "road").exit_at == Grid(every_bars=4)
    assert preset.transition("road", "shelter").fade_out == Fade(seconds=1.5)
    assert preset.transition("shelter", "chase").fade_out == Fade(beats=2.0)
    assert preset.variants("bass", "shelter") == ()
    assert preset.variants("shaker", "road") == ()
    assert preset.segments["bridge:alarm"].layers == ("shaker", "bridge:alarm")
    assert preset.segments["road"].markers == ((32, "lift"),)


def test_without_a_rule_a_transition_waits_for_the_bar_and_fades_two_beats(tmp_path: Path) -> None:
    rule = loaded(tmp_path).transition("calm", "storm")

    assert rule is DEFAULT_TRANSITION
    assert (rule.exit_at, rule.enter_at, rule.fade_out) == ("bar", "start", Fade(beats=2.0))


def test_a_beat_is_the_denominator_of_the_meter(tmp_path: Path) -> None:
    extra = "[sections.slow]\nlayers = []\ntempo_bpm = 60\n"
    preset = loaded(tmp_path, extra, HEAD + 'meter = "6/8"\n')

    assert {(segment.beats_per_bar, segment.beat_unit) for segment in preset.segments.values()} == {(6, 8)}
    assert preset.segments["calm"].beat_s == 0.25
    assert preset.segments["slow"].beat_s == 0.5


def test_derived_parameters_come_after_what_they_read(tmp_path: Path) -> None:
    extra = """
    [parameters.both]
    value = "max(left, right)"
    [parameters.left]
    value = "right / 2"
    [parameters.right]
    """

    assert list(loaded(tmp_path, extra).derived) == ["left", "both"]


def test_keys_that_begin_with_x_are_free_in_every_table(tmp_path: Path) -> None:
    head = HEAD + 'x_made_with = "a pencil"\n[x_notes]\nanything = [1, "two"]\n'
    extra = "x_colour = 3\n[[transitions]]\nfade_out = { beats = 1, x_why = true }\n"

    assert loaded(tmp_path, extra, head).file.transitions[0].fade_out == Fade(beats=1.0)


def test_a_preset_is_found_by_name_by_folder_and_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "night_run"
    folder.mkdir()
    digest = loaded(folder).text_digest

    for way in ("night_run", folder, str(folder), folder / "preset.toml"):
        assert load(way, [tmp_path]).text_digest == digest


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nightrun", 'there is no preset named "nightrun"; did you mean `night_run`?'),
        ("..", 'there is no preset named ".."; there is `night_run`'),
        ("../night_run", 'there is no preset named "../night_run"; did you mean `night_run`?'),
    ],
)
def test_a_name_finds_nothing_outside_the_presets_folders(tmp_path: Path, name: str, expected: str) -> None:
    folder = tmp_path / "presets" / "night_run"
    folder.mkdir(parents=True)
    loaded(folder)

    with pytest.raises(PresetError) as caught:
        find(name, [tmp_path / "presets", tmp_path / "missing"])

    assert [expected] == caught.value.faults


def test_a_missing_path_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == ["there is no preset.toml in this folder"]
    missing = tmp_path / "nowhere"
    assert faults_of(missing) == [f"there is no such file or folder: {missing}"]


def test_the_error_says_which_file_as_the_user_named_it(tmp_path: Path) -> None:
    with pytest.raises(PresetError) as caught:
        load(write(tmp_path, "nonsense = 1"))

    assert str(tmp_path) == caught.value.where


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"schema = 1\nname = \n", r"line 2, column 8: a value is missing"),
        (b"schema = 1\nschema = 2\n", r"line 2, column \d+: this key is already defined"),
        (b'name = """', r"the end: a string has no closing quote"),
        (b"schema = 1\nname = '\xff'\n", r"line 2: is not UTF-8 text"),
        (b"a = " + b"[" * 100_000, r"nests too deeply"),
        (b"a = " + b"1" * 5000, r"holds a number with too many digits"),
        (b"#" * (MAX_BYTES + 1), r"is larger than the 1000000 bytes a preset may have"),
    ],
    ids=["no value", "twice", "no end", "not UTF-8", "nested", "digits", "large"],
)
def test_text_that_is_not_toml_is_one_fault(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "preset.toml").write_bytes(content)
    (fault,) = faults_of(tmp_path)

    assert re.fullmatch(expected, fault)


def test_an_empty_file_lacks_what_every_preset_needs(tmp_path: Path) -> None:
    expected = [
        "schema: is missing; it must be 1",
        "name: is missing; it must be a string",
        "tempo_bpm: is missing; it must be a number",
        "layers: is missing; it must be a table",
        "sections: is missing; it must be a table",
    ]

    assert expected == faults_of(write(tmp_path, ""))


WRONG_VALUES = [
    ("tempo_bpm = true", "tempo_bpm: must be a number, got true"),
    ('tempo_bpm = "fast"', 'tempo_bpm: must be a number, got "fast"'),
    ("tempo_bpm = 500", "tempo_bpm: must be between 20 and 400, got 500"),
    ("tempo_bpm = nan", "tempo_bpm: must be a number, got nan"),
    ("tempo_bpm = 1979-05-27", "tempo_bpm: must be a number, got a date or time"),
    ("seed = 1.5", "seed: must be a whole number, got 1.5"),
    ("seed = 99999999999999999999", "seed: must fit into 64 bits, got a very large number"),
    ("schema = 2", "schema: must be 1, got 2"),
    ("schema = 1.0", "schema: must be 1, got 1.0"),
    ('name = ""', "name: must not be empty"),
    (f'name = "{"a" * 201}"', "name: must have at most 200 characters, got 201"),
    (
        'meter = "4/3"',
        'meter: must be a meter such as "4/4" (1 to 99 beats; 1, 2, 4, 8 or 16), got "4/3"',
    ),
    ("meter = 4", 'meter: must be a meter such as "4/4" (1 to 99 beats; 1, 2, 4, 8 or 16), got 4'),
    ("temp_bpm = 90", "temp_bpm: is not a key of this table; did you mean `tempo_bpm`?"),
    ("credits = 1", "credits: must be a table, got 1"),
]


@pytest.mark.parametrize(("line", "expected"), WRONG_VALUES)
def test_a_wrong_value_is_named_with_what_was_expected(tmp_path: Path, line: str, expected: str) -> None:
    key = line.split(" ")[0]
    head = "".join(one + "\n" for one in HEAD.splitlines() if not one.startswith(f"{key} "))

    assert [expected] == faults_of(write(tmp_path, head + line + "\n" + TAIL))


WRONG_TABLES = [
    (
        "[[transitions]]\nfade_out = { beats = -1 }",
        "transitions[0].fade_out.beats: must be between 0 and 4096, got -1",
    ),
    (
        '[[transitions]]\nexit_at = "baer"',
        'transitions[0].exit_at: must be "bar", "beat", "end", "immediate", "phrase" or '
        'a table with `every_bars`, `every_beats` or `marker`, got "baer"; did you mean `bar`?',
    ),
    (
        "[[transitions]]\nexit_at = { every_bars = 0 }",
        "transitions[0].exit_at.every_bars: must be more than 0 and at most 4096, got 0",
    ),
    (
        "[[transitions]]\nexit_at = { every = 1 }",
        "transitions[0].exit_at.every: is not a key of this table; did you mean `every_bars`?",
    ),
    (
        '[[transitions]]\nfrom = "calmm"',
        "transitions[0].from: there is no section named `calmm`; did you mean `calm`?",
    ),
    (
        "[[transitions]]\nfade_in = {}",
        "transitions[0].fade_in: must have exactly one of `beats`, `bars` and `seconds`, got none",
    ),
    (
        "[[transitions]]\nfade_in = { beats = 1, bars = 1 }",
        "transitions[0].fade_in: must have exactly one of `beats`, `bars` and `seconds`, "
        "got `beats` and `bars`",
    ),
    (
        "[[transitions]]\nfade_in = { beats = 1, start_bars = 1, start_beats = 1 }",
        "transitions[0].fade_in: may have only one start, got `start_beats` and `start_bars`",
    ),
    (
        '[[transitions]]\nto = "calm"\n[[transitions]]\nfrom = "any"\nto = "calm"',
        "transitions[1]: is a second rule from `any` to `calm`; neither is more specific",
    ),
    (
        '[[transitions]]\nenter_at = { marker = "lift" }',
        "transitions[0].enter_at.marker: there is no marker named `lift`; there is none",
    ),
    ("[transitions]", "transitions: must be a list, got a table"),
    (
        '[sections."My Storm"]\nlayers = []',
        'sections."My Storm": must be a name (a-z, 0-9 and `_`, a letter first), '
        'got "My Storm"; try `my_storm`',
    ),
    (
        "[sections.any]\nlayers = []",
        "sections.any: means every section in a transition; take another name",
    ),
    (
        '[sections.odd]\nlayers = ["pda"]',
        "sections.odd.layers[0]: there is no layer named `pda`; did you mean `pad`?",
    ),
    (
        '[sections.odd]\nlayers = ["pad", "pad"]',
        "sections.odd.layers[1]: `pad` is there already",
    ),
    (
        "[sections.odd]\nlayers = [3]",
        "sections.odd.layers[0]: must be a name (a-z, 0-9 and `_`, a letter first), got 3",
    ),
    (
        "[sections.odd]\nlayers = []\nlength_bars = 4\nlength_beats = 16",
        "sections.odd.length_beats: is given together with `length_bars`; leave one out",
    ),
    (
        "[sections.odd]\nlength_bars = 4",
        "sections.odd.layers: is missing; it must be a list",
    ),
    (
        '[layers.two]\nstem = { calm = "stems/pad.wav" }\n[sections.odd]\nlayers = ["two"]',
        "sections.odd.layers[0]: `two` has no stem for section `odd`; there is `calm`",
    ),
    (
        '[layers.two]\nstem = { clam = "stems/pad.wav" }',
        "layers.two.stem.clam: there is no section named `clam`; did you mean `calm`?",
    ),
    (
        "[layers.two]",
        "layers.two: must have either a `stem` or a `generator`, got neither",
    ),
    (
        '[layers.two]\nstem = "stems/pad.wav"\ngenerator = "drums"',
        "layers.two: must have either a `stem` or a `generator`, got both",
    ),
    ("[layers.two]\nstem = 3", "layers.two.stem: must be a string, a list or a table, got 3"),
    (
        '[layers.two]\nstem = "stems/pad.wav"\nstyle = "shaker"',
        "layers.two.style: goes with a `generator`, not with a `stem`",
    ),
    (
        '[layers.two]\nstem = "stems/pda.wav"',
        "layers.two.stem: there is no such file in the preset's folder; did you mean `stems/pad.wav`?",
    ),
    ('[layers.two]\nstem = "stems"', "layers.two.stem: is a folder, not a file"),
    (
        '[layers.two]\nstem = "../pad.wav"',
        "layers.two.stem: points outside the preset's folder; copy the file into it",
    ),
    (
        '[layers.two]\nstem = "/etc/hosts"',
        "layers.two.stem: points outside the preset's folder; copy the file into it",
    ),
    (
        f'[layers.two]\nstem = "{"a" * 5000}"',
        "layers.two.stem: there is no such file in the preset's folder",
    ),
    (
        '[layers.two]\nstem = "a\\u0000b"',
        "layers.two.stem: there is no such file in the preset's folder",
    ),
    (
        '[layers.two]\nstem = "stems/pad.wav"\npan = 2',
        "layers.two.pan: `pan` must be between -1 and 1, got 2",
    ),
    (
        '[layers.two]\nstem = "stems/pad.wav"\nlevel_db = { over = "x", points = [[0, 0]] }',
        "layers.two.level_db.over: there is no parameter named `x`; there is none",
    ),
    (
        '[parameters.x]\n[layers.two]\nstem = "stems/pad.wav"\n'
        'level_db = { over = "x", points = [[0, 0], [1, -6], [1, -9]] }',
        "layers.two.level_db.points[2]: must lie to the right of the point before, got 1 after 1",
    ),
    (
        '[parameters.x]\n[layers.two]\nstem = "stems/pad.wav"\npan = { over = "x", points = [[0, -2]] }',
        "layers.two.pan.points[0]: `pan` must be between -1 and 1, got -2",
    ),
    (
        '[parameters.x]\n[layers.two]\nstem = "stems/pad.wav"\npan = { over = "x", points = [[0]] }',
        "layers.two.pan.points[0]: must be a list of 2 numbers, got a list of 1",
    ),
    (
        '[parameters.x]\n[layers.two]\nstem = "stems/pad.wav"\npan = { over = "x", points = [] }',
        "layers.two.pan.points: must have at least one entry, got 0",
    ),
    (
        '[layers.two]\nstem = "stems/pad.wav"\nlevel_db = "loud"',
        'layers.two.level_db: must be a number or a table with `over` and `points`, got "loud"',
    ),
    (
        "[parameters.x]\nrange = [1, 0]",
        "parameters.x.range: must rise from low to high, got 1 and 0",
    ),
    (
        "[parameters.x]\ndefault = 3",
        "parameters.x.default: must lie in the range 0 to 1, got 3",
    ),
    (
        "[parameters.x]\nfallback = 3",
        "parameters.x.fallback: must lie in the range 0 to 1, got 3",
    ),
    (
        '[parameters.x]\nfallback = "held"',
        'parameters.x.fallback: must be "default", "hold" or a number, got "held"; did you mean `hold`?',
    ),
    (
        "[parameters.max]",
        "parameters.max: is a word of the expression language; take another name",
    ),
    (
        "[parameters.section]",
        "parameters.section: is also the name of the states that stand for sections; take another name",
    ),
    (
        '[parameters.x]\n[states.x]\nvalues = ["a"]',
        "parameters.x: is also the name of a state; take another name",
    ),
    (
        '[states.s]\nvalues = ["a", "b", "a"]\ndefault = "c"',
        "states.s.values[2]: `a` is there already|"
        "states.s.default: there is no value named `c`; there is `a`, `b`",
    ),
    (
        '[[inputs]]\nosc = "/a"',
        "inputs[0]: must have exactly one of `parameter`, `state` and `event`, got none",
    ),
    (
        '[[inputs]]\nosc = "a"\nstate = "section"',
        'inputs[0].osc: must be an address that begins with `/`, got "a"',
    ),
    (
        '[[inputs]]\nosc = "/a"\nparameter = "section"',
        'inputs[0].parameter: `section` is a state, not a parameter; write `state = "section"`',
    ),
    (
        '[parameters.x]\n[[inputs]]\nosc = "/a"\nstate = "x"',
        'inputs[0].state: `x` is a parameter, not a state; write `parameter = "x"`',
    ),
    (
        '[[inputs]]\nosc = "/a"\nstate = "section"\nvalues = { 0 = "clam" }',
        "inputs[0].values.0: there is no value of `section` named `clam`; did you mean `calm`?",
    ),
    (
        '[[inputs]]\nosc = "/a"\nevent = "boom"',
        "inputs[0].event: there is no stinger named `boom`; there is none",
    ),
    (
        '[[inputs]]\nosc = "/a"\nstate = "section"\ninput_range = [0, 1]',
        "inputs[0].input_range: goes with `parameter`, not with `state`",
    ),
    (
        '[parameters.x]\n[[inputs]]\nosc = "/a"\nparameter = "x"\ninput_range = [1, 1]',
        "inputs[0].input_range: must have two different ends, got 1 twice",
    ),
    (
        '[parameters.y]\nvalue = "1"\n[[inputs]]\nosc = "/a"\nparameter = "y"',
        "inputs[0].parameter: `y` is computed from its `value`; it cannot also come from outside",
    ),
    (
        '[[select]]\nsection = "clam"',
        "select[0].section: there is no section named `clam`; did you mean `calm`?",
    ),
    (
        '[[select]]\nsection = "calm"\nwhen = "x >"',
        "select[0].when: at column 4, expected a number, a name, a string or `(`, found the end",
    ),
    (
        '[stingers.hit]\nstem = "stems/pad.wav"\nduck_db = 3',
        "stingers.hit.duck_db: must be between -200 and 0, got 3",
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_TABLES)
def test_a_wrong_table_is_named_with_its_key_path(tmp_path: Path, table: str, expected: str) -> None:
    assert expected.split("|") == faults_of(write(tmp_path, HEAD + TAIL + table))


WRONG_CONDITIONS = [
    ("treat > 0.5", "there is no parameter or state named `treat`; did you mean `threat`?"),
    (
        "threat",
        "`threat` is a number where a condition is needed; write a comparison such as `x > 0.5`",
    ),
    (
        "threat and place == 'road'",
        "`threat` is a number where a condition is needed; write a comparison such as `x > 0.5`",
    ),
    ("place", "`place` is a state; compare it with a value, such as `place == 'road'`"),
    ("place == 1", "`place` is a state; compare it with a value, such as `place == 'road'`"),
    ("place == 'raod'", "state `place` has no value `raod`; did you mean `road`?"),
    ("place > 'road'", "`>` compares numbers; states are `==` or `!=`"),
    ("threat == 'road'", "a string is compared with something that is not a state"),
    ("place + 1 > 2", "`+` takes numbers; `place` is a state"),
    ("max(threat, 'road') > 2", "`max` takes numbers; 'road' is a text"),
    ("stale(place)", "`stale` takes a parameter; `place` is a state"),
]


@pytest.mark.parametrize(("when", "expected"), WRONG_CONDITIONS)
def test_a_condition_that_makes_no_sense_is_a_fault(tmp_path: Path, when: str, expected: str) -> None:
    extra = '[parameters.threat]\n[states.place]\nvalues = ["road"]\n[[select]]\nsection = "calm"\n'

    assert [f"select[0].when: {expected}"] == faults_of(
        write(tmp_path, HEAD + TAIL + extra + f'when = "{when}"')
    )


@pytest.mark.parametrize(
    "when",
    [
        "place == other",
        "(threat > 0.5) * 2 + age(threat) > 1 and not stale(threat)",
        "bars_in_section > 8 or place != 'road'",
    ],
)
def test_a_condition_that_makes_sense_is_none(tmp_path: Path, when: str) -> None:
    extra = '[parameters.threat]\n[states.place]\nvalues = ["road"]\n[states.other]\n'
    extra += f'values = ["road"]\n[[select]]\nsection = "calm"\nwhen = "{when}"\n'

    assert loaded(tmp_path, extra).when[0].text == when


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": "a + 1"}, ["parameters.a.value: goes in a circle: `a` needs `a`"]),
        (
            {"a": "b", "b": "c", "c": "a", "d": "a"},
            ["parameters.a.value: goes in a circle: `a` needs `b` needs `c` needs `a`"],
        ),
        (
            {"a": "b", "b": "a", "c": "c"},
            [
                "parameters.a.value: goes in a circle: `a` needs `b` needs `a`",
                "parameters.c.value: goes in a circle: `c` needs `c`",
            ],
        ),
        (
            {"a": "bars_in_section"},
            ["parameters.a.value: `bars_in_section` belongs in a `when`, not in a `value`"],
        ),
        (
            {"a": "section == 'calm'"},
            ["parameters.a.value: `section` is not a parameter; a `value` reads parameters only"],
        ),
        (
            {"a": "bb", "b": "0"},
            [
                "parameters.a.value: there is no parameter or state named `bb`; did you mean `b`?",
            ],
        ),
    ],
)
def test_derived_parameters_read_parameters_and_never_themselves(
    tmp_path: Path, values: dict[str, str], expected: list[str]
) -> None:
    tables = "".join(f'[parameters.{name}]\nvalue = "{text}"\n' for name, text in values.items())

    assert expected == faults_of(write(tmp_path, HEAD + TAIL + tables))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            'generator = "drum"',
            "layers.two.generator: there is no generator named `drum`; did you mean `drums`?",
        ),
        (
            'generator = "drums"\nstyle = "shakers"',
            "layers.two.style: there is no style of `drums` named `shakers`; did you mean `shaker`?",
        ),
        (
            'generator = "drums"\ninstrument = "kit_lite"',
            "layers.two.instrument: there is no instrument named `kit_lite`; did you mean `kit_light`?",
        ),
        (
            'generator = "drums"\ninstrument = "mine"\n[instruments.mine]\nbase = "pluk"',
            "instruments.mine.base: there is no built-in instrument named `pluk`; did you mean `pluck`?",
        ),
    ],
)
def test_generators_and_instruments_are_held_against_the_vocabulary(
    tmp_path: Path, layer: str, expected: str
) -> None:
    folder = write(tmp_path, HEAD + TAIL + "[layers.two]\n" + layer)

    assert [expected] == faults_of(folder, VOCABULARY)
    assert load(folder).file.layers["two"].generator is not None


def test_a_link_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "preset"
    folder.mkdir()
    write(folder, HEAD + TAIL)
    (tmp_path / "secret.wav").write_bytes(b"")
    (folder / "stems/pad.wav").unlink()
    try:
        (folder / "stems/pad.wav").symlink_to(tmp_path / "secret.wav")
    except OSError:
        pytest.skip("this file system has no links")

    assert faults_of(folder) == ["layers.pad.stem: points outside the preset's folder; copy the file into it"]


def test_a_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "preset"
    folder.mkdir()
    write(folder, HEAD + TAIL)
    try:
        (tmp_path / "link").symlink_to(folder)
    except OSError:
        pytest.skip("this file system has no links")

    assert folder.resolve() == load(tmp_path / "link").folder


def test_one_mistake_is_one_line(tmp_path: Path) -> None:
    text = HEAD + TAIL + '[layers.two]\nstme = "stems/pad.wav"\n'

    assert faults_of(write(tmp_path, text)) == [
        "layers.two.stme: is not a key of this table; did you mean `stem`?"
    ]


def test_faults_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = HEAD + TAIL + '[[select]]\nsection = "clam"\n[stingers.hit]\nstem = 3\n[layers.two]\n'
    keys = [fault.split(":")[0] for fault in faults_of(write(tmp_path, text))]

    assert keys == ["layers.two", "select[0].section", "stingers.hit.stem"]


def test_a_long_key_is_cut_short(tmp_path: Path) -> None:
    (fault,) = faults_of(write(tmp_path, "long" * 1000 + " = 1\n" + HEAD + TAIL))

    assert fault == f'"{"long" * 10}…": is not a key of this table' + fault.partition("table")[2]
    assert len(fault) < 300


def test_a_fault_is_one_line_whatever_the_file_holds(tmp_path: Path) -> None:
    text = HEAD + TAIL + '[layers."a\\nb"]\nstem = "c\\nd"\n'
    text += '[[select]]\nsection = "a\\u0000"\nwhen = "section == \'a\\u0007\'"\n'

    assert all(fault.isprintable() for fault in faults_of(write(tmp_path, text)))


@pytest.mark.parametrize(
    ("table", "count", "limit"),
    [("parameters", 257, 256), ("layers", 256, 256), ("sections", 255, 256)],
)
def test_tables_have_a_limit(tmp_path: Path, table: str, count: int, limit: int) -> None:
    body = {"parameters": "", "layers": 'stem = "stems/pad.wav"', "sections": "layers = []"}
    tables = "".join(f"[{table}.n{i}]\n{body[table]}\n" for i in range(count))

    assert [f"{table}: has 257 entries, more than the {limit} there may be"] == faults_of(
        write(tmp_path, HEAD + TAIL + tables)
    )


def test_rules_have_a_limit(tmp_path: Path) -> None:
    lines = '[[select]]\nsection = "calm"\n' * 1001

    assert faults_of(write(tmp_path, HEAD + TAIL + lines)) == [
        "select: has 1001 entries, more than the 1000 there may be"
    ]


def test_a_file_full_of_faults_ends_after_the_first_hundreds(tmp_path: Path) -> None:
    keys = "".join(f"wrong_{i} = 1\n" for i in range(2000))
    faults = faults_of(write(tmp_path, HEAD + keys + TAIL))

    assert len(faults) == MAX_FAULTS + 1
    assert faults[-1] == f"there are more than {MAX_FAULTS} faults"


LINES = [line for line in NIGHT_RUN.splitlines() if line and not line.startswith("#")]
VALUES = ["1", "-1", "1e400", "nan", "true", "[]", "[1, 2]", "{}", '"x"', '"x > 1"', "{ x = 1 }"]


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(["", *VALUES]))))
@settings(deadline=None)
def test_a_spoilt_preset_is_refused_and_never_breaks_the_reader(
    spoilt: list[tuple[int, str]],
) -> None:
    lines = list(LINES)
    for place, value in spoilt:
        key = lines[place].partition("=")[0]
        lines[place] = f"{key}= {value}" if value else ""

    with pytest.raises(PresetError):
        read("\n".join(lines).encode(), Path(__file__).parent, VOCABULARY)


def documents() -> list[dict[str, Any]]:
    whole = tomllib.loads(NIGHT_RUN)
    for later in ("tempo_follow", "bridges"):
        del whole[later]
    del whole["layers"]["drums"]["stretch"]
    del whole["sections"]["road"]["markers"]
    del whole["transitions"][1]["bridge"]
    del whole["transitions"][2]["enter_at"]
    return [tomllib.loads(HEAD + TAIL), whole]


@pytest.mark.parametrize("document", documents())
def test_the_walker_reads_what_msgspec_reads(document: dict[str, Any]) -> None:
    faults = FaultList()
    file = read_file(copy.deepcopy(document), faults)

    assert faults.found == []
    assert msgspec.convert(document, PresetFile) == file


def test_every_pattern_of_the_schema_has_words() -> None:
    found: set[str] = set()

    def search(kind: object) -> None:
        if isinstance(kind, inspect.StrType) and kind.pattern is not None:
            found.add(kind.pattern)
        for key in getattr(kind, "__struct_fields__", ()):
            inner = getattr(kind, key)
            for one in inner if isinstance(inner, tuple) else (inner,):
                search(one)

    search(inspect.type_info(PresetFile))

    assert set(PATTERNS) == found


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("[parameters.p]\nrise_s = 1e300", "parameters.p.rise_s: must be between 0 and 1e+09, got 1e+300"),
        (
            '[layers.q]\nstem = "stems/pad.wav"\nlevel_db = { over = "threat", points = [[1e300, 0.0]] }',
            "layers.q.level_db.points[0][0]: must be between -1e+09 and 1e+09, got 1e+300",
        ),
    ],
)
def test_a_number_that_no_32_bits_hold_is_a_fault(tmp_path: Path, table: str, expected: str) -> None:
    assert expected in faults_of(write(tmp_path, HEAD + TAIL + table))
