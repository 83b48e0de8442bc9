from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.preset.toml_lines import lines_of
from tests.unit.preset.preset_files import NIGHT_RUN

ODD = '''a = """x
y = 1
""" # hi
b.c = [1, # one
 {d = 'x', "e f" = """q""""},
 [3,
  4]]
"k.z" = 1
[ t . "u\\u00fc" ]
v = 2021-01-01 10:00:00
w = "a = 1 # [no]"
[[l]]
q=1
[[l.m]]
r=1
[[l.m]]
r=2
[l.n]
s=1
[[l]]
q=2
'''


def paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        yield (*at, key)
        yield from paths(inner, (*at, key))


@pytest.mark.parametrize("text", [ODD, NIGHT_RUN, ODD.replace("\n", "\r\n")])
def test_every_key_and_every_entry_has_a_line(text: str) -> None:
    assert set(paths(tomllib.loads(text))) == set(lines_of(text))


def test_the_line_is_the_one_in_which_the_key_stands() -> None:
    found = lines_of(ODD)
    wanted = [("b", "c", 1, "e f"), ("b", "c", 2, 1), ("t", "uü", "w"), ("l", 0, "m", 1, "r"), ("l", 1, "q")]

    assert [found[path] for path in wanted] == [5, 7, 11, 17, 21]


def test_a_table_stands_where_its_header_is_first() -> None:
    assert lines_of("[a.b]\nx = 1\n[a]\ny = 2\n[[c]]\n[[c]]\n") == {
        ("a",): 1, ("a", "b"): 1, ("a", "b", "x"): 2, ("a", "y"): 4, ("c",): 5, ("c", 0): 5, ("c", 1): 6,
    }  # fmt: skip


@given(st.text(alphabet="ab=[]{}\"'#,.\n\\ 1", max_size=60))
def test_a_text_that_is_not_toml_ends_the_search_and_nothing_else(text: str) -> None:
    lines = lines_of(text)

    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


@pytest.mark.parametrize("text", ["x = " + "[" * 200_000 + "]" * 200_000, "x = [" + "1," * 400_000 + "]"])
def test_a_hostile_file_takes_a_moment(text: str) -> None:
    began = time.monotonic()
    lines_of(text)

    assert time.monotonic() - began < 20.0
