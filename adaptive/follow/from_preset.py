"""The settings of a follower, from a preset."""

from __future__ import annotations

from adaptive.follow.settings import FollowSettings
from adaptive.preset.model import Preset
from adaptive.preset.schema import FallbackTable
from adaptive.preset.tempo_follow import has_factor


def settings_of(preset: Preset) -> FollowSettings | None:
    """How the preset follows; None if it follows nobody."""
    table = preset.file.tempo_follow
    if table is None:
        return None
    parameter = preset.file.parameters.get(table.parameter or "")
    fallback = None
    follows_another = parameter is not None and isinstance(parameter.fallback, FallbackTable)
    if parameter is not None and parameter.fallback != "hold" and not follows_another:
        low = parameter.range[0]
        default = low if parameter.default is None else parameter.default
        fallback = parameter.fallback if isinstance(parameter.fallback, float | int) else default
    return FollowSettings(
        range_bpm=table.range_bpm,
        tempo_bpm=preset.file.tempo_bpm,
        beats_per_step=table.beats_per_step,
        half_double=table.half_double and not has_factor(preset.file),
        outside=table.outside,
        max_change_percent_per_s=table.max_change_percent_per_s,
        mode=table.mode,
        lead_to_spm=table.lead_to,
        lead_ms=table.lead_ms,
        follows_phase=table.phase_event is not None,
        stale_after_s=None if parameter is None else parameter.stale_after_s,
        fallback_spm=fallback,
        least_spm=0.0 if parameter is None else parameter.range[0],
    )
