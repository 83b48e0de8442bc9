from __future__ import annotations

import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.errors import InputError
from adaptive.session.sink_kinds import SINK_KINDS, SinkSettings, choose_kind, register_sink
from adaptive.sinks.choice import SINKS
from adaptive.sinks.clocked import ClockedSink


def test_every_sink_of_the_command_line_has_a_kind() -> None:
    assert set(SINKS) == {"auto", *SINK_KINDS}
    assert {name for name, kind in SINK_KINDS.items() if kind.needs_broadcast} == {"web", "pcm"}


def test_a_registered_sink_is_found_by_its_name() -> None:
    engine = Engine(EngineSpec())
    register_sink("test_sink", lambda engine: ClockedSink(engine, "test_sink"))
    try:
        assert choose_kind("test_sink", None).name == "test_sink"
        sink = SINK_KINDS["test_sink"].make(engine, SinkSettings("test_sink"))
        assert (sink.name, sink.latency_frames > 0) == ("test_sink", True)
        with pytest.raises(InputError, match="there is a sink called 'test_sink'"):
            register_sink("test_sink", lambda engine: ClockedSink(engine))
    finally:
        del SINK_KINDS["test_sink"]
    for name in ("auto", "test_sink"):
        with pytest.raises(InputError):
            (register_sink(name, ClockedSink) if name == "auto" else choose_kind(name, None))
