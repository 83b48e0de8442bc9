from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptive.errors import TraceError
from adaptive.inputs.trace import Trace, read_trace_lines
from adaptive.preset.model import Preset
from adaptive.session.render_job import make_job, read_at_own_rate
from tests.helpers.presets import two_sections


@pytest.fixture
def preset(tmp_path: Path) -> Preset:
    return two_sections(tmp_path / "small")


def trace_of(preset: Preset, *lines: dict[str, object], rate: int | None = None) -> tuple[Trace, int]:
    raw = [json.dumps(line).encode() for line in lines]
    return read_at_own_rate(lambda at: read_trace_lines(raw, preset, at), rate)


def test_a_recording_has_its_own_seed_rate_and_end(preset: Preset) -> None:
    meta = {"meta": {"seed": 7, "sample_rate": 44100}}
    trace, rate = trace_of(preset, meta, {"t": 1.0, "state": "fight"}, {"t": 2.0})
    job = make_job(preset, trace, rate, None, None, None)

    assert (job.seed, job.sample_rate, job.seconds, job.ending) == (7, 44100, 2.0, "cut")
    assert trace.lines[0].frame == 44100


def test_what_was_asked_for_wins(preset: Preset) -> None:
    trace, rate = trace_of(preset, {"meta": {"seed": 7, "sample_rate": 44100}}, {"t": 2.0}, rate=48000)
    job = make_job(preset, trace, rate, 1.0, 3, "cadence")

    assert (job.seed, job.sample_rate, job.seconds, job.ending) == (3, 48000, 1.0, "cadence")
    assert make_job(preset, None, 48000, 1.0, None, None).ending == "fade"


@pytest.mark.parametrize("meta", [{"seed": -1}, {"seed": True}, {"seed": 1, "sample_rate": 10}])
def test_a_meta_that_cannot_be_is_refused(preset: Preset, meta: dict[str, object]) -> None:
    with pytest.raises(TraceError, match="must be a whole number from"):
        make_job(preset, *trace_of(preset, {"meta": meta}, {"t": 1.0}), None, None, None)
