from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.load import load
from tests.unit.preset.preset_files import HEAD, TAIL, VOCABULARY, faults_of, write


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
def test_generators_and_instruments_must_be_in_the_vocabulary(
    tmp_path: Path, layer: str, expected: str
) -> None:
    folder = write(tmp_path, HEAD + TAIL + "[layers.two]\n" + layer)

    assert [expected] == faults_of(folder, VOCABULARY)
    assert load(folder).file.layers["two"].generator is not None


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


WRONG_TABLES = [
    (
        "[sections.any]\nlayers = []",
        "sections.any: means every section in a transition; take another name",
    ),
    (
        '[sections.odd]\nlayers = ["pda"]',
        "sections.odd.layers[1]: there is no layer named `pda`; did you mean `pad`?",
    ),
    (
        '[sections.odd]\nlayers = ["pad", "pad"]',
        "sections.odd.layers[2]: `pad` is there already",
    ),
    (
        "[sections.odd]\nlayers = []\nlength_bars = 4\nlength_beats = 16",
        "sections.odd.length_beats: is given together with `length_bars`; leave one out",
    ),
    (
        '[layers.two]\nstem = { calm = "stems/pad.wav" }\n[sections.odd]\nlayers = ["two"]',
        "sections.odd.layers[1]: `two` has no stem for section `odd`; there is `calm`",
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
    (
        '[layers.two]\nstem = "stems/pad.wav"\nstyle = "shaker"',
        "layers.two.style: goes with a `generator`, not with a `stem`",
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
        "layers.two.level_db.points[3]: must lie to the right of the point before, got 1 after 1",
    ),
    (
        '[parameters.x]\n[layers.two]\nstem = "stems/pad.wav"\npan = { over = "x", points = [[0, -2]] }',
        "layers.two.pan.points[1]: `pan` must be between -1 and 1, got -2",
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
        "states.s.values[3]: `a` is there already|"
        "states.s.default: there is no value named `c`; there is `a`, `b`",
    ),
    (
        '[[inputs]]\nosc = "/a"',
        "inputs[1]: must have exactly one of `parameter`, `state` and `event`, got none",
    ),
    (
        '[[inputs]]\nosc = "/a"\nparameter = "section"',
        'inputs[1].parameter: `section` is a state, not a parameter; write `state = "section"`',
    ),
    (
        '[parameters.x]\n[[inputs]]\nosc = "/a"\nstate = "x"',
        'inputs[1].state: `x` is a parameter, not a state; write `parameter = "x"`',
    ),
    (
        '[[inputs]]\nosc = "/a"\nstate = "section"\nvalues = { 0 = "clam" }',
        "inputs[1].values.0: there is no value of `section` named `clam`; did you mean `calm`?",
    ),
    (
        '[[inputs]]\nosc = "/a"\nevent = "boom"',
        "inputs[1].event: there is no stinger named `boom`; there is none",
    ),
    (
        '[[inputs]]\nosc = "/a"\nstate = "section"\ninput_range = [0, 1]',
        "inputs[1].input_range: goes with `parameter`, not with `state`",
    ),
    (
        '[parameters.x]\n[[inputs]]\nosc = "/a"\nparameter = "x"\ninput_range = [1, 1]',
        "inputs[1].input_range: must have two different ends, got 1 twice",
    ),
    (
        '[parameters.y]\nvalue = "1"\n[[inputs]]\nosc = "/a"\nparameter = "y"',
        "inputs[1].parameter: `y` is computed from its `value`; it cannot also come from outside",
    ),
    (
        "[parameters.x]\nignore = { }",
        "parameters.x.ignore: needs `below`, `above` or both, such as { below = 30 }",
    ),
    (
        "[parameters.x]\nignore = { below = 2 }",
        "parameters.x.ignore: leaves no number from 0 to 1 that would be a reading",
    ),
    (
        '[parameters.x]\n[[inputs]]\nosc = "/a"\nparameter = "x"\nignore = { below = 2, above = 1 }',
        "inputs[1].ignore: leaves no number that would be a reading",
    ),
    ("[parameters.x]\nignore = 0", "parameters.x.ignore: must be a list or a table, got 0"),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_TABLES)
def test_a_name_or_value_that_contradicts_another_is_named_with_its_key_path(
    tmp_path: Path, table: str, expected: str
) -> None:
    assert expected.split("|") == faults_of(write(tmp_path, HEAD + TAIL + table))
