from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from adaptive.inputs.message import SetParameter, Transaction
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.performance import Performance
from adaptive.session.reports import SILENT_S, SessionReports, resident_bytes
from tests.helpers.presets import two_sections

MORE = """
[parameters.threat]
max_change_per_s = 0.5
stale_after_s = 0.1
[parameters.heat]
value = "threat"
"""


@pytest.fixture
def session(tmp_path: Path) -> LiveSession:
    """A session without sockets and without a sink."""
    performance = Performance(two_sections(tmp_path / "small", more=MORE))
    made = LiveSession(performance, LiveOptions(), lambda _engine, _broadcast: SimpleNamespace())  # type: ignore[arg-type, return-value]
    performance.begin()
    return made


def test_health_tells_what_plays_and_how_each_input_is(session: LiveSession) -> None:
    engine = session.performance.engine
    for value in (0.5, 0.9):
        session.receive(Transaction([SetParameter("threat", value)]))
        engine.pull(960)
    session.reports.follow()
    fresh = session.reports.health()
    engine.pull(9600)
    later = session.reports.health()["inputs"]["threat"]

    assert (fresh["ok"], fresh["section"], fresh["underruns"]) == (True, "calm", 0)
    assert list(fresh["inputs"]) == ["threat"]  # the other one is derived
    expected = {"value": 0.5, "age_s": 0.04, "is_stale": False, "is_slow": False, "is_doubtful": True}
    assert fresh["inputs"]["threat"] == {**expected, "refused": 1}
    assert (later["is_stale"], later["value"]) == (True, 0.5)


def test_nothing_is_heard_if_no_block_is_rendered_and_a_pause_is_no_fault(session: LiveSession) -> None:
    now_s = 50.0
    reports = SessionReports(session, lambda: now_s)
    reports.follow()
    now_s += SILENT_S + 0.1
    reports.follow()
    silent = reports.is_heard
    session.performance.engine.pull(64)
    reports.follow()

    assert (silent, reports.is_heard) == (False, True)


def test_metrics_are_prometheus_text(session: LiveSession) -> None:
    session.performance.engine.pull(64)
    session.reports.follow()
    text = session.reports.metrics()
    lines = text.splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    assert samples["adaptive_up"] == "1"
    assert samples["adaptive_frames_total"] == "64"
    assert samples['adaptive_parameter_healthy{name="threat"}'] == "1"
    assert samples['adaptive_section_info{preset="small",section="calm"}'] == "1"
    assert lines.count("# TYPE adaptive_underruns_total counter") == 1
    assert text.endswith("\n")


def test_memory_is_told_where_the_system_tells_it(tmp_path: Path) -> None:
    (tmp_path / "statm").write_text("100 25 3", encoding="ascii")

    assert (resident_bytes(tmp_path / "statm") or 0) % 25 == 0
    assert resident_bytes(tmp_path / "none") is None
