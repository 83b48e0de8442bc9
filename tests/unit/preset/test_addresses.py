from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.addresses import check_addresses
from tests.unit.preset.preset_files import loaded

INPUT = "[parameters.pulse]\n[[inputs]]\nosc = '{}'\nparameter = 'pulse'\n"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/hr/bpm ", 'holds a blank, so no message comes to it; write "/hr/bpm"'),
        ("/hr/ bpm", 'holds a blank, so no message comes to it; write "/hr/bpm"'),
        ("/hr/\u00a0bpm", 'holds a blank, so no message comes to it; write "/hr/bpm"'),
        ("/hr/bpm/", 'has a `/` too many, so no message comes to it; write "/hr/bpm"'),
        ("//hr/bpm", 'has a `/` too many, so no message comes to it; write "/hr/bpm"'),
        ("/", "has a `/` too many, so no message comes to it"),
        ("/hr/pülse", "holds a character that an OSC address cannot have"),
        ("/hr/#1", "holds a character that an OSC address cannot have"),
        ("/hr/[ab", "holds `[` without its counterpart"),
        ("/hr/a}", "holds `}` without its counterpart"),
        ("/hr/{a,[b]}", "holds `{` without its counterpart"),
    ],
)  # fmt: skip
def test_an_address_to_which_no_message_comes_is_reported(
    tmp_path: Path, address: str, expected: str
) -> None:
    (found,) = check_addresses(loaded(tmp_path, INPUT.format(address)))

    assert (found.severity, found.at) == ("warning", "inputs[1].osc")
    assert found.text.startswith(expected)


@pytest.mark.parametrize(
    "address", ["/hr/bpm", "/a", "/wek/outputs", "/muse/elements/alpha-1.2_x", "/hr/*", "/hr/?/[!a-d]/{a,b}"]
)
def test_an_address_that_programs_send_is_not_reported(tmp_path: Path, address: str) -> None:
    assert list(check_addresses(loaded(tmp_path, INPUT.format(address)))) == []
