from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.changes import changes
from tests.helpers.presets import make_preset

BODY = """
[parameters.heat]
[layers.calm]
stem = "calm.wav"
[sections.one]
layers = ["calm"]
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("# nothing", "", []),
        ("", "# a remark", []),
        ("", '[layers.fight]\nstem = "fight.wav"', ["layer fight was added"]),
        (
            "",
            '[layers.a]\nstem = "fight.wav"\n[layers.b]\nstem = "fight.wav"\n[layers.c]\nstem = "fight.wav"',
            ["layers a, b and c were added"],
        ),
        ("", "".join(f"[parameters.p{n}]\n" for n in range(6)), ["6 parameters were added"]),
        ('[stingers.hit]\nstem = "blow.wav"', "", ["stinger hit was removed"]),
        ("[reverb]\ndecay_s = 1.0", "[reverb]\ndecay_s = 2.0", ["the reverb was changed"]),
        ("", '[[select]]\nsection = "one"', ["the select lines were changed"]),
    ],
)
def test_an_edit_is_described_in_a_few_words(
    tmp_path: Path, before: str, after: str, expected: list[str]
) -> None:
    one = make_preset(tmp_path / "one", BODY + before).file
    other = make_preset(tmp_path / "other", BODY + after).file

    assert changes(one, other) == expected
