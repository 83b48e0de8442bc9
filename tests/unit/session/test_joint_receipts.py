"""Receipts of several requests as those of one."""

from __future__ import annotations

from typing import Any

from adaptive.session.joint_receipts import JointReceipts


def receipt(status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    return {"receipt": "s", "status": status, "reason": reason, "rule": None, **more}


def test_what_is_told_in_one_turn_is_told_once_with_the_first_moment() -> None:
    joint = JointReceipts(2)
    joint.keep(receipt("accepted", "a", sounds_at={"frame": 960}))
    joint.keep(receipt("deferred", "later"))
    joint.keep(receipt("accepted", "b", sounds_at={"frame": 480}, rule="plain"))

    assert joint.take() == [
        {
            "receipt": "s",
            "status": "accepted",
            "reason": "a; b",
            "rule": "plain",
            "sounds_at": {"frame": 480},
        },
        receipt("deferred", "later"),
    ]
    assert joint.take() == []


def test_the_last_one_comes_when_all_have_ended_and_says_what_fared_worst() -> None:
    joint = JointReceipts(2)
    joint.add(1)
    joint.keep(receipt("finished", "road plays"))
    joint.keep(receipt("merged", "so already"))
    assert joint.take() == []
    joint.keep(receipt("superseded", "another was asked for"))

    assert joint.is_done
    assert joint.take() == [receipt("superseded", "road plays; so already; another was asked for")]
