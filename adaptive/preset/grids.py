"""The places of a pass at which a section may be left or a stinger may land.

The conductor and `check` use the same functions, so both agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from adaptive.preset.schema import Grid

ANY_MARKER = "any"

Spot = tuple[float, str]
"""Beats from bar 1 of a pass, and the name of the marker there; the name is empty on other grids."""


@lru_cache(maxsize=1024)
def spots(
    where: str | Grid,
    length_beats: int,
    beats_per_bar: int,
    phrase_bars: int,
    markers: tuple[tuple[int, str], ...] = (),
) -> tuple[Spot, ...]:
    """Return all places of a pass that lie on a grid, in order, from 0 to less than its length.

    Parameters
    ----------
    where : str or Grid
        The grid; ``immediate`` has no places, because any frame is allowed.
    length_beats, beats_per_bar, phrase_bars : int
        Length of a pass, of a bar and of a phrase of the section.
    markers : tuple of (int, str)
        Beats and names of the section's markers, in order.

    Returns
    -------
    tuple of (float, str)
        Empty if the grid is ``immediate``, or a marker that the section does not have.

    Notes
    -----
    The end of a pass is bar 1 of the next.  A grid is counted again from bar 1 in each pass; without an
    offset, its first place is bar 1.

    Examples
    --------
    >>> spots("bar", 8, 4, 2)
    ((0.0, ''), (4.0, ''))
    >>> spots(Grid(every_beats=3, offset_beats=1), 8, 4, 2)
    ((1.0, ''), (4.0, ''), (7.0, ''))
    """
    if isinstance(where, Grid) and where.marker is not None:
        wanted = where.marker
        inside = [(float(at), name) for at, name in markers if at < length_beats]
        return tuple((at, name) for at, name in inside if wanted in {ANY_MARKER, name})
    step, first = _step(where, length_beats, beats_per_bar, phrase_bars)
    if step == 0.0:
        return ()
    count = int((length_beats - first - 1e-9) // step) + 1
    return tuple((first + place * step, "") for place in range(max(count, 0)))


def _step(where: str | Grid, length: int, bar: int, phrase_bars: int) -> tuple[float, float]:
    """Return the distance between two places of a regular grid, and the first place, in beats."""
    if isinstance(where, Grid):
        offset = where.offset_bars * bar + where.offset_beats
        return float(where.every_beats or (where.every_bars or 1) * bar), offset
    table = {"immediate": 0, "beat": 1, "bar": bar, "phrase": phrase_bars * bar, "end": length}
    return float(table[where]), 0.0


def longest_wait(places: Sequence[Spot], length_beats: int) -> float:
    """Return the largest distance in beats between two neighbouring places of a section that loops.

    Examples
    --------
    >>> longest_wait([(0.0, ""), (4.0, "")], 16)
    12.0
    """
    beats = [at for at, _ in places]
    after = [*beats[1:], beats[0] + length_beats]
    return max(next_one - at for at, next_one in zip(beats, after, strict=True))


def longest_first_wait(
    where: str | Grid, places: Sequence[Spot], length_beats: int, intro: Sequence[Spot], intro_beats: int
) -> float:
    """Return the longest wait in beats that begins in an introduction.

    Parameters
    ----------
    where : str or Grid
        The grid.
    places, length_beats
        Its places in a pass, and the length of a pass.
    intro, intro_beats
        Its places in the introduction, and the length of the introduction, whose end ends no pass.

    Examples
    --------
    >>> longest_first_wait("end", [(0.0, "")], 16, [(0.0, "")], 8)
    24.0
    """
    is_end = where == "end"
    first = places[0][0] if not is_end else float(length_beats)
    beats = [0.0, *(at for at, _ in intro if not is_end), intro_beats + first]
    return max(after - at for at, after in pairwise(beats))


def describe(where: str | Grid) -> str:
    """Return a short description of a grid, as the log prints it."""
    if not isinstance(where, Grid):
        return where
    if where.marker is not None:
        return "any marker" if where.marker == ANY_MARKER else f"marker {where.marker}"
    offset = f" + {where.offset_bars} bars" if where.offset_bars else ""
    offset += f" + {where.offset_beats:g} beats" if where.offset_beats else ""
    if where.every_beats is not None:
        return f"every {where.every_beats} beats{offset}"
    return f"every {where.every_bars} bars{offset}"
