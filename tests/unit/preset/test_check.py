from __future__ import annotations

from pathlib import Path

from adaptive.preset.check import check
from tests.unit.preset.check_presets import OTHERWISE, THREAT, a_preset, line, reported


def test_a_correct_preset_has_no_findings(tmp_path: Path) -> None:
    assert reported(tmp_path) == []
    assert reported(tmp_path, THREAT + line("threat > 0.6", "react_within_s = 5") + OTHERWISE) == []


def test_a_stem_that_neither_fills_nor_divides_its_section_is_a_fault(tmp_path: Path) -> None:
    preset = a_preset(tmp_path)
    (found, other) = check(preset, {preset.stems["pad.wav"]: 24.5})

    assert (found.severity, found.at) == ("fault", "sections.calm.layers[1]")
    assert other.at == "sections.storm.layers[1]"
    assert found.text == (
        "`pad.wav` lasts 24.50 beats of the 32: more than one beat is missing at the end, "
        "and it does not divide the length, so it cannot loop"
    )
    assert check(preset, {preset.stems["pad.wav"]: 16.0}) == []


def test_a_stinger_has_its_first_beat_within_the_file(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, '[stingers.hit]\nstem = "pad.wav"\nfirst_beat_s = 40\n')
    found = check(preset, {preset.stems["pad.wav"]: 32.0})

    assert [one.sentence for one in found] == [
        "stingers.hit.first_beat_s: is 40 s, and the file ends after 32.00 s"
    ]


def test_faults_come_first(tmp_path: Path) -> None:
    extra = "[parameters.unread]\n" + THREAT + line("threat > 0.6", "react_within_s = 1")
    severities = [one.severity for one in check(a_preset(tmp_path, extra))]

    assert sorted(severities) == severities
    assert {"fault", "warning"} == set(severities)
