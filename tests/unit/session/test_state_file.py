from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from adaptive.session.state_file import MOST_BYTES, read_state
from tests.helpers.presets import Player, two_sections


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b'{"music": 1', "is not JSON: at column 12, expected `,` or the end"),
        (b'{"sect\xe7on": 1}', "is not UTF-8 text: byte 7 is wrong"),
        (b"[" * 100_000, "nests too deeply"),
        (b"[]", "this is no saved music: expected `object`, got `array`"),
        (b'{"\\ud800": 1}', "this is no saved music: a text in it is not valid Unicode"),
        (b" " * (MOST_BYTES + 1), "is empty"),
    ],
)
def test_a_state_that_cannot_be_read_is_put_aside_and_told(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    preset, path, told = two_sections(tmp_path / "small"), tmp_path / "state.json", list[str]()
    path.write_bytes(content)

    assert read_state(path, preset, told.append) is None
    assert told == [f"{path}: {expected}; it is kept as state.json.broken, and the music begins anew"]
    assert (tmp_path / "state.json.broken").read_bytes() == content
    assert not path.exists()


def test_a_state_with_a_mark_of_an_editor_before_it_is_read(tmp_path: Path) -> None:
    player, path = Player(two_sections(tmp_path / "small")), tmp_path / "state.json"
    player.play(48000)
    saved = player.performance.save()
    path.write_text("\ufeff" + json.dumps(msgspec.to_builtins(saved), indent=2) + "\r\n", encoding="utf-8")

    assert read_state(path, player.performance.preset, pytest.fail) == saved
