from __future__ import annotations

from fractions import Fraction

import pytest

from adaptive.composer.checked_bar import BarError, checked_bar
from adaptive.composer.context import WrittenBar
from adaptive.composer.registry import BUILT_IN
from adaptive.music.note import Note
from tests.helpers import generators
from tests.unit.composer.composing import contexts

CONTEXT = contexts(bars=1)[0]


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_the_bars_of_built_in_generators_pass_unchanged(name: str) -> None:
    for context in contexts(bars=4, style=BUILT_IN[name].styles[0], density=0.9):
        bar = BUILT_IN[name].function(context)

        assert checked_bar(context, bar) == bar


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (generators.nothing, "returned None instead of a WrittenBar"),
        (generators.endless, "wrote more than 1024 notes in a bar"),
        (generators.beyond, "it begins at beat 9 of a bar that has 0 to 4"),
        (generators.not_a_number, "its velocity is no finite number"),
    ],
)
def test_nonsense_is_refused_with_what_is_wrong(function, told: str) -> None:
    with pytest.raises(BarError, match=told):
        checked_bar(CONTEXT, function(CONTEXT))


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("C4", "it is a str"),
        (Note(0.5, Fraction(1), "C4", 60, 0.5), "its onset is a float and must be a Fraction"),
        (Note(Fraction(0), Fraction(0), "C4", 60, 0.5), "it lasts 0 beats"),
        (Note(Fraction(0), Fraction(10**30), "C4", 60, 0.5), "it lasts too many beats"),
        (Note(Fraction(1, 10**9), Fraction(1), "C4", 60, 0.5), "finer than a millionth"),
        (Note(Fraction(0), Fraction(1), "C4", 128, 0.5), "its midi number is not from 0 to 127"),
        (Note(Fraction(0), Fraction(1), "", 60, 0.5), "its pitch is no name"),
        (Note(Fraction(0), Fraction(1), "C4", 60, 1.5), "its velocity is 1.5, and must be from 0 to 1"),
        (Note(Fraction(0), Fraction(1), "C4", 60, 0.5, 2.0), "more than a beat off its onset"),
    ],
)
def test_a_note_that_cannot_be_played_is_named(note, told: str) -> None:
    with pytest.raises(BarError, match=told):
        checked_bar(CONTEXT, WrittenBar((note,)))


def test_notes_may_come_as_a_list_and_leave_as_a_tuple() -> None:
    bar = WrittenBar([generators.note()], {"a": 1})  # type: ignore[arg-type]

    assert checked_bar(CONTEXT, bar) == WrittenBar((generators.note(),), {"a": 1})
    with pytest.raises(BarError, match="a list as its memory instead of a mapping"):
        checked_bar(CONTEXT, WrittenBar((), [1]))  # type: ignore[arg-type]
    with pytest.raises(BarError, match="a int as notes instead of a tuple"):
        checked_bar(CONTEXT, WrittenBar(3))  # type: ignore[arg-type]
