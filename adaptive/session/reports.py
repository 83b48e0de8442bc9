"""What a session tells of its state: `GET /health` as JSON, `GET /metrics` for Prometheus.

The format of `/metrics` is Prometheus' text format 0.0.4.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Protocol

from adaptive.engine.telemetry import Telemetry
from adaptive.inputs.input import Input
from adaptive.session.clamp_report import ClampReport
from adaptive.session.hours_keeper import HoursKeeper
from adaptive.session.inbox import Inbox
from adaptive.session.input_sources import InputSources
from adaptive.session.live_loudness import LiveLoudness
from adaptive.session.live_options import LiveStatus
from adaptive.session.performance import Performance
from adaptive.session.stream_watch import streams_of
from adaptive.session.subscriptions import Subscriptions

SILENT_S = 3.0
"""If no block was rendered for so long, nothing is heard."""

Sample = tuple[str, dict[str, str], float]
"""Suffix-free name, labels and value of one line of `/metrics`."""


class ReportHost(Protocol):
    """The part of a session that is told of."""

    performance: Performance
    inbox: Inbox
    input_sources: InputSources
    inputs: dict[str, Input]
    subscriptions: Subscriptions
    clamp_report: ClampReport
    loudness: LiveLoudness
    status: LiveStatus
    sink: Any

    @property
    def underruns(self) -> int:
        """Blocks that the sound card did not get in time."""

    @property
    def faults(self) -> int:
        """Faults in what was sent."""

    @property
    def frames(self) -> int:
        """Frames rendered since the session began."""


class SessionReports:
    """Tells how a session is.

    Parameters
    ----------
    host : ReportHost
        The session.
    clock : callable
        Seconds of the monotonic clock.
    """

    def __init__(self, host: ReportHost, clock: Callable[[], float] = time.monotonic) -> None:
        self._host, self._clock = host, clock
        self._began_s = self._moved_s = clock()
        self._blocks = -1

    @property
    def is_heard(self) -> bool:
        """Whether blocks are rendered for a device or a clock, paused or not."""
        has_device = getattr(self._host.sink, "device_name", "a clock") != ""
        return has_device and self._clock() - self._moved_s <= SILENT_S

    def follow(self) -> None:
        """Notice whether blocks are rendered; call it every few milliseconds."""
        blocks = self._count()
        if blocks != self._blocks:
            self._blocks, self._moved_s = blocks, self._clock()

    def _count(self) -> int:
        host = self._host
        made = getattr(host.sink, "made_frames", 0)
        callbacks = host.performance.engine.memory["telemetry"][0]["callbacks"]
        return host.frames + int(callbacks) + int(made)

    def health(self) -> dict[str, Any]:
        """What `GET /health` answers."""
        host = self._host
        performance = host.performance
        conductor, engine = performance.conductor, performance.engine
        hours = host.inputs.get(HoursKeeper.name)
        return {
            "ok": self.is_heard,
            "section": conductor.instance.section,
            "underruns": host.underruns,
            "preset": performance.preset.folder.name,
            "position": conductor.instance.position(conductor.tempo.beat_at(engine.frame)),
            "is_paused": host.inbox.is_paused,
            "uptime_s": round(self._clock() - self._began_s, 3),
            "sink": None if host.sink is None else host.sink.name,
            "trouble": getattr(host.sink, "trouble", "") or None,
            "faults": host.faults,
            "streams": self._streams(),
            "hours": hours.report if isinstance(hours, HoursKeeper) else None,
            "inputs": self._inputs(),
        }

    def _streams(self) -> dict[str, Any]:
        """How many stems and instruments are streamed, how often they ran out, and which cannot be read."""
        engine = self._host.performance.engine
        troubled = {one.name: one.trouble for one in streams_of(engine) if one.trouble}
        stems = sum(sound.stream is not None for sound in engine.sounds)
        instruments = sum(True for _ in engine.memory.instruments.streamed())
        return {"count": stems + instruments, "starved": engine.starved, "trouble": troubled}

    def _inputs(self) -> dict[str, dict[str, Any]]:
        """Health of each parameter that is sent."""
        performance = self._host.performance
        engine, sources = performance.engine, self._host.input_sources.now()
        records, rate = engine.memory["parameters"], engine.spec.sample_rate
        found = {}
        for name, row in performance.layout.parameters.items():
            if name in performance.preset.derived:
                continue
            record = records[row]
            arrived = int(record["arrival_frame"])
            found[name] = {
                "value": round(float(record["value"]), 6),
                "age_s": round((engine.frame - arrived) / rate, 3) if record["has_arrived"] else None,
                "is_stale": bool(record["is_stale"]),
                "is_slow": bool(record["is_slow"]),
                "is_doubtful": bool(record["is_doubtful"] or record["is_refused"]),
                "refused": int(record["refused_count"]),
                **sources.get(name, {}),
            }
        return found

    def metrics(self) -> str:
        """What `GET /metrics` answers."""
        lines: list[str] = []
        told: set[str] = set()
        for (name, labels, value), (kind, text) in self._samples():
            if name not in told:
                told.add(name)
                lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
            lines.append(f"{name}{_labels(labels)} {value:.10g}")
        return "\n".join(lines) + "\n"

    def _samples(self) -> Iterator[tuple[Sample, tuple[str, str]]]:
        host = self._host
        telemetry = host.performance.engine.telemetry()
        health = self.health()
        where = {"preset": health["preset"], "section": health["section"]}
        yield ("adaptive_up", {}, float(health["ok"])), ("gauge", "Whether blocks are rendered.")
        yield ("adaptive_section_info", where, 1.0), ("gauge", "The section that plays.")
        yield ("adaptive_uptime_seconds", {}, health["uptime_s"]), ("gauge", "Since the session began.")
        yield ("adaptive_paused", {}, float(health["is_paused"])), ("gauge", "Whether the music is paused.")
        counters = {
            "frames": (host.frames, "Frames rendered."),
            "underruns": (host.underruns, "Blocks that the sound card did not get in time."),
            "late_blocks": (
                int(getattr(host.sink, "late_blocks", 0)),
                "Blocks begun after they were due, of a sink without a device.",
            ),
            "late_commands": (telemetry.late_commands, "Commands after their frame, of this preset."),
            "starved_streams": (
                health["streams"]["starved"],
                "Times that a stream from disk ran out of frames, of this preset.",
            ),
            "faults": (host.faults, "Faults in what was sent."),
            "dropped_messages": (host.status.dropped, "Messages that were dropped."),
            "clamped_values": (host.clamp_report.count, "Values out of range."),
            "passed_over_values": (host.input_sources.dropped, "Values of sources without priority."),
        }
        for name, (value, text) in counters.items():
            yield (f"adaptive_{name}_total", {}, float(value)), ("counter", text)
        yield (
            ("adaptive_connections", {}, float(len(host.subscriptions.connections))),
            ("gauge", "Clients over JSON."),
        )
        yield from _of_callbacks(telemetry)
        yield from self._of_parameters(health["inputs"])
        loudness = host.loudness.now
        if loudness is not None and loudness.short_term_lufs is not None:
            sample: Sample = ("adaptive_loudness_lufs", {}, loudness.short_term_lufs)
            yield sample, ("gauge", "Short-term loudness by BS.1770, while somebody measures.")
        resident = resident_bytes()
        if resident is not None:
            yield ("process_resident_memory_bytes", {}, float(resident)), ("gauge", "Memory in use.")

    def _of_parameters(self, inputs: dict[str, dict[str, Any]]) -> Iterator[tuple[Sample, tuple[str, str]]]:
        columns: tuple[tuple[str, str, str, Callable[[dict[str, Any]], float | None]], ...] = (
            ("parameter_value", "gauge", "Smoothed value.", lambda one: float(one["value"])),
            ("parameter_age_seconds", "gauge", "Since the last reading.", lambda one: one["age_s"]),
            ("parameter_healthy", "gauge", "1: neither stale, slow nor doubtful.", _is_healthy),
            ("parameter_refused_total", "counter", "Refused readings.", lambda one: float(one["refused"])),
        )
        for name, kind, text, read in columns:
            for parameter, one in inputs.items():
                value = read(one)
                if value is not None:
                    yield (f"adaptive_{name}", {"name": parameter}, value), (kind, text)


def _is_healthy(one: dict[str, Any]) -> float:
    return float(not (one["is_stale"] or one["is_slow"] or one["is_doubtful"]))


def _of_callbacks(telemetry: Telemetry) -> Iterator[tuple[Sample, tuple[str, str]]]:
    if not telemetry.callbacks:
        return
    text = "Time inside the callback."
    for quantile, value in (("0.5", telemetry.p50_us), ("0.99", telemetry.p99_us), ("1", telemetry.max_us)):
        yield ("adaptive_callback_seconds", {"quantile": quantile}, value / 1e6), ("gauge", text)
    yield ("adaptive_load_ratio", {}, telemetry.load), ("gauge", "Share of time spent in callbacks.")


def _labels(labels: dict[str, str]) -> str:
    """Labels in braces, with their values escaped."""
    if not labels:
        return ""
    shown = [f'{key}="{_escaped(value)}"' for key, value in labels.items()]
    return "{" + ",".join(shown) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def resident_bytes(statm: Path = Path("/proc/self/statm")) -> int | None:
    """Memory of this process that is resident; None where the system does not tell it in `/proc`."""
    try:
        pages: Collection[str] = statm.read_text(encoding="ascii").split()
        return int(list(pages)[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
