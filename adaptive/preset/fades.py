"""Checks of fades: one that is longer than the section which it fades in or out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from adaptive.preset.finding import Finding, warning
from adaptive.preset.lengths import intro_length_beats
from adaptive.preset.model import Preset
from adaptive.preset.schema import Fade
from adaptive.preset.segments import Segment
from adaptive.preset.timing import known_length_beats

# A fade as long as its section, written in seconds with two decimals, is no longer than it.
_ROUNDING_S = 0.01


def fade_s(fade: Fade, segment: Segment) -> float:
    """Return the length of a fade in seconds; beats and bars are those of a section, at its own tempo."""
    if fade.seconds is not None:
        return fade.seconds
    beats = fade.beats if fade.beats is not None else (fade.bars or 0.0) * segment.beats_per_bar
    return beats * segment.beat_s


def check_long_fades(preset: Preset, stem_seconds: Mapping[Path, float] | None) -> Iterator[Finding]:
    """Find fades of transitions that are longer than a pass of their section with its introduction.

    A fade-out is compared with the section that is left, a fade-in with the one that is entered.
    """
    lasts_s: dict[str, float] = {}
    for name in preset.file.sections:
        length = known_length_beats(preset, name, stem_seconds)
        if length is not None:
            beats = length + intro_length_beats(preset, name, stem_seconds or {})
            lasts_s[name] = beats * preset.segments[name].beat_s
    rules = {id(rule): place for place, rule in enumerate(preset.file.transitions)}
    longer: dict[tuple[int, str], dict[str, float]] = {}
    for source in preset.file.sections:
        for target in preset.file.sections:
            rule = preset.written_transition(source, target)
            if rule is None or source == target:
                continue
            for key, fade, name in (("fade_in", rule.fade_in, target), ("fade_out", rule.fade_out, source)):
                if fade is None or name not in lasts_s:
                    continue
                seconds = fade_s(fade, preset.segments[name])
                if seconds > lasts_s[name] + _ROUNDING_S:
                    longer.setdefault((rules[id(rule)], key), {})[name] = seconds
    for (place, key), found in longer.items():
        shown = ", ".join(
            f"{found[name]:.4g} s against the {lasts_s[name]:.4g} s of `{name}`" for name in found
        )
        yield warning(("transitions", place, key), f"is longer than its section: {shown}")
