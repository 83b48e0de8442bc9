"""What must hold of `[[speakers]]`, and what is worth a warning."""

from __future__ import annotations

import math
from collections.abc import Iterator

from adaptive.preset.faults import FaultList
from adaptive.preset.finding import Finding, warning
from adaptive.site.site_file import SiteFile
from adaptive.site.speaker_table import SpeakerTable

SAME_PLACE_M = 0.05
"""Speakers that are nearer to each other cannot be told apart, and share what is played there."""

LARGEST_GAP_DEG = 180.0


def check_speakers(file: SiteFile, faults: FaultList) -> None:
    """Add a fault for each key of a speaker that cannot be."""
    first: dict[int, int] = {}
    for number, one in enumerate(file.speakers):
        at = ("speakers", number)
        if file.channels is not None and one.channel > file.channels:
            faults.add((*at, "channel"), f"is {one.channel}, and the site has `channels = {file.channels}`")
        if one.channel in first:
            other = first[one.channel] + 1
            faults.add((*at, "channel"), f"is {one.channel}, which speakers[{other}] has already")
        first.setdefault(one.channel, number)
        _check_kind(one, at, faults)


def _check_kind(one: SpeakerTable, at: tuple[str, int], faults: FaultList) -> None:
    """Add a fault for keys that this kind of speaker needs or does not have."""
    if one.kind == "full" and one.at_m is None:
        faults.add((*at, "at_m"), "is missing; it must be a list of 3 numbers, metres right, forward and up")
    elif one.kind == "full" and math.hypot(*(one.at_m or ())) < SAME_PLACE_M:
        faults.add((*at, "at_m"), "is where one listens; a speaker that is panned to must have a direction")
    if one.kind == "direct" and one.bus is None:
        faults.add((*at, "bus"), "is missing; a direct speaker plays one bus, layer or stinger: name it")
    if one.kind != "direct" and one.bus is not None:
        faults.add((*at, "bus"), 'goes with `kind = "direct"`')
    if one.kind != "sub" and one.crossover_hz is not None:
        faults.add((*at, "crossover_hz"), 'goes with `kind = "sub"`')


def speaker_warnings(file: SiteFile) -> Iterator[Finding]:
    """Yield warnings about speakers in one place, and about a gap that nothing can be panned across."""
    if file.speakers and all(one.kind != "full" for one in file.speakers):
        yield warning(("speakers",), "none takes part in panning: only what direct speakers name is heard")
    placed = [(i, one.at_m) for i, one in enumerate(file.speakers) if one.kind == "full" and one.at_m]
    for count, (number, place) in enumerate(placed):
        for other, elsewhere in placed[:count]:
            if math.dist(place, elsewhere) < SAME_PLACE_M:
                yield warning(
                    ("speakers", number, "at_m"),
                    f"is the place of speakers[{other + 1}]: both play the same, each 3 dB lower",
                )
                break
    directions = sorted(math.degrees(math.atan2(x, y)) for _, (x, y, _z) in placed if math.hypot(x, y) > 0.0)
    if len(directions) < 3:  # a pair leaves a gap by its nature
        return
    turns = [b - a for a, b in zip(directions, [*directions[1:], directions[0] + 360.0], strict=True)]
    gap = max(turns)
    if gap > LARGEST_GAP_DEG:
        left = directions[turns.index(gap)]
        right = left + gap
        yield warning(
            ("speakers",),
            f"nothing stands between {_shown(left)} and {_shown(right)}, {gap:.0f} degrees: what is placed"
            " there plays from the speakers at its edges",
        )


def _shown(azimuth_deg: float) -> str:
    """An azimuth from -180 to 180 degrees, to the right positive."""
    return f"{(azimuth_deg + 180.0) % 360.0 - 180.0:.0f}°"
