from __future__ import annotations

import struct

from benchmarks.peers.synthdef import AUDIO, Graph


def test_a_synth_definition_has_its_units_in_order() -> None:
    graph = Graph("x", {"gain": 0.5})
    graph.unit("Out", AUDIO, (0.0, graph["gain"]), 0)

    data = graph.encode()

    assert data[:10] == b"SCgf" + struct.pack(">ih", 2, 1)
    assert data.index(b"\x07Control") < data.index(b"\x03Out")
