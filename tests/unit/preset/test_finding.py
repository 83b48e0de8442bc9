from __future__ import annotations

import dataclasses

from adaptive.preset.finding import Finding, fault, findings_of, warning


def test_a_finding_reads_as_a_key_path_and_a_sentence() -> None:
    assert str(warning(("select", 0, "when"), "is never reached")) == "select[1].when: is never reached"


def test_a_finding_with_its_line_begins_with_the_file() -> None:
    found = dataclasses.replace(warning(("select", 1, "when"), "is never true"), line=41)

    assert str(found) == "preset.toml:41 select[2].when: is never true"
    assert found.shown == "warning: preset.toml:41 select[2].when: is never true"
    assert str(Finding("fault", (), "is UTF-16 text", 1)) == "preset.toml:1: is UTF-16 text"
    assert found.as_json() == {
        "severity": "warning",
        "file": "preset.toml",
        "line": 41,
        "at": "select[2].when",
        "text": "is never true",
    }


def test_a_sentence_about_the_whole_file_is_a_finding_without_a_place() -> None:
    assert findings_of(["is too large", fault(("a",), "b")]) == [
        Finding("fault", (), "is too large"),
        fault(("a",), "b"),
    ]


def test_faults_sort_before_warnings() -> None:
    found = [warning(("a",), "x"), fault(("b",), "y")]

    assert [one.at for one in sorted(found, key=lambda one: one.severity)] == ["b", "a"]
