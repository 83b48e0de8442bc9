from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from adaptive.preset.faults import FaultList
from adaptive.preset.schema import Fade, PresetFile
from adaptive.preset.walk import PATTERNS, read_file
from adaptive.site.site_file import SiteFile
from tests.unit.preset.preset_files import HEAD, NIGHT_RUN, TAIL, faults_of, loaded, write


def test_keys_that_begin_with_x_are_free_in_every_table(tmp_path: Path) -> None:
    head = HEAD + 'x_made_with = "a pencil"\n[x_notes]\nanything = [1, "two"]\n'
    extra = "x_colour = 3\n[[transitions]]\nfade_out = { beats = 1, x_why = true }\n"

    assert loaded(tmp_path, extra, head).file.transitions[0].fade_out == Fade(beats=1.0)


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
    ("schema = 1.0", "schema: must be 1, got 1.0; write `schema = 1`"),
    ('name = ""', "name: must not be empty"),
    (f'name = "{"a" * 201}"', "name: must have at most 200 characters, got 201"),
    (
        'meter = "4/3"',
        'meter: must be a meter such as "4/4" (1 to 99 beats; 1, 2, 4, 8 or 16), got "4/3"',
    ),
    (
        "meter = 4",
        'meter: must be a meter such as "4/4" (1 to 99 beats; 1, 2, 4, 8 or 16), got 4;'
        ' write `meter = "4/4"`',
    ),
    ("temp_bpm = 90", "temp_bpm: is not a key of this table; did you mean `tempo_bpm`?"),
    ("credits = 1", "credits: must be a table, got 1"),
]


@pytest.mark.parametrize(("line", "expected"), WRONG_VALUES)
def test_a_wrong_value_is_named_with_what_was_expected(tmp_path: Path, line: str, expected: str) -> None:
    key = line.split(" ")[0]
    head = "".join(one + "\n" for one in HEAD.splitlines() if not one.startswith(f"{key} "))

    assert [expected] == faults_of(write(tmp_path, head + line + "\n" + TAIL))


def documents() -> list[dict[str, Any]]:
    whole = tomllib.loads(NIGHT_RUN)
    del whole["bridges"]
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
    search(inspect.type_info(SiteFile))

    assert set(PATTERNS) == found


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("[parameters.p]\nrise_s = 1e300", "parameters.p.rise_s: must be between 0 and 1e+09, got 1e+300"),
        (
            '[layers.q]\nstem = "stems/pad.wav"\nlevel_db = { over = "threat", points = [[1e300, 0.0]] }',
            "layers.q.level_db.points[1][1]: must be between -1e+09 and 1e+09, got 1e+300",
        ),
    ],
)
def test_a_number_beyond_float32_is_a_fault(tmp_path: Path, table: str, expected: str) -> None:
    assert expected in faults_of(write(tmp_path, HEAD + TAIL + table))


WRONG_TABLES = [
    (
        "[[transitions]]\nfade_out = { beats = -1 }",
        "transitions[1].fade_out.beats: must be between 0 and 4096, got -1",
    ),
    (
        '[[transitions]]\nexit_at = "baer"',
        'transitions[1].exit_at: must be "bar", "beat", "end", "immediate", "phrase" or '
        'a table with `every_bars`, `every_beats` or `marker`, got "baer"; did you mean `bar`?',
    ),
    (
        "[[transitions]]\nexit_at = { every_bars = 0 }",
        "transitions[1].exit_at.every_bars: must be more than 0 and at most 4096, got 0",
    ),
    (
        "[[transitions]]\nexit_at = { every = 1 }",
        "transitions[1].exit_at.every: is not a key of this table; did you mean `every_bars`?",
    ),
    (
        "[transitions]",
        "transitions: is a list, so each of its tables has double brackets; write `[[transitions]]`",
    ),
    (
        '[sections."My Storm"]\nlayers = []',
        'sections."My Storm": must be a name (a-z, 0-9 and `_`, a letter first), '
        'got "My Storm"; try `my_storm`',
    ),
    (
        "[sections.odd]\nlayers = [3]",
        "sections.odd.layers[1]: must be a name (a-z, 0-9 and `_`, a letter first), got 3",
    ),
    (
        "[sections.odd]\nlength_bars = 4",
        "sections.odd.layers: is missing; it must be a list",
    ),
    ("[layers.two]\nstem = 3", "layers.two.stem: must be a string, a list or a table, got 3"),
    (
        '[parameters.x]\n[layers.two]\nstem = "stems/pad.wav"\npan = { over = "x", points = [[0]] }',
        "layers.two.pan.points[1]: must be a list of 2 numbers, got a list of 1",
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
        '[parameters.x]\nfallback = "held"',
        'parameters.x.fallback: must be "decay", "default", "hold", a number or a table with `parameter`,'
        ' got "held"; did you mean `hold`?',
    ),
    (
        '[[inputs]]\nosc = "a"\nstate = "section"',
        'inputs[1].osc: must be an address that begins with `/`, got "a"',
    ),
    (
        '[stingers.hit]\nstem = "stems/pad.wav"\nduck_db = 3',
        "stingers.hit.duck_db: must be between -200 and 0, got 3",
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_TABLES)
def test_a_value_of_the_wrong_type_is_named_with_its_key_path(
    tmp_path: Path, table: str, expected: str
) -> None:
    assert expected.split("|") == faults_of(write(tmp_path, HEAD + TAIL + table))
