from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.conductor.messages import FireEvent, SetState, SetTempo, Transport
from adaptive.errors import TraceError
from adaptive.inputs.trace import LONGEST_LINE, Trace, TraceLine, read_trace
from adaptive.preset.model import Preset
from tests.helpers.amounts import amount
from tests.helpers.presets import RATE, make_preset, two_sections

BODY = """
[parameters.intensity]
[parameters.double]
value = "intensity + intensity"
[states.place]
values = ["road", "shelter"]
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
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    return make_preset(tmp_path_factory.mktemp("trace"), BODY)


def read(preset: Preset, folder: Path, content: str | bytes) -> Trace:
    path = folder / "run.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_trace(path, preset, 48000)


def test_a_trace_is_values_and_messages_at_frames(preset: Preset, tmp_path: Path) -> None:
    lines = [
        {"meta": {"seed": 7}},
        {"t": 0, "intensity": 0.5},
        {"t": 1.5, "state": "shelter", "intensity": None},
        {"t": 1.5, "state": {"place": "road"}},
        {"t": 2, "event": "kill", "velocity": 0.5, "expires_s": 0.4},
        {"t": 2.5, "tempo": 150},
        {"t": 2.5, "tempo": None},
        {"t": 3, "stop": True},
        {"t": 4, "play": True},
        {"t": 9.25},
    ]
    trace = read(preset, tmp_path, "\n".join(map(json.dumps, lines)) + "\n\n")

    assert trace.meta == {"seed": 7}
    assert trace.seconds == 9.25
    assert trace.ignored == {}
    assert trace.lines == (
        TraceLine(0, (("intensity", 0.5),), ()),
        TraceLine(72000, (), (SetState("place", "shelter"),)),
        TraceLine(72000, (), (SetState("place", "road"),)),
        TraceLine(96000, (), (FireEvent("kill", 0.5, 0.4),)),
        TraceLine(120000, (), (SetTempo(150.0),)),
        TraceLine(120000, (), (SetTempo(None),)),
        TraceLine(144000, (), (Transport(is_playing=False),)),
        TraceLine(192000, (), (Transport(is_playing=True),)),
    )


MALFORMED = [
    ('{"t": 1, "intensity": 0.5', "line 2: is not JSON: at column 26, expected `,` or the end"),
    (b"\xff\xfe{}", "line 2: is not UTF-8 text: byte 1 is wrong"),
    ("[" * 10_000, "line 2: nests too deeply"),
    ('{"t": ' + "1" * 5000 + "}", "line 2: holds a number with too many digits"),
    ("[1, 2]", 'line 2: must be an object such as {"t": 1.5, "intensity": 0.8}'),
    ("7", 'line 2: must be an object such as {"t": 1.5, "intensity": 0.8}'),
    ('{"intensity": 0.5}', 'line 2: needs "t", the seconds since the start'),
    ('{"t": "1"}', 'line 2: needs "t", the seconds since the start'),
    ('{"t": true}', 'line 2: needs "t", the seconds since the start'),
    ('{"t": -1}', 'line 2: needs "t", the seconds since the start'),
    ('{"t": NaN}', 'line 2: needs "t", the seconds since the start'),
    ('{"t": 1e300}', 'line 2: needs "t", the seconds since the start'),
    ('{"t": ' + "1" * 400 + "}", 'line 2: needs "t", the seconds since the start'),
    ('{"t": 0.25}', "line 2: its time 0.25 is before that of the line above"),
    ('{"t": 1, "intensity": "loud"}', "line 2: intensity must be a finite number, got 'loud'"),
    ('{"t": 1, "intensity": NaN}', "line 2: intensity must be a finite number, got NaN"),
    ('{"t": 1, "intensity": ' + "1" * 400 + "}",
     "line 2: intensity must be a finite number, got a number of more than 300 digits"),
    ('{"t": 1, "tempo": "fast"}', "line 2: tempo must be a number from 20 to 400, or null"),
    ('{"t": 1, "tempo": 5}', "line 2: tempo must be a number from 20 to 400, or null"),
    ('{"t": 1, "state": 7}', "line 2: state must be a name, or an object of group and name"),
    ('{"t": 1, "event": 7}', "line 2: event must be a name, its velocity a number"),
    ('{"t": 1, "event": "kill", "velocity": "hard"}', "line 2: event must be a name, its velocity a number"),
    ('{"t": 1, "event": "kill", "expires_s": -1}',
     "line 2: expires_s must be a number of at least 0, got -1"),
    ('{"t": 1, "x": "' + "y" * LONGEST_LINE + '"}', "line 2: longer than a trace may be"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_malformed_is_told_in_one_sentence_with_its_line(
    preset: Preset, tmp_path: Path, line: str | bytes, expected: str
) -> None:
    raw = line.encode() if isinstance(line, str) else line
    with pytest.raises(TraceError) as caught:
        read(preset, tmp_path, b'{"t": 0.5}\n' + raw + b"\n")

    assert str(caught.value) == f"run.jsonl: {expected}"


def test_a_line_without_end_is_not_read_to_the_end(preset: Preset, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="line 1: longer than a trace may be"):
        read(preset, tmp_path, b"x" * 5_000_000)


def test_a_missing_file_is_one_sentence(preset: Preset, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot be read: No such file or directory"):
        read_trace(tmp_path / "nope.jsonl", preset, 48000)


def test_a_folder_is_no_trace(preset: Preset, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot be read"):
        read_trace(tmp_path, preset, 48000)


def test_names_the_preset_does_not_declare_are_counted_and_ignored(preset: Preset, tmp_path: Path) -> None:
    lines = (
        '{"t":0,"speed":3,"double":1}\n{"t":1,"speed":4,"event":"jump"}\n'
        '{"t":2,"state":{"place":"moon","sky":"red"}}\n{"t":3,"event":"kill","velocity":0}\n'
    )
    trace = read(preset, tmp_path, lines)

    assert trace.ignored == {"speed": 2, "double": 1, "jump": 1, "place=moon": 1, "sky=red": 1}
    assert trace.lines == ()


@settings(deadline=None, max_examples=amount(40, 100))
@given(st.binary(max_size=200))
def test_whatever_a_file_holds_it_is_a_trace_or_a_trace_error(
    preset: Preset, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    sentence = ""
    try:
        read(preset, folder, content)
    except TraceError as error:
        sentence = str(error)

    assert "\n" not in sentence


def test_a_state_that_nests_deeply_is_ignored_like_any_other(preset: Preset, tmp_path: Path) -> None:
    for depth in range(900, 1000):
        deep = "[" * depth + "]" * depth
        with contextlib.suppress(TraceError):  # or it is too deep to be read
            ignored = read(preset, tmp_path, f'{{"t": 1, "state": {{"place": {deep}}}}}').ignored

            assert list(ignored.values()) == [1]
            assert len(next(iter(ignored))) < 100


def test_a_million_names_that_mean_nothing_take_little_memory(preset: Preset, tmp_path: Path) -> None:
    names = (f"{number:08}" + "x" * 500 for number in range(3000))
    ignored = read(preset, tmp_path, "\n".join(f'{{"t": 1, "{name}": 0}}' for name in names)).ignored

    assert sum(ignored.values()) == 3000
    assert ignored["others"] == 2000
    assert max(map(len, ignored)) <= 100


def test_a_value_out_of_range_is_clamped_and_counted(preset: Preset, tmp_path: Path) -> None:
    numbers = ("1.5", "-1e300", "0.5", "1" + "0" * 300)
    trace = read(preset, tmp_path, "\n".join(f'{{"t": 1, "intensity": {number}}}' for number in numbers))

    assert [line.values[0][1] for line in trace.lines] == [1.0, 0.0, 0.5, 1.0]
    assert trace.clamped == {"intensity": 3}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"t": 1, "message": {"forget": "nowhere"}}, "line 1: there is no section 'nowhere'"),
        ({"t": 1, "message": {"volume": 0.5}}, 'line 1: this does not belong in a trace: {"volume": 0.5}'),
        ({"t": 1, "message": 7}, "line 1: must be an object such as"),
        ({"t": 1, "stop": {"seconds": "x"}}, "line 1: seconds must be a number from 0 to 3600, got 'x'"),
        ({"meta": {"begin": 3}}, "line 1: begin must be a list of objects"),
    ],
)
def test_a_message_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, line: dict[str, object], expected: str
) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(TraceError) as caught:
        read_trace(path, two_sections(tmp_path / "preset"), RATE)

    assert f"trace.jsonl: {expected}" in str(caught.value)


def test_a_number_that_is_no_reading_is_counted_and_left_out(tmp_path: Path) -> None:
    body = BODY.replace("[parameters.intensity]", "[parameters.intensity]\nignore = [0, 255]")
    pulse = make_preset(tmp_path / "preset", body)
    lines = [{"t": 0, "intensity": 0.5}, {"t": 1, "intensity": 0}, {"t": 2, "intensity": 255}]
    lines += [{"t": 3, "intensity": -3}, {"t": 4, "intensity": 3}, {"t": 5, "intensity": 0, "tempo": 120}]
    trace = read(pulse, tmp_path, "\n".join(map(json.dumps, lines)))

    assert [line.values for line in trace.lines] == [(("intensity", 0.5),), (("intensity", 1.0),), ()]
    assert trace.no_readings == {"intensity": 4}
    assert trace.clamped == {"intensity": 1}
