from __future__ import annotations

from adaptive.cli.doctor.row import Row, trouble


def test_a_row_says_how_to_mend_it() -> None:
    assert str(Row("ports", True, "free")) == "ok  ports: free"
    assert str(Row("x", False, "bad", "do")) == "!!  x: bad\n      mend it: do"


def test_a_row_is_told_as_json_too() -> None:
    row = trouble("kernel", "2 units are not compiled", "adaptive warm")

    assert row.as_json() == {
        "name": "kernel",
        "ok": False,
        "text": "2 units are not compiled",
        "mend": "adaptive warm",
    }
