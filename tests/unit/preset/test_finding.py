from __future__ import annotations

from adaptive.preset.finding import fault, warning


def test_a_finding_reads_as_a_key_path_and_a_sentence() -> None:
    assert str(warning(("select", 0, "when"), "is never reached")) == "select[0].when: is never reached"


def test_faults_sort_before_warnings() -> None:
    found = [warning(("a",), "x"), fault(("b",), "y")]

    assert [one.at for one in sorted(found, key=lambda one: one.severity)] == ["b", "a"]
