from __future__ import annotations

import threading

import pytest

from adaptive.api.message_receipts import MessageReceipts, Moment
from adaptive.errors import CallbackError


def made(refuse: bool = False) -> MessageReceipts:
    def refuse_waiting() -> None:
        if refuse:
            raise CallbackError("no")

    return MessageReceipts(48000, refuse_waiting, lambda: False)


def document(status: str, **more: object) -> dict[str, object]:
    return {"receipt": "a", "status": status, "reason": "", "rule": None, **more}


def test_the_latest_moment_counts() -> None:
    receipts = made()
    for frame in (48000, 96000):
        at = {"frame": frame, "heard_frame": frame + 1, "position": "1.2.0"}
        receipts.add(document("deferred", sounds_at=at))

    assert receipts.sounds_at == Moment(96000, 96001, "1.2.0", 2.0)
    assert not receipts.is_done


def test_waiting_ends_when_it_sounds_or_when_it_will_not() -> None:
    for status, expected in (("started", True), ("dropped", False)):
        receipts = made()
        threading.Timer(0.05, receipts.add, [document(status)]).start()

        assert receipts.wait(5.0) is expected
    assert made().wait(0.01) is False


def test_in_a_callback_it_tells_what_it_knows_and_does_not_wait() -> None:
    receipts = made(refuse=True)

    assert receipts.sounds_at is None
    with pytest.raises(CallbackError):
        receipts.wait(1.0)


def test_the_end_of_the_session_is_a_last_receipt_only_if_there_was_none() -> None:
    ended, done = made(), made()
    done.add(document("finished"))
    for receipts in (ended, done):
        receipts.end("the session has ended: by hand")

    assert (ended.status, ended.reason) == ("dropped", "the session has ended: by hand")
    assert done.status == "finished"
