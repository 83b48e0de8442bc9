from __future__ import annotations

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from benchmarks.peers import osc


def test_messages_are_what_another_library_reads() -> None:
    read = OscMessage(osc.message("/a/b", 1, 0.5, "word", b"\1\2\3"))

    assert read.address == "/a/b"
    assert list(read.params) == [1, 0.5, "word", b"\1\2\3"]


def test_bundles_are_what_another_library_reads() -> None:
    read = OscBundle(osc.bundle(1.5, [osc.message("/a"), osc.message("/b", 2)]))

    assert read.num_contents == 2
    assert read.content(1).address == "/b"
