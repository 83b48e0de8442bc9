"""The table `[tempo_follow]`, as a typed and frozen struct."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from adaptive.preset.table import Curve, Name, Table

Tempo = Annotated[float, Meta(ge=20.0, le=400.0)]
Latency = Annotated[float, Meta(ge=0.0, le=2000.0)]


class TempoFollowTable(Table, frozen=True):
    """`[tempo_follow]`: the tempo follows a runner: a cadence, steps, or a curve over any parameter.

    Give `parameter` (a cadence in steps a minute) or `tempo_bpm` (a curve), or only `phase_event`.
    """

    range_bpm: tuple[Tempo, Tempo]
    parameter: Name | None = None
    tempo_bpm: Curve | None = None
    beats_per_step: Annotated[float, Meta(ge=0.125, le=8.0)] = 1.0
    half_double: bool = True
    outside: Literal["clamp", "release"] = "clamp"
    max_change_percent_per_s: Annotated[float, Meta(ge=0.1, le=50.0)] = 2.0
    mode: Literal["match", "lead", "manual"] = "match"
    lead_to: Annotated[float, Meta(ge=60.0, le=235.0)] | None = None
    phase_event: Name | None = None
    lead_ms: Annotated[float, Meta(ge=-200.0, le=200.0)] = 0.0
    input_latency_ms: Latency = 0.0
    heart_rate: Name | None = None
    cue_event: Name | None = None
