from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adaptive.errors import InputError
from adaptive.session.explain import LONGEST_SENTENCE, explain_log

LINE: dict[str, Any] = {
    "frame": 0, "t": 1.0, "position": "1.1.0", "kind": "health", "reason": "threat went stale",
}  # fmt: skip


def explained(folder: Path, content: bytes) -> list[str]:
    path = folder / "log.jsonl"
    path.write_bytes(content)
    return list(explain_log(path))


def test_a_line_is_a_sentence(tmp_path: Path) -> None:
    assert explained(tmp_path, json.dumps(LINE).encode()) == ["0:01.000  health: threat went stale"]


def test_what_the_mixer_holds_and_lets_go_is_told(tmp_path: Path) -> None:
    mix = {
        "kind": "mix",
        "target": "layers.lute.level_db",
        "value": -6.0,
        "seconds": 0.5,
        "reason": "by hand",
    }
    lines = [json.dumps(LINE | mix), json.dumps(LINE | mix | {"value": None})]

    assert explained(tmp_path, "\n".join(lines).encode()) == [
        "0:01.000  layers.lute.level_db goes to -6, in 0.5 s: by hand",
        "0:01.000  layers.lute.level_db goes back to what the preset says, in 0.5 s",
    ]


def test_a_programme_is_told_with_what_comes_next(tmp_path: Path) -> None:
    line = LINE | {
        "kind": "programme", "status": "cue", "reason": "step 5 of 10: easy",
        "next": "fast: 172 steps a minute",
    }  # fmt: skip

    assert explained(tmp_path, json.dumps(line).encode()) == [
        "0:01.000  programme, cue: step 5 of 10: easy; then fast: 172 steps a minute"
    ]


def test_a_way_without_a_rule_says_so(tmp_path: Path) -> None:
    transition = {
        "kind": "transition", "source": "calm", "target": "fight", "status": "planned", "wait_s": 0.5,
        "reason": "asked", "rule": "no rule of the preset: any → any (exit at bar, enter at start)",
    }  # fmt: skip
    (sentence,) = explained(tmp_path, json.dumps(LINE | transition).encode())

    assert sentence.endswith("no rule of the preset matches, so any → any (exit at bar, enter at start)")


def test_the_end_of_a_section_says_which_rules_count_there(tmp_path: Path) -> None:
    transition = {
        "kind": "transition", "source": "win", "target": "calm", "status": "planned", "wait_s": 0.5,
        "reason": "asked", "rule": "no rule of the preset: any → any (exit at end, enter at start)",
    }  # fmt: skip
    (sentence,) = explained(tmp_path, json.dumps(LINE | transition).encode())

    assert "where a section ends, only rules that name both sides count, and none does, so any" in sentence


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b'{"t": 1',
            "line 1 is not JSON: at column 8, expected `,` or the end; a decision log is JSON lines",
        ),
        (b"\xff", "line 1 is not UTF-8 text: byte 1 is wrong; a decision log is JSON lines"),
        (b"[" * 100_000, "line 1 nests too deeply; a decision log is JSON lines"),
        (b"{}", "line 1 is no line of a decision log"),
        (json.dumps(LINE | {"t": 10**400}).encode(), "line 1 is no line of a decision log"),
        (json.dumps(LINE | {"t": 1e300}).encode(), "line 1 is no line of a decision log"),
        (json.dumps(LINE | {"t": float("nan")}).encode(), "line 1 is no line of a decision log"),
        (json.dumps(LINE | {"reason": None}).encode(), "line 1 is no line of a decision log"),
        (json.dumps(LINE | {"kind": "tempo"}).encode(), "no decision log: the tempo line at 1 s lacks"),
    ],
)
def test_what_is_no_log_is_refused_with_its_line(tmp_path: Path, content: bytes, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        explained(tmp_path, content)

    assert expected in str(caught.value)


def test_a_sentence_is_one_line_and_has_an_end(tmp_path: Path) -> None:
    (sentence,) = explained(tmp_path, json.dumps(LINE | {"reason": "a\n\x1b[2J" * 1000}).encode())

    assert sentence.isprintable()
    assert len(sentence) < LONGEST_SENTENCE + 20


def test_a_time_tells_what_plays_there_and_which_files(tmp_path: Path) -> None:
    said = [
        {"kind": "transition", "target": "calm", "reason": "otherwise"},
        {"t": 2.0, "kind": "layer", "layer": "rain", "take": "rain_b.wav", "reason": "shuffle: 2 of 3"},
        {
            "t": 8.0,
            "kind": "layer",
            "section": "storm",
            "layers": ["rain"],
            "position": "5.1.0",
            "reason": ".",
        },
        {"t": 8.0, "kind": "layer", "layer": "rain", "take": "rain_a.wav", "reason": "shuffle: 1 of 3"},
    ]
    path = tmp_path / "log.jsonl"
    lines = [{"frame": 0, "t": 0.0, "position": "1.1.0", **line} for line in said]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    assert next(explain_log(path, "7")) == (
        "0:07.000  calm has played since 0:00.000 (1.1.0); rain plays rain_b.wav"
    )
    assert next(explain_log(path, "30")) == (
        "0:30.000  storm has played since 0:08.000 (5.1.0); rain plays rain_a.wav"
    )


def test_what_plays_at_a_time_is_told_with_the_parameters_of_its_bar(tmp_path: Path) -> None:
    plays = {"kind": "layer", "section": "battle", "layers": ["low"], "t": 1.0}
    values = {"kind": "parameter", "reason": "at the bar line", "t": 3.0, "values": {"danger": 0.75}}
    later = values | {"t": 5.0, "values": {"danger": 0.0}}
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(json.dumps(LINE | line) for line in (plays, values, later)), encoding="utf-8")

    assert list(explain_log(path, "4"))[:2] == [
        "0:04.000  battle has played since 0:01.000 (1.1.0)",
        "0:04.000  parameters at the bar line before, at 0:03.000: danger = 0.75",
    ]


def test_a_line_of_select_that_is_not_in_the_file_is_told_by_its_condition(tmp_path: Path) -> None:
    spent = {
        "kind": "state",
        "status": "spent",
        "section": "win",
        "select": 6,
        "condition": "section == 'win'",
    }
    (sentence,) = explained(tmp_path, json.dumps(LINE | spent).encode())

    assert sentence.endswith(
        "win has ended: section == 'win' does not count until its condition has been false"
    )
