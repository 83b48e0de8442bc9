from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from adaptive.preset.faults import FaultList
from adaptive.preset.mixer import cycle, levels, mixer_curves
from adaptive.preset.schema import PresetFile
from adaptive.preset.walk import read_file
from tests.unit.preset.preset_files import faults_of, write

HEAD = """
schema = 1
name = "Test"
tempo_bpm = 100
[parameters.heat]
[layers.pad]
generator = "pad"
{layer}
[sections.one]
layers = ["pad"]
length_bars = 4
{rest}
"""


def text_of(layer: str = "", rest: str = "") -> str:
    return HEAD.format(layer=layer, rest=rest)


def file_of(text: str) -> PresetFile:
    return read_file(tomllib.loads(text), FaultList())


def test_buses_are_rendered_after_those_that_feed_them() -> None:
    rest = """
[buses.drums]
output = "band"
[buses.band]
sends = { reverb = -20 }
[buses.echo]
output = "drums"
[buses.alone]
"""
    assert levels(file_of(text_of(rest=rest))) == [["echo", "alone"], ["drums"], ["band"], ["reverb"]]


def test_a_bus_comes_behind_what_it_listens_to_and_what_feeds_it_too() -> None:
    rest = """
[buses.voice]
[buses.music]
inserts = [{ kind = "compressor", key = "voice" }]
[buses.early]
[buses.sum]
"""
    layer = 'bus = "sum"\ninserts = [{ kind = "compressor", key = "early" }]'

    assert levels(file_of(text_of(layer, rest))) == [["voice", "early"], ["music", "sum", "reverb"]]


def test_a_layer_cannot_listen_to_a_bus_that_it_feeds() -> None:
    layer = 'bus = "far"\ninserts = [{ kind = "compressor", key = "far" }]'

    assert cycle(file_of(text_of(layer, "[buses.far]\n"))) == ["far", "pad", "far"]


def test_a_preset_without_buses_has_the_reverb() -> None:
    assert levels(file_of(text_of())) == [["reverb"]]


@pytest.mark.parametrize(
    ("rest", "path"),
    [
        ('[buses.a]\noutput = "a"\n', ["a", "a"]),
        (
            '[buses.a]\noutput = "b"\n[buses.b]\nsends = { c = -3 }\n[buses.c]\noutput = "a"\n',
            ["a", "b", "c", "a"],
        ),
        ('[buses.a]\noutput = "b"\n[buses.b]\n', []),
    ],
)
def test_a_loop_is_found_with_its_path(rest: str, path: list[str]) -> None:
    assert cycle(file_of(text_of(rest=rest))) == path


@pytest.mark.parametrize(
    ("layer", "rest", "fault"),
    [
        ('bus = "fra"', "[buses.far]\n", "layers.pad.bus: there is no bus named `fra`; did you mean `far`?"),
        ("sends = { ech = -3 }", "[buses.echo]\n", "layers.pad.sends.ech: there is no bus named `ech`; did you mean `echo`?"),  # noqa: E501
        ("sends = { master = -3 }", "", "everything reaches the master already; a send names another bus"),
        ("reverb_db = -3\nsends = { reverb = -3 }", "", "layers.pad.reverb_db: says the same as `sends.reverb`; leave one out"),  # noqa: E501
        ("sends = { reverb = 90 }", "", "a send must be between -200 and 24 dB, got 90"),
        (
            'sends = { reverb = { over = "heat", points = [[0, -9], [0, -3]] } }',
            "",
            "layers.pad.sends.reverb.points[2]: must lie to the right of the point before, got 0 after 0",
        ),
        ("", "[buses.reverb]\n", "every preset has a bus called `reverb`; take another name"),
        ("", "[buses.pad]\n", "is also the name of `layers.pad`; take another name"),
        ("", '[buses.a]\noutput = "a"\n', "makes a loop: a → a; a bus cannot feed itself"),
        ('inserts = [{ kind = "eq" }, { kind = "eq" }]', "", "there are two inserts called `eq`; give one of them another `id`"),  # noqa: E501
        ('inserts = [{ kind = "eq", low_db = { over = "heta", points = [[0, 1]] } }]', "", "there is no parameter named `heta`"),  # noqa: E501
        ('inserts = [{ kind = "eq", low_db = { over = "heat", points = [[0, 99]] } }]', "", "`low_db` must be between -24 and 24, got 99"),  # noqa: E501
        ('inserts = [{ kind = "dely" }]', "", 'or "width", got "dely"; did you mean `delay`?'),
        ('inserts = [{ kind = "compressor", key = "kik" }]', "[buses.kick]\n", "there is no layer, bus or stinger named `kik`; did you mean `kick`?"),  # noqa: E501
        ('inserts = [{ kind = "compressor", key = "pad" }]', "", "names what it belongs to; left out, an insert listens to its own signal"),  # noqa: E501
        ('inserts = [{ kind = "eq", key = "pad" }]', "", "is not a key of this table"),
        ('bus = "far"', '[buses.far]\ninserts = [{ kind = "compressor", key = "reverb" }]\nsends = { reverb = -9 }\n', "buses.far.sends: makes a loop: far → reverb → far; a bus cannot feed itself"),  # noqa: E501
        ('inserts = [{ kind = "compressor", look_ahead_ms = 19.5 }]', '[master]\ninserts = [{ kind = "compressor", look_ahead_ms = 20 }, { kind = "compressor", id = "b", look_ahead_ms = 20 }, { kind = "compressor", id = "c", look_ahead_ms = 20 }, { kind = "compressor", id = "d", look_ahead_ms = 20 }]\n', "layers.pad.inserts: on this way the mix is 99.5 ms late, more than the 80 ms there may be"),  # noqa: E501
        ("inserts = [{ low_db = 3 }]", "", 'is missing; it must be "bit_crusher", "chorus"'),
        ('inserts = [{ kind = "eq", lowdb = 3 }]', "", "is not a key of this table; did you mean `low_db`?"),
    ],
)  # fmt: skip
def test_a_fault_of_the_mixer_is_one_sentence(tmp_path: Path, layer: str, rest: str, fault: str) -> None:
    found = faults_of(write(tmp_path, text_of(layer, rest)))

    assert len(found) == 1
    assert fault in found[0]


def test_every_curve_of_the_mixer_is_found_with_its_place() -> None:
    curve = '{ over = "heat", points = [[0, 1]] }'
    layer = f'inserts = [{{ kind = "eq", low_db = {curve} }}]\nsends = {{ reverb = {curve} }}'
    rest = f'[buses.far]\nlevel_db = {curve}\n[master]\ninserts = [{{ kind = "delay", feedback = 0.2 }}]\n'

    assert [at for at, _ in mixer_curves(file_of(text_of(layer, rest)))] == [
        ("layers", "pad", "inserts", 0, "low_db"),
        ("layers", "pad", "sends", "reverb"),
        ("buses", "far", "level_db"),
    ]
