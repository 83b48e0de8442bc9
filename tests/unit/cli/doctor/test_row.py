from __future__ import annotations

from adaptive.cli.doctor.row import Row


def test_a_row_says_how_to_mend_it() -> None:
    assert str(Row("ports", True, "free")) == "ok  ports: free"
    assert str(Row("x", False, "bad", "do")) == "!!  x: bad\n      mend it: do"
