from pathlib import Path

import pytest

from adaptive.errors import InputError
from adaptive.follow.programme import ProgrammeStep, programme_json, read_programme
from adaptive.follow.programme_file import MOST_BYTES, read_programme_file

TEXT = """\
name = "Intervals"
max_heart_rate = 188

[[steps]]
name    = "warm-up"
minutes = 10
zone    = 2

[[steps]]
repeat = 2
steps  = [{ name = "fast", minutes = 3, cadence_spm = 172 }, { name = "easy", seconds = 90 }]
"""


def test_a_file_is_read_and_written_as_a_message_again(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(TEXT)
    programme = read_programme_file(path)

    assert [step.name for step in programme.steps] == ["warm-up", "fast", "easy", "fast", "easy"]
    assert programme.steps[0] == ProgrammeStep("warm-up", 600.0, zone=2)
    assert read_programme(programme_json(programme)) == programme


def test_json_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"programme": {"steps": [{"minutes": 1}]}}')

    assert read_programme_file(path).steps == (ProgrammeStep("step 1", 60.0),)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("run.toml", "steps = [", "run.toml: is not TOML"),
        ("run.json", "{", "run.json: is not JSON"),
        ("run.json", "[" * 50_000, "run.json: is not JSON"),
        ("run.toml", "[[steps]]\nminutes = -1", r"run.toml: steps\[1\].minutes: must be a number"),
        ("run.toml", "[[steps]]\nminutes = 1\n" * 1000, "run.toml: steps: has more than 200 steps"),
        ("run.toml", "#" * (MOST_BYTES + 1), "run.toml: is longer than"),
    ],
)
def test_a_file_that_is_wrong_is_one_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(InputError, match=sentence) as caught:
        read_programme_file(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: cannot be read: No such file"):
        read_programme_file(tmp_path / "none.toml")
