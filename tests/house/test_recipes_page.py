"""The bytes on the page of recipes mean what is written above them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import FireEvent, SetState
from adaptive.inputs.message import Checker, SetParameter
from adaptive.inputs.osc import OscReader
from adaptive.inputs.osc_codec import OscMessage, decode
from adaptive.inputs.subscribe import Subscribe
from tests.helpers.presets import make_preset

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPES = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")[1:]}
PROGRAMS = ["Arduino", "Chataigne", "Max", "Processing", "Pure Data", "QLab", "Sonic Pi", "TouchDesigner",
            "Unreal"]  # fmt: skip

BODY = """
[parameters.intensity]
[states.place]
values = ["outside", "inside"]
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[[select]]
section = "calm"
[stingers.kill]
stem = "blow.wav"
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> OscReader:
    preset = make_preset(tmp_path_factory.mktemp("recipes"), BODY)
    return OscReader(preset, Checker(preset))


def written(words: str) -> list[Any]:
    """The address and the arguments of a line: texts stand in quotation marks."""
    address, *arguments = shlex.split(words, posix=False)
    return [address, *(one[1:-1] if one[0] == '"' else float(one) for one in arguments)]


def test_there_is_a_recipe_for_each_program_and_it_says_what_was_run() -> None:
    assert list(RECIPES) == PROGRAMS
    run = [name for name, text in RECIPES.items() if "*Run*" in text]
    assert [name for name, text in RECIPES.items() if ("*Not run.*" in text) == (name in run)] == []
    assert [name for name in run if f"| [{name}]" not in PAGE.split("*not run*")[0]] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_bytes_of_a_recipe_do_what_they_say(program: str, reader: OscReader) -> None:
    pairs = re.findall(r"^(/adaptive\S*[^\n]*)\n([0-9a-f ]+)$", RECIPES[program], re.MULTILINE)
    acts = set()
    for words, hexadecimal in pairs:
        packet = bytes.fromhex(hexadecimal)
        message = decode(packet)
        assert isinstance(message, OscMessage)
        assert [message.address, *message.arguments] == pytest.approx(written(words), abs=1e-7)
        transaction = reader.read(packet)[1]
        assert transaction.faults == []
        acts |= {type(request) for request in transaction.requests}

    assert len(pairs) >= 3
    assert {SetParameter, FireEvent} <= acts <= {SetParameter, FireEvent, SetState, Subscribe}
