from adaptive.follow.health import QUIET_S, HealthNotes


def test_a_trouble_that_lasts_is_told_once_and_its_end_too() -> None:
    notes = HealthNotes()

    notes.begin(0.0, "silent", "nothing is heard")
    notes.begin(1.0, "silent", "nothing is heard")
    notes.end(2.0, "silent", "heard again")
    notes.end(3.0, "silent", "heard again")

    assert [note.text for note in notes.pop()] == ["nothing is heard", "heard again"]
    assert notes.pop() == []


def test_a_trouble_that_comes_back_at_once_is_not_told_again() -> None:
    notes = HealthNotes()

    for at_s in (0.0, 1.0, QUIET_S):
        notes.begin(at_s, "zero", f"at {at_s:g}")
        notes.end(at_s + 0.5, "zero", "over")

    assert [note.text for note in notes.pop()] == ["at 0", "over", f"at {QUIET_S:g}", "over"]
