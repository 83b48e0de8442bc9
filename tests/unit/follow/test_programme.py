import math
from typing import Any

import pytest

from adaptive.errors import InputError
from adaptive.follow.programme import ProgrammeStep, read_programme

STEP = {"minutes": 1}


def test_repeats_are_written_out() -> None:
    programme = read_programme(
        {
            "name": "4 x 3",
            "max_heart_rate": 188,
            "steps": [
                {"name": "warm-up", "minutes": 10, "zone": 2},
                {
                    "repeat": 4,
                    "steps": [
                        {"name": "fast", "minutes": 3, "cadence_spm": 172},
                        {"name": "easy", "seconds": 90, "tempo_bpm": 160},
                    ],
                },
                {"name": "cool-down", "minutes": 5},
            ],
        }
    )

    assert len(programme.steps) == 10
    assert programme.steps[0] == ProgrammeStep("warm-up", 600.0, zone=2)
    assert programme.steps[2] == ProgrammeStep("easy", 90.0, tempo_bpm=160.0)
    assert not programme.steps[-1].has_target
    assert [step.words() for step in programme.steps[:3]] == ["zone 2", "172 steps a minute", "160 BPM"]
    assert programme.steps[-1].words() == "free"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "programme: must be a table of name"),
        ({"steps": []}, "steps: must be a list of steps, at least one"),
        ({"steps": [{"minutes": -3}]}, r"steps\[1\].minutes: must be a number from"),
        ({"steps": [{"minutes": math.nan}]}, r"steps\[1\].minutes: must be a number"),
        ({"steps": [{"minutes": True}]}, r"steps\[1\].minutes: must be a number"),
        ({"steps": [{}]}, r"steps\[1\]: needs either `minutes` or `seconds`"),
        ({"steps": [{"minutes": 1, "tempo_bpm": 20000}]}, r"steps\[1\].tempo_bpm: must be a number from 20"),
        ({"steps": [{"minutes": 1, "tempo_bpm": 160, "zone": 2}]}, "has two targets"),
        ({"steps": [{"minutes": 1, "zone": 2}]}, "max_heart_rate: is missing: step 1 has a zone"),
        ({"steps": [{"minutes": 1, "zone": 2.5}], "max_heart_rate": 180}, "must be a whole number"),
        ({"steps": [{"minutes": 1, "speed": 2}]}, r"steps\[1\].speed: is no key here"),
        ({"steps": [STEP] * 1000}, "steps: has more than 200 steps"),
        ({"steps": [{"repeat": 200, "steps": [STEP, STEP]}]}, "makes 400 steps, more than 200"),
        ({"steps": [{"repeat": 1.5, "steps": [STEP]}]}, "repeat: must be a whole number"),
        ({"steps": [{"repeat": 2, "steps": [{"repeat": 2, "steps": [STEP]}]}]}, "is no key here"),
        ({"steps": [STEP], "waits": 3}, "waits: must be true or false"),
        ({"steps": [STEP], "name": "x" * 101}, "name: must be a text"),
    ],
)
def test_what_is_wrong_is_one_sentence(document: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_programme(document)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
