from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adaptive.errors import InputError
from adaptive.session.explaining import LONGEST_SENTENCE, explain_log

LINE: dict[str, Any] = {
    "frame": 0, "t": 1.0, "position": "1.1.0", "kind": "health", "reason": "threat went stale",
}  # fmt: skip


def explained(folder: Path, content: bytes) -> list[str]:
    path = folder / "log.jsonl"
    path.write_bytes(content)
    return list(explain_log(path))


def test_a_line_is_a_sentence(tmp_path: Path) -> None:
    assert explained(tmp_path, json.dumps(LINE).encode()) == ["0:01.000  health: threat went stale"]


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
