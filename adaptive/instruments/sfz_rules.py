"""When a region of an SFZ file plays, beside its keys and velocities."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.instruments.sfz_opcodes import Opcodes
from adaptive.instruments.sfz_text import numbered
from adaptive.kernel.sources.sampler_regions import Crossfade, RegionRule


def rule_of(told: Opcodes, number: int, *, is_release: bool) -> RegionRule:
    """When a region plays; `number` tells it apart from others."""
    values = dict(told.values)
    switches = None
    if "sw_last" in values:
        switches = (told.key("sw_last", 0), told.key("sw_last", 0))
    elif "sw_lolast" in values or "sw_hilast" in values:
        switches = (told.key("sw_lolast", 0), told.key("sw_hilast", 127))
    span = None
    if "sw_lokey" in values or "sw_hikey" in values:
        span = (told.key("sw_lokey", 0), told.key("sw_hikey", 127))
    return RegionRule(
        (told.number("lorand", 0.0), told.number("hirand", 1.0)),
        max(1, int(told.number("seq_length", 1))),
        max(1, int(told.number("seq_position", 1))),
        (*_ranges(told, ""), *((control, 0.5, 127.0) for control in _amplitudes(values))),
        switches,
        span if span is not None or switches is None else switches,
        told.key("sw_default", 0) if "sw_default" in values else None,
        is_release,
        told.number("rt_decay"),
        max(0, int(told.number("note_polyphony"))),
        _crossfades(told, values),
        min(max(told.number("amp_random"), 0.0), 24.0),
        min(max(told.number("pitch_random"), 0.0), 9600.0),
        _velocity_gains(told, values),
        told.number("pitch_keytrack", 100.0) == 0.0 and "pitch_random" in values,
        {"first": "alone", "legato": "held"}.get(values.get("trigger", "").strip(), ""),
        (*_ranges(told, "on_"), *_ranges(told, "start_")),
        number,
    )


def has_starts(values: Mapping[str, str]) -> bool:
    """Whether controllers start a region."""
    stems = ("on_locc", "on_hicc", "start_locc", "start_hicc")
    return any(True for stem in stems for _ in numbered(values, stem))


def _ranges(told: Opcodes, stem: str) -> tuple[tuple[int, float, float], ...]:
    """Controllers, and the lowest and highest value, of a gate (``locc1``) or a start (``on_locc1``)."""
    names = f"{stem}locc", f"{stem}hicc"
    controls = {control for name in names for control, _ in numbered(told.values, name)}
    return tuple(
        (control, told.number(f"{names[0]}{control}", 0.0), told.number(f"{names[1]}{control}", 127.0))
        for control in sorted(controls)
    )


def _amplitudes(values: Mapping[str, str]) -> list[int]:
    """Controllers that are the gain of a region: at 0 it is not begun."""
    return [control for stem in ("amplitude_oncc", "amplitude_cc") for control, _ in numbered(values, stem)]


def _velocity_gains(told: Opcodes, values: Mapping[str, str]) -> tuple[tuple[float, float], ...]:
    """Points of the curve from velocity to gain; its ends are 0 and 1 if it does not say others."""
    points = {
        float(velocity): max(told.number(f"amp_velcurve_{velocity}"), 0.0)
        for velocity, _ in numbered(values, "amp_velcurve_")
    }
    return tuple(sorted(({0.0: 0.0, 127.0: 1.0} | points).items())) if points else ()


def _crossfades(told: Opcodes, values: dict[str, str]) -> tuple[Crossfade, ...]:
    made = []
    for is_rising, way in ((True, "xfin"), (False, "xfout")):
        rests = (0.0, 0.0) if is_rising else (127.0, 127.0)
        for source, word in (("key", "key"), ("velocity", "vel")):
            names = f"{way}_lo{word}", f"{way}_hi{word}"
            if names[0] in values or names[1] in values:
                low, high = (
                    float(told.key(name, int(rest))) if word == "key" else told.number(name, rest)
                    for name, rest in zip(names, rests, strict=True)
                )
                made.append(Crossfade(source, low, high, is_rising, _is_power(values, f"xf_{word}curve")))
        lows, highs = dict(numbered(values, f"{way}_locc")), dict(numbered(values, f"{way}_hicc"))
        for control in sorted({*lows, *highs}):
            low = told.number(f"{way}_locc{control}", rests[0])
            high = told.number(f"{way}_hicc{control}", rests[1])
            made.append(Crossfade(control, low, high, is_rising, _is_power(values, "xf_cccurve")))
    return tuple(made)


def _is_power(values: Mapping[str, str], name: str) -> bool:
    return values.get(name, "power").strip() != "gain"
