from __future__ import annotations

from collections.abc import Callable

import pytest

from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.pitch import Tone
from adaptive.music.scale import Key


@pytest.mark.parametrize("parse", [Chord.parse, Key.parse, Tone.parse])
@pytest.mark.parametrize(
    "text", ["\0", "A\x1b[2J", "x" * 100_000, "A " + "x" * 100_000, "C/" + "x" * 100_000]
)
def test_refused_text_is_quoted_on_one_line_and_cut_short(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
