from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from adaptive.preset.instead import brackets, instead
from adaptive.preset.schema import (
    Credits,
    Entry,
    Fade,
    Grid,
    InputTable,
    LayerTable,
    ParameterTable,
    PresetFile,
    SectionTable,
    SelectTable,
    StateTable,
    TransitionTable,
)
from adaptive.preset.table import Curve


def kind_of(table: type, key: str) -> inspect.Type:
    struct = inspect.type_info(table)
    assert isinstance(struct, inspect.StructType)
    return next(field.type for field in struct.fields if field.encode_name == key)


@pytest.mark.parametrize(
    ("table", "key", "raw", "expected"),
    [
        (TransitionTable, "fade_out", 2, "{ seconds = 2 }` or `{ beats = 2 }"),
        (TransitionTable, "fade_out", "2 bars", "{ bars = 2 }"),
        (TransitionTable, "fade_out", "1,5 s", "{ seconds = 1.5 }"),
        (TransitionTable, "exit_at", 4, "{ every_bars = 4 }"),
        (TransitionTable, "exit_at", "4 beats", "{ every_beats = 4 }"),
        (TransitionTable, "enter_at", "lift", '{ marker = "lift" }'),
        (SectionTable, "layers", "pad, drums", '["pad", "drums"]'),
        (SectionTable, "length_bars", 4.0, "4"),
        (SectionTable, "length_bars", "4 bars", "4"),
        (SectionTable, "meter", 3, '"3/4"'),
        (SelectTable, "urgent", 1, "true"),
        (SelectTable, "urgent", "no", "false"),
        (ParameterTable, "rise_s", "0,2", "0.2"),
        (ParameterTable, "range", "0 to 100", "[0, 100]"),
        (ParameterTable, "range", [0, 5, 1, 0], "[0.5, 1.0]"),
        (LayerTable, "level_db", "-6 dB", "-6"),
        (LayerTable, "level_db", [[0, -6]], '{ over = "PARAMETER", points = [[0, -6]] }'),
        (PresetFile, "credits", "Ada", '{ composer = "Ada" }'),
        (PresetFile, "schema", "1", "1"),
        (PresetFile, "name", 5, '"5"'),
    ],
)
def test_what_was_meant_is_written_out(table: type, key: str, raw: object, expected: str) -> None:
    assert instead(kind_of(table, key), raw, key) == f"; write `{key} = {expected}`"


@pytest.mark.parametrize(
    ("table", "raw", "expected"),
    [
        (LayerTable, "a.wav", '{ stem = "a.wav" }'),
        (LayerTable, ["a.wav", "b.wav"], '{ stem = ["a.wav", "b.wav"] }'),
        (SectionTable, ["pad"], '{ layers = ["pad"] }'),
        (StateTable, ["a", "b"], '{ values = ["a", "b"] }'),
        (ParameterTable, [0, 1], "{ range = [0, 1] }"),
        (ParameterTable, 0.5, "{ default = 0.5 }"),
    ],
)
def test_a_value_where_a_table_belongs_becomes_a_table(table: type, raw: object, expected: str) -> None:
    assert instead(inspect.type_info(table), raw, "x") == f"; write `x = {expected}`"


@pytest.mark.parametrize(("key", "raw"), [("length_bars", 4.5), ("length_bars", "eight"), ("layers", 3)])
def test_where_nothing_is_clear_nothing_is_said(key: str, raw: object) -> None:
    assert instead(kind_of(SectionTable, key), raw, key) == ""


def test_brackets_are_told_single_or_double() -> None:
    assert "write `[[select]]`" in brackets(kind_of(PresetFile, "select"), {"section": "a"}, "select")
    assert "write `[x]`" in brackets(inspect.type_info(SectionTable), [{"layers": []}], "x")
    assert "write `[layers.NAME]`" in brackets(kind_of(PresetFile, "layers"), [{"stem": "a"}], "layers")
    assert brackets(kind_of(PresetFile, "layers"), 3, "layers") == ""


ANY_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**9999, -(10**400), math.inf, math.nan])
    | st.floats()
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TABLES = [
    Credits, Curve, Entry, Fade, Grid, InputTable, LayerTable, ParameterTable, PresetFile, SectionTable,
    SelectTable, StateTable, TransitionTable,
]  # fmt: skip


@given(st.sampled_from(TABLES), ANY_VALUE)
def test_any_value_gives_a_sentence_or_nothing(table: type, raw: Any) -> None:
    struct = inspect.type_info(table)
    assert isinstance(struct, inspect.StructType)
    for kind in (struct, *(field.type for field in struct.fields)):
        said = instead(kind, raw, "key") + brackets(kind, raw, "key")
        assert said.isprintable()
        assert not isinstance(raw, float) or math.isfinite(raw) or said == ""


def test_a_number_of_absurd_size_is_not_written_out_again() -> None:
    for raw in (2**9999, math.inf, math.nan, [2**9999, 1], [math.inf]):
        assert instead(kind_of(ParameterTable, "range"), raw, "range") == ""
        assert instead(kind_of(TransitionTable, "fade_out"), raw, "fade_out") == ""
